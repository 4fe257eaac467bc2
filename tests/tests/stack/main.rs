//! A whole stack in one process: the dispatcher, what it starts, and the router, each as Lambda calls it, on an embedded AWS.

mod changes;
mod deployment;
mod dispatcher;
mod hundred;
mod silence;
mod traffic;
