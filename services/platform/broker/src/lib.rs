//! Events through RabbitMQ: one topology, confirmed publishing, supervised consuming.
//!
//! What a reader would get wrong: the client's own recovery is not relied on. After a cut it shows nothing, and after a channel
//! error its consumers wait for ever; so each session is one connection, used until its first error and then made anew
//! ([`session`]).

mod config;
mod consumer;
mod error;
mod measures;
mod message;
mod observe;
mod parked;
mod publisher;
mod session;
mod standing;
pub mod topology;

pub use config::Config;
pub use consumer::consume;
pub use error::BrokerError;
pub use measures::MEASURES;
pub use observe::observe_queues;
pub use parked::collect_parked;
pub use publisher::Publisher;
pub use session::{Reachable, probe, reach};
pub use standing::{Standing, standing};
