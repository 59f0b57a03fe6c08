//! The system from outside: worlds to live in, clients to call with, and conditions to wait for.
//!
//! A story starts a [`World`] or, where the process itself is the subject, a [`Process`]. Stories wait for
//! conditions, never for times: see [`until`].

mod collector;
mod fixtures;
mod process;
mod until;
mod world;

pub use collector::{Collector, SpanOf};
pub use fixtures::{Expected, ExpectedChild, Fixture, fixtures};
pub use process::Process;
pub use until::until;
pub use world::{Clients, World, notification};
