//! What eligibility promises, on a store of its own for each test: every revision that is heard is found for and told, in
//! whatever order and however often it comes; and a batch has effect as a whole or not at all.
//!
//! One suite, compiled for each database: `sqlite::…` and `postgres::…` are the same promises.

mod postgres;
mod sqlite;
mod teller;
