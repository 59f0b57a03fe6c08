//! What changes after a notification was sent: a later revision is found and ranked anew, a late one changes nothing,
//! and what is withdrawn stays visible.

use acceptance::{Clients, World, both_worlds, notification, until};
use contracts::intake::v1::{
    AmendRequest, AmendResponse, GetRequest, Receipt, SubmitRequest, WithdrawRequest, get_request,
};
use contracts::notification::v1::{
    ClockKind, Event, Lane, Notification, Priority, RevisionKind, Stage, Status, WithdrawalReason,
};
use contracts::triage::v1::{
    AcknowledgeRequest, GetCaseRequest, GetCaseResponse, QueueState, TakeNextRequest,
};
use tonic::Code;
use tonic_types::StatusExt;

/// A child who was seriously harmed, and not yet known by name.
fn harmed(sender_reference: &str) -> Notification {
    let mut notification = notification("373", sender_reference);
    let facts = notification.children[0].facts.as_mut().expect("facts");
    facts.event = Event::Harm.into();
    facts.serious_harm = facts.abuse_or_neglect.clone();
    notification
}

fn died(mut notification: Notification) -> Notification {
    notification.children[0].facts.as_mut().expect("facts").event = Event::Death.into();
    notification
}

async fn submit(clients: &Clients, notification: Notification) -> Receipt {
    let request = SubmitRequest { notification: Some(notification) };
    let held = clients.intake("373").await.submit(request).await.expect("held").into_inner();
    held.receipt.expect("a receipt")
}

async fn amend(
    clients: &Clients,
    reference: &str,
    revision: u32,
    notification: Notification,
) -> Result<AmendResponse, tonic::Status> {
    let request =
        AmendRequest { reference: reference.to_owned(), revision, notification: Some(notification) };
    clients.intake("373").await.amend(request).await.map(tonic::Response::into_inner)
}

async fn case(clients: &Clients, reference: &str) -> GetCaseResponse {
    let request = GetCaseRequest { reference: reference.to_owned() };
    clients.triage().await.get_case(request).await.expect("there is a case").into_inner()
}

async fn status(clients: &Clients, reference: &str) -> Status {
    let key = Some(get_request::Key::Reference(reference.to_owned()));
    let got = clients.intake("373").await.get(GetRequest { key }).await.expect("found").into_inner();
    got.status.expect("a status")
}

both_worlds!(harm_that_becomes_a_death_is_found_and_ranked_anew_with_its_lineage);

async fn harm_that_becomes_a_death_is_found_and_ranked_anew_with_its_lineage(world: World) {
    let clients = world.clients();
    let first = submit(&clients, harmed("CASE-1")).await;
    world.settled().await;
    let before = case(&clients, &first.reference).await;
    assert_eq!(before.entry.as_ref().expect("an entry").priority(), Priority::Standard);

    let second = amend(&clients, &first.reference, 2, died(harmed("CASE-1"))).await.expect("held");
    let receipt = second.receipt.clone().expect("a receipt");
    assert_eq!((receipt.revision, second.newest_revision, second.already_held), (2, 2, false));
    assert_ne!(receipt.fingerprint, first.fingerprint);
    notary::verify(&receipt.signed_note, world.receipt_key()).expect("the receipt verifies");
    world.settled().await;

    let after = case(&clients, &first.reference).await;
    let entry = after.entry.expect("an entry");
    assert_eq!((entry.revision, entry.priority()), (2, Priority::Urgent));
    assert_eq!(entry.queued_at, before.entry.expect("an entry").queued_at, "its place in time is kept");
    let lineage: Vec<(u32, Priority, bool)> = after
        .revisions
        .iter()
        .map(|revision| (revision.revision, revision.priority(), revision.came_late))
        .collect();
    assert_eq!(lineage, [(1, Priority::Standard, false), (2, Priority::Urgent, false)]);

    let told = status(&clients, &first.reference).await;
    assert_eq!((told.revision, told.priority(), told.stage()), (2, Priority::Urgent, Stage::Queued));
    let kinds: Vec<RevisionKind> = told.revisions.iter().map(|revision| revision.kind()).collect();
    assert_eq!(kinds, [RevisionKind::Submitted, RevisionKind::Amended]);
    let again = amend(&clients, &first.reference, 2, died(harmed("CASE-1"))).await.expect("held");
    assert!(again.already_held);
    assert_eq!(again.receipt, Some(receipt), "the same revision answers with the same receipt");
}

both_worlds!(a_revision_that_comes_late_is_held_and_never_overwrites_a_newer_one);

async fn a_revision_that_comes_late_is_held_and_never_overwrites_a_newer_one(world: World) {
    let clients = world.clients();
    let first = submit(&clients, harmed("CASE-1")).await;
    // What is late here is the second revision alone: a broker may deliver the first one after the third.
    world.settled().await;
    let third = amend(&clients, &first.reference, 3, died(harmed("CASE-1"))).await.expect("held");
    assert_eq!(third.newest_revision, 3);
    world.settled().await;
    let mut corrected = harmed("CASE-1");
    corrected.became_aware_on = "2026-03-15".into();
    let second = amend(&clients, &first.reference, 2, corrected).await.expect("held");
    assert_eq!(second.receipt.expect("a receipt").revision, 2);
    assert_eq!(second.newest_revision, 3, "the answer says which one counts");
    world.settled().await;

    let case = case(&clients, &first.reference).await;
    let entry = case.entry.expect("an entry");
    assert_eq!((entry.revision, entry.priority()), (3, Priority::Urgent));
    let late: Vec<(u32, bool)> =
        case.revisions.iter().map(|revision| (revision.revision, revision.came_late)).collect();
    assert_eq!(late, [(1, false), (2, true), (3, false)]);
    let told = status(&clients, &first.reference).await;
    assert_eq!((told.revision, told.priority()), (3, Priority::Urgent));
    assert_eq!(told.revisions.iter().map(|revision| revision.number).collect::<Vec<_>>(), [1, 2, 3]);
}

both_worlds!(the_same_revision_with_other_content_is_a_conflict_and_nobody_elses_is_not_found);

async fn the_same_revision_with_other_content_is_a_conflict_and_nobody_elses_is_not_found(world: World) {
    let clients = world.clients();
    let first = submit(&clients, harmed("CASE-1")).await;
    amend(&clients, &first.reference, 2, died(harmed("CASE-1"))).await.expect("held");
    let refused = amend(&clients, &first.reference, 2, harmed("CASE-1")).await.expect_err("refused");
    assert_eq!(refused.code(), Code::AlreadyExists, "{refused}");
    let info = refused.get_details_error_info().expect("facts for machines");
    assert!(info.metadata.contains_key("held_fingerprint") && info.metadata.contains_key("sent_fingerprint"));

    let request = AmendRequest {
        reference: first.reference,
        revision: 3,
        notification: Some(notification("888", "CASE-1")),
    };
    let foreign = clients.intake("888").await.amend(request).await.expect_err("refused");
    assert_eq!(foreign.code(), Code::NotFound, "{foreign}");
}

both_worlds!(an_amendment_brings_an_acknowledged_case_back_to_the_panel);

async fn an_amendment_brings_an_acknowledged_case_back_to_the_panel(world: World) {
    let clients = world.clients();
    let first = submit(&clients, harmed("CASE-1")).await;
    world.settled().await;
    let mut triage = clients.triage().await;
    let lane = Lane::Decision.into();
    let taken = triage.take_next(TakeNextRequest { lane, lease: None }).await.expect("taken").into_inner();
    let acknowledge =
        AcknowledgeRequest { reference: first.reference.clone(), lease_id: taken.lease_id.clone() };
    triage.acknowledge(acknowledge.clone()).await.expect("acknowledged");

    amend(&clients, &first.reference, 2, died(harmed("CASE-1"))).await.expect("held");
    world.settled().await;
    let entry = case(&clients, &first.reference).await.entry.expect("an entry");
    assert_eq!((entry.state(), entry.revision), (QueueState::Waiting, 2));
    let void = triage.acknowledge(acknowledge).await.expect_err("the old lease is void");
    assert_eq!(void.code(), Code::FailedPrecondition, "{void}");
    assert!(void.get_details_error_info().is_some_and(|info| info.reason == "CASE_AMENDED"), "{void}");
}

both_worlds!(the_reason_for_being_late_can_be_given_later);

async fn the_reason_for_being_late_can_be_given_later(world: World) {
    let clients = world.clients();
    let first = submit(&clients, harmed("CASE-1")).await;
    world.settled().await;
    let clock = |case: &GetCaseResponse| {
        let clocks = case.entry.clone().expect("an entry").clocks;
        clocks.into_iter().find(|clock| clock.kind() == ClockKind::Notification).expect("the clock")
    };
    let before = clock(&case(&clients, &first.reference).await);
    assert!(before.late && !before.late_reason_given);

    let mut explained = harmed("CASE-1");
    explained.late_reason = "awaited the pathologist".into();
    amend(&clients, &first.reference, 2, explained).await.expect("held");
    world.settled().await;
    let case = case(&clients, &first.reference).await;
    let after = clock(&case);
    assert!(after.late && after.late_reason_given);
    assert_eq!(after.due_on, before.due_on);
    assert!(!contracts::json::to_json(&case).contains("pathologist"), "the words stay with intake");
}

both_worlds!(what_is_withdrawn_stays_visible_and_a_later_revision_brings_it_back);

async fn what_is_withdrawn_stays_visible_and_a_later_revision_brings_it_back(world: World) {
    let clients = world.clients();
    let first = submit(&clients, harmed("CASE-1")).await;
    world.settled().await;
    let request = WithdrawRequest {
        reference: first.reference.clone(),
        revision: 2,
        reason: WithdrawalReason::CriteriaNotMet.into(),
        words: "zeisig-words".into(),
    };
    let mut intake = clients.intake("373").await;
    let withdrawn = intake.withdraw(request.clone()).await.expect("withdrawn").into_inner();
    assert_eq!(withdrawn.newest_revision, 2);
    let again = intake.withdraw(request).await.expect("the same").into_inner();
    assert!(again.already_held && again.receipt == withdrawn.receipt);

    let told = until("the withdrawal to reach the panel", async || {
        let told = case(&clients, &first.reference).await;
        told.entry.as_ref().is_some_and(|entry| entry.withdrawn).then_some(told)
    })
    .await;
    assert_eq!(told.entry.as_ref().expect("an entry").lane(), Lane::Information);
    assert!(!contracts::json::to_json(&told).contains("zeisig-words"), "the words stay with intake");
    assert_eq!(status(&clients, &first.reference).await.stage(), Stage::Withdrawn);

    amend(&clients, &first.reference, 3, died(harmed("CASE-1"))).await.expect("held");
    world.settled().await;
    let back = case(&clients, &first.reference).await;
    let entry = back.entry.expect("an entry");
    assert_eq!((entry.withdrawn, entry.lane(), entry.revision), (false, Lane::Decision, 3));
    assert_eq!(back.revisions.len(), 3);
}
