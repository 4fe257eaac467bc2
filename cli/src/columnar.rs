//! Parquet as every command reads it: its rows become lines of JSON in a folder of this process, which goes when they were read.
//!
//! A process of its own reads each file: a broken one may end its reader, and may not end the command. The functions link no reader
//! of Parquet (docs/decisions/0057); what reads the lines knows nothing of it.

use bellwether_contract::ContractError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::dataset::objects;
use bellwether_pipeline::error::Told;
use bellwether_storage::{Location, Store};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// The word by which the command is the reader of a file: no command of a person.
const READER: &str = "__rows-of-parquet";
/// The reader cannot write.
const UNWRITTEN: u8 = 2;

/// The files of a dataset as lines of JSON, below a folder of their own.
#[derive(Debug)]
pub(crate) struct JsonLines(PathBuf);

impl Drop for JsonLines {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl JsonLines {
    /// Reads the object at a location, or those below it, each under its own key.
    pub(crate) async fn of(location: &Location, clients: Option<&Clients>) -> Result<Self, Told> {
        let (store, keys) = objects(location, clients.map(|clients| &clients.s3)).await?;
        let lines = Self::new()?;
        for key in keys {
            let packed = lines.fetched(&store, &key).await?;
            let (object, rows) = (store.uri(&key), lines.rows().join(&key));
            let read = tokio::task::spawn_blocking(move || read_apart(&object, &packed, &rows)).await;
            read.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        }
        Ok(lines)
    }

    fn new() -> Result<Self, Told> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("bellwether-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let lines = Self(std::env::temp_dir().join(name));
        // An image of nothing but the command has no folder for what is temporary.
        let made = fs::create_dir_all(std::env::temp_dir()).and_then(|()| fs::create_dir(&lines.0));
        made.map_err(|error| unwritten(&lines.0, &error.to_string()))?;
        Ok(lines)
    }

    /// Where the lines lie.
    pub(crate) fn location(&self) -> Location {
        Location::Folder(self.rows())
    }

    fn rows(&self) -> PathBuf {
        self.0.join("rows")
    }

    /// An object as a file: columns are not read in the order of its bytes.
    async fn fetched(&self, store: &Store, key: &str) -> Result<PathBuf, Told> {
        let path = self.0.join("packed");
        let failed = |error: io::Error| unwritten(&path, &error.to_string());
        let mut file = File::create(&path).map_err(failed)?;
        let mut chunks = store.read(key).await?;
        while let Some(chunk) = chunks.next().await? {
            file.write_all(&chunk).map_err(failed)?;
        }
        Ok(path)
    }
}

/// Has another process read a file.
fn read_apart(object: &str, packed: &Path, rows: &Path) -> Result<(), Told> {
    let failed = |error: io::Error| unwritten(rows, &error.to_string());
    fs::create_dir_all(rows.parent().unwrap_or(rows)).map_err(failed)?;
    let reader = std::env::current_exe().map_err(failed)?;
    let mut reader = Command::new(reader);
    reader.arg(READER).args([object.as_ref(), packed, rows]).stdin(Stdio::null());
    let ended = reader.output().map_err(failed)?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let wrong = |reason: &str| ContractError::malformed(object, reason);
    match ended.status.code() {
        Some(0) => Ok(()),
        Some(code) if code == i32::from(UNWRITTEN) => Err(unwritten(rows, said.trim())),
        Some(code) if code == i32::from(crate::FAILED) => {
            Err(wrong(said.strip_prefix(&format!("{object}: ")).unwrap_or(&said)).into())
        }
        _ => Err(wrong("ends whoever reads it, so it is broken, or its pages do not fit the memory; write the file again").into()),
    }
}

/// What this process does as the reader of a file; `None` where it is none.
pub(crate) fn as_the_reader() -> Option<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    if words.next()? != READER {
        return None;
    }
    let (object, packed, rows) = (words.next()?, words.next()?, words.next()?);
    let (code, told) = match read(&object.to_string_lossy(), packed.as_ref(), rows.as_ref()) {
        Ok(()) => (0, String::new()),
        Err(Unread::Broken(error)) => (crate::FAILED, error.to_string()),
        Err(Unread::Unwritten(error)) => (UNWRITTEN, error.to_string()),
    };
    let _ = io::stdout().write_all(told.as_bytes());
    Some(ExitCode::from(code))
}

/// Why rows are not there.
enum Unread {
    Broken(ContractError),
    Unwritten(io::Error),
}

impl From<ContractError> for Unread {
    fn from(error: ContractError) -> Self {
        Self::Broken(error)
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Unwritten(error)
    }
}

fn read(object: &str, packed: &Path, rows: &Path) -> Result<(), Unread> {
    let (packed, mut file) = (File::open(packed)?, BufWriter::new(File::create(rows)?));
    bellwether_columnar::each_line::<Unread>(object, packed, &mut |line| {
        file.write_all(line)?;
        Ok(file.write_all(b"\n")?)
    })?;
    Ok(file.flush()?)
}

fn unwritten(path: &Path, error: &str) -> Told {
    let remedy = "make room for the rows as text, or name another folder in TMPDIR";
    Told::new("OutputFailed", path.display().to_string(), error.to_owned(), remedy)
}
