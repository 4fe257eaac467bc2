//! Which columns a file has, what their values mean, and how its pages are packed.

use super::line::quoted;
use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

/// Most columns of a table.
const MOST_COLUMNS: usize = 10_000;
/// Digits that every decimal number of 16 bytes has.
const MOST_DIGITS: i32 = 38;

/// A column of a flat table.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its name, for people.
    pub(crate) name: String,
    /// Its name as a text of JSON.
    pub(crate) key: String,
    pub(crate) meaning: Meaning,
}

/// What its values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// As they stand.
    Plain,
    Unsigned,
    /// With so many digits behind the point.
    Decimal(u32),
    /// Days since 1970.
    Date,
    /// Since midnight, in nanoseconds each.
    Time(i64),
    /// Since 1970, in nanoseconds each.
    Timestamp(i64),
    Uuid,
    Half,
}

/// The columns, or what is not read.
pub(crate) fn columns(schema: &SchemaDescriptor) -> Result<Vec<Column>, String> {
    if schema.num_columns() > MOST_COLUMNS {
        return Err(format!("has {} columns; write at most {MOST_COLUMNS}", schema.num_columns()));
    }
    schema.columns().iter().map(|column| of(column)).collect()
}

fn of(column: &ColumnDescriptor) -> Result<Column, String> {
    let name = column.path().string();
    let shown = quoted(&name);
    let is_flat = column.path().parts().len() == 1 && column.max_rep_level() == 0;
    if !is_flat || column.self_type().get_basic_info().repetition() == Repetition::REPEATED {
        return Err(format!(
            "column {shown} is nested or repeated; write one column for each value, or leave it out"
        ));
    }
    let meaning = meaning(column).map_err(|found| {
        format!("column {shown} holds {found}, which is not read; write it as text or numbers")
    })?;
    Ok(Column { key: shown, name, meaning })
}

fn meaning(column: &ColumnDescriptor) -> Result<Meaning, String> {
    let per_unit = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 1_000_000,
        TimeUnit::MICROS => 1_000,
        TimeUnit::NANOS => 1,
    };
    let decimal = |scale: i32, precision: i32| {
        let is_known = (0..=MOST_DIGITS).contains(&scale) && precision <= MOST_DIGITS;
        match u32::try_from(scale) {
            Ok(scale) if is_known => Ok(Meaning::Decimal(scale)),
            _ => Err(format!("decimals of {precision} digits")),
        }
    };
    let is_number = matches!(column.physical_type(), Type::INT32 | Type::INT64);
    match column.logical_type_ref() {
        Some(LogicalType::Decimal(of)) => decimal(of.scale, of.precision),
        Some(LogicalType::Date) if is_number => Ok(Meaning::Date),
        Some(LogicalType::Time(of)) if is_number => Ok(Meaning::Time(per_unit(&of.unit))),
        Some(LogicalType::Timestamp(of)) if is_number => Ok(Meaning::Timestamp(per_unit(&of.unit))),
        Some(LogicalType::Integer(of)) if !of.is_signed => Ok(Meaning::Unsigned),
        Some(LogicalType::Uuid) => Ok(Meaning::Uuid),
        Some(LogicalType::Float16) => Ok(Meaning::Half),
        None
        | Some(
            LogicalType::String
            | LogicalType::Enum
            | LogicalType::Json
            | LogicalType::Integer(_)
            | LogicalType::Unknown,
        ) => match column.converted_type() {
            ConvertedType::DECIMAL => decimal(column.type_scale(), column.type_precision()),
            ConvertedType::DATE if is_number => Ok(Meaning::Date),
            ConvertedType::TIME_MILLIS if is_number => Ok(Meaning::Time(1_000_000)),
            ConvertedType::TIME_MICROS if is_number => Ok(Meaning::Time(1_000)),
            ConvertedType::TIMESTAMP_MILLIS if is_number => Ok(Meaning::Timestamp(1_000_000)),
            ConvertedType::TIMESTAMP_MICROS if is_number => Ok(Meaning::Timestamp(1_000)),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Ok(Meaning::Unsigned),
            ConvertedType::BSON | ConvertedType::INTERVAL => {
                Err(format!("{:?}", column.converted_type()).to_ascii_lowercase())
            }
            _ => Ok(Meaning::Plain),
        },
        Some(other) => Err(format!("{other:?}")),
    }
}

/// Refuses pages that nothing here unpacks, and places that no file has.
pub(crate) fn packed(group: &RowGroupMetaData) -> Result<(), String> {
    let is_placed = |column: &ColumnChunkMetaData| {
        let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        start >= 0 && column.compressed_size() >= 0 && column.num_values() >= 0
    };
    if !group.columns().iter().all(is_placed) {
        return Err("says that a column begins before the file; write the file again".to_owned());
    }
    let is_read = |codec: Compression| {
        matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_))
    };
    match group.columns().iter().find(|column| !is_read(column.compression())) {
        Some(column) => {
            let codec = format!("{:?}", column.compression());
            let codec = codec.split('(').next().unwrap_or_default().to_ascii_lowercase();
            Err(format!("is packed by {codec}, which is not read; write it with snappy, gzip or none"))
        }
        None => Ok(()),
    }
}
