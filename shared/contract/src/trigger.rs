//! What a run is asked to do: which hours, and whether once more.
//!
//! It says which hours; it never says where to read or write.

use crate::window::Window;

/// An event that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    /// The hours to judge.
    pub window: Window,
    /// Whether a window that already has a verdict is to be judged once more.
    pub reopen: bool,
}
