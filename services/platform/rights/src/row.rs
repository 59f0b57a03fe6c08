//! What a row of the table is made of, and how the rows of a call are found.

use std::fmt;

use identity::{Caller, Role};

use crate::table::TABLE;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A local authority's case system.
    Authority,
    /// A panel member.
    Panel,
    /// The panel's secretariat.
    Secretariat,
    /// Somebody who keeps Lapwing running.
    Operator,
    /// Somebody who reads the log.
    Auditor,
    /// One of Lapwing's services, by its name: no service has another's rights.
    Service(&'static str),
    /// Everybody whose certificate was verified.
    Everyone,
}

/// Whose data a call reaches for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// The calling authority's own.
    Own,
    /// The calling authority's own, and what is offered to it by a hand-over.
    OwnAndOffered,
    /// Everybody's, but for the cases from which the calling panel member stood aside.
    AllButStoodAside,
    /// Everybody's.
    All,
    /// How things stand, and never what is in them.
    StateOnly,
    /// What comes with the call: nothing that is kept is read or changed.
    WhatIsSent,
    /// What anybody may know.
    Public,
}

/// A row: one call, one kind of caller, whose data, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The call by its full name in the contracts, such as `lapwing.intake.v1.IntakeService/Submit`.
    pub call: &'static str,
    /// Who may make it.
    pub who: Who,
    /// Whose data it reaches for them.
    pub whose: Whose,
    /// Why, as a short sentence.
    pub why: &'static str,
}

/// A row, so that the table reads as one.
pub(crate) const fn row(call: &'static str, who: Who, whose: Whose, why: &'static str) -> Row {
    Row { call, who, whose, why }
}

/// The rows of a call; none where nobody may make it.
pub fn rows_of(call: &str) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.call == call)
}

impl Who {
    /// Whether a caller is meant.
    pub fn is(self, caller: &Caller) -> bool {
        match self {
            Self::Authority => caller.role == Role::Authority,
            Self::Panel => caller.role == Role::Panel,
            Self::Secretariat => caller.role == Role::Secretariat,
            Self::Operator => caller.role == Role::Operator,
            Self::Auditor => caller.role == Role::Auditor,
            Self::Service(name) => caller.role == Role::Service && caller.name == name,
            Self::Everyone => true,
        }
    }

    /// Whether data may ever be reached so: the principles that every row keeps to.
    pub(crate) fn may_reach(self, whose: Whose) -> bool {
        match self {
            Self::Authority => matches!(whose, Whose::Own | Whose::OwnAndOffered | Whose::WhatIsSent),
            Self::Panel => matches!(whose, Whose::AllButStoodAside | Whose::WhatIsSent),
            Self::Secretariat | Self::Service(_) => matches!(whose, Whose::All | Whose::WhatIsSent),
            Self::Operator => whose == Whose::StateOnly,
            Self::Auditor => whose == Whose::All,
            Self::Everyone => whose == Whose::Public,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority => formatter.write_str("authority"),
            Self::Panel => formatter.write_str("panel"),
            Self::Secretariat => formatter.write_str("secretariat"),
            Self::Operator => formatter.write_str("operator"),
            Self::Auditor => formatter.write_str("auditor"),
            Self::Service(name) => write!(formatter, "service {name}"),
            Self::Everyone => formatter.write_str("everyone"),
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Own => "its own",
            Self::OwnAndOffered => "its own, and offered to it",
            Self::AllButStoodAside => "all, but where the member stood aside",
            Self::All => "all",
            Self::StateOnly => "state only",
            Self::WhatIsSent => "only what is sent",
            Self::Public => "public",
        })
    }
}
