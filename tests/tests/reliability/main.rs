//! What a run promises, proved: crashes after every side effect, faults of every kind at every place, races, pressure.
//!
//! The functions are called as Lambda calls them, with the sample events, on an embedded AWS. What holds for one of
//! them is asked of all that the table has ([`crate::harness::functions`]).

mod crashes;
mod faults;
mod functions;
mod newsroom;
mod pages;
mod pressure;
mod races;
