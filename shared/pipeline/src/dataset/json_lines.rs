//! The JSON Lines files of a dataset.
//!
//! Lines are read where they arrive, on one core. Columns are in the order of their names, whatever order the objects
//! have; a file need not have all of them.

use super::files::OpenFile;
use super::{Reading, refuse_packed};
use crate::RunError;
use bellwether_analysis::flat_json::JsonLines;
use bellwether_contract::capture::LeftOut;
use bellwether_storage::{Content, Lines};

/// Reads a file into a table of its own, the empty one that is given.
pub(super) async fn read(
    file: OpenFile,
    mut table: JsonLines,
    reading: &mut Reading<'_>,
) -> Result<JsonLines, RunError> {
    let OpenFile { object, chunks } = file;
    let mut lines = Lines::new(chunks);
    while let Some(line) = lines.next().await? {
        let (text, length_bytes) = match line.content {
            Content::Bytes(text) => (text, text.len() as u64),
            Content::Oversize { length_bytes } => (&[][..], length_bytes),
        };
        if line.number == 1 {
            refuse_packed(&object, text)?;
        }
        let added = match line.content {
            Content::Bytes(text) => table.add(text),
            Content::Oversize { .. } => Err(LeftOut::Oversize.into()),
        };
        match added {
            Ok(non_finite) => reading.non_finite += non_finite,
            Err(rejected) => reading.left_out.add(&object, line.number, rejected, text),
        }
        reading.pass(length_bytes + 1);
    }
    Ok(table)
}
