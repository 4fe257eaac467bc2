//! How a job ended is said once: by itself, or by whoever stops it. Whoever comes second says nothing.

use super::Done;
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

    /// Writes the files of the job with its message, and ends the process: whoever waits for the turn must not keep it alive.
    pub(crate) fn say(&self, made: Result<Done, Told>) -> ! {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let code = made.and_then(|done| self.write(done)).unwrap_or_else(|told| self.complain(&told));
        std::process::exit(i32::from(code))
    }

    /// Says why the job failed.
    fn complain(&self, told: &Told) -> u8 {
        output::complain(told, false);
        self.write(Done::with(Ending::error(&told.to_string()))).unwrap_or_else(|unheard| {
            output::complain(&unheard, false);
            crate::FAILED
        })
    }

    /// Ends the process where it is told to stop: SageMaker sends SIGTERM and, half a minute later, SIGKILL.
    pub(crate) fn listen(last_word: &Arc<Self>) {
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            let Ok(mut stop) = signal(kind) else { continue };
            let last_word = Arc::clone(last_word);
            tokio::spawn(async move {
                stop.recv().await;
                let _turn = last_word.turn.lock().unwrap_or_else(PoisonError::into_inner);
                let code = last_word.write(Done::with(Ending::error(STOPPED)));
                std::process::exit(i32::from(code.unwrap_or(crate::FAILED)));
            });
        }
    }

    /// Writes files and message, all or none: a verdict that nobody can read must not look like a healthy one.
    fn write(&self, done: Done) -> Result<u8, Told> {
        let Done { mut files, ending } = done;
        files.add(self.message.clone(), ending.message().to_owned());
        files.write()?;
        let _ = output::print(ending.message());
        Ok(ending.exit_code())
    }
}
