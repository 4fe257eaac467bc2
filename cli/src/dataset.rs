//! What commands that read a dataset have in common: its flags, how it is written down, and where the baseline goes.
//!
//! It reads no dataset.

use crate::arguments::flag;
use crate::columnar::JsonLines;
use crate::report;
use bellwether_contract::keys::ReportFile;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::dataset::{DELIMITER, Dialect, Format};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::report::Report;
use bellwether_storage::{Location, StorageError, Store};
use clap::{Arg, ArgMatches};
use std::path::PathBuf;

/// The dataset; `formats` says what the forms mean.
pub(crate) fn arguments(formats: &'static str) -> [Arg; 5] {
    [
        Arg::new("input")
            .long("input")
            .value_name("URI")
            .required(true)
            .help("A file, or a prefix with all files below it: s3://bucket/key or a path"),
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .required(true)
            .value_parser(["csv", "json", "parquet"])
            .help(formats),
        flag("header", "The first record of each CSV file names the columns [default: _c0, _c1, ...]"),
        Arg::new("csv-dialect")
            .long("csv-dialect")
            .value_name("DIALECT")
            .value_parser(["rfc4180", "spark"])
            .help("How quotes are read: by RFC 4180, or as SageMaker's container does [default: rfc4180]"),
        Arg::new("delimiter")
            .long("delimiter")
            .value_name("CHAR")
            .value_parser(delimiter)
            .help("What separates the cells of CSV: a character of ASCII, or tab [default: a comma]"),
    ]
}

/// Where the baseline goes, and what is printed of it.
pub(crate) fn output() -> [Arg; 4] {
    [
        Arg::new("output")
            .long("output")
            .value_name("DIR")
            .required(true)
            .help("Where the files go: a folder or s3://bucket/prefix"),
        Arg::new("html")
            .long("html")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("Draw a page of the baseline into this file too; one that is there is replaced"),
        flag("overwrite", "Replace files that are there and say something else"),
        flag("json", "Print JSON instead of a table"),
    ]
}

/// A character that can separate cells.
fn delimiter(text: &str) -> Result<u8, String> {
    let byte = match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => b'\t',
        (_, [byte]) => *byte,
        _ => return Err("give one character of ASCII, such as ';', or tab".to_owned()),
    };
    let legal = byte == b'\t' || (byte.is_ascii_punctuation() || byte == b' ') && !b"\"\\".contains(&byte);
    if legal { Ok(byte) } else { Err("letters, digits, quotes and backslashes belong to cells".to_owned()) }
}

/// A location among the flags.
pub(crate) fn location(matches: &ArgMatches, name: &str) -> Result<Location, Told> {
    let text = matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|error: StorageError| Told::from(error).of(&format!("--{name}")))
}

/// How the dataset is written down.
pub(crate) fn format(matches: &ArgMatches) -> Result<Format, Told> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let (header, dialect) = (matches.get_flag("header"), text("csv-dialect"));
    let delimiter = matches.get_one::<u8>("delimiter").copied();
    match text("format") {
        Some("json" | "parquet") if header || dialect.is_some() || delimiter.is_some() => Err(Told::usage(
            "--header, --csv-dialect and --delimiter",
            "they are of --format csv, and JSON Lines and Parquet name their columns",
            "leave them out",
        )),
        Some("json" | "parquet") => Ok(Format::JsonLines),
        _ => {
            let dialect = if dialect == Some("spark") { Dialect::Spark } else { Dialect::Rfc4180 };
            Ok(Format::Csv { header, dialect, delimiter: delimiter.unwrap_or(DELIMITER) })
        }
    }
}

/// A dataset where its rows are read.
pub(crate) struct Rows {
    location: Location,
    /// Goes with the rows.
    _lines: Option<JsonLines>,
}

impl Rows {
    /// The dataset of the flags, which is at this location.
    pub(crate) async fn of(
        matches: &ArgMatches,
        input: &Location,
        clients: Option<&Clients>,
    ) -> Result<Self, Told> {
        if matches.get_one::<String>("format").is_none_or(|format| format != "parquet") {
            return Ok(Self { location: input.clone(), _lines: None });
        }
        let lines = JsonLines::of(input, clients).await?;
        Ok(Self { location: lines.location(), _lines: Some(lines) })
    }

    /// Where they lie.
    pub(crate) fn location(&self) -> &Location {
        &self.location
    }
}

/// Writes the page of a baseline where `--html` asks for it.
pub(crate) fn write_page(matches: &ArgMatches, page: impl FnOnce() -> String) -> Result<(), Told> {
    let Some(output) = matches.get_one::<PathBuf>("html") else { return Ok(()) };
    report::write(output, page().as_bytes())
}

/// Writes what is not there yet. Nothing is written where one of the files would be lost, or where a calibration of other rows would
/// stay beside them.
pub(crate) async fn write(store: &Store, report: &Report, overwrite: bool) -> Result<(), Told> {
    store.create_if_folder().await?;
    let mut missing = Vec::new();
    for (file, bytes) in report.files() {
        let there = match store.get(file.name(), bytes.len() as u64).await {
            Ok(there) => Some(there == *bytes),
            Err(StorageError::TooLarge { .. }) => Some(false),
            Err(StorageError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        match there {
            Some(true) => {}
            Some(false) if !overwrite => {
                let uri = store.uri(file.name());
                return Err(Told::new(
                    "FileDiffers",
                    uri,
                    "it is there and says something else",
                    "--overwrite replaces it",
                ));
            }
            _ => missing.push((file, bytes)),
        }
    }
    let calibration = ReportFile::Calibration;
    let holds = |wanted: ReportFile| report.files().iter().any(|(file, _)| *file == wanted);
    if holds(ReportFile::Constraints)
        && !holds(calibration)
        && store.first(calibration.name()).await?.is_some()
    {
        return Err(Told::new(
            "FileDiffers",
            store.uri(calibration.name()),
            "it is there and of other rows: these give no calibration, and hours would be estimated by it",
            "remove it, or write to another folder",
        ));
    }
    for (file, bytes) in missing {
        store.put(file.name(), bytes.clone()).await?;
    }
    Ok(())
}
