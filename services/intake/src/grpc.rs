//! Intake by gRPC. Generated service types stop here, and so does the one table from what went wrong to a status.

mod answers;
pub mod reasons;
pub mod records;

use std::pin::Pin;
use std::sync::Arc;

use contracts::intake::v1::answer_hand_over_request::Answer as WireReply;
use contracts::intake::v1::intake_service_server::IntakeService;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AmendResponse, AnswerHandOverRequest, AnswerHandOverResponse, CheckRequest,
    CheckResponse, Declination, GetRequest, GetResponse, ListHandOversRequest, ListHandOversResponse,
    SubmitManyRequest, SubmitManyResponse, SubmitRequest, SubmitResponse, WatchRequest, WatchResponse,
    WithdrawRequest, WithdrawResponse, get_request, submit_many_response,
};
use contracts::notification::v1::Notification;
use contracts::rules::refusal;
use futures::{Stream, StreamExt, stream};
use lifecycle::CancellationToken;
use prost::Message;
use rights::{OwnAuthority, granted};
use tokio::sync::Semaphore;
use tonic::{Request, Response, Status, Streaming};

use crate::SERVICE;
use crate::accept_notifications::{AcceptNotifications, Answer};
use crate::amend_notification::AmendNotification;
use crate::answer_hand_over::{AnswerHandOver, Reply};
use crate::check_notification::CheckNotification;
use crate::domain::authority::named;
use crate::read_notification::{ReadNotification, WatchEnded};
use crate::store::Key;

/// Answers authorities' case systems.
pub struct IntakeGrpc {
    accept: Arc<AcceptNotifications>,
    amend: AmendNotification,
    hand_overs: AnswerHandOver,
    check: CheckNotification,
    read: ReadNotification,
    limits: Limits,
    /// Bytes of streams' items that may be under way.
    room: Arc<Semaphore>,
    stop: CancellationToken,
}

/// The use cases behind the calls.
pub struct UseCases {
    /// Submit and SubmitMany.
    pub accept: AcceptNotifications,
    /// Amend and Withdraw.
    pub amend: AmendNotification,
    /// ListHandOvers and AnswerHandOver.
    pub hand_overs: AnswerHandOver,
    /// Check.
    pub check: CheckNotification,
    /// Get and Watch.
    pub read: ReadNotification,
}

/// What one caller may ask for at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most items of one stream under way.
    pub items_in_flight: usize,
    /// The most bytes of all streams' items under way; a stream whose next item finds no room waits with it.
    pub bytes_in_flight: usize,
    /// The largest notification, in bytes.
    pub largest_notification: usize,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl IntakeGrpc {
    /// Puts the use cases behind gRPC. Streams end when `stop` is given.
    pub fn new(cases: UseCases, limits: Limits, stop: CancellationToken) -> Self {
        let UseCases { accept, amend, hand_overs, check, read } = cases;
        let room = Arc::new(Semaphore::new(limits.bytes_in_flight));
        Self { accept: accept.into(), amend, hand_overs, check, read, limits, room, stop }
    }
}

#[tonic::async_trait]
impl IntakeService for IntakeGrpc {
    async fn submit(&self, request: Request<SubmitRequest>) -> Result<Response<SubmitResponse>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let notification = request.into_inner().notification.unwrap_or_default();
        require_own(&authority, &notification)?;
        answers::require_size(&notification, self.limits.largest_notification)
            .map_err(|remark| refusal(&[*remark]))?;
        match self.accept.accept(&notification).await {
            Ok(Answer::Held { receipt, already_held, warnings }) => {
                tracing::info!(reference = %receipt.receipt.reference, authority = receipt.receipt.authority, already_held, "held a notification");
                Ok(Response::new(answers::held(&receipt, already_held, warnings)))
            }
            Ok(Answer::Refused { violations, .. }) => {
                tracing::info!(
                    authority = authority.number(),
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
        let authority = granted(&request)?.own_authority()?.clone();
        let (accept, limits) = (self.accept.clone(), self.limits);
        let call = tracing::Span::current();
        // A broken stream (a message too large, a sender gone) ends it only after the items before it are
        // answered: `buffer_unordered` would let the error overtake them.
        let (items, broken) = until_broken(request.into_inner(), self.stop.clone());
        let room = self.room.clone();
        // One item at a time waits for room, and no further one is read: what a stream has in memory beside is in the room.
        let items = items.then(move |item| {
            let bytes = item.encoded_len().min(limits.bytes_in_flight);
            let room = room.clone().acquire_many_owned(u32::try_from(bytes).unwrap_or(u32::MAX));
            async move { (room.await, item) }
        });
        let answers = stream::iter(1..).zip(items).map(move |(position, (room, item))| {
            let (accept, authority) = (accept.clone(), authority.clone());
            let work = async move {
                let _until_answered = room;
                answer_item(&accept, &authority, limits, position, item).await
            };
            tracing::Instrument::instrument(work, telemetry::item_span(&call))
        });
        let answers = answers.buffer_unordered(self.limits.items_in_flight).map(Ok);
        let ending = stream::once(broken).filter_map(|broken| async move { broken.map(Err) });
        Ok(Response::new(Box::pin(answers.chain(ending))))
    }

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let notification = request.into_inner().notification.unwrap_or_default();
        require_own(&authority, &notification)?;
        let mut checked = self.check.check(&notification).await?;
        let size = answers::require_size(&notification, self.limits.largest_notification);
        checked.form.violations.extend(size.err().map(|remark| *remark));
        Ok(Response::new(checked.into()))
    }

    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let key = match request.into_inner().key {
            Some(get_request::Key::Reference(text)) => Key::Reference(refusals::reference(&text)?),
            Some(get_request::Key::SenderReference(text)) => Key::SenderReference(text),
            None => {
                return Err(answers::not_given(
                    "key",
                    reasons::KEY_NOT_GIVEN,
                    "reference or sender_reference",
                ));
            }
        };
        let found = self
            .read
            .read(authority.number(), &key)
            .await
            .map_err(|error| refusals::store(SERVICE, &error))?;
        let (held, status) = found.ok_or_else(|| answers::not_found(authority.number()))?;
        Ok(Response::new(GetResponse {
            notification: held.notification,
            receipt: Some(answers::receipt(&held.receipt)),
            status: Some(status),
        }))
    }

    async fn amend(&self, request: Request<AmendRequest>) -> Result<Response<AmendResponse>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let AmendRequest { reference, revision, notification } = request.into_inner();
        let notification = notification.unwrap_or_default();
        require_own(&authority, &notification)?;
        let reference = refusals::reference(&reference)?;
        answers::require_size(&notification, self.limits.largest_notification)
            .map_err(|remark| refusal(&[*remark]))?;
        let answer = self.amend.amend(authority.number(), reference, revision, &notification).await;
        let answer = answer.map_err(|error| answers::not_revised(&error))?;
        let amended = answers::amended(reference, authority.number(), answer)?;
        tracing::info!(%reference, revision, authority = authority.number(), already_held = amended.already_held, "held a later revision");
        Ok(Response::new(amended))
    }

    async fn withdraw(
        &self,
        request: Request<WithdrawRequest>,
    ) -> Result<Response<WithdrawResponse>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let request = request.into_inner();
        let (reason, reference) = (request.reason(), refusals::reference(&request.reference)?);
        let WithdrawRequest { revision, words, .. } = request;
        let answer = self.amend.withdraw(authority.number(), reference, revision, reason, words).await;
        let answer = answer.map_err(|error| answers::not_revised(&error))?;
        let withdrawn = answers::withdrawn(reference, authority.number(), answer)?;
        tracing::info!(%reference, revision, authority = authority.number(), already_held = withdrawn.already_held, "held a withdrawal");
        Ok(Response::new(withdrawn))
    }

    async fn list_hand_overs(
        &self,
        request: Request<ListHandOversRequest>,
    ) -> Result<Response<ListHandOversResponse>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let also_ended = request.into_inner().include_answered;
        let listed = self.hand_overs.list(authority.number(), also_ended).await;
        let hand_overs = listed.map_err(|error| refusals::store(SERVICE, &error))?;
        Ok(Response::new(ListHandOversResponse { hand_overs }))
    }

    async fn answer_hand_over(
        &self,
        request: Request<AnswerHandOverRequest>,
    ) -> Result<Response<AnswerHandOverResponse>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let AnswerHandOverRequest { reference, answer } = request.into_inner();
        let reference = refusals::reference(&reference)?;
        let reply = match answer {
            Some(WireReply::Accept(Acceptance { became_aware_on })) => Reply::Accept { became_aware_on },
            Some(WireReply::Decline(declination)) => {
                let reason = declination.reason();
                let Declination { words, .. } = declination;
                Reply::Decline { reason, words }
            }
            None => return Err(answers::not_given("answer", reasons::ANSWER_NOT_GIVEN, "accept or decline")),
        };
        let outcome = self.hand_overs.answer(authority.number(), reference, &reply).await;
        let outcome = outcome.map_err(|error| answers::not_answered(&error))?;
        let answered = answers::answered(reference, outcome)?;
        tracing::info!(%reference, authority = authority.number(), accepted = answered.receipt.is_some(), "a hand-over is answered");
        Ok(Response::new(answered))
    }

    type WatchStream = Answers<WatchResponse>;

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let authority = granted(&request)?.own_authority()?.clone();
        let reference = refusals::reference(&request.into_inner().reference)?;
        let watched = self.read.watch(authority.number().to_owned(), reference, self.stop.clone()).await;
        let statuses = watched.map_err(|error| refusals::store(SERVICE, &error))?;
        let statuses = statuses.ok_or_else(|| answers::not_found(authority.number()))?;
        let answers = statuses.map(|status| match status {
            Ok(status) => Ok(WatchResponse { status: Some(status) }),
            Err(WatchEnded::Stopping) => Err(refusals::not_now(
                reasons::STOPPING,
                "this server is stopping before the panel has acknowledged the notification. To do: watch again in a few seconds",
            )),
            Err(WatchEnded::Store(error)) => Err(refusals::store(SERVICE, &error)),
        });
        Ok(Response::new(Box::pin(answers)))
    }
}

/// An authority sends for itself alone. What is no authority's number is left to the judgement of the form, which refuses
/// it with all else that is wrong, and never repeats it: it may be a name.
fn require_own(own: &OwnAuthority, notification: &Notification) -> Result<(), Status> {
    match named(&notification.notifying_authority) {
        Some(authority) => own.require(&authority.number.to_string()),
        None if is_number(&notification.notifying_authority) => {
            own.require(&notification.notifying_authority)
        }
        None => Ok(()),
    }
}

/// Three digits name an authority also where the register knows none by them.
fn is_number(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Answers one item of many, whatever is wrong with it.
async fn answer_item(
    accept: &AcceptNotifications,
    authority: &OwnAuthority,
    limits: Limits,
    position: u64,
    item: SubmitManyRequest,
) -> SubmitManyResponse {
    use submit_many_response::Answer as Wire;
    let notification = item.notification.unwrap_or_default();
    let size = answers::require_size(&notification, limits.largest_notification);
    let answer = match (require_own(authority, &notification), size) {
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
    let sender_reference = answers::shown_key(notification.sender_reference);
    SubmitManyResponse { position, sender_reference, answer: Some(answer) }
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
            () = stop.cancelled() => Err(refusals::not_now(reasons::STOPPING, "this server is stopping")),
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
