//! Events travel from a sender's outbox to each receiver's inbox: delivered at least once, effective once.
//!
//! A sender appends to its outbox in the transaction that makes the fact; a receiver marks its inbox in the
//! transaction that takes the effect. What lies between may be killed at any moment: an event is taken from the
//! outbox only after it has arrived, and an event that comes twice finds its id in the inbox.

mod carrier;
mod deliver;
mod envelope;
mod in_process;
mod measures;
mod outbox;
pub mod parked;
mod post_room;
pub mod postgres;
mod receive;
mod relay;
pub mod shown;
pub mod sqlite;

pub use carrier::Carrier;
pub use deliver::{Delivery, deliver};
pub use envelope::{Envelope, Origin, Route};
pub use in_process::InProcess;
pub use measures::MEASURES;
pub(crate) use outbox::Settle;
pub use outbox::{Claim, Outbox};
pub use parked::ParkedEvents;
pub use post_room::PostRoom;
pub use receive::{Delivered, HandlingError, Heard, Keeper, Receiver, Subscriber};
pub use relay::Relay;
