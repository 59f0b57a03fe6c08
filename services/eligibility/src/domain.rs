//! The judgement, pure and synchronous: facts and a policy edition in, a finding with reasons out.
//!
//! What a reader would get wrong: nothing here decides whether to take a notification. Every notification is held;
//! a finding says what the law makes of it.

pub mod changes;
pub mod fact;
pub mod facts;
pub mod finding;
pub mod policy;
pub mod reasons;
pub mod rules;
pub mod summary;
