//! What audit promises, on a store of its own for each test: the log grows as RFC 6962 says, whatever is delivered
//! how often and by whom; it can be verified by somebody who shares no code with it; it survives an erasure; and
//! it answers those who may ask.
//!
//! One suite, compiled for each database: `sqlite::…` and `postgres::…` are the same promises.

mod merkle;
mod postgres;
mod reference_tree;
mod sqlite;
mod teller;
