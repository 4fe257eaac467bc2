//! Text for the terminal: the one place where it is written, so that no control character of a file or an answer gets
//! there. A reader who has seen enough and closes the pipe is no error.

use bellwether_contract::printable;
use bellwether_pipeline::error::Told;
use serde_json::json;
use std::io::{ErrorKind, Write};

/// Prints lines on standard output.
pub(crate) fn print(text: impl std::fmt::Display) -> Result<(), Told> {
    let text = text.to_string();
    match writeln!(std::io::stdout().lock(), "{}", printable::lines(&text)) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Told::new(
            "OutputFailed",
            "standard output",
            error.to_string(),
            "write it where there is room",
        )),
        _ => Ok(()),
    }
}

/// Says something on standard error that is no error.
pub(crate) fn note(text: &str) {
    eprintln!("{}", printable::line(text));
}

/// Tells on standard error why the command failed, in one line.
pub(crate) fn complain(told: &Told, as_json: bool) {
    if as_json {
        eprintln!("{}", printable::lines(&json!(told).to_string()));
    } else {
        eprintln!("{told}");
    }
}
