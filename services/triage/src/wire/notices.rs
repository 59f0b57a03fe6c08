//! Recipients and notices in the contract's words, and a notice read back.
//!
//! What a reader would get wrong: a notice is kept as it was told, byte for byte; reading it back serves to see whether
//! a recipient would be told anything new.

use contracts::notification::v1 as contract;
use contracts::time::{civil_date, to_wire};
use contracts::triage::v1::{self as triage, NoticeIssued};

use super::{day_to_wire, outcome_to_wire, reasons};
use crate::domain::finding::Outcome;
use crate::domain::recipients::{Delivery, Notice, Recipient, Said, because};

/// Whether a recipient is told, and why or why not.
pub(crate) fn delivery(delivery: &Delivery) -> triage::Delivery {
    triage::Delivery {
        recipient: recipient_to_wire(delivery.recipient).into(),
        due: delivery.due,
        reasons: reasons(&delivery.reasons),
    }
}

/// What DfE or Ofsted is told.
pub(crate) fn notice(notice: &Notice) -> triage::Notice {
    let said = &notice.said;
    triage::Notice {
        recipient: recipient_to_wire(notice.recipient).into(),
        reference: notice.reference.to_string(),
        revision: notice.revision,
        notifying_authority: said.authority.clone(),
        outcome: outcome_to_wire(said.outcome).into(),
        provision: said.provision.clone(),
        children: said.children,
        deaths: said.deaths,
        occurred_on: day_to_wire(said.occurred_on),
        reasons: reasons(&notice.reasons),
        withdrawn: said.withdrawn,
        issued_at: Some(to_wire(notice.issued_at)),
    }
}

/// The event that tells it.
pub(crate) fn notice_issued(told: &Notice) -> NoticeIssued {
    NoticeIssued { notice: Some(notice(told)) }
}

/// What a notice said, read back; none where it holds an outcome that triage never told.
pub(crate) fn said(notice: &triage::Notice) -> Option<Said> {
    let outcome = Outcome::ALL.into_iter().find(|outcome| outcome_to_wire(*outcome) == notice.outcome())?;
    Some(Said {
        authority: notice.notifying_authority.clone(),
        outcome,
        provision: notice.provision.clone(),
        children: notice.children,
        deaths: notice.deaths,
        occurred_on: civil_date(&notice.occurred_on).ok().flatten(),
        withdrawn: notice.withdrawn,
        because: because(notice.reasons.iter().map(|reason| (reason.code.as_str(), reason.text.as_str()))),
    })
}

/// A recipient of notices; none where it is another.
pub(crate) fn recipient_of_notices(recipient: triage::Recipient) -> Option<Recipient> {
    Recipient::OF_NOTICES.into_iter().find(|known| recipient_to_wire(*known) == recipient)
}

/// An indicator.
pub(crate) fn indicator(reason: contract::Reason) -> triage::Indicator {
    triage::Indicator { reason: Some(reason) }
}

fn recipient_to_wire(recipient: Recipient) -> triage::Recipient {
    match recipient {
        Recipient::Panel => triage::Recipient::Panel,
        Recipient::Dfe => triage::Recipient::Dfe,
        Recipient::Ofsted => triage::Recipient::Ofsted,
        Recipient::SafeguardingPartners => triage::Recipient::SafeguardingPartners,
    }
}
