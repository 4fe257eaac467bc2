//! The files of a job: all of them or none, each whole.
//!
//! Each is written under a hidden name in its own folder and forced to disk; only when all are, they get their names. What goes
//! wrong before leaves nothing behind, and so does a name that cannot be given: those that were given are taken back. No symbolic
//! link: SageMaker does not upload those.

use bellwether_pipeline::error::Told;
use bytes::Bytes;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Files that are to be written, in order.
#[derive(Debug, Default)]
pub(crate) struct Files(Vec<(PathBuf, Bytes)>);

impl Files {
    pub(crate) fn add(&mut self, path: PathBuf, bytes: impl Into<Bytes>) {
        self.0.push((path, bytes.into()));
    }

    /// Writes them.
    pub(crate) fn write(self) -> Result<(), Told> {
        let mut unfinished = Vec::new();
        for (path, bytes) in &self.0 {
            unfinished.push(Unfinished::write(path, bytes).map_err(|error| unwritten(path, &error))?);
        }
        for (done, (place, (path, _))) in unfinished.iter().zip(&self.0).enumerate() {
            if let Err(error) = fs::rename(&place.0, path) {
                self.0[..done].iter().for_each(|(path, _)| drop(fs::remove_file(path)));
                return Err(unwritten(path, &error));
            }
        }
        Ok(())
    }
}

/// A file under its hidden name, removed when dropped, unless it has been renamed meanwhile.
struct Unfinished(PathBuf);

impl Unfinished {
    fn write(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let folder = path.parent().unwrap_or_else(|| Path::new("/"));
        fs::create_dir_all(folder)?;
        let name = path.file_name().unwrap_or_default().display();
        let unfinished = Self(folder.join(format!(".{name}-{}", std::process::id())));
        let mut file = File::create(&unfinished.0)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(unfinished)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Told {
    Told::new(
        "OutputFailed",
        path.display().to_string(),
        error.to_string(),
        "give the job an output below /opt/ml/processing that can be written, and a volume with room",
    )
}
