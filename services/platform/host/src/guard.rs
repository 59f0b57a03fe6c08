//! What every call is held to before a service sees it: a certificate that is good at this moment, the caller's share, room for
//! its messages, and a time by which it is to be over.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use catalogue::Entry;
use http::{Request, Response};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};
use tower::{Layer, Service};

use crate::bodies::{Lasting, Told};
use crate::connection::Connection;
use crate::door::Door;
use crate::heard::{Heard, LastWord, Taken};
use crate::shares::TooMany;

catalogue::entries! {
    /// Codes of calls that are too many, or take too long.
    pub CATALOGUE = "Calls that are too many or take too long";
    CALLS_UNDER_WAY: "The caller has more calls under way than its share of this server.",
        "Wait for some of them to end, or for as long as RetryInfo says, then send the rest again.";
    CALLS_TOO_FAST: "The caller begins more calls in a second than its share of this server.",
        "Send it again after as long as RetryInfo says; many notifications go faster in one SubmitMany.";
    NOT_IN_TIME: "The call took longer than this server gives it; whether it took effect is not known.",
        "Send it again as it is: the same submission answers with the same receipt.";
    STREAM_IDLE: "The stream waited longer for the client's next message than this server allows.",
        "Begin a new stream, and send again whatever has no answer; end a stream that has nothing more to send.";
    MESSAGE_TOO_SLOW: "The rest of a message that had begun did not come in the time that this server waits for it.",
        "Send it again, on a faster line or with fewer calls beside it; what was answered stands.";
    NO_ROOM_FOR_MESSAGE: "The message waited in vain for memory that other messages have taken, the caller's own or all callers'.",
        "Wait for as long as RetryInfo says, then send it again; send large messages one after another.";
    MESSAGE_ABOVE_ALL_ROOM: "The message is larger than all the memory that this server has for one caller.",
        "Send less in one message; where the operator means to take it, raise bytes_of_caller in [process.limits].";
}

/// When calls under way are likely to have ended.
const SOON: Duration = Duration::from_secs(1);

/// Least that a caller is told to wait: less is not worth a timer.
const LEAST: Duration = Duration::from_millis(50);

/// Calls with one question and one answer, by their paths. Whatever is not among them may last.
static UNARY: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let ours = contracts::DESCRIPTOR_POOL.services().flat_map(|service| {
        let unary =
            service.methods().filter(|method| !method.is_client_streaming() && !method.is_server_streaming());
        unary.map(|method| format!("/{}/{}", service.full_name(), method.name())).collect::<Vec<_>>()
    });
    ours.chain(["/grpc.health.v1.Health/Check".to_owned()]).collect()
});

/// Puts [`Guard`] before whatever answers.
#[derive(Clone)]
pub(crate) struct GuardLayer(pub(crate) Arc<Door>);

impl<Inner> Layer<Inner> for GuardLayer {
    type Service = Guard<Inner>;

    fn layer(&self, inner: Inner) -> Guard<Inner> {
        Guard { door: self.0.clone(), inner }
    }
}

/// Holds every call to the limits.
#[derive(Clone)]
pub(crate) struct Guard<Inner> {
    door: Arc<Door>,
    inner: Inner,
}

impl<Inner> Service<Request<Body>> for Guard<Inner>
where
    Inner: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    Inner::Future: Send,
    Inner::Error: Send,
{
    type Response = Response<Body>;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Inner::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The one that is ready is called; its clone need not be.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let door = self.door.clone();
        Box::pin(async move {
            // Without a connection a call has come from within this process.
            let Some(connection) = request.extensions().get::<Arc<Connection>>().cloned() else {
                return inner.call(request).await;
            };
            if let Err(reason) = connection.is_good(&door.trusted, &door.ambient) {
                connection.tell_not_good(reason, &door);
                return Ok(reason.status().into_http());
            }
            let seat = match door.shares.call(&connection.key) {
                Ok(seat) => seat,
                Err(too_many) => return Ok(refuse(too_many, &door, &connection).into_http()),
            };
            request.extensions_mut().insert(connection.peer.clone());
            let unary = UNARY.contains(request.uri().path());
            let (last_word, taken) = (LastWord::default(), Taken::default());
            let room = (door.budget.purse(&connection.key), connection.queue.clone());
            let request = request.map(|body| {
                Body::new(Heard::new(body, &door.limits, room, taken.clone(), last_word.clone()))
            });
            if unary {
                // Its message is in memory until it is answered, whatever has become of the bytes.
                let _until_answered = taken;
                let deadline = door.limits.deadline();
                let Ok(answer) = tokio::time::timeout(deadline, inner.call(request)).await else {
                    door.log("a call was given up", "it took too long", connection.address);
                    return Ok(not_in_time(deadline).into_http());
                };
                return answer
                    .map(|answer| answer.map(|body| Body::new(Told::new(body, connection, seat, None))));
            }
            drop(taken);
            let lasting = Lasting::new(door, &connection, last_word);
            let answer = inner.call(request).await?;
            Ok(answer.map(|body| Body::new(Told::new(body, connection, seat, Some(lasting)))))
        })
    }
}

fn refuse(too_many: TooMany, door: &Door, connection: &Connection) -> Status {
    let (reason, word, wait, sentence) = match too_many {
        TooMany::InThisTime(wait) => (
            CALLS_TOO_FAST,
            "too many calls in this time",
            wait.max(LEAST),
            format!(
                "{} begins more than {} calls a second; this one has not been looked at. To do: send it again after as long as \
                 RetryInfo says; many notifications go faster in one SubmitMany",
                connection.key, door.limits.calls_a_second
            ),
        ),
        _ => (
            CALLS_UNDER_WAY,
            "too many calls under way",
            SOON,
            format!(
                "{} has as many calls under way as its share of this server allows, which is {} at most; this one has not been \
                 looked at. To do: wait for some of them to end, then send it again",
                connection.key, door.limits.calls_of_caller
            ),
        ),
    };
    door.log("a call was refused", word, connection.address);
    let mut details = details(reason);
    details.set_retry_info(Some(wait));
    Status::with_error_details(Code::ResourceExhausted, sentence, details)
}

fn not_in_time(deadline: Duration) -> Status {
    let sentence = format!(
        "not answered within {} seconds; whether it took effect is not known. To do: send it again as it is, for the same \
         submission answers with the same receipt",
        deadline.as_secs()
    );
    Status::with_error_details(Code::DeadlineExceeded, sentence, details(NOT_IN_TIME))
}

/// What a stream ends with whose client sends no more.
pub(crate) fn idle(idle: Duration) -> Status {
    let sentence = format!(
        "the stream waited {} seconds for its next message; what was answered stands. To do: begin a new stream, and send again \
         whatever has no answer",
        idle.as_secs()
    );
    Status::with_error_details(Code::DeadlineExceeded, sentence, details(STREAM_IDLE))
}

/// What a call ends with whose message does not come to its end.
pub(crate) fn too_slow(waited: Duration) -> Status {
    let sentence = format!(
        "the rest of a message was waited for {} seconds in vain; what was answered stands. To do: send it again, on a faster \
         line or with fewer calls beside it",
        waited.as_secs()
    );
    Status::with_error_details(Code::DeadlineExceeded, sentence, details(MESSAGE_TOO_SLOW))
}

/// What a call ends with whose message found no room.
pub(crate) fn no_room(most: usize, waited: Duration) -> Status {
    let sentence = format!(
        "this message waited {} seconds for memory, of which the caller's messages under way may take {most} bytes and all \
         callers' no more than there is; it has not been read. To do: wait for as long as RetryInfo says, then send it again; \
         send large messages one after another",
        waited.as_secs()
    );
    let mut details = details(NO_ROOM_FOR_MESSAGE);
    details.set_retry_info(Some(SOON));
    Status::with_error_details(Code::ResourceExhausted, sentence, details)
}

/// What a call ends with whose message is larger than all the room of its caller.
pub(crate) fn above_all(length: usize, most: usize) -> Status {
    let sentence = format!(
        "a message of {length} bytes was announced, and all messages of one caller together may take {most}; none of it has \
         been read. To do: send less in one message"
    );
    Status::with_error_details(Code::OutOfRange, sentence, details(MESSAGE_ABOVE_ALL_ROOM))
}

fn details(reason: Entry) -> ErrorDetails {
    ErrorDetails::with_error_info(reason.code(), contracts::rules::ERROR_DOMAIN, [] as [(String, String); 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_with_one_answer_is_told_from_a_stream() {
        assert!(UNARY.contains("/lapwing.intake.v1.IntakeService/Submit"));
        assert!(UNARY.contains("/grpc.health.v1.Health/Check"));
        for stream in ["SubmitMany", "Watch"] {
            assert!(!UNARY.contains(&format!("/lapwing.intake.v1.IntakeService/{stream}")), "{stream}");
        }
    }
}
