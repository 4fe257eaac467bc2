//! Progress on a terminal: nothing is drawn where nobody looks.

use bellwether_pipeline::progress::Step;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One bar, for whichever step is under way.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar on standard error, hidden where that is no terminal.
    pub(crate) fn on_a_terminal() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg:>14} [{bar:40}] {pos}/{len} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    /// Shows a step.
    pub(crate) fn show(&self, step: Step) {
        let (name, done, total) = match step {
            Step::Captures { done, total } => ("capture files", done, total),
            Step::Replay { done, total, .. } => ("sessions", done, total),
        };
        self.0.set_message(name);
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// Leaves the terminal as it was.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
