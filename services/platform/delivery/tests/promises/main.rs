//! What delivery promises: delivered at least once, effective once, nobody held up by what cannot be handled, and nothing
//! put aside that an operator cannot send again or give up.
//!
//! One suite, compiled for each database: `sqlite::…` and `postgres::…` are the same promises.

mod postgres;
mod sqlite;
