//! Several worlds in one process, restarts, health and reflection.

use acceptance::{World, notification, until};
use contracts::intake::v1::{SubmitRequest, WatchRequest};
use contracts::notification::v1::Lane;
use contracts::triage::v1::{AcknowledgeRequest, ListQueueRequest, TakeNextRequest};
use identity::{Caller, Role};
use lapwing::embedded::{Config, Embedded, Stopped};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

async fn waiting(world: &World) -> u64 {
    let request = ListQueueRequest { lane: Lane::Decision.into(), ..Default::default() };
    world.clients().triage().await.list_queue(request).await.expect("listed").into_inner().waiting
}

#[tokio::test]
async fn several_worlds_live_in_one_process_and_know_nothing_of_each_other() {
    let (one, other) = tokio::join!(World::embedded(), World::embedded());
    one.clients()
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(notification("373", "A")) })
        .await
        .expect("held");
    one.settled().await;
    other.settled().await;
    assert_eq!((waiting(&one).await, waiting(&other).await), (1, 0));
}

#[tokio::test]
async fn a_second_world_in_the_same_folder_is_refused_with_what_to_do() {
    let world = World::embedded().await;
    let config = Config { folder: world.folder().to_owned(), listen: ([127, 0, 0, 1], 0).into() };
    let Err(error) = Embedded::start(&config, &ambient::Ambient::system()).await else {
        panic!("two worlds in one folder")
    };
    assert!(error.to_string().contains("--folder"), "{error}");
    assert!(error.to_string().contains(&world.url()), "{error}");
}

#[tokio::test]
async fn a_soft_stop_delivers_what_was_begun_and_says_so() {
    let world = World::embedded().await;
    let mut intake = world.clients().intake("373").await;
    for number in 0..200 {
        intake
            .submit(SubmitRequest { notification: Some(notification("373", &format!("CASE-{number}"))) })
            .await
            .expect("held");
    }
    let (world, stopped) = world.restart().await;
    assert_eq!(stopped, [Stopped::Drained.to_string()]);
    assert_eq!(world.waiting().await, 0);
    assert_eq!(waiting(&world).await, 200);
}

#[tokio::test]
async fn an_acknowledgement_whose_caller_has_gone_is_delivered_all_the_same() {
    let world = World::embedded().await;
    let clients = world.clients();
    let mut references = Vec::new();
    for number in 0..40 {
        let notification = Some(notification("373", &format!("CASE-{number}")));
        let held = clients
            .intake("373")
            .await
            .submit(SubmitRequest { notification })
            .await
            .expect("held")
            .into_inner();
        references.push(held.receipt.expect("a receipt").reference);
    }
    world.settled().await;
    let mut triage = clients.triage().await;
    for number in 0..references.len() {
        let lane = Lane::Decision.into();
        let taken =
            triage.take_next(TakeNextRequest { lane, lease: None }).await.expect("taken").into_inner();
        let reference = taken.entry.expect("a case waits").reference;
        let mut request = tonic::Request::new(AcknowledgeRequest { reference, lease_id: taken.lease_id });
        // Some go away before, some during and some after the commit.
        request.set_timeout(std::time::Duration::from_micros(100 * number as u64));
        let _answered_or_gone = triage.acknowledge(request).await;
        world.settled().await;
    }
}

#[tokio::test]
async fn a_watch_ends_when_the_server_stops_and_does_not_hold_it_up() {
    let world = World::embedded().await;
    let mut intake = world.clients().intake("373").await;
    let held = intake
        .submit(SubmitRequest { notification: Some(notification("373", "A")) })
        .await
        .expect("held")
        .into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    let mut watch = intake.watch(WatchRequest { reference }).await.expect("watched").into_inner();
    watch.message().await.expect("a status").expect("a status");
    let stopping = tokio::spawn(world.stop());
    // Whatever statuses are still on their way come first.
    until("the watch to end", async || matches!(watch.message().await, Ok(None) | Err(_)).then_some(()))
        .await;
    let (_, stopped) = stopping.await.expect("stops");
    assert_eq!(stopped, Stopped::Drained);
}

#[tokio::test]
async fn health_and_reflection_answer_for_each_service() {
    let world = World::embedded().await;
    let channel = world.clients().channel(&Caller::new(Role::Operator, "tests")).await;
    for service in [
        "intake.v1.IntakeService",
        "eligibility.v1.EligibilityService",
        "triage.v1.TriageService",
        "audit.v1.AuditService",
    ] {
        let request = HealthCheckRequest { service: format!("lapwing.{service}") };
        let answer = HealthClient::new(channel.clone()).check(request).await.expect("answers").into_inner();
        assert_eq!(answer.status, 1, "{service} serves");
    }
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol("lapwing.intake.v1.IntakeService".into())),
    };
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(futures::stream::iter([request]))
        .await
        .expect("answers")
        .into_inner();
    let answer = answers.message().await.expect("answers").expect("an answer").message_response;
    assert!(matches!(answer, Some(MessageResponse::FileDescriptorResponse(_))), "{answer:?}");
}
