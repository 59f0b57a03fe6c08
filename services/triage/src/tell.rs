//! Seals what triage tells when it takes up news: under the current span, which is that of the news.
//!
//! What a reader would get wrong: sealing is not sending. An envelope is told once the transaction that appended it to
//! the outbox has committed.

use ambient::Ambient;
use contracts::events::{CASE_QUEUED, NOTICE_DFE, NOTICE_OFSTED};
use delivery::{Envelope, Origin, Route};

use crate::SERVICE;
use crate::domain::case::{Case, Entry};
use crate::domain::lane::Lane;
use crate::domain::priority::Priority;
use crate::domain::recipients::{Notice, Recipient};
use crate::wire;
pub(crate) use crate::wire::linking::{seal_proposed as proposed, seal_raised as raised};

/// `case.queued.v1`: a case was opened, or made anew.
pub(crate) fn queued(case: &Case, ambient: &Ambient) -> Envelope {
    let entry = &case.entry;
    let origin =
        Origin { kind: CASE_QUEUED, source: SERVICE, subject: entry.reference, owner: &entry.authority };
    Envelope::seal(origin, &wire::case_queued(case), ambient).routed(route(entry))
}

/// Each lane has readers of its own; and what is urgent may overtake what is not, on the way as on the queue.
fn route(entry: &Entry) -> Route {
    let lane = match entry.lane {
        Lane::Decision => "decision",
        Lane::Information => "information",
    };
    Route { key: format!("{CASE_QUEUED}.{lane}"), urgent: entry.priority == Priority::Urgent, queue: None }
}

/// `notice.dfe.v1` or `notice.ofsted.v1`.
pub(crate) fn notice(notice: &Notice, ambient: &Ambient) -> Envelope {
    let kind = if notice.recipient == Recipient::Ofsted { NOTICE_OFSTED } else { NOTICE_DFE };
    let origin = Origin { kind, source: SERVICE, subject: notice.reference, owner: &notice.said.authority };
    Envelope::seal(origin, &wire::notices::notice_issued(notice), ambient)
}
