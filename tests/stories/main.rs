//! Stories of the whole system, told from outside over real connections with mutual TLS.

mod backup;
mod bad_input;
mod brought_together;
mod command;
mod doctor;
mod fixtures;
mod hand_over;
mod hostile;
mod identity;
mod journey;
mod killed;
mod many_at_once;
mod memory;
mod offline;
mod other_language;
mod page;
mod panel_consumer;
mod parked;
mod production;
mod records;
mod revisions;
mod rights;
mod same_submission;
mod traces;
mod wire;
mod worlds;
