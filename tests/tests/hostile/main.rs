//! Hostile input: sizes that only grow once they are read, JSON of any depth, keys and names that are not what they seem.
//!
//! Real functions over real folders and real HTTP. Each case ends in a named error or in counted lines, and what it
//! costs is measured: a run over large input has a process of its own, which tells the most memory that it held.

mod cost;
#[expect(dead_code, reason = "the router's stories use the rest")]
#[path = "../router/desk.rs"]
mod desk;
mod keys;
mod names;
mod nested;
#[expect(dead_code, reason = "the stories of the hourly check use the rest")]
#[path = "../stories/site.rs"]
mod site;
mod sizes;
