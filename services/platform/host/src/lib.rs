//! A service as a process of its own: it reads its settings, serves, delivers, and comes down softly.
//!
//! What a reader would get wrong: the order. A process refuses to start on what retrying does not mend (settings,
//! certificates, a schema, credentials, another topology), and starts on what does (a broker that is away: events wait in
//! the outbox). On the way down whatever takes in stops before whatever carries out.

mod bodies;
mod budget;
mod channel;
mod clock;
mod connection;
mod delivering;
mod door;
mod framing;
mod guard;
mod heard;
mod limits;
mod measured;
mod measures;
mod observing;
mod process;
mod readiness;
pub mod server;
mod settings;
mod shares;
mod sparing;
mod trusted;
pub mod watch;

pub use channel::channel;
pub use clock::sentence as clock_differs;
pub use guard::CATALOGUE;
pub use limits::Limits;
pub use measures::MEASURES;
pub use observing::{ObservedCertificate, ObservedPostRoom, observe};
pub use process::{Host, Hosted, run};
pub use settings::{Arguments, Process, Settings, read};
pub use trusted::{Files, Trusted};
pub use watch::{Standing, Stands};
