//! The door of a server, over real connections with real certificates: who gets in, for how long, and how much of it.

mod calls;
mod certificates;
mod memory;
mod service;
mod strangers;
mod world;
