//! Takes a panel member's word that they stand aside from a case, lifts it for the secretariat, and tells of both.
//!
//! What a reader would get wrong: a member who holds the case when they stand aside holds it no longer. The lease ends, and
//! the case waits for somebody else at once.

use std::sync::Arc;

use ambient::Ambient;
use ids::Reference;
use jiff::Timestamp;
use storage::StoreError;
use tracing::{Span, info_span};

use crate::domain::stand_aside::{Aside, Interest, StoodAside, Viewer};
use crate::store::{Found, HeldCase, Store};
use crate::wire::stand_aside as wire;

/// Why nothing is changed.
#[derive(Debug, thiserror::Error)]
pub enum NotStoodAside {
    /// No case has that reference.
    #[error("no case has that reference")]
    NoSuchCase,
    /// The member has not stood aside from the case, so nothing can be lifted.
    #[error("the member has not stood aside from the case")]
    NotAside,
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone)]
pub struct StandAside {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

impl StandAside {
    /// Keeps it in `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// A member stands aside. Again by the same member it answers the same, and tells nothing more.
    ///
    /// # Errors
    /// [`NotStoodAside`]; nothing is changed or told then.
    pub async fn stand(
        &self,
        reference: Reference,
        member: &str,
        interest: Interest,
    ) -> Result<StoodAside, NotStoodAside> {
        let held = self.held(reference, member).await?;
        let stood = StoodAside { reference, member: member.to_owned(), interest, at: self.ambient.now() };
        let told = about(&held, "stand aside")
            .in_scope(|| wire::seal_stood_aside(&held.case.entry.authority, &stood, &self.ambient));
        match self.store.stand_aside(&stood, &told).await? {
            Aside::Before(stood) => Ok(stood),
            Aside::Now(stood) => {
                tracing::info!(%reference, "a panel member stood aside from a case");
                Ok(stood)
            }
        }
    }

    /// Lets a member see a case again, for `by`.
    ///
    /// # Errors
    /// [`NotStoodAside`]; nothing is changed or told then.
    pub async fn lift(
        &self,
        reference: Reference,
        member: &str,
        by: &str,
    ) -> Result<Timestamp, NotStoodAside> {
        let held = self.held(reference, by).await?;
        let at = self.ambient.now();
        let lifted = wire::Lifted { reference, member, by, at };
        let told = about(&held, "lift stand aside")
            .in_scope(|| wire::seal_lifted(&held.case.entry.authority, lifted, &self.ambient));
        if !self.store.lift_stand_aside(reference, member, &told).await? {
            return Err(NotStoodAside::NotAside);
        }
        tracing::info!(%reference, "a panel member sees a case again");
        Ok(at)
    }

    /// The case, whoever stood aside from it: a member may say so twice.
    async fn held(&self, reference: Reference, by: &str) -> Result<HeldCase, NotStoodAside> {
        match self.store.find(reference, &Viewer::OfAll(by.to_owned())).await? {
            Found::Case(held) => Ok(*held),
            Found::StoodAside | Found::Nothing => Err(NotStoodAside::NoSuchCase),
        }
    }
}

/// A span under the context that the case was queued under, with a link to the call: the caller's trace is not the
/// notification's.
fn about(held: &HeldCase, shown: &'static str) -> Span {
    let span = info_span!(
        target: "lapwing",
        parent: None,
        "stand_aside",
        otel.name = shown,
        lapwing.reference = %held.case.entry.reference,
    );
    held.trace.adopt(&span);
    span.follows_from(Span::current());
    span
}
