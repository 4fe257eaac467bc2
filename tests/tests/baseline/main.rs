//! Baselines of model versions: a manifest in, three files and a pointer out, over real folders and real HTTP.
//!
//! In a bucket the function's own handler is called with the sample events; in a folder, the pipeline behind it.

mod document;
mod faults;
mod generation;
mod manifests;
mod model;
mod pointer;
mod races;
mod replay;
mod training;
