//! Hostile input: sizes that only grow once they are read, JSON of any depth, keys and names that are not what they seem.
//!
//! Real functions over real folders and real HTTP. Each case ends in a named error or in counted lines, and what it
//! costs is measured: a run over large input has a process of its own, which tells the most memory that it held.

mod cost;
mod keys;
mod names;
mod nested;
mod sizes;
