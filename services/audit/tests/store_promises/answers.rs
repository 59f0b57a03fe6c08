//! What audit answers, and whom.

use std::fs;

use ambient::Ambient;
use audit::config::Config;
use audit::{Audit, StartError};
use contracts::audit::v1::{CheckpointRequest, TimelineRequest};
use contracts::eligibility::v1::NotificationAssessed;
use contracts::intake::v1::NotificationReceived;
use contracts::notification::v1::{Assessment, CodedNotification, Lane, Outcome, Priority};
use contracts::time::from_wire;
use contracts::triage::v1::{CaseAcknowledged, CaseQueued, QueueEntry};
use delivery::Envelope;
use identity::{Caller, Role};
use prost::Message;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use super::world::World;
use crate::reference_tree;
use crate::teller::{Teller, auditor, from, noon};

/// The life of one notification of Sheffield's, as its events tell it.
fn life(teller: &Teller, reference: &str) -> Vec<Envelope> {
    let notification =
        CodedNotification { notifying_authority: "373".into(), revision: 1, ..Default::default() };
    let received = NotificationReceived { notification: Some(notification) };
    let assessment = Assessment {
        outcome: Outcome::DutyInArea.into(),
        provision: "Children Act 2004 s.16C(1)(a)".into(),
        policy_edition: "Working Together 2023 (June 2025)".into(),
        ..Default::default()
    };
    let assessed = NotificationAssessed { assessment: Some(assessment), ..Default::default() };
    let entry =
        QueueEntry { lane: Lane::Decision.into(), priority: Priority::Urgent.into(), ..Default::default() };
    let queued = CaseQueued { entry: Some(entry), reasons: vec![] };
    let acknowledged = CaseAcknowledged { lane: Lane::Decision.into(), ..Default::default() };
    let tell = |kind, source: &str, payload| Envelope {
        source: source.into(),
        ..teller.event(kind, reference, payload)
    };
    vec![
        tell("notification.received.v1", "intake", received.encode_to_vec()),
        tell("notification.assessed.v1", "eligibility", assessed.encode_to_vec()),
        tell("case.queued.v1", "triage", queued.encode_to_vec()),
        tell("case.acknowledged.v1", "triage", acknowledged.encode_to_vec()),
    ]
}

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().expect("a reason").reason.clone()
}

#[tokio::test]
async fn a_timeline_tells_the_life_of_one_notification_in_the_order_of_the_log() {
    let world = World::new().await;
    let teller = Teller::new(1);
    let (reference, other) = (teller.reference().to_string(), teller.reference().to_string());
    let between = teller.event("notification.received.v1", &other, vec![]);
    let [received, assessed, queued, acknowledged] =
        life(&teller, &reference).try_into().expect("four events");
    world.hear(&[received, between, assessed]).await.expect("heard");
    world.hear(&[queued, acknowledged]).await.expect("heard");

    let entries = world.timeline(&auditor(), &reference).await.expect("a timeline");
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.position, entry.source.as_str(), entry.words.as_str())).collect();
    let found =
        "assessed by Working Together 2023 (June 2025): a duty to notify under Children Act 2004 s.16C(1)(a)";
    assert_eq!(
        told,
        [
            (0, "intake", "received from authority 373 (Sheffield), revision 1"),
            (2, "eligibility", found),
            (3, "triage", "queued for decision, urgent"),
            (4, "triage", "taken over by the panel for decision"),
        ]
    );
    assert_eq!(entries[0].event_type, "notification.received.v1");
    assert_eq!(from_wire(entries[0].occurred_at.as_ref()), Some(noon()));
    assert_eq!(from_wire(entries[0].recorded_at.as_ref()), Some(noon()));
    let leaves = world.leaves_made_anew().await;
    assert_eq!(entries[3].leaf_hash, hex::encode(leaves[4]));
}

#[tokio::test]
async fn a_reference_is_understood_as_it_is_read_out() {
    let world = World::new().await;
    let teller = Teller::new(2);
    let reference = teller.reference().to_string();
    world.hear(&life(&teller, &reference)).await.expect("heard");
    let spoken = reference.to_lowercase().replace('-', " ");
    assert_eq!(world.timeline(&auditor(), &spoken).await.expect("a timeline").len(), 4);
}

#[tokio::test]
async fn an_authority_reads_its_own_and_cannot_tell_anothers_from_none() {
    let world = World::new().await;
    let teller = Teller::new(3);
    let (own, unknown) = (teller.reference().to_string(), teller.reference().to_string());
    world.hear(&life(&teller, &own)).await.expect("heard");
    assert_eq!(world.timeline(&Caller::authority("373"), &own).await.expect("its own").len(), 4);

    let barnsley = Caller::authority("370");
    let anothers = world.timeline(&barnsley, &own).await.expect_err("another's");
    let nobodys = world.timeline(&barnsley, &unknown).await.expect_err("nobody's");
    assert_eq!((anothers.code(), reason(&anothers)), (Code::NotFound, "NOTHING_RECORDED".to_owned()));
    assert_eq!(anothers.code(), nobodys.code());
    assert_eq!(anothers.message().replace(&own, &unknown), nobodys.message());
    assert_eq!(reason(&anothers), reason(&nobodys));
}

#[tokio::test]
async fn an_entry_that_another_authority_owns_is_not_shown_under_ones_own_reference() {
    let world = World::new().await;
    let teller = Teller::new(6);
    let reference = teller.reference().to_string();
    let mut life = life(&teller, &reference);
    life[3].owner = "370".to_owned();
    world.hear(&life).await.expect("heard");
    let read =
        async |number| world.timeline(&Caller::authority(number), &reference).await.expect("entries").len();
    assert_eq!((read("373").await, read("370").await), (3, 1));
}

#[tokio::test]
async fn those_who_watch_over_the_whole_may_read_any_timeline() {
    let world = World::new().await;
    let teller = Teller::new(4);
    let reference = teller.reference().to_string();
    world.hear(&life(&teller, &reference)).await.expect("heard");
    for role in [Role::Secretariat, Role::Operator, Role::Auditor] {
        let entries = world.timeline(&Caller::new(role, "a-name"), &reference).await.expect("a timeline");
        assert_eq!(entries.len(), 4, "{role:?}");
    }
    // A panel member reads cases by triage, which knows where they stood aside; the log does not.
    for role in [Role::Panel, Role::Service] {
        let refused = world.timeline(&Caller::new(role, "triage"), &reference).await.expect_err("refused");
        assert_eq!(
            (refused.code(), reason(&refused)),
            (Code::PermissionDenied, "ROLE_NOT_ALLOWED".to_owned())
        );
    }
}

#[tokio::test]
async fn an_operator_is_told_which_step_was_taken_and_not_what_was_found() {
    let world = World::new().await;
    let teller = Teller::new(6);
    let reference = teller.reference().to_string();
    world.hear(&life(&teller, &reference)).await.expect("heard");
    let words = async |role| -> Vec<String> {
        let told = world.timeline(&Caller::new(role, "a-name"), &reference).await.expect("a timeline");
        told.into_iter().map(|entry| entry.words).collect()
    };
    let (operator, auditor) = (words(Role::Operator).await, words(Role::Auditor).await);
    assert_eq!(operator, ["received", "assessed", "queued", "taken over by the panel"]);
    assert!(auditor.iter().zip(&operator).all(|(told, state)| told != state), "{auditor:?}");
}

#[tokio::test]
async fn nobody_without_a_certificate_is_answered() {
    let world = World::new().await;
    let reference = Teller::new(5).reference().to_string();
    let timeline =
        world.client().timeline(Request::new(TimelineRequest { reference })).await.expect_err("refused");
    let checkpoint =
        world.client().checkpoint(Request::new(CheckpointRequest {})).await.expect_err("refused");
    for status in [timeline, checkpoint] {
        assert_eq!((status.code(), reason(&status)), (Code::Unauthenticated, "NO_CERTIFICATE".to_owned()));
    }
}

#[tokio::test]
async fn a_mistaken_reference_is_refused_with_the_field_and_what_to_do() {
    let world = World::new().await;
    for mistaken in ["LW-7K4-MXP", "LW-7K4-MXO-2R9", ""] {
        let status = world.timeline(&auditor(), mistaken).await.expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument, "{mistaken}");
        let details = status.get_error_details();
        let violation = &details.bad_request().expect("a bad request").field_violations[0];
        assert_eq!(violation.field, "reference");
        assert!(violation.description.contains("To do: "), "{}", violation.description);
    }
}

#[tokio::test]
async fn an_empty_log_states_the_hash_of_nothing() {
    let world = World::new().await;
    let checkpoint = world.checkpoint().await.expect("a checkpoint");
    assert_eq!((checkpoint.size, checkpoint.root_hash), (0, hex::encode(reference_tree::root(&[]))));
    let text = notary::verify(&checkpoint.signed_note, &world.audit.checkpoint_key).expect("verifies");
    assert!(text.starts_with("lapwing-audit-log\n0\n"), "{text}");
}

#[tokio::test]
async fn anybody_who_is_somebody_may_ask_for_the_checkpoint() {
    let world = World::new().await;
    let callers = [
        Caller::authority("370"),
        Caller::new(Role::Service, "triage"),
        Caller::new(Role::Secretariat, "desk"),
    ];
    for caller in callers {
        world.client().checkpoint(from(&caller, CheckpointRequest {})).await.expect("a checkpoint");
    }
}

#[tokio::test]
async fn a_key_of_another_log_is_refused_and_both_names_are_told() {
    let world = World::new().await;
    let ours = world.config;
    let renamed = Config { origin: "another-log".into(), ..ours.clone() };
    let Err(error) = Audit::start(&renamed, &Ambient::system()).await else { panic!("it started") };
    assert!(matches!(&error, StartError::Origin { .. }), "{error}");
    assert!(error.to_string().contains("another-log") && error.to_string().contains(&ours.origin), "{error}");
}

#[tokio::test]
async fn a_key_that_is_broken_keeps_audit_from_starting() {
    let world = World::new().await;
    fs::write(&world.config.checkpoint_key, "robin").expect("writes");
    let Err(error) = Audit::start(&world.config, &Ambient::system()).await else { panic!("it started") };
    assert!(matches!(error, StartError::Key(_)), "{error}");
}
