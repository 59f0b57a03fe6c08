//! Memory for what callers send: one caller's large messages wait for each other, nobody else's for them, and none for ever.

use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use host::Limits;
use lifecycle::{CancellationToken, pause};
use tonic::{Code, Status};

use crate::calls::{CHECKPOINT, by_hand, exhausted, request};
use crate::service::{HEED, LARGEST};
use crate::world::{World, code};

const MIB: usize = 1024 * 1024;
const TIMELINE: &str = "/lapwing.audit.v1.AuditService/Timeline";

/// Room for one message of 9 MiB of each caller, and for four callers.
fn limits() -> Limits {
    Limits { bytes_of_caller: 16 * MIB, bytes: 64 * MIB, ..Limits::default() }
}

fn prefix(length: usize) -> Bytes {
    let length = u32::try_from(length).expect("as gRPC has it").to_be_bytes();
    Bytes::from([&[0][..], &length].concat())
}

/// A call of a client that sends what it pleases.
struct Call {
    answer: ResponseFuture,
    stream: SendStream<Bytes>,
}

impl Call {
    /// Each on a connection of its own, so that none is held up by what the connection has room for.
    async fn begin(world: &World, number: &str, path: &str) -> Self {
        let (sender, _connection) = by_hand(world, number, 64 * 1024).await;
        Self::begin_on(sender, world, path)
    }

    fn begin_on(mut sender: SendRequest<Bytes>, world: &World, path: &str) -> Self {
        let request = request(world, path).body(()).expect("a request");
        let (answer, stream) = sender.send_request(request, false).expect("sent");
        Self { answer, stream }
    }

    /// Sends bytes, and returns once the server has made room for all of them: of more than its window, once it reads.
    async fn send(&mut self, mut bytes: Bytes) -> Result<(), h2::Error> {
        while !bytes.is_empty() {
            self.stream.reserve_capacity(bytes.len());
            let Some(room) = poll_fn(|context| self.stream.poll_capacity(context)).await else {
                return Err(Reason::CANCEL.into());
            };
            self.stream.send_data(bytes.split_to(room?.min(bytes.len())), false)?;
        }
        Ok(())
    }

    /// Announces a message, and sends so much of it.
    async fn message(&mut self, length: usize, sent: usize) -> Result<(), h2::Error> {
        self.send(prefix(length)).await?;
        self.send(Bytes::from(vec![0; sent])).await
    }

    /// Sends nothing more, and returns the answer.
    async fn end(mut self) -> Status {
        // Where the server has ended the call already, its answer is there.
        let _ended = self.stream.send_data(Bytes::new(), true);
        self.answered().await
    }

    async fn answered(self) -> Status {
        let answer = self.answer.await.expect("an answer");
        Status::from_header_map(answer.headers()).expect("a status")
    }
}

/// Sends one message whole, and returns the answer.
async fn whole(world: &World, number: &str, path: &str, length: usize) -> Status {
    let mut call = Call::begin(world, number, path).await;
    // The server may refuse it before all of it has come.
    let _refused = call.message(length, length).await;
    call.end().await
}

fn heard(status: &Status, number: usize, bytes: usize) {
    let said = format!("{number} messages of {bytes} bytes");
    assert_eq!((status.code(), status.message()), (Code::Aborted, said.as_str()));
}

#[tokio::test]
async fn one_callers_large_messages_wait_and_nobody_else_does_until_they_are_reset() {
    let world = World::new(limits()).await;
    let mut unfinished = Call::begin(&world, "373", HEED).await;
    unfinished.message(9 * MIB, 2 * MIB).await.expect("the server reads it");
    let mut waiting = Call::begin(&world, "373", HEED).await;
    {
        let mut held_back = Box::pin(waiting.message(9 * MIB, 9 * MIB));
        let others = async {
            for _ in 0..3 {
                heard(&whole(&world, "370", HEED, 9 * MIB).await, 1, 9 * MIB);
                heard(&whole(&world, "373", HEED, 1000).await, 1, 1000);
            }
        };
        tokio::select! {
            biased;
            sent = &mut held_back => panic!("there is no room for it: {sent:?}"),
            () = others => (),
        }
        unfinished.stream.send_reset(Reason::CANCEL);
        held_back.await.expect("the server reads it");
    }
    heard(&waiting.end().await, 1, 9 * MIB);
}

#[tokio::test]
async fn messages_that_wait_do_not_stop_the_one_they_wait_for_on_their_connection() {
    let world = World::new(limits()).await;
    let (sender, _connection) = by_hand(&world, "373", 64 * 1024).await;
    let mut first = Call::begin_on(sender.clone(), &world, HEED);
    first.message(9 * MIB, 2 * MIB).await.expect("the server reads it");
    let crowd = (0..20).map(|_| {
        let mut call = Call::begin_on(sender.clone(), &world, HEED);
        async move {
            let _refused = call.message(9 * MIB, 9 * MIB).await;
            call.end().await
        }
    });
    let rest = async {
        first.send(Bytes::from(vec![0; 7 * MIB])).await.expect("the server reads it");
        heard(&first.end().await, 1, 9 * MIB);
    };
    let (answers, ()) = futures::join!(futures::future::join_all(crowd), rest);
    let (held, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|status| status.code() == Code::Aborted);
    // As many as may wait have come through, and whoever came when room was free.
    assert!(held.len() >= 2, "{held:?}");
    for status in held {
        heard(status, 1, 9 * MIB);
    }
    for status in refused {
        exhausted(status, "NO_ROOM_FOR_MESSAGE");
    }
}

#[tokio::test]
async fn all_callers_together_take_no_more_than_there_is() {
    let world = World::new(Limits { bytes: 16 * MIB, ..limits() }).await;
    let mut unfinished = Call::begin(&world, "373", HEED).await;
    unfinished.message(9 * MIB, 2 * MIB).await.expect("the server reads it");
    let mut held_back = Box::pin(whole(&world, "370", HEED, 9 * MIB));
    tokio::select! {
        biased;
        _ = &mut held_back => panic!("there is no room for it"),
        small = whole(&world, "371", HEED, 1000) => heard(&small, 1, 1000),
    }
    unfinished.send(Bytes::from(vec![0; 7 * MIB])).await.expect("the server reads it");
    heard(&unfinished.end().await, 1, 9 * MIB);
    heard(&held_back.await, 1, 9 * MIB);
}

#[tokio::test]
async fn a_message_that_never_ends_is_ended_however_often_a_byte_of_it_comes() {
    let world = World::new(Limits { message_seconds: 1, ..limits() }).await;
    for path in [HEED, TIMELINE] {
        for sent in [0, 1000, 2 * MIB] {
            let mut call = Call::begin(&world, "373", path).await;
            call.message(9 * MIB, sent).await.expect("the server reads it");
            let ended = call.answered().await;
            assert_eq!((ended.code(), code(&ended).as_str()), (Code::DeadlineExceeded, "MESSAGE_TOO_SLOW"));
            assert!(ended.message().contains("To do: "), "{}", ended.message());
        }
    }
    let mut dripping = Call::begin(&world, "373", HEED).await;
    dripping.message(9 * MIB, 0).await.expect("sent");
    let never = CancellationToken::new();
    while dripping.send(Bytes::from_static(&[0])).await.is_ok() {
        pause(Duration::from_millis(50), &never).await;
    }
    let ended = dripping.answered().await;
    assert_eq!(code(&ended), "MESSAGE_TOO_SLOW");
    heard(&whole(&world, "373", HEED, 9 * MIB).await, 1, 9 * MIB);
}

#[tokio::test]
async fn a_message_is_in_memory_until_it_is_answered_and_who_waits_in_vain_is_told_so() {
    let world = World::new(Limits { message_seconds: 1, ..limits() }).await;
    let mut unanswered = Call::begin(&world, "373", CHECKPOINT).await;
    unanswered.message(9 * MIB, 9 * MIB).await.expect("the server reads it");
    let _ended = unanswered.stream.send_data(Bytes::new(), true);
    for path in [HEED, TIMELINE] {
        exhausted(&whole(&world, "373", path, 9 * MIB).await, "NO_ROOM_FOR_MESSAGE");
    }
    unanswered.stream.send_reset(Reason::CANCEL);
    heard(&whole(&world, "373", HEED, 9 * MIB).await, 1, 9 * MIB);
}

#[tokio::test]
async fn a_stream_keeps_the_room_of_its_largest_message_and_is_not_waited_for_as_long() {
    let world = World::new(Limits { message_seconds: 1, ..limits() }).await;
    let mut stream = Call::begin(&world, "373", HEED).await;
    for length in [9 * MIB, 16 * 1024, 0, 11 * MIB, 9 * MIB] {
        stream.message(length, length).await.expect("the server reads it");
    }
    let ended = stream.answered().await;
    assert_eq!((ended.code(), code(&ended).as_str()), (Code::DeadlineExceeded, "STREAM_IDLE"));
    // A small one is waited for as long as ever: it is there at the end of the other's time.
    let mut patient = Call::begin(&world, "373", HEED).await;
    patient.message(1000, 1000).await.expect("sent");
    let mut large = Call::begin(&world, "373", HEED).await;
    large.message(9 * MIB, 9 * MIB).await.expect("the server reads it");
    assert_eq!(code(&large.answered().await), "STREAM_IDLE");
    patient.message(1000, 1000).await.expect("sent");
    heard(&patient.end().await, 2, 2000);
}

#[tokio::test]
async fn what_is_too_large_is_refused_by_its_length_alone_and_takes_no_room() {
    let world = World::new(limits()).await;
    for length in [16 * MIB + 1, u32::MAX as usize] {
        let mut call = Call::begin(&world, "373", HEED).await;
        call.message(length, 0).await.expect("sent");
        let refused = call.answered().await;
        assert_eq!((refused.code(), code(&refused).as_str()), (Code::OutOfRange, "MESSAGE_ABOVE_ALL_ROOM"));
    }
    for path in [HEED, TIMELINE] {
        // The service's own reader refuses it, before any of it has come.
        let mut call = Call::begin(&world, "373", path).await;
        call.message(LARGEST + 1, 0).await.expect("sent");
        assert_eq!(call.answered().await.code(), Code::OutOfRange);
    }
    heard(&whole(&world, "373", HEED, LARGEST).await, 1, LARGEST);
}

#[tokio::test]
async fn a_message_that_is_cut_off_is_no_message() {
    let world = World::new(limits()).await;
    for sent in [&[0, 0][..], &[0, 0, 0, 0, 9, 1]] {
        let mut call = Call::begin(&world, "373", HEED).await;
        call.send(Bytes::copy_from_slice(sent)).await.expect("sent");
        let refused = call.end().await;
        assert_eq!(refused.code(), Code::Internal, "{refused}");
    }
}
