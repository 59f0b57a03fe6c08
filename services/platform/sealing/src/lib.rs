//! Seals what is stored: a data key for each notification, wrapped by a key that the database never sees.
//!
//! What a reader would get wrong: a sealed value opens in its own place alone. The table, the row and the column are part of
//! what is authenticated, so that nobody who can write the database can move a record to another notification.

mod cipher;
mod data_key;
mod source;
mod wrapping;

pub use cipher::Place;
pub use data_key::{DataKey, NotOpened};
pub use source::{KeySource, SourceError};
pub use wrapping::{NotKeys, Unwrapped, WrappingKeys};
