//! The pages that people look at, as pure functions of what was judged: one string of HTML, without a script and without a request.
//!
//! [`run::page`] draws a run, [`index::page`] many of them, [`baseline::page`] what windows are held against. Its frame is the same for every monitor and knows none; what a monitor alone can show is a [`Part`], made
//! in [`monitors`], a file each. Other pages are made of the same pieces: [`document`] is the sheet of paper, [`draw`] the charts,
//! [`words`] how names and numbers are written, [`table`] what fits.
//!
//! Same input, same bytes. It fetches nothing, opens nothing, and asks no clock.

#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod baseline;
pub mod document;
pub mod draw;
pub mod index;
pub mod monitors;
mod part;
pub mod run;
pub mod table;
pub mod words;

pub use part::Part;

#[cfg(test)]
mod tests;
