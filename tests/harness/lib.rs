//! The system from outside: worlds to live in, clients to call with, and conditions to wait for.
//!
//! A story starts a [`World`] or, where the process itself is the subject, a [`Process`]. Stories wait for
//! conditions, never for times: see [`until`].

mod clients;
mod collector;
mod counts;
mod fixtures;
mod http;
mod load;
mod process;
mod production;
mod proxy;
mod python;
mod senders;
mod until;
mod world;

pub use clients::{Addresses, Clients};
pub use collector::{Collector, SpanOf};
pub use counts::Counts;
pub use fixtures::{Expected, ExpectedChild, Fixture, fixtures};
pub use http::{HttpAnswer, http, http_get};
pub use load::{cases_waiting, samples_by_authority, send_all};
pub use process::{Process, Running};
pub use production::{Ground, Production, Replica, SERVICES};
pub use proxy::{Link, Proxy};
pub use python::{PythonClient, environment, python};
pub use senders::Senders;
pub use until::until;
pub use world::{World, notification};

/// Runs a story in both worlds: all four services in this process, and four processes on PostgreSQL and RabbitMQ.
#[macro_export]
macro_rules! both_worlds {
    ($story:ident) => {
        mod $story {
            #[tokio::test]
            async fn embedded() {
                super::$story($crate::World::embedded().await).await;
            }

            #[tokio::test]
            async fn production() {
                super::$story($crate::World::production().await).await;
            }
        }
    };
}
