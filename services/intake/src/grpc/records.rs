//! Keeping records by gRPC: who may read identities, who erases, who holds, who changes the wrapping key.

use std::pin::Pin;

use contracts::intake::v1::records_service_server::RecordsService;
use contracts::intake::v1::{
    ApplyRetentionRequest, ApplyRetentionResponse, Due as WireDue, EraseRequest, EraseResponse, LegalHold,
    ListReadingsRequest, ListReadingsResponse, PlaceHoldRequest, PlaceHoldResponse, ReadIdentitiesRequest,
    ReadIdentitiesResponse, ReleaseHoldRequest, ReleaseHoldResponse, RotateKeysRequest, RotateKeysResponse,
};
use contracts::notification::v1::HoldReason;
use contracts::time::to_wire;
use futures::{Stream, StreamExt};
use ids::Reference;
use lifecycle::CancellationToken;
use rights::{Granted, Reach, granted};
use storage::StoreError;
use tonic::{Code, Request, Response, Status};

use super::{answers, reasons};
use crate::SERVICE;
use crate::apply_retention::{ApplyRetention, Due};
use crate::keep_records::KeepRecords;
use crate::rotate_keys::{Progress, RotateKeys};
use crate::store::{Erased, HoldPlaced, Read};

/// What a call to apply the policy erases where it does not say how much.
const LISTED: u32 = 1000;

/// Answers whoever keeps records.
pub struct RecordsGrpc {
    keep: KeepRecords,
    retention: ApplyRetention,
    rotate: RotateKeys,
    stop: CancellationToken,
}

impl RecordsGrpc {
    /// Puts the use cases behind gRPC. Streams end when `stop` is given.
    pub fn new(
        keep: KeepRecords,
        retention: ApplyRetention,
        rotate: RotateKeys,
        stop: CancellationToken,
    ) -> Self {
        Self { keep, retention, rotate, stop }
    }
}

#[tonic::async_trait]
impl RecordsService for RecordsGrpc {
    async fn read_identities(
        &self,
        request: Request<ReadIdentitiesRequest>,
    ) -> Result<Response<ReadIdentitiesResponse>, Status> {
        let granted = granted(&request)?;
        let request = request.into_inner();
        let (purpose, reference) = (request.purpose(), refusals::reference(&request.reference)?);
        if !matches!(granted.reach(), Reach::All | Reach::AllButStoodAside(_)) {
            return Err(granted.cannot_serve());
        }
        match self
            .keep
            .read(granted.by().to_owned(), reference, purpose)
            .await
            .map_err(|error| unanswered(&error))?
        {
            Read::Told { notification, reading } => {
                tracing::info!(%reference, reader = granted.by(), ?purpose, "identities were read");
                Ok(Response::new(ReadIdentitiesResponse {
                    notification: Some(*notification),
                    revision: reading.revision,
                    reading: Some(reading),
                }))
            }
            Read::Erased(_) => Err(answers::erased(reference)),
            Read::StoodAside => Err(rights::stood_aside(reference)),
            Read::NotFound => Err(no_such_notification(reference)),
        }
    }

    async fn list_readings(
        &self,
        request: Request<ListReadingsRequest>,
    ) -> Result<Response<ListReadingsResponse>, Status> {
        let granted = granted(&request)?;
        let reference = refusals::reference(&request.into_inner().reference)?;
        let own = match granted.reach() {
            Reach::All => None,
            _ => Some(granted.own_authority()?.number()),
        };
        let kept = self.keep.kept(reference, own).await.map_err(|error| unanswered(&error))?;
        let kept = kept.ok_or_else(|| no_such_notification(reference))?;
        Ok(Response::new(ListReadingsResponse {
            readings: kept.readings,
            hold: kept.hold.filter(|_| own.is_none()),
            erasure: kept.erasure,
        }))
    }

    async fn erase(&self, request: Request<EraseRequest>) -> Result<Response<EraseResponse>, Status> {
        let granted = granted(&request)?;
        let request = request.into_inner();
        let (reason, reference) = (request.reason(), refusals::reference(&request.reference)?);
        match self.keep.erase(all(&granted)?, reference, reason).await.map_err(|error| unanswered(&error))? {
            Erased::Now(erasure) => {
                tracing::info!(%reference, by = granted.by(), ?reason, "a notification is erased");
                Ok(Response::new(EraseResponse { erasure: Some(erasure), already_erased: false }))
            }
            Erased::Before(erasure) => {
                Ok(Response::new(EraseResponse { erasure: Some(erasure), already_erased: true }))
            }
            Erased::OnHold(hold) => Err(on_hold(reference, &hold)),
            Erased::NotFound => Err(no_such_notification(reference)),
        }
    }

    async fn place_hold(
        &self,
        request: Request<PlaceHoldRequest>,
    ) -> Result<Response<PlaceHoldResponse>, Status> {
        let granted = granted(&request)?;
        let request = request.into_inner();
        let (reason, reference) = (request.reason(), refusals::reference(&request.reference)?);
        match self.keep.hold(all(&granted)?, reference, reason).await.map_err(|error| unanswered(&error))? {
            HoldPlaced::On(hold) => Ok(Response::new(PlaceHoldResponse { hold: Some(hold) })),
            HoldPlaced::Erased(_) => Err(answers::erased(reference)),
            HoldPlaced::NotFound => Err(no_such_notification(reference)),
        }
    }

    async fn release_hold(
        &self,
        request: Request<ReleaseHoldRequest>,
    ) -> Result<Response<ReleaseHoldResponse>, Status> {
        let granted = granted(&request)?;
        let reference = refusals::reference(&request.into_inner().reference)?;
        let released = self.keep.release(&all(&granted)?, reference).await;
        let released = released.map_err(|error| unanswered(&error))?;
        let released = released.ok_or_else(|| no_such_notification(reference))?;
        Ok(Response::new(ReleaseHoldResponse { released }))
    }

    async fn apply_retention(
        &self,
        request: Request<ApplyRetentionRequest>,
    ) -> Result<Response<ApplyRetentionResponse>, Status> {
        let granted = granted(&request)?;
        let by = all(&granted)?;
        let ApplyRetentionRequest { dry_run, at_most } = request.into_inner();
        let at_most = if at_most == 0 { LISTED } else { at_most };
        let found = if dry_run {
            self.retention.find(at_most).await
        } else {
            self.retention.apply(&by, at_most).await
        };
        let found = found.map_err(|error| unanswered(&error))?;
        Ok(Response::new(ApplyRetentionResponse {
            due: found.due.into_iter().map(due).collect(),
            held: found.held,
            policy_edition: found.edition,
            more: found.more,
        }))
    }

    type RotateKeysStream = Pin<Box<dyn Stream<Item = Result<RotateKeysResponse, Status>> + Send>>;

    async fn rotate_keys(
        &self,
        request: Request<RotateKeysRequest>,
    ) -> Result<Response<Self::RotateKeysStream>, Status> {
        if *granted(&request)?.reach() != Reach::StateOnly {
            return Err(granted(&request)?.cannot_serve());
        }
        let pages = self.rotate.pages(self.stop.clone()).map(|page| match page {
            Ok(Progress { wrapped_under, done, left }) => {
                Ok(RotateKeysResponse { wrapped_under, done, left })
            }
            Err(error) => Err(unanswered(&error)),
        });
        Ok(Response::new(Box::pin(pages)))
    }
}

/// Who calls, where the call reaches everybody's notifications.
fn all(granted: &Granted) -> Result<String, Status> {
    if *granted.reach() == Reach::All { Ok(granted.by().to_owned()) } else { Err(granted.cannot_serve()) }
}

fn due(due: Due) -> WireDue {
    WireDue {
        reference: due.reference.to_string(),
        last_received_at: Some(to_wire(due.last_received_at)),
        due_on: due.due_on.to_string(),
        rule: due.rule,
    }
}

fn unanswered(error: &StoreError) -> Status {
    refusals::store(SERVICE, error)
}

fn no_such_notification(reference: Reference) -> Status {
    let sentence = format!(
        "reference: no notification {reference} is held, or none that you may see. To do: read the reference out again, or copy \
         it from the receipt or the case"
    );
    refusals::refused(Code::NotFound, reasons::NOTIFICATION_NOT_FOUND, &[], sentence)
}

fn on_hold(reference: Reference, hold: &LegalHold) -> Status {
    let because = match hold.reason() {
        HoldReason::Inquiry => "a statutory inquiry has asked that records be kept (Inquiries Act 2005 s.35)",
        HoldReason::Proceedings => "proceedings before a court or a coroner are under way or expected",
        HoldReason::Review => "a review of the case is under way",
        HoldReason::SubjectAccess => "somebody has asked for the data held on them (UK GDPR, article 15)",
        HoldReason::Unspecified => "no reason that this version of Lapwing knows",
    };
    let sentence = format!(
        "reference: a legal hold is on {reference}, placed by {}: {because}. Nothing is erased. To do: where that is over, release \
         the hold, and erase it then",
        hold.placed_by
    );
    let facts = [("reference", &*reference.to_string())];
    refusals::refused(Code::FailedPrecondition, reasons::NOTIFICATION_ON_HOLD, &facts, sentence)
}
