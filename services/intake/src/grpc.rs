//! Intake by gRPC. Generated service types stop here, and so does the one table from what went wrong to a status.

mod answers;

use std::pin::Pin;

use contracts::intake::v1::intake_service_server::IntakeService;
use contracts::intake::v1::{
    CheckRequest, CheckResponse, GetRequest, GetResponse, SubmitManyRequest, SubmitManyResponse,
    SubmitRequest, SubmitResponse, WatchRequest, WatchResponse, get_request, submit_many_response,
};
use contracts::notification::v1::Notification;
use contracts::rules::refusal;
use futures::{Stream, StreamExt, stream};
use identity::{Caller, Role, caller_of};
use lifecycle::CancellationToken;
use registers::AuthorityNumber;
use tonic::{Request, Response, Status, Streaming};

use crate::SERVICE;
use crate::accept_notifications::{AcceptNotifications, Answer};
use crate::check_notification::CheckNotification;
use crate::read_notification::{ReadNotification, WatchEnded};
use crate::store::Key;

/// Answers authorities' case systems.
pub struct IntakeGrpc {
    accept: std::sync::Arc<AcceptNotifications>,
    check: CheckNotification,
    read: ReadNotification,
    limits: Limits,
    stop: CancellationToken,
}

/// What one caller may ask for at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most items of one stream under way.
    pub items_in_flight: usize,
    /// The largest notification, in bytes.
    pub largest_notification: usize,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl IntakeGrpc {
    /// Puts the use cases behind gRPC. Streams end when `stop` is given.
    pub fn new(
        accept: AcceptNotifications,
        check: CheckNotification,
        read: ReadNotification,
        limits: Limits,
        stop: CancellationToken,
    ) -> Self {
        Self { accept: accept.into(), check, read, limits, stop }
    }
}

#[tonic::async_trait]
impl IntakeService for IntakeGrpc {
    async fn submit(&self, request: Request<SubmitRequest>) -> Result<Response<SubmitResponse>, Status> {
        let caller = caller_of(&request)?;
        let notification = request.into_inner().notification.unwrap_or_default();
        require_own(&caller, &notification)?;
        answers::require_size(&notification, self.limits.largest_notification)
            .map_err(|remark| refusal(&[*remark]))?;
        match self.accept.accept(&notification).await {
            Ok(Answer::Held { receipt, already_held, warnings }) => {
                tracing::info!(reference = %receipt.receipt.reference, authority = receipt.receipt.authority, already_held, "held a notification");
                Ok(Response::new(answers::held(&receipt, already_held, warnings)))
            }
            Ok(Answer::Refused { violations, .. }) => {
                tracing::info!(
                    authority = caller.name,
                    violations = violations.len(),
                    "refused a notification's form"
                );
                Err(refusal(&violations))
            }
            Ok(Answer::Conflict { reference, held, sent }) => {
                Err(answers::conflict_status(reference, held, sent))
            }
            Err(not_held) => Err(answers::try_again_status(&not_held)),
        }
    }

    type SubmitManyStream = Answers<SubmitManyResponse>;

    async fn submit_many(
        &self,
        request: Request<Streaming<SubmitManyRequest>>,
    ) -> Result<Response<Self::SubmitManyStream>, Status> {
        let caller = caller_of(&request)?;
        caller.require(&[Role::Authority])?;
        let (accept, limits) = (self.accept.clone(), self.limits);
        let call = tracing::Span::current();
        // A broken stream (a message too large, a sender gone) ends it only after the items before it are
        // answered: `buffer_unordered` would let the error overtake them.
        let (items, broken) = until_broken(request.into_inner(), self.stop.clone());
        let answers = stream::iter(1..).zip(items).map(move |(position, item): (u64, SubmitManyRequest)| {
            let (accept, caller) = (accept.clone(), caller.clone());
            let work = async move { answer_item(&accept, &caller, limits, position, item).await };
            tracing::Instrument::instrument(work, telemetry::item_span(&call))
        });
        let answers = answers.buffer_unordered(self.limits.items_in_flight).map(Ok);
        let ending = stream::once(broken).filter_map(|broken| async move { broken.map(Err) });
        Ok(Response::new(Box::pin(answers.chain(ending))))
    }

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        let caller = caller_of(&request)?;
        let notification = request.into_inner().notification.unwrap_or_default();
        require_own(&caller, &notification)?;
        let checked = self.check.check(&notification).await?;
        Ok(Response::new(CheckResponse {
            violations: checked.form.violations,
            warnings: checked.form.warnings,
            assessment: checked.assessment,
            fingerprint: checked.fingerprint.to_string(),
        }))
    }

    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let caller = caller_of(&request)?;
        caller.require(&[Role::Authority])?;
        let key = match request.into_inner().key {
            Some(get_request::Key::Reference(text)) => Key::Reference(refusals::reference(&text)?),
            Some(get_request::Key::SenderReference(text)) => Key::SenderReference(text),
            None => return Err(Status::invalid_argument("give reference or sender_reference")),
        };
        let found =
            self.read.read(&caller.name, &key).await.map_err(|error| refusals::store(SERVICE, &error))?;
        let (held, status) = found.ok_or_else(|| answers::not_found(&caller.name))?;
        Ok(Response::new(GetResponse {
            notification: Some(held.notification),
            receipt: Some(answers::receipt(&held.receipt)),
            status: Some(status),
        }))
    }

    type WatchStream = Answers<WatchResponse>;

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let caller = caller_of(&request)?;
        caller.require(&[Role::Authority])?;
        let reference = refusals::reference(&request.into_inner().reference)?;
        let watched = self.read.watch(caller.name.clone(), reference, self.stop.clone()).await;
        let statuses = watched.map_err(|error| refusals::store(SERVICE, &error))?;
        let statuses = statuses.ok_or_else(|| answers::not_found(&caller.name))?;
        let answers = statuses.map(|status| match status {
            Ok(status) => Ok(WatchResponse { status: Some(status) }),
            Err(WatchEnded::Stopping) => Err(refusals::not_now(
                "STOPPING",
                "this server is stopping before the panel has acknowledged the notification. To do: watch again in a few seconds",
            )),
            Err(WatchEnded::Store(error)) => Err(refusals::store(SERVICE, &error)),
        });
        Ok(Response::new(Box::pin(answers)))
    }
}

/// An authority sends for itself alone. What is no authority's number is left to the judgement of the form, which refuses
/// it with all else that is wrong, and never repeats it: it may be a name.
fn require_own(caller: &Caller, notification: &Notification) -> Result<(), Status> {
    match notification.notifying_authority.parse::<AuthorityNumber>() {
        Ok(number) => caller.require_authority(&number.to_string()),
        Err(_) => caller.require(&[Role::Authority]),
    }
}

/// Answers one item of many, whatever is wrong with it.
async fn answer_item(
    accept: &AcceptNotifications,
    caller: &Caller,
    limits: Limits,
    position: u64,
    item: SubmitManyRequest,
) -> SubmitManyResponse {
    use submit_many_response::Answer as Wire;
    let notification = item.notification.unwrap_or_default();
    let size = answers::require_size(&notification, limits.largest_notification);
    let answer = match (require_own(caller, &notification), size) {
        (Err(status), _) => answers::not_own(&status),
        (_, Err(remark)) => answers::refused(vec![*remark], Vec::new()),
        _ => match accept.accept(&notification).await {
            Ok(Answer::Held { receipt, already_held, warnings }) => {
                Wire::Held(answers::held(&receipt, already_held, warnings))
            }
            Ok(Answer::Refused { violations, warnings }) => answers::refused(violations, warnings),
            Ok(Answer::Conflict { reference, held, sent }) => {
                Wire::Conflict(answers::conflict(reference, held, sent))
            }
            Err(not_held) => answers::try_again(&not_held),
        },
    };
    SubmitManyResponse { position, sender_reference: notification.sender_reference, answer: Some(answer) }
}

/// The items up to the first that cannot be read, and then what broke the stream, if anything did.
fn until_broken(
    incoming: Streaming<SubmitManyRequest>,
    stop: CancellationToken,
) -> (impl Stream<Item = SubmitManyRequest> + Send, impl Future<Output = Option<Status>> + Send) {
    let (tell, told) = tokio::sync::oneshot::channel();
    let items = stream::unfold((incoming, Some(tell), stop), |(mut incoming, mut tell, stop)| async move {
        let next = tokio::select! {
            next = incoming.message() => next,
            () = stop.cancelled() => Err(refusals::not_now("STOPPING", "this server is stopping")),
        };
        match next {
            Ok(Some(item)) => Some((item, (incoming, tell, stop))),
            Ok(None) => None,
            Err(status) => {
                // The receiver is gone only where the whole answer is.
                let _gone = tell.take().map(|tell| tell.send(answers::broken_stream(&status)));
                None
            }
        }
    });
    (items, async move { told.await.ok() })
}
