//! What intake decides without a clock, a store or a network.
//!
//! It reads the contract's own notification: intake holds the record as it was sent, and a twin of its many
//! fields would only be a second place to forget one.

pub mod authority;
pub mod coding;
pub mod fingerprint;
pub mod form;
pub mod hand_over;
pub mod match_tokens;
pub mod receipt;
pub mod retention;
pub mod standing;
pub mod status;
