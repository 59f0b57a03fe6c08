//! Private servers for tests and benchmarks: real ones, started as processes of this user on free ports, in a folder of
//! their own. They end with the process that started them, however it ends.
//!
//! What a reader would get wrong: nothing here is for production, and nothing is measured here. A server's durability is
//! that of the real one, so that faults and benchmarks mean something.

mod keeper;
pub mod postgres;
pub mod rabbitmq;

pub use keeper::free_port;
