//! What audit decides without a clock, a store or a network: which bytes stand for an event, with which salt, how the log
//! grows, what a checkpoint says, and what an entry means in words.

pub mod checkpoint;
pub mod description;
pub mod leaf;
pub mod log;
pub mod record;
pub mod salting;
