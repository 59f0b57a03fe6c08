//! What a client sends in a call, held to the limits: no message is read before there is room for it, and none is waited for
//! for ever.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Timeout, timeout};
use tonic::Status;
use tonic::body::Body;

use crate::budget::{Place, Purse, Queue, Room, SMALL};
use crate::framing::{Framing, Step};
use crate::guard;
use crate::limits::Limits;

type Never = std::future::Pending<()>;

/// The room that a call has taken. Whoever keeps a copy of it keeps the room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken(Arc<Mutex<Vec<Room>>>);

impl Taken {
    fn add(&self, room: Room) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(room);
    }
}

/// What a call was ended with that its client kept waiting, where it was.
pub(crate) type LastWord = Arc<OnceLock<Status>>;

pin_project! {
    /// What a client sends. HTTP/2 holds the client back for as long as there is no room for its message.
    #[project = HeardNow]
    pub(crate) struct Heard {
        #[pin]
        body: Body,
        ended: bool,
        framing: Framing,
        purse: Purse,
        reserving: Option<Pin<Box<dyn Future<Output = Room> + Send>>>,
        queue: Queue,
        limits: Limits,
        place: Option<Place>,
        held: usize,
        taken: Taken,
        patience: Patience,
        last_word: LastWord,
    }
}

impl Heard {
    /// `queue` is where messages of its connection wait.
    pub(crate) fn new(
        body: Body,
        limits: &Limits,
        (purse, queue): (Purse, Queue),
        taken: Taken,
        last_word: LastWord,
    ) -> Self {
        Self {
            body,
            ended: false,
            framing: Framing::default(),
            purse,
            reserving: None,
            queue,
            limits: limits.clone(),
            place: None,
            held: 0,
            taken,
            patience: Patience::new(limits),
            last_word,
        }
    }
}

/// What is told of a body each time: a frame, why there is none, or its end.
type Told = Option<Result<Frame<Bytes>, Status>>;

impl HeardNow<'_> {
    /// Ends the call, and says why.
    fn end(&self, status: Status) -> Poll<Told> {
        // Where it is set already the client has been told.
        let _told = self.last_word.set(status.clone());
        Poll::Ready(Some(Err(status)))
    }

    /// What is told while room for a message is waited for; none once there is, or where none is wanted.
    fn wait_for_room(&mut self, context: &mut Context<'_>) -> Option<Poll<Told>> {
        let reserving = self.reserving.as_mut()?;
        if let Poll::Ready(room) = reserving.as_mut().poll(context) {
            self.taken.add(room);
            (*self.reserving, *self.place) = (None, None);
            self.patience.begins(Waits::Rest);
            return None;
        }
        if self.place.is_none() {
            *self.place = self.queue.place(self.limits);
        }
        // Where there is no place to wait in, it is told at once.
        let waited = match self.place {
            Some(_) => self.patience.ends(context),
            None => Some(Duration::ZERO),
        };
        Some(match waited {
            Some(waited) => self.end(guard::no_room(self.purse.most(), waited)),
            None => Poll::Pending,
        })
    }
}

impl HttpBody for Heard {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Told> {
        let mut this = self.project();
        loop {
            if let Some(waits) = this.wait_for_room(context) {
                return waits;
            }
            match this.framing.step() {
                Step::Passes(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Step::Begins(length) if length > this.purse.most() => {
                    return this.end(guard::above_all(length, this.purse.most()));
                }
                Step::Begins(length) if length > SMALL.max(*this.held) => {
                    let lacking = length - *this.held;
                    *this.held = length;
                    *this.reserving = Some(Box::pin(this.purse.clone().room(lacking)));
                    this.patience.begins(Waits::Room);
                    continue;
                }
                Step::Begins(_) => {
                    this.patience.begins(Waits::Rest);
                    continue;
                }
                Step::Wants if *this.ended => return Poll::Ready(None),
                Step::Wants => (),
            }
            if !this.framing.is_within() {
                // Its reader keeps the memory of a large message, so the next is not waited for as long.
                this.patience.begins(if *this.held > 0 { Waits::NextKeeping } else { Waits::Next });
            }
            match this.body.as_mut().poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    this.patience.moves(this.framing.is_within());
                    match frame.into_data() {
                        Ok(bytes) => this.framing.take(bytes),
                        Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                    }
                }
                Poll::Ready(None) => {
                    *this.ended = true;
                    return Poll::Ready(this.framing.remainder().map(|rest| Ok(Frame::data(rest))));
                }
                Poll::Ready(error) => return Poll::Ready(error),
                Poll::Pending => match (this.patience.ends(context), this.framing.is_within()) {
                    (None, _) => return Poll::Pending,
                    (Some(waited), true) => return this.end(guard::too_slow(waited)),
                    (Some(waited), false) => return this.end(guard::idle(waited)),
                },
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.framing.is_empty() && (self.ended || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        if self.framing.is_empty() { self.body.size_hint() } else { SizeHint::default() }
    }
}

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// Its client's next message.
    Next,
    /// The same, while its reader keeps the memory of a large one.
    NextKeeping,
    /// Room for a message.
    Room,
    /// The rest of a message that has begun.
    Rest,
}

/// How long a client is waited for. The time runs only while the server waits: not while it has more than it can do.
struct Patience {
    idle: Duration,
    message: Duration,
    waits: Waits,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Timeout<Never>>>)>,
}

impl Patience {
    fn new(limits: &Limits) -> Self {
        let (idle, message) = (limits.idle(), limits.message());
        Self { idle, message, waits: Waits::Next, left: idle, waiting: None }
    }

    fn whole(&self) -> Duration {
        match self.waits {
            Waits::Next => self.idle,
            Waits::NextKeeping => self.idle.min(self.message),
            Waits::Room | Waits::Rest => self.message,
        }
    }

    /// Something else is waited for, with a time of its own.
    fn begins(&mut self, waits: Waits) {
        if self.waits != waits || waits == Waits::Rest {
            self.waits = waits;
            self.left = self.whole();
            self.waiting = None;
        }
    }

    /// Something has come. Within a message the time that it took is gone: a client that sends a byte now and then is not
    /// waited for any longer than one that sends nothing.
    fn moves(&mut self, within: bool) {
        let waited = self.waiting.take().map_or(Duration::ZERO, |(since, _)| since.elapsed());
        self.left = if within { self.left.saturating_sub(waited) } else { self.whole() };
    }

    /// Waits, and returns how long it has waited in vain where the time is over.
    fn ends(&mut self, context: &mut Context<'_>) -> Option<Duration> {
        let left = self.left;
        let begin = || (Instant::now(), Box::pin(timeout(left, std::future::pending())));
        let (_, until) = self.waiting.get_or_insert_with(begin);
        let over = until.as_mut().poll(context).is_ready();
        over.then(|| self.whole())
    }
}
