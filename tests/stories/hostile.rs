//! A hostile client: it forges, replays, floods and stalls. It gets nothing, and nobody else notices; what is logged of it has
//! none of its content.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use acceptance::{World, both_worlds, notification, until};
use ambient::Ambient;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{
    AmendRequest, GetRequest, SubmitManyRequest, SubmitRequest, SubmitResponse, WithdrawRequest, get_request,
};
use contracts::notification::v1::{Child, Lane, WithdrawalReason};
use contracts::triage::v1::ListQueueRequest;
use futures::stream;
use identity::{Caller, DevelopmentAuthority};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tracing::Level;
use tracing::subscriber::DefaultGuard;

/// What the hostile client sends of others, or says of itself: no log line may hold any of it.
const CONTENT: [&str; 3] = ["Wren Marsh", "SECRET-REFERENCE", "12 Reed Lane"];

/// Every log line of the world, which runs on the story's own thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn kept() -> (Self, DefaultGuard) {
        let lines = Self::default();
        let written = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::INFO)
            .with_ansi(false)
            .with_writer(move || written.clone())
            .finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("lines")).into_owned()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lines").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn address(world: &World) -> SocketAddr {
    world.url().trim_start_matches("https://").parse().expect("an address")
}

async fn submit(world: &World, authority: &str, reference: &str) -> Result<SubmitResponse, Status> {
    let request = SubmitRequest { notification: Some(notification(authority, reference)) };
    world.clients().intake(authority).await.submit(request).await.map(tonic::Response::into_inner)
}

/// Somebody who has made a certificate with another's name by an authority of their own.
async fn forged(world: &World) -> Result<Channel, tonic::transport::Error> {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let forger = DevelopmentAuthority::open(elsewhere.path(), &Ambient::system()).expect("opens");
    let mut credentials = forger.caller(&Caller::authority("373")).expect("a certificate");
    credentials.authority =
        std::fs::read_to_string(world.folder().join("pki/authority.pem")).expect("a certificate");
    let endpoint = Endpoint::from_shared(world.url()).expect("an address");
    endpoint.tls_config(credentials.client_tls("127.0.0.1")).expect("fits together").connect().await
}

#[tokio::test]
async fn a_hostile_client_gets_nothing_and_harms_nobody_and_none_of_its_content_is_logged() {
    let (lines, _guard) = Lines::kept();
    let world = World::embedded().await;
    let held = submit(&world, "373", "SECRET-REFERENCE-1").await.expect("held");

    // Half-open connections by the hundred, of which some begin to speak, but not TLS.
    let mut half_open = Vec::new();
    for number in 0..300 {
        let mut stream = TcpStream::connect(address(&world)).await.expect("taken");
        if number % 3 == 0 {
            // The server may have hung up already.
            let _gone = stream.write_all(b"Wren Marsh, 12 Reed Lane\r\n\r\n").await;
        }
        half_open.push(stream);
    }
    submit(&world, "371", "CASE-1").await.expect("held while they are open");

    if let Ok(channel) = forged(&world).await {
        let request = SubmitRequest { notification: Some(notification("373", "SECRET-REFERENCE-2")) };
        IntakeServiceClient::new(channel).submit(request).await.expect_err("refused");
    }

    // A message beyond all reading, in a stream.
    let mut huge = notification("370", "SECRET-REFERENCE-3");
    huge.late_reason = "Wren Marsh ".repeat(2 * 1024 * 1024);
    let items = stream::iter([SubmitManyRequest { notification: Some(huge) }]);
    let answers = world.clients().intake("370").await.submit_many(items).await;
    let ended = match answers {
        Ok(answers) => answers.into_inner().message().await.expect_err("refused"),
        Err(status) => status,
    };
    assert_eq!(ended.code(), Code::OutOfRange);

    let again = submit(&world, "373", "SECRET-REFERENCE-1").await.expect("held");
    assert_eq!((again.already_held, again.receipt), (true, held.receipt), "after all that");
    submit(&world, "372", "CASE-1").await.expect("held afterwards");
    world.settled().await;

    drop(half_open);
    let refused = async || lines.text().contains("a connection was refused").then_some(());
    until("the refusals to be logged", refused).await;
    let text = lines.text();
    for reason in
        ["too many handshakes under way", "it does not speak TLS", "its certificate is not of a trusted"]
    {
        assert!(text.contains(reason), "{reason} is not in: {text}");
    }
    let refusals = text.matches("a connection was refused").count();
    assert!(refusals <= 60, "{refusals} lines for one flood");
    for content in CONTENT {
        assert!(!text.contains(content), "{content} is in: {text}");
    }
}

#[tokio::test]
async fn a_reference_of_another_authority_opens_nothing() {
    let world = World::embedded().await;
    let held = submit(&world, "373", "CASE-1").await.expect("held");
    let reference = held.receipt.expect("a receipt").reference;
    let mut stranger = world.clients().intake("370").await;
    let key = Some(get_request::Key::Reference(reference.clone()));
    let watched = stranger.watch(contracts::intake::v1::WatchRequest { reference: reference.clone() }).await;
    let watched = match watched {
        Ok(answers) => answers.into_inner().message().await.map(drop),
        Err(status) => Err(status),
    };
    let amended = AmendRequest {
        reference: reference.clone(),
        revision: 2,
        notification: Some(notification("370", "CASE-1")),
    };
    let withdrawn = WithdrawRequest {
        reference,
        revision: 2,
        reason: WithdrawalReason::SentByMistake.into(),
        words: String::new(),
    };
    let refused = [
        stranger.get(GetRequest { key }).await.map(drop),
        watched,
        stranger.amend(amended).await.map(drop),
        stranger.withdraw(withdrawn).await.map(drop),
    ];
    for answer in refused {
        let status = answer.expect_err("refused");
        assert_eq!(status.code(), Code::NotFound, "as if there were none: {status}");
    }
}

#[tokio::test]
async fn a_submission_that_is_replayed_gives_the_same_receipt_to_its_owner_and_nothing_to_another() {
    let world = World::embedded().await;
    let held = submit(&world, "373", "CASE-1").await.expect("held");
    let replayed = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let refused = world.clients().intake("370").await.submit(replayed).await.expect_err("not its own");
    let reason = refused.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    assert_eq!((refused.code(), reason.as_str()), (Code::PermissionDenied, "ANOTHER_AUTHORITY"));
    let again = submit(&world, "373", "CASE-1").await.expect("held");
    assert_eq!((again.already_held, again.receipt), (true, held.receipt));
    world.settled().await;
    let request = ListQueueRequest { lane: Lane::Decision.into(), ..Default::default() };
    let listed = world.clients().triage().await.list_queue(request).await.expect("listed").into_inner();
    assert_eq!(listed.waiting, 1, "no second notification");
}

#[tokio::test]
async fn a_compressed_message_is_refused_before_it_is_read_so_none_grows_in_memory() {
    let world = World::embedded().await;
    let mut intake = world.clients().intake("373").await.send_compressed(CompressionEncoding::Gzip);
    let request = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let refused = intake.submit(request).await.expect_err("refused");
    assert_eq!(refused.code(), Code::Unimplemented, "{refused}");
    let held = submit(&world, "373", "CASE-1").await.expect("held");
    assert!(!held.already_held, "nothing was held of it");
}

both_worlds!(a_revoked_caller_is_refused_on_the_connection_it_has_and_told_what_to_do);

async fn a_revoked_caller_is_refused_on_the_connection_it_has_and_told_what_to_do(world: World) {
    let mut intake = world.clients().intake("373").await;
    let request = || SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    intake.submit(request()).await.expect("held");
    let pki = DevelopmentAuthority::open(&world.folder().join("pki"), &Ambient::system()).expect("opens");
    pki.revoke(&Caller::authority("373")).expect("revoked");
    let status = until("a refusal", async || intake.submit(request()).await.err()).await;
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    assert_eq!((status.code(), reason.as_str()), (Code::Unauthenticated, "CERTIFICATE_REVOKED"));
    submit(&world, "370", "CASE-1").await.expect("nobody else is concerned");
}

#[tokio::test]
async fn a_message_of_more_parts_than_any_notification_has_is_refused_before_it_is_decoded() {
    let world = World::embedded().await;
    let mut sent = notification("373", "CASE-1");
    sent.children = vec![Child::default(); 200_000];
    let refused =
        world.clients().intake("373").await.submit(SubmitRequest { notification: Some(sent) }).await;
    let refused = refused.expect_err("has too many parts");
    let details = refused.get_error_details();
    let violations = &details.bad_request().expect("says what is wrong").field_violations;
    let rules: Vec<&str> = violations.iter().map(|violation| violation.reason.as_str()).collect();
    assert_eq!((refused.code(), rules), (Code::InvalidArgument, vec!["TOO_MANY_PARTS"]));
    submit(&world, "373", "CASE-2").await.expect("whoever sends what may be sent is held");
}
