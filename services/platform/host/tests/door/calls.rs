//! What one caller may take, what a slow or hostile client costs, and that nobody else pays for it.

use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use host::Limits;
use http::Request;
use tokio::task::JoinHandle;
use tonic::{Code, Status};
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_types::StatusExt;

use crate::service::ENDLESS;
use crate::world::{World, code, healthy, named, unanswered, until};

pub(crate) const CHECKPOINT: &str = "/lapwing.audit.v1.AuditService/Checkpoint";

/// A client that may break the rules: HTTP/2 by hand. The task ends when the connection does.
pub(crate) async fn by_hand(
    world: &World,
    number: &str,
    window: u32,
) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let stream = world.tls(number).await.expect("connects");
    let (sender, connection) =
        h2::client::Builder::new().initial_window_size(window).handshake(stream).await.expect("HTTP/2");
    (sender.ready().await.expect("ready"), tokio::spawn(connection))
}

pub(crate) fn request(world: &World, path: &str) -> http::request::Builder {
    Request::builder()
        .method("POST")
        .uri(format!("https://{}{path}", world.address))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
}

pub(crate) fn exhausted(status: &Status, reason: &str) {
    assert_eq!((status.code(), code(status).as_str()), (Code::ResourceExhausted, reason));
    assert!(status.message().contains("To do: "), "{}", status.message());
    let wait = status.get_details_retry_info().and_then(|info| info.retry_delay).expect("when to retry");
    assert!(wait > Duration::ZERO);
}

#[tokio::test]
async fn whoever_calls_too_fast_is_told_to_wait_and_nobody_else_is() {
    let limits = Limits { calls_a_second: 1, calls_in_a_burst: 5, ..Limits::default() };
    let world = World::new(limits).await;
    let (busy, also_busy, other) =
        (world.channel("373").await, world.channel("373").await, world.channel("370").await);
    let mut answered = 0;
    let refused = loop {
        // On two connections, for it is the caller who is counted.
        let channel = if answered % 2 == 0 { &busy } else { &also_busy };
        match healthy(channel.clone()).await {
            Ok(()) => answered += 1,
            Err(status) => break status,
        }
        assert!(answered < 100, "never refused");
    };
    assert!(answered >= 5, "{answered}");
    exhausted(&refused, "CALLS_TOO_FAST");
    healthy(other).await.expect("nobody else is concerned");
    until("the allowance to grow", async || healthy(busy.clone()).await.ok()).await;
}

#[tokio::test]
async fn calls_under_way_are_bounded_by_caller_and_given_back_when_they_end() {
    let world = World::new(Limits { calls_of_caller: 4, ..Limits::default() }).await;
    let (busy, also_busy, other) =
        (world.channel("373").await, world.channel("373").await, world.channel("370").await);
    let calls: Vec<_> =
        [&busy, &also_busy, &busy, &also_busy].map(|channel| unanswered(channel.clone())).into();
    let refused = until("the fifth to be refused", async || healthy(busy.clone()).await.err()).await;
    exhausted(&refused, "CALLS_UNDER_WAY");
    assert_eq!(named(other).await, "lapwing://authority/370");
    for call in &calls {
        call.abort();
    }
    until("room again", async || healthy(busy.clone()).await.ok()).await;
}

#[tokio::test]
async fn a_call_that_takes_too_long_ends_with_what_to_do() {
    let world = World::new(Limits { deadline_seconds: 1, ..Limits::default() }).await;
    let ended = unanswered(world.channel("373").await).await.expect("a task").expect_err("given up");
    assert_eq!((ended.code(), code(&ended).as_str()), (Code::DeadlineExceeded, "NOT_IN_TIME"));
    assert!(ended.message().contains("To do: "), "{}", ended.message());
}

#[tokio::test]
async fn a_stream_whose_client_sends_nothing_ends() {
    let world = World::new(Limits { idle_seconds: 1, ..Limits::default() }).await;
    let mut reflection = ServerReflectionClient::new(world.channel("373").await);
    let silent = futures::stream::pending();
    let answers = reflection.server_reflection_info(silent).await;
    let ended = match answers {
        Ok(answers) => answers.into_inner().message().await.expect_err("it ends"),
        Err(status) => status,
    };
    assert_eq!((ended.code(), code(&ended).as_str()), (Code::DeadlineExceeded, "STREAM_IDLE"));
}

#[tokio::test]
async fn a_client_that_never_reads_loses_its_connection_and_its_calls_are_given_back() {
    let limits = Limits { stall_seconds: 1, calls_of_caller: 1, ..Limits::default() };
    let world = World::new(limits).await;
    let other = world.channel("370").await;
    for window in [0, 64 * 1024] {
        let (mut sender, connection) = by_hand(&world, "373", window).await;
        let request = request(&world, ENDLESS).body(()).expect("a request");
        let (_answer, _) = sender.send_request(request, true).expect("sent");
        let ended = tokio::time::timeout(Duration::from_secs(30), connection).await;
        ended.expect("the connection ends").expect("a task").expect_err("by force");
        healthy(other.clone()).await.expect("nobody else is concerned");
        let channel = world.channel("373").await;
        until("the call to be given back", async || healthy(channel.clone()).await.ok()).await;
    }
}

#[tokio::test]
async fn headers_above_the_bound_are_refused_and_the_connection_serves_on() {
    let world = World::new(Limits::default()).await;
    let (mut sender, _connection) = by_hand(&world, "373", 64 * 1024).await;
    let large =
        request(&world, CHECKPOINT).header("x-large", "x".repeat(20 * 1024)).body(()).expect("a request");
    let (answer, _) = sender.send_request(large, true).expect("sent");
    match answer.await {
        Ok(answer) => assert_eq!(answer.status(), 431),
        Err(error) => assert!(error.is_reset() || error.is_go_away(), "{error}"),
    }
    healthy(world.channel("373").await).await.expect("the server serves on");
}

#[tokio::test]
async fn rapid_resets_end_the_connection_and_harm_nobody_else() {
    let world = World::new(Limits { calls_of_caller: 50, ..Limits::default() }).await;
    let other = world.channel("370").await;
    let (mut sender, connection) = by_hand(&world, "373", 64 * 1024).await;
    for _ in 0..50 {
        // Each hundred before the connection's task runs again, so that they come as one burst.
        for _ in 0..100 {
            let request = request(&world, CHECKPOINT).body(()).expect("a request");
            let Ok((_answer, mut stream)) = sender.send_request(request, false) else { break };
            stream.send_reset(h2::Reason::CANCEL);
        }
        healthy(other.clone()).await.expect("nobody else is concerned");
        match sender.clone().ready().await {
            Ok(ready) => sender = ready,
            Err(_ended) => break,
        }
    }
    let ended = tokio::time::timeout(Duration::from_secs(30), connection).await;
    ended.expect("the connection ends").expect("a task").expect_err("by force");
    healthy(other).await.expect("nobody else is concerned");
    healthy(world.channel("373").await).await.expect("what was reset is given back");
}
