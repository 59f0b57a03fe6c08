//! What goes out in a call, held to the limits of a stream.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

use crate::connection::Connection;
use crate::door::Door;
use crate::heard::LastWord;
use crate::shares::CallSeat;

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An answer, whose call is under way for as long as this lives.
pub(crate) struct Told {
    body: Body,
    number: u64,
    connection: Arc<Connection>,
    /// Only of a stream: an answer that is already there is sent whatever comes.
    lasting: Option<Lasting>,
    ended: bool,
    _seat: CallSeat,
}

/// By what a stream ends before its service ends it.
pub(crate) struct Lasting {
    door: Arc<Door>,
    no_longer_good: Waiting,
    last_word: LastWord,
}

impl Lasting {
    pub(crate) fn new(door: Arc<Door>, connection: &Connection, last_word: LastWord) -> Self {
        let no_longer_good = Box::pin(connection.no_longer_good.clone().cancelled_owned());
        Self { door, no_longer_good, last_word }
    }
}

impl Told {
    pub(crate) fn new(
        body: Body,
        connection: Arc<Connection>,
        seat: CallSeat,
        lasting: Option<Lasting>,
    ) -> Self {
        Self { body, number: connection.answer(), connection, lasting, ended: false, _seat: seat }
    }

    /// Ends the answer with a status of ours.
    fn end(&mut self, status: &Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.ended = true;
        self.connection.waits(self.number);
        let mut trailers = HeaderMap::new();
        Poll::Ready(Some(status.add_header(&mut trailers).map(|()| Frame::trailers(trailers))))
    }
}

impl HttpBody for Told {
    type Data = Bytes;
    type Error = Status;

    /// Whoever polls has room for more, so the time for the client to read runs between a frame and the next poll.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.connection.moves(self.number);
        if self.ended {
            return Poll::Ready(None);
        }
        if let Some(lasting) = &mut self.lasting
            && lasting.no_longer_good.as_mut().poll(context).is_ready()
        {
            let door = lasting.door.clone();
            let reason = self.connection.why_not_good(&door.trusted, &door.ambient);
            return self.end(&reason.status());
        }
        let frame = Pin::new(&mut self.body).poll_frame(context);
        // A service that takes the silence for the end of the stream would end it as if all were well.
        if let Some(lasting) = &self.lasting
            && is_last(&frame)
            && let Some(last_word) = lasting.last_word.get().cloned()
        {
            return self.end(&last_word);
        }
        if let Poll::Ready(Some(_)) = frame {
            self.connection.waits(self.number);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.lasting.is_some() { SizeHint::default() } else { self.body.size_hint() }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.connection.moves(self.number);
    }
}

fn is_last(frame: &Poll<Option<Result<Frame<Bytes>, Status>>>) -> bool {
    match frame {
        Poll::Pending => false,
        Poll::Ready(Some(Ok(frame))) => frame.is_trailers(),
        Poll::Ready(Some(Err(_)) | None) => true,
    }
}
