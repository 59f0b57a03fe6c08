//! The panel's and the auditor's side: all that may be read there.

use acceptance::Clients;
use contracts::audit::v1::{CheckpointRequest, TimelineRequest};
use contracts::intake::v1::client::records_service_client::RecordsServiceClient;
use contracts::intake::v1::{
    ApplyRetentionRequest, EraseRequest, ListReadingsRequest, PlaceHoldRequest, ReadIdentitiesRequest,
    ReadIdentitiesResponse,
};
use contracts::notification::v1::{ErasureReason, HoldReason, Lane, ReadingPurpose};
use contracts::triage::v1::{
    AcknowledgeRequest, GetCaseRequest, ListNoticesRequest, ListQueueRequest, Recipient, TakeNextRequest,
};
use identity::{Caller, Role};
use prost::Message;

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
    keep_records(clients, held, answers).await;
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

/// Reads identities, which is answered with them, and keeps whatever else is said about that.
async fn keep_records(clients: &Clients, held: &[Held], answers: &mut Answers) {
    let desk = Caller::new(Role::Secretariat, "desk");
    let mut records = RecordsServiceClient::new(clients.channel(&desk).await);
    for held in held {
        let (reference, purpose) = (held.reference.clone(), ReadingPurpose::Decision.into());
        let read = records.read_identities(ReadIdentitiesRequest { reference, purpose }).await;
        let read = read.expect("is read").into_inner();
        assert!(read.notification.is_some(), "the one answer to the panel that shows who it is about");
        let reading = ReadIdentitiesResponse { notification: None, ..read };
        answers.0.push(("ReadIdentities, but for the record".to_owned(), reading.encode_to_vec()));
        let listed = records.list_readings(ListReadingsRequest { reference: held.reference.clone() }).await;
        answers.keep("ListReadings", listed).expect("listed");
        let hold = PlaceHoldRequest { reference: held.reference.clone(), reason: HoldReason::Inquiry.into() };
        answers.keep("PlaceHold", records.place_hold(hold).await).expect("held");
        let erase =
            EraseRequest { reference: held.reference.clone(), reason: ErasureReason::CourtOrder.into() };
        answers.keep("Erase, on hold", records.erase(erase).await).expect_err("on hold");
    }
    let due = records.apply_retention(ApplyRetentionRequest { dry_run: true, at_most: 0 }).await;
    answers.keep("ApplyRetention", due).expect("listed");
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
