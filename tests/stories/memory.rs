//! Memory under a flood: callers that send gigabytes in messages without an end take no more of it than the settings say,
//! and whoever sends as usual notices nothing.
//!
//! What it goes by is the most memory that the process ever had resident, as the system counts it (`VmHWM`); no time is
//! measured.

use std::convert::Infallible;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use acceptance::{Clients, Process, notification, until};
use bytes::Bytes;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{SubmitManyRequest, SubmitRequest};
use futures::future::join_all;
use futures::stream;
use host::Limits;
use http::Request;
use http_body::Frame;
use identity::Caller;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tonic::Code;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

const MIB: usize = 1024 * 1024;

/// Authorities whose case systems are hostile. More than four can fill all the room there is.
const HOSTILE: [&str; 6] = ["370", "371", "372", "380", "381", "382"];
const CONNECTIONS_OF_EACH: usize = 8;
const STREAMS_OF_CONNECTION: usize = 16;
/// How often each stream is begun again when it was refused.
const TRIES: usize = 20;
const HALF_OPEN: usize = 300;
const SMALL_CALLS: usize = 3000;

/// What each hostile stream says that it sends, and what it does send.
const ANNOUNCED: usize = 15 * MIB;
const SENT: usize = 14 * MIB;

/// A process's own code, stores and queues, and what an allocator keeps, beside what the settings count.
const BESIDE: usize = 96 * MIB;

/// The most that the process may have resident, by the formula in the README of host.
fn bound(base: usize, limits: &Limits, connections: usize, calls: usize) -> usize {
    let messages = 2 * limits.bytes;
    let windows = connections * limits.connection_window as usize;
    let small = calls * 2 * 16 * 1024;
    base + messages + windows + small + BESIDE
}

/// The most memory that a process has had resident.
fn peak(process: &Process) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("what it has had");
    let kilobytes = line.trim().trim_end_matches("kB").trim().parse::<usize>().expect("a number");
    kilobytes * 1024
}

/// Most of a message, and then nothing.
struct Unfinished {
    announced: bool,
    left: usize,
    taken: Arc<AtomicUsize>,
}

impl http_body::Body for Unfinished {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        static PART: [u8; 16 * 1024] = [0; 16 * 1024];
        if !self.announced {
            self.announced = true;
            let length = u32::try_from(ANNOUNCED).expect("as gRPC has it").to_be_bytes();
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from([&[0][..], &length].concat())))));
        }
        if self.left == 0 {
            return Poll::Pending;
        }
        self.left -= PART.len();
        self.taken.fetch_add(PART.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&PART)))))
    }
}

/// Hostile callers with all their connections, streams and calls.
struct Flood {
    /// They live in one of their own, so that they can go all at once, as a machine does that is switched off.
    runtime: Runtime,
    /// Bytes that have left the callers, or wait in their own windows.
    taken: Arc<AtomicUsize>,
    _half_open: Vec<TcpStream>,
}

impl Flood {
    async fn begin(process: &Process, clients: &Clients) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("starts");
        let (url, taken) = (process.url(), Arc::new(AtomicUsize::new(0)));
        let address = url.trim_start_matches("https://");
        let half_open = join_all((0..HALF_OPEN).map(|_| TcpStream::connect(address))).await;
        for authority in HOSTILE {
            for _ in 0..CONNECTIONS_OF_EACH {
                runtime.spawn(hostile(clients.clone(), authority, url.clone(), taken.clone()));
            }
        }
        let half_open = half_open.into_iter().map(|stream| stream.expect("taken")).collect();
        Self { runtime, taken, _half_open: half_open }
    }

    fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

/// One connection, and as many unfinished messages as it is for, in streams and in calls with one answer.
async fn hostile(clients: Clients, authority: &str, url: String, taken: Arc<AtomicUsize>) {
    let channel = clients.channel(&Caller::authority(authority)).await;
    let calls = (0..STREAMS_OF_CONNECTION).map(async |number| {
        let name = if number % 2 == 0 { "SubmitMany" } else { "Submit" };
        for _ in 0..TRIES {
            let body = Unfinished { announced: false, left: SENT, taken: taken.clone() };
            let uri = format!("{url}/lapwing.intake.v1.IntakeService/{name}");
            unfinished(channel.clone(), uri, body).await;
        }
    });
    join_all(calls).await;
}

async fn unfinished(mut channel: Channel, uri: String, body: Unfinished) {
    let request = Request::post(uri)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(body))
        .expect("a request");
    std::future::poll_fn(|context| GrpcService::<Body>::poll_ready(&mut channel, context))
        .await
        .expect("ready");
    let answer = GrpcService::call(&mut channel, request).await;
    // An answer to a stream is its beginning. It is kept, so that the stream lasts.
    if let Ok(answer) = answer {
        let mut answer = answer.into_body();
        while let Some(Ok(_)) =
            std::future::poll_fn(|context| http_body::Body::poll_frame(Pin::new(&mut answer), context)).await
        {
        }
    }
}

/// Small calls by the thousand, as fast as they go. Some may be refused; all are answered.
async fn small_calls(clients: &Clients) -> usize {
    let channel = clients.channel(&Caller::authority(HOSTILE[0])).await;
    let asked = (0..SMALL_CALLS).map(|_| {
        let mut health = HealthClient::new(channel.clone());
        async move { health.check(HealthCheckRequest::default()).await }
    });
    let answers = join_all(asked).await;
    let answered = |code| {
        answers.iter().filter(|answer| answer.as_ref().err().map(|status| status.code()) == code).count()
    };
    let (served, refused) = (answered(None), answered(Some(Code::ResourceExhausted)));
    assert_eq!(served + refused, SMALL_CALLS, "each is served, or told to wait");
    served
}

async fn submit(intake: &IntakeServiceClient<Channel>, authority: &str, reference: &str) {
    let request = SubmitRequest { notification: Some(notification(authority, reference)) };
    let held = intake.clone().submit(request).await.expect("held").into_inner();
    assert!(held.receipt.is_some(), "{reference}");
}

/// Whole messages of 12 MiB, which is more than a notification may have and less than what is read at all.
async fn large_messages(clients: &Clients) {
    let intake = clients.intake(HOSTILE[0]).await;
    let mut large = notification(HOSTILE[0], "LARGE");
    large.late_reason = "x".repeat(12 * MIB);
    for _ in 0..4 {
        let four = (0..4).map(|_| {
            let request = SubmitRequest { notification: Some(large.clone()) };
            let mut intake = intake.clone();
            async move { intake.submit(request).await.expect_err("too large") }
        });
        for refused in join_all(four).await {
            assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
        }
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what a reader of the settings asks for")]
fn print(figures: &str) {
    println!("{figures}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gigabytes_of_unfinished_messages_take_no_more_memory_than_the_settings_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let process = Process::up(program, folder.path()).await;
    let (clients, limits) = (process.clients(), Limits::default());
    let usual = clients.intake("373").await;
    submit(&usual, "373", "CASE-0").await;
    let base = peak(&process);

    let flood = Flood::begin(&process, &clients).await;
    // As much as there is room for, but for the last message of each caller.
    until("the room to be used up", async || (flood.taken() >= limits.bytes * 3 / 4).then_some(())).await;
    for number in 1..=100 {
        submit(&usual, "373", &format!("CASE-{number}")).await;
    }
    let (served, ()) = futures::join!(small_calls(&clients), async {
        for number in 101..=200 {
            submit(&usual, "373", &format!("CASE-{number}")).await;
        }
    });
    let items = (201..=400).map(|number| format!("CASE-{number}"));
    let items = items.map(|name| SubmitManyRequest { notification: Some(notification("373", &name)) });
    let mut answers =
        usual.clone().submit_many(stream::iter(items.collect::<Vec<_>>())).await.expect("taken").into_inner();
    for _ in 201..=400 {
        answers.message().await.expect("goes on").expect("an answer for each");
    }
    let (under_flood, taken) = (peak(&process), flood.taken());
    flood.runtime.shutdown_background();
    // What went away has given its room back: large messages are read again.
    large_messages(&clients).await;

    let peak = peak(&process);
    let connections = HOSTILE.len() * CONNECTIONS_OF_EACH + 4;
    let calls = HOSTILE.len() * CONNECTIONS_OF_EACH * STREAMS_OF_CONNECTION;
    let bound = bound(base, &limits, connections, calls);
    print(&format!(
        "{calls} streams would send {} MiB, and have sent {}; {served} of {SMALL_CALLS} small calls were served; resident at \
         most, in MiB: {} before, {} under the flood, {} in all; allowed: {}",
        calls * SENT / MIB,
        taken / MIB,
        base / MIB,
        under_flood / MIB,
        peak / MIB,
        bound / MIB
    ));
    assert!(peak <= bound, "{peak} bytes were resident, and {bound} are what the settings allow");
    assert!(calls * SENT > 10 * bound, "without the limit it would have been many times as much");
    process.terminate().await;
}
