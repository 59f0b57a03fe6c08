//! What intake promises of its store, on every store there is.

mod hand_overs;
mod migration;
mod outcomes;
mod revisions;
mod room;
mod submissions;
