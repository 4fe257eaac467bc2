//! Text for the terminal: the one place where it is written, so that no control character of a file or an answer gets
//! there. A reader who has seen enough and closes the pipe is no error.

use bellwether_contract::printable;
use std::io::{ErrorKind, Write};

/// Prints lines on standard output.
pub(crate) fn print(text: impl std::fmt::Display) -> Result<(), String> {
    let text = text.to_string();
    match writeln!(std::io::stdout().lock(), "{}", printable::lines(&text)) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}

/// Tells on standard error why the command failed.
pub(crate) fn complain(error: &str) {
    eprintln!("error: {}", printable::lines(error));
}
