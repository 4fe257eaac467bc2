//! Whole runs: a tree of files in, a tick in, a tree of files out, over real folders and real HTTP.
//!
//! Nothing of Bellwether is replaced. Numbers come from other tools or are small enough to be counted by hand.

mod bad_input;
pub(crate) mod band;
pub(crate) mod capture;
mod commit;
mod doctor;
mod lambda;
mod look_back;
mod measures;
mod outcomes;
mod persists;
mod pressure;
mod reconcile;
mod reference;
mod turns;
