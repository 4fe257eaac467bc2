//! How a job ended is said once: by itself, or by whoever stops it. Whoever comes second says nothing.

use super::files::Files;
use crate::output;
use bellwether_contract::container::Ending;
use bellwether_pipeline::error::Told;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::signal::unix::{SignalKind, signal};

const STOPPED: &str = "Stopped before a verdict.";

/// The right to end the job.
#[derive(Debug)]
pub(crate) struct LastWord {
    message: PathBuf,
    /// Held from before the first file gets its name until the process ends.
    turn: Mutex<()>,
}

impl LastWord {
    pub(crate) fn new(message: PathBuf) -> Self {
        Self { message, turn: Mutex::new(()) }
    }

    /// Does the last things of the job, says how it ended, and ends the process: whoever waits for the turn must not keep it alive.
    pub(crate) fn say(&self, last: impl FnOnce() -> Result<Ending, Told>) -> ! {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let ending = last().unwrap_or_else(|told| {
            output::complain(&told, false);
            Ending::error(&told.to_string())
        });
        std::process::exit(i32::from(self.write(&ending)))
    }

    /// Ends the process where it is told to stop: SageMaker sends SIGTERM and, half a minute later, SIGKILL.
    pub(crate) fn listen(last_word: &Arc<Self>) {
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            let Ok(mut stop) = signal(kind) else { continue };
            let last_word = Arc::clone(last_word);
            tokio::spawn(async move {
                stop.recv().await;
                let _turn = last_word.turn.lock().unwrap_or_else(PoisonError::into_inner);
                let code = last_word.write(&Ending::error(STOPPED));
                std::process::exit(i32::from(code));
            });
        }
    }

    /// Writes the message. A verdict that nobody can read must not look like a healthy one.
    fn write(&self, ending: &Ending) -> u8 {
        let mut files = Files::default();
        files.add(self.message.clone(), ending.message().to_owned());
        let written = files.write();
        let _ = output::print(ending.message());
        match written {
            Ok(()) => ending.exit_code(),
            Err(told) => {
                output::complain(&told, false);
                crate::FAILED
            }
        }
    }
}
