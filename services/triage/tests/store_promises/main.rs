//! What triage's store promises: one case for each notification whatever the order of the news, one taker for each case,
//! one acknowledgement for each lease, and an order that is the same for all.
//!
//! One suite, compiled for each database: `sqlite::…` and `postgres::…` are the same promises.

mod postgres;
mod sqlite;
