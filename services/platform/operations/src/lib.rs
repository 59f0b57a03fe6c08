//! What operators do with a running service, by gRPC: list the events that it has put aside, send them again, give them up.
//!
//! What a reader would get wrong: nothing here ever reads what is in an event. An operator sees state and never content, and
//! what a stranger wrote into an event's attributes is shown where it has the right form alone.

mod choice;
mod decision;
mod form;
mod page_token;
mod parked;
mod refusals_given;
mod wire;

pub use parked::ParkedGrpc;
pub use refusals_given::REFUSALS;

/// Every code that operators' calls are refused with.
pub const CATALOGUE: &[catalogue::Section] = &[REFUSALS];

/// The gRPC service by its name in the contract, for health checks.
pub const NAME: &str = "lapwing.operations.v1.ParkedService";
