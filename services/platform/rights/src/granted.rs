//! What the layer has granted to a call, and how a handler takes it.

use identity::{Caller, Role};
use ids::Reference;
use tonic::{Code, Request, Status};

use crate::row::Whose;
use crate::{ANOTHER_AUTHORITY, RIGHT_NOT_GRANTED, STOOD_ASIDE};

/// What a call was granted: who calls, and how far it reaches. Only the layer makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    by: String,
    reach: Reach,
}

/// Whose data a call reaches, with what is needed to reach no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The calling authority's own.
    Own(OwnAuthority),
    /// The calling authority's own, and what is offered to it by a hand-over.
    OwnAndOffered(OwnAuthority),
    /// Everybody's, but for the cases from which this panel member stood aside.
    AllButStoodAside(Member),
    /// Everybody's.
    All,
    /// How things stand, and never what is in them.
    StateOnly,
    /// What comes with the call, and nothing that is kept.
    WhatIsSent,
    /// What anybody may know.
    Public,
}

/// The DfE number of the authority that calls. It cannot be had but by a right to its own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAuthority(String);

/// The panel member who calls, as the certificate names them, such as `lapwing://panel/ada`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member(String);

impl OwnAuthority {
    /// The DfE number.
    pub fn number(&self) -> &str {
        &self.0
    }

    /// Refuses what is another authority's.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` with reason `ANOTHER_AUTHORITY`.
    pub fn require(&self, number: &str) -> Result<(), Status> {
        if self.0 == number {
            return Ok(());
        }
        let sentence = format!(
            "the certificate is authority {}'s and the notification is authority {number}'s: the duty is each \
             authority's own (Children Act 2004 s.16C(1)). Send it with authority {number}'s certificate, or correct \
             notifying_authority",
            self.0
        );
        Err(refusals::refused(Code::PermissionDenied, ANOTHER_AUTHORITY, &[], sentence))
    }
}

impl Member {
    /// As the certificate names them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Granted {
    /// What a row grants to a caller; nothing where the row does not fit its role, which the table's test refuses.
    pub(crate) fn to(caller: &Caller, whose: Whose) -> Option<Self> {
        let own = || (caller.role == Role::Authority).then(|| OwnAuthority(caller.name.clone()));
        let member = || (caller.role == Role::Panel).then(|| Member(caller.to_string()));
        let reach = match whose {
            Whose::Own => Reach::Own(own()?),
            Whose::OwnAndOffered => Reach::OwnAndOffered(own()?),
            Whose::AllButStoodAside => Reach::AllButStoodAside(member()?),
            Whose::All => Reach::All,
            Whose::StateOnly => Reach::StateOnly,
            Whose::WhatIsSent => Reach::WhatIsSent,
            Whose::Public => Reach::Public,
        };
        Some(Self { by: caller.to_string(), reach })
    }

    /// Who calls, as the certificate names them: to put on record who did something.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// Whose data the call reaches.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The authority that calls, where the call reaches its own data.
    ///
    /// # Errors
    /// Where it reaches any other: see [`Granted::cannot_serve`].
    pub fn own_authority(&self) -> Result<&OwnAuthority, Status> {
        match &self.reach {
            Reach::Own(authority) | Reach::OwnAndOffered(authority) => Ok(authority),
            _ => Err(self.cannot_serve()),
        }
    }

    /// Refuses a right that the service cannot serve: the table grants what no handler was written for.
    pub fn cannot_serve(&self) -> Status {
        tracing::error!(caller = self.by, reach = ?self.reach, "the table of rights grants what the service cannot serve");
        not_granted()
    }
}

/// What was granted to a call.
///
/// # Errors
/// `INTERNAL` with reason `RIGHT_NOT_GRANTED` where the call did not come through the layer.
pub fn granted<T>(request: &Request<T>) -> Result<Granted, Status> {
    request.extensions().get::<Granted>().cloned().ok_or_else(|| {
        tracing::error!("a call reached its service without passing the table of rights");
        not_granted()
    })
}

/// Refuses a panel member the case from which they stood aside: which it is, each service knows by its own store.
pub fn stood_aside(reference: Reference) -> Status {
    let reference = reference.to_string();
    let sentence = format!(
        "reference: you stood aside from {reference}, so nothing of it is shown to you or done by you. To do: leave it to the other \
         members; where it was a mistake, ask the secretariat to lift it"
    );
    refusals::refused(Code::PermissionDenied, STOOD_ASIDE, &[("reference", &reference)], sentence)
}

fn not_granted() -> Status {
    let sentence = "the table of rights and this service do not agree about the call, so nothing was done. To do: tell the \
                    operator, whose log says more";
    refusals::refused(Code::Internal, RIGHT_NOT_GRANTED, &[], sentence)
}
