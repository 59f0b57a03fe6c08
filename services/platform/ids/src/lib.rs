//! A typed id for each noun, in one append-only list, and the reference that people read out.

mod reference;

use std::fmt;
use std::str::FromStr;

use ambient::Ambient;
pub use reference::{Reference, ReferenceError};
use uuid::Uuid;

/// Declares ids that are UUIDs of version 7 underneath and cannot be taken for one another.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Mints a new one.
            pub fn mint(ambient: &Ambient) -> Self {
                Self(ambient.uuid())
            }

            /// Takes one that a store or a message holds.
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// As a store or a message holds it.
            pub fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

// Append only: an id that is gone from use keeps its name.
ids! {
    /// One event, from the sender's outbox through every receiver's inbox. CloudEvents `ce-id`.
    EventId,
    /// One lease of a case on the panel's queue.
    LeaseId,
}
