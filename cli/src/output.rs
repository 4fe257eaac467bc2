//! Text on standard output. A reader who has seen enough and closes the pipe is no error.

use std::io::{ErrorKind, Write};

/// Prints lines.
pub(crate) fn print(text: impl std::fmt::Display) -> Result<(), String> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}
