//! What authorities' case systems meet when they amend, withdraw, and answer hand-overs: the calls as they come in, with
//! the store, the keys and the events of a running intake, and without a network.

mod back_pressure;
mod hand_overs;
mod records;
mod revisions;
mod service;
