//! The process of the command.

use std::process::ExitCode;

fn main() -> ExitCode {
    bellwether::main()
}
