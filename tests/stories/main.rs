//! Stories of the whole system, told from outside over real connections with mutual TLS.

mod bad_input;
mod command;
mod fixtures;
mod identity;
mod journey;
mod killed;
mod many_at_once;
mod other_language;
mod same_submission;
mod traces;
mod worlds;
