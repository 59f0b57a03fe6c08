//! A notification goes from an authority's case system to the panel's acknowledgement.

use acceptance::{World, both_worlds, notification};
use contracts::audit::v1::{CheckpointRequest, TimelineRequest};
use contracts::intake::v1::{GetRequest, SubmitRequest, WatchRequest, get_request};
use contracts::notification::v1::{Lane, Outcome, Stage};
use contracts::triage::v1::{
    AcknowledgeRequest, GetCaseRequest, ListQueueRequest, QueueState, TakeNextRequest,
};

both_worlds!(a_notification_reaches_the_panel_and_its_sender_sees_every_step);

async fn a_notification_reaches_the_panel_and_its_sender_sees_every_step(world: World) {
    let clients = world.clients();
    let mut intake = clients.intake("373").await;
    let sent = notification("373", "CASE-1");

    let held =
        intake.submit(SubmitRequest { notification: Some(sent.clone()) }).await.expect("held").into_inner();
    let receipt = held.receipt.expect("a receipt");
    let text = notary::verify(&receipt.signed_note, world.receipt_key()).expect("the receipt verifies");
    assert!(text.contains(&receipt.reference) && text.contains(&receipt.fingerprint), "{text}");

    let mut watch = intake
        .watch(WatchRequest { reference: receipt.reference.clone() })
        .await
        .expect("watched")
        .into_inner();
    clients.reached("373", &receipt.reference, Stage::Queued).await;

    let mut triage = clients.triage().await;
    let lane = Lane::Decision.into();
    let taken = triage.take_next(TakeNextRequest { lane, lease: None }).await.expect("taken").into_inner();
    let entry = taken.entry.expect("a case waits");
    assert_eq!(entry.reference, receipt.reference);
    assert_eq!(entry.outcome(), Outcome::DutyInArea);
    let acknowledge = AcknowledgeRequest { reference: entry.reference.clone(), lease_id: taken.lease_id };
    triage.acknowledge(acknowledge).await.expect("acknowledged");

    let mut stages = Vec::new();
    while let Some(update) = watch.message().await.expect("the watch goes on") {
        stages.push(update.status.expect("a status").stage());
    }
    assert_eq!(stages.last(), Some(&Stage::Acknowledged), "{stages:?}");
    assert!(stages.is_sorted_by_key(|stage| *stage as i32), "{stages:?}");

    let key = Some(get_request::Key::SenderReference("CASE-1".into()));
    let got = intake.get(GetRequest { key }).await.expect("found").into_inner();
    assert_eq!(got.notification, Some(sent));
    assert_eq!(got.receipt, Some(receipt));
    let status = got.status.expect("a status");
    let told: Vec<Stage> = status.steps.iter().map(|step| step.stage()).collect();
    assert_eq!(told, [Stage::Received, Stage::Assessed, Stage::Queued, Stage::Acknowledged]);
    assert_eq!(status.clocks.len(), 3, "notification, rapid review and local review");
    world.settled().await;
}

both_worlds!(the_panel_reads_a_case_without_any_identity);

async fn the_panel_reads_a_case_without_any_identity(world: World) {
    let clients = world.clients();
    let mut sent = notification("373", "CASE-1");
    let secrets = ["Zaunkoenig Zilpzalp", "7 Zeisig Close", "zeisig-narrative", "2021-05-04"];
    let incident = sent.incident.as_mut().expect("an incident");
    (incident.place, incident.narrative) = (secrets[1].into(), secrets[2].into());
    sent.children[0].identity = Some(contracts::notification::v1::ChildIdentity {
        name: secrets[0].into(),
        date_of_birth: secrets[3].into(),
        ..Default::default()
    });
    let held = clients
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(sent) })
        .await
        .expect("held")
        .into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    clients.reached("373", &reference, Stage::Queued).await;

    let case = clients
        .triage()
        .await
        .get_case(GetCaseRequest { reference: reference.to_lowercase() })
        .await
        .expect("found")
        .into_inner();
    let told = contracts::json::to_json(&case);
    let age = case
        .notification
        .and_then(|coded| coded.children[0].facts.clone())
        .and_then(|facts| facts.age)
        .expect("an age");
    assert_eq!((age.years, age.months), (4, Some(10)));
    assert!(!case.reasons.is_empty() && !told.is_empty());
    for secret in secrets {
        assert!(!told.contains(secret), "{secret} is in the case");
    }
    world.settled().await;
    for service in ["eligibility", "triage", "audit"] {
        let kept = world.kept_by(service).await;
        assert!(kept.len() > 4096, "{service}");
        assert!(holds(&kept, &reference), "{service} keeps what it was told");
        for secret in secrets {
            assert!(!holds(&kept, secret), "{secret} is with {service}");
        }
    }
}

/// Whether bytes have a text in them, as it is or in the hexadecimal digits in which a dump shows bytes.
fn holds(kept: &[u8], text: &str) -> bool {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    [text, &digits].iter().any(|text| kept.windows(text.len()).any(|window| window == text.as_bytes()))
}

both_worlds!(the_queue_lists_what_waits_and_a_lease_takes_it_out_of_the_others_way);

async fn the_queue_lists_what_waits_and_a_lease_takes_it_out_of_the_others_way(world: World) {
    let clients = world.clients();
    let mut intake = clients.intake("373").await;
    for number in 1..=3 {
        let notification = Some(notification("373", &format!("CASE-{number}")));
        intake.submit(SubmitRequest { notification }).await.expect("held");
    }
    world.settled().await;

    let mut triage = clients.triage().await;
    let lane = Lane::Decision.into();
    let request = ListQueueRequest { lane, page_size: 2, ..Default::default() };
    let page = triage.list_queue(request).await.expect("listed").into_inner();
    assert_eq!((page.entries.len(), page.waiting), (2, 3));
    let request =
        ListQueueRequest { lane, page_size: 2, page_token: page.next_page_token, ..Default::default() };
    let rest = triage.list_queue(request).await.expect("listed").into_inner();
    assert_eq!((rest.entries.len(), rest.next_page_token.as_str()), (1, ""));

    let mut taken = Vec::new();
    while let Some(entry) =
        triage.take_next(TakeNextRequest { lane, lease: None }).await.expect("answers").into_inner().entry
    {
        assert_eq!(entry.state(), QueueState::Leased);
        taken.push(entry.reference);
    }
    let listed: Vec<String> =
        page.entries.iter().chain(&rest.entries).map(|entry| entry.reference.clone()).collect();
    assert_eq!(taken, listed, "cases are taken in the order in which they are listed");
}

both_worlds!(the_log_tells_what_happened_and_its_checkpoint_verifies);

async fn the_log_tells_what_happened_and_its_checkpoint_verifies(world: World) {
    let clients = world.clients();
    let held = clients
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(notification("373", "CASE-1")) })
        .await;
    let reference = held.expect("held").into_inner().receipt.expect("a receipt").reference;
    world.settled().await;

    let mut audit = clients.audit().await;
    let timeline = audit.timeline(TimelineRequest { reference }).await.expect("found").into_inner();
    let mut told: Vec<(&str, &str)> =
        timeline.entries.iter().map(|entry| (entry.source.as_str(), entry.event_type.as_str())).collect();
    // The log has events in the order in which it heard them, and services speak at the same time.
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("eligibility", "notification.assessed.v1"),
            ("intake", "notification.received.v1"),
            ("triage", "case.queued.v1"),
            ("triage", "notice.dfe.v1"),
            ("triage", "notice.ofsted.v1")
        ]
    );
    assert!(timeline.entries.iter().all(|entry| entry.leaf_hash.len() == 64 && !entry.words.is_empty()));

    let checkpoint = audit.checkpoint(CheckpointRequest {}).await.expect("stated").into_inner();
    assert_eq!(checkpoint.size, 5);
    let text = notary::verify(&checkpoint.signed_note, world.checkpoint_key()).expect("verifies");
    assert_eq!(text.lines().nth(1), Some("5"));
}
