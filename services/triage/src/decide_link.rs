//! Records what a person decided about two cases, and tells so.
//!
//! What a reader would get wrong: no decision is the last word, and none is lost. A later one counts from then on, and
//! the earlier stay on record with who decided and when.

use std::sync::Arc;

use ambient::Ambient;
use delivery::Envelope;
use ids::Reference;
use storage::StoreError;
use tracing::{Span, info_span};

use crate::domain::link::{Decided, Decision, Link, Pair, ToItself, Verdict};
use crate::domain::stand_aside::Viewer;
use crate::store::{Found, HeldCase, Store};
use crate::wire::linking::seal_decided;

/// Why nothing is decided.
#[derive(Debug, thiserror::Error)]
pub enum NotDecided {
    /// No case has that reference.
    #[error("no case has reference {0}")]
    NoSuchCase(Reference),
    /// Whoever decides stood aside from it.
    #[error("whoever decides stood aside from {0}")]
    StoodAside(Reference),
    /// Both references are one.
    #[error(transparent)]
    ToItself(#[from] ToItself),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The use case.
#[derive(Clone)]
pub struct DecideLink {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

impl DecideLink {
    /// Decides in `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// Records a decision about two cases and answers with what stands between them, seen from the first. They need not
    /// have been proposed. The same decision again by the same caller answers the same, and tells nothing more.
    ///
    /// # Errors
    /// [`NotDecided`]; nothing is recorded or told then.
    pub async fn decide(
        &self,
        reference: Reference,
        other: Reference,
        verdict: Verdict,
        by: &Viewer,
    ) -> Result<Link, NotDecided> {
        let pair = Pair::of(reference, other)?;
        let held = self.held(reference, by).await?;
        self.held(other, by).await?;
        let decision = Decision { verdict, by: by.name().to_owned(), at: self.ambient.now() };
        let told = self.tell(&held, pair, &decision);
        let decided = self.store.decide_link(reference, pair, &decision, &told).await?;
        if let Decided::Now(_) = decided {
            tracing::info!(%reference, %other, ?verdict, "a person decided about two cases");
        }
        Ok(decided.into_link())
    }

    async fn held(&self, reference: Reference, by: &Viewer) -> Result<HeldCase, NotDecided> {
        match self.store.find(reference, by).await? {
            Found::Case(held) => Ok(*held),
            Found::StoodAside => Err(NotDecided::StoodAside(reference)),
            Found::Nothing => Err(NotDecided::NoSuchCase(reference)),
        }
    }

    /// Sealed under the context that the first case was queued under, with a link to the call: the caller's trace is not
    /// the notification's.
    fn tell(&self, held: &HeldCase, pair: Pair, decision: &Decision) -> Envelope {
        let entry = &held.case.entry;
        let span = info_span!(
            target: "lapwing",
            parent: None,
            "decide_link",
            otel.name = "decide link",
            lapwing.reference = %entry.reference,
        );
        held.trace.adopt(&span);
        span.follows_from(Span::current());
        span.in_scope(|| seal_decided(entry.reference, &entry.authority, pair, decision, &self.ambient))
    }
}
