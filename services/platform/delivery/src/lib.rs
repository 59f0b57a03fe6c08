//! Events travel from a sender's outbox to each receiver's inbox: delivered at least once, effective once.
//!
//! A sender appends to its outbox in the transaction that makes the fact; a receiver marks its inbox in the
//! transaction that takes the effect. What lies between may be killed at any moment: an event is taken from the
//! outbox only after every receiver has committed, and an event that comes twice finds its id in the inbox.

mod envelope;
mod receive;
mod relay;
pub mod sqlite;

pub use envelope::{Envelope, Origin};
pub use receive::{Delivered, HandlingError, Heard, Subscriber};
pub use relay::Relay;
