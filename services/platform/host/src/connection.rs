//! One connection, as every call on it sees it: who is at the other end, whether that is still good, and whether anybody reads
//! what is sent.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use ambient::Ambient;
use identity::{NotTrusted, Peer};
use lifecycle::{CancellationToken, pause};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use crate::budget::Queue;
use crate::door::Door;
use crate::shares::ConnectionSeat;
use crate::trusted::Trusted;

/// How often a connection is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How long a caller whose certificate is no longer good is still answered, with what to do, before the connection is closed.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// With these 24 bytes a client of HTTP/2 begins (RFC 9113 section 3.4).
const PREFACE: u64 = 24;

/// What is known of a connection. Every call carries it among its extensions.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) peer: Peer,
    pub(crate) address: SocketAddr,
    /// By whom its calls are counted.
    pub(crate) key: Arc<str>,
    /// Given once the certificate is no longer good: streams end.
    pub(crate) no_longer_good: CancellationToken,
    /// Given to have the connection closed.
    close: CancellationToken,
    /// Given once it is closed.
    closed: CancellationToken,
    /// By which number of what is trusted it was last found good.
    judged: AtomicU64,
    told: AtomicBool,
    heard: AtomicU64,
    /// Answers that wait for the client to read, by their numbers, and since when.
    waiting: Mutex<HashMap<u64, Instant>>,
    next_answer: AtomicU64,
    /// Its messages that wait for room.
    pub(crate) queue: Queue,
}

impl Connection {
    pub(crate) fn new(peer: Peer, address: SocketAddr, key: Arc<str>, judged: u64) -> Arc<Self> {
        Arc::new(Self {
            peer,
            address,
            key,
            no_longer_good: CancellationToken::new(),
            close: CancellationToken::new(),
            closed: CancellationToken::new(),
            judged: AtomicU64::new(judged),
            told: AtomicBool::new(false),
            heard: AtomicU64::new(0),
            waiting: Mutex::default(),
            next_answer: AtomicU64::new(0),
            queue: Queue::default(),
        })
    }

    /// Whether the certificate is good at this moment. Cheap, for it is asked at every call: a signature is verified only when
    /// something else is trusted than the last time.
    pub(crate) fn is_good(&self, trusted: &Trusted, ambient: &Ambient) -> Result<(), NotTrusted> {
        let now = ambient.now();
        if now < self.peer.until() && trusted.number() == self.judged.load(Ordering::Acquire) {
            return Ok(());
        }
        let present = trusted.present();
        present.trust.admits(&self.peer, now)?;
        self.judged.store(present.number, Ordering::Release);
        Ok(())
    }

    /// A number for an answer that is to be sent.
    pub(crate) fn answer(&self) -> u64 {
        let number = self.next_answer.fetch_add(1, Ordering::Relaxed);
        self.waits(number);
        number
    }

    /// From now on this answer waits for the client to read.
    pub(crate) fn waits(&self, answer: u64) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(answer, Instant::now());
    }

    /// The client has room for more of this answer, or it has ended.
    pub(crate) fn moves(&self, answer: u64) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&answer);
    }

    fn stalls_for(&self) -> Duration {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.values().min().map_or(Duration::ZERO, Instant::elapsed)
    }

    /// Looks after the connection until it is closed.
    pub(crate) async fn watch(self: Arc<Self>, door: Arc<Door>) {
        let begun = Instant::now();
        let mut trusted = door.trusted.clone();
        let mut last_words = None;
        loop {
            tokio::select! {
                () = self.closed.cancelled() => return,
                () = trusted.changed() => (),
                _ = pause(LOOK_AGAIN, &self.closed) => (),
            }
            if last_words.is_none()
                && let Err(reason) = self.is_good(&door.trusted, &door.ambient)
            {
                self.tell_not_good(reason, &door);
                last_words = Some(Instant::now());
            }
            let unspoken =
                self.heard.load(Ordering::Relaxed) < PREFACE && begun.elapsed() >= door.limits.handshake();
            let why = if last_words.is_some_and(|since| since.elapsed() >= LAST_WORDS) {
                "its certificate is no longer good"
            } else if unspoken {
                "it said nothing after the handshake"
            } else if self.stalls_for() >= door.limits.stall() {
                "it does not read its answers"
            } else {
                continue;
            };
            door.log("a connection was closed", why, self.address);
            self.close.cancel();
            return;
        }
    }

    /// Ends the streams of a connection whose certificate is no longer good, and says so once.
    pub(crate) fn tell_not_good(&self, reason: NotTrusted, door: &Door) {
        self.no_longer_good.cancel();
        if !self.told.swap(true, Ordering::Relaxed) {
            door.log("calls on a connection are refused: its certificate is", reason.word(), self.address);
        }
    }

    /// Why its certificate is not good, for streams that end by it.
    pub(crate) fn why_not_good(&self, trusted: &Trusted, ambient: &Ambient) -> NotTrusted {
        self.is_good(trusted, ambient).err().unwrap_or(NotTrusted::Authority)
    }
}

/// The bytes of a connection, which end when it is to be closed.
pub(crate) struct Guarded {
    stream: TlsStream<TcpStream>,
    connection: Arc<Connection>,
    close: Pin<Box<dyn Future<Output = ()> + Send>>,
    _seat: ConnectionSeat,
}

impl Guarded {
    pub(crate) fn new(
        stream: TlsStream<TcpStream>,
        connection: Arc<Connection>,
        seat: ConnectionSeat,
    ) -> Self {
        let close = Box::pin(connection.close.clone().cancelled_owned());
        Self { stream, connection, close, _seat: seat }
    }

    /// Also wakes the connection's task when it is to be closed: it always reads, whatever else it waits for.
    fn is_to_be_closed(&mut self, context: &mut Context<'_>) -> bool {
        self.connection.close.is_cancelled() || self.close.as_mut().poll(context).is_ready()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.connection.closed.cancel();
    }
}

impl Connected for Guarded {
    type ConnectInfo = Arc<Connection>;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.connection.clone()
    }
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the server has closed this connection")
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_to_be_closed(context) {
            return Poll::Ready(Err(ended()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let heard = buffer.filled().len().saturating_sub(before) as u64;
        self.connection.heard.fetch_add(heard, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_to_be_closed(context) {
            return Poll::Ready(Err(ended()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_to_be_closed(context) {
            return Poll::Ready(Err(ended()));
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_to_be_closed(context) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_to_be_closed(context) {
            return Poll::Ready(Err(ended()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
