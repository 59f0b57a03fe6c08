//! The same submission answers with the same receipt, for ever.

use acceptance::{World, both_worlds, notification};
use ambient::{Ambient, SetClock, SystemChance};
use contracts::intake::v1::SubmitRequest;
use futures::future::join_all;
use tonic::Code;
use tonic_types::StatusExt;

both_worlds!(a_repeated_submission_gets_the_receipt_it_got_before_also_after_a_restart);

async fn a_repeated_submission_gets_the_receipt_it_got_before_also_after_a_restart(world: World) {
    let request = || SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let first = world.clients().intake("373").await.submit(request()).await.expect("held").into_inner();
    let again = world.clients().intake("373").await.submit(request()).await.expect("held").into_inner();
    assert_eq!((first.already_held, again.already_held), (false, true));
    assert_eq!(first.receipt, again.receipt);

    let (world, _) = world.restart().await;
    let later = world.clients().intake("373").await.submit(request()).await.expect("held").into_inner();
    assert_eq!(first.receipt, later.receipt);
    world.settled().await;
}

#[tokio::test]
async fn what_was_held_keeps_its_receipt_where_a_later_judgement_of_its_form_would_refuse_it() {
    let request = || SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let clock = SetClock::at("2026-03-20T12:00:00Z".parse().expect("a time"));
    let world = World::with(&Ambient::new(clock.clone(), SystemChance)).await;
    let mut intake = world.clients().intake("373").await;
    let first = intake.submit(request()).await.expect("held").into_inner();
    // By a clock that has gone wrong, the incident lies in the future.
    clock.set("2026-03-01T12:00:00Z".parse().expect("a time"));
    let again = intake.submit(request()).await.expect("held").into_inner();
    assert_eq!((again.already_held, again.receipt), (true, first.receipt));
    let mut other = notification("373", "CASE-2");
    other.late_reason = "other".into();
    let refused = intake.submit(SubmitRequest { notification: Some(other) }).await.expect_err("refused");
    assert_eq!(refused.code(), Code::InvalidArgument);
}

both_worlds!(fifty_at_once_get_one_receipt_and_one_case);

async fn fifty_at_once_get_one_receipt_and_one_case(world: World) {
    let intake = world.clients().intake("373").await;
    let submissions = (0..50).map(|_| {
        let mut intake = intake.clone();
        async move {
            intake
                .submit(SubmitRequest { notification: Some(notification("373", "CASE-1")) })
                .await
                .expect("held")
                .into_inner()
        }
    });
    let answers = join_all(submissions).await;
    assert_eq!(answers.iter().filter(|answer| !answer.already_held).count(), 1);
    assert!(answers.iter().all(|answer| answer.receipt == answers[0].receipt));
    world.settled().await;
    let lane = contracts::notification::v1::Lane::Decision.into();
    let request = contracts::triage::v1::ListQueueRequest { lane, ..Default::default() };
    assert_eq!(
        world.clients().triage().await.list_queue(request).await.expect("listed").into_inner().waiting,
        1
    );
}

both_worlds!(other_content_under_the_same_key_is_a_conflict_that_shows_both_fingerprints);

async fn other_content_under_the_same_key_is_a_conflict_that_shows_both_fingerprints(world: World) {
    let mut intake = world.clients().intake("373").await;
    let held = intake
        .submit(SubmitRequest { notification: Some(notification("373", "CASE-1")) })
        .await
        .expect("held")
        .into_inner();
    let receipt = held.receipt.expect("a receipt");
    let mut other = notification("373", "CASE-1");
    other.late_reason = "awaited the police".into();
    let conflict = intake.submit(SubmitRequest { notification: Some(other) }).await.expect_err("refused");
    assert_eq!(conflict.code(), Code::AlreadyExists);
    let info = conflict.get_details_error_info().expect("error info");
    assert_eq!(info.reason, "SUBMISSION_CONFLICT");
    assert_eq!(info.metadata["reference"], receipt.reference);
    assert_eq!(info.metadata["held_fingerprint"], receipt.fingerprint);
    assert_ne!(info.metadata["sent_fingerprint"], receipt.fingerprint);
    assert!(conflict.message().contains("To do:"), "{}", conflict.message());
}

both_worlds!(two_authorities_may_use_the_same_reference_of_their_own);

async fn two_authorities_may_use_the_same_reference_of_their_own(world: World) {
    let mut receipts = Vec::new();
    for authority in ["370", "373"] {
        let request = SubmitRequest { notification: Some(notification(authority, "CASE-1")) };
        let held = world.clients().intake(authority).await.submit(request).await.expect("held").into_inner();
        assert!(!held.already_held);
        receipts.push(held.receipt.expect("a receipt").reference);
    }
    assert_ne!(receipts[0], receipts[1]);
}
