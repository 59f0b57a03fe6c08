//! The panel's and the auditor's side: all that may be read there.

use acceptance::Clients;
use contracts::audit::v1::{CheckpointRequest, TimelineRequest};
use contracts::notification::v1::Lane;
use contracts::triage::v1::{
    AcknowledgeRequest, GetCaseRequest, ListNoticesRequest, ListQueueRequest, Recipient, TakeNextRequest,
};

use crate::acts::{Answers, Held};

/// Reads and takes everything, and keeps all of it.
pub(crate) async fn read_everything(clients: &Clients, held: &[Held], answers: &mut Answers) {
    let mut triage = clients.triage().await;
    for lane in [Lane::Decision, Lane::Information] {
        let request = ListQueueRequest { lane: lane.into(), ..Default::default() };
        let listed = triage.list_queue(request).await;
        answers.keep("ListQueue", listed).expect("listed");
    }
    for held in held {
        let case = triage.get_case(GetCaseRequest { reference: held.reference.clone() }).await;
        answers.keep("GetCase", case).expect("a case");
        let mut audit = clients.audit().await;
        let timeline = audit.timeline(TimelineRequest { reference: held.reference.clone() }).await;
        let told = answers.keep("Timeline", timeline).expect("a timeline");
        assert!(told.entries.len() > 2, "{told:?}");
    }
    let checkpoint = clients.audit().await.checkpoint(CheckpointRequest {}).await;
    answers.keep("Checkpoint", checkpoint).expect("a checkpoint");
    for recipient in [Recipient::Dfe, Recipient::Ofsted] {
        let request = ListNoticesRequest { recipient: recipient.into(), ..Default::default() };
        let notices = triage.list_notices(request).await;
        answers.keep("ListNotices", notices).expect("listed");
    }
    let taken = triage.take_next(TakeNextRequest { lane: Lane::Decision.into(), lease: None }).await;
    let taken = answers.keep("TakeNext", taken).expect("taken");
    let reference = taken.entry.expect("an entry").reference;
    let request = AcknowledgeRequest { reference, lease_id: taken.lease_id };
    let acknowledged = triage.acknowledge(request).await;
    answers.keep("Acknowledge", acknowledged).expect("acknowledged");
}

/// How many entries the log has of each.
pub(crate) async fn entries(clients: &Clients, held: &[Held]) -> Vec<usize> {
    let mut counted = Vec::new();
    for held in held {
        let request = TimelineRequest { reference: held.reference.clone() };
        let told = clients.audit().await.timeline(request).await;
        counted.push(told.map_or(0, |told| told.into_inner().entries.len()));
    }
    counted
}
