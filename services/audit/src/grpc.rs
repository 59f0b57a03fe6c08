//! Audit by gRPC. Generated service types stop here, and so does the one table from what went wrong to a status.

use contracts::audit::v1::audit_service_server::AuditService;
use contracts::audit::v1::{
    CheckpointRequest, CheckpointResponse, TimelineEntry, TimelineRequest, TimelineResponse,
};
use contracts::time::to_wire;
use delivery::shown::name;
use ids::Reference;
use refusals::refused;
use rights::{Granted, Reach, granted};
use tonic::{Code, Request, Response, Status};

use crate::SERVICE;
use crate::read_timeline::{ReadTimeline, Scope, Told};
use crate::state_checkpoint::{NotStated, StateCheckpoint};

catalogue::entries! {
    /// Codes of audit.
    pub CODES = "Audit";
    NOTHING_RECORDED: "Nothing is recorded under that reference, or nothing that the caller may read.",
        "Compare it with the receipt, or ask again in a few seconds where it was sent only now.";
    CHECKPOINT_NOT_SIGNED: "The checkpoint cannot be signed, so none is given: an unsigned one proves nothing.",
        "Tell the operator.";
}

/// Answers whoever may read the log.
pub struct AuditGrpc {
    read: ReadTimeline,
    checkpoint: StateCheckpoint,
}

impl AuditGrpc {
    /// Puts the use cases behind gRPC.
    pub fn new(read: ReadTimeline, checkpoint: StateCheckpoint) -> Self {
        Self { read, checkpoint }
    }
}

#[tonic::async_trait]
impl AuditService for AuditGrpc {
    async fn timeline(
        &self,
        request: Request<TimelineRequest>,
    ) -> Result<Response<TimelineResponse>, Status> {
        let granted = granted(&request)?;
        let scope = scope_of(&granted)?;
        let reference = refusals::reference(&request.into_inner().reference)?;
        let told =
            self.read.read(reference, scope).await.map_err(|error| refusals::store(SERVICE, &error))?;
        if told.is_empty() {
            return Err(not_found(reference, scope));
        }
        Ok(Response::new(TimelineResponse { entries: told.into_iter().map(timeline_entry).collect() }))
    }

    async fn checkpoint(
        &self,
        request: Request<CheckpointRequest>,
    ) -> Result<Response<CheckpointResponse>, Status> {
        let granted = granted(&request)?;
        if *granted.reach() != Reach::Public {
            return Err(granted.cannot_serve());
        }
        let stated = self.checkpoint.state().await.map_err(|error| not_stated(&error))?;
        Ok(Response::new(CheckpointResponse {
            signed_note: stated.signed_note,
            size: stated.size,
            root_hash: hex::encode(stated.root.0),
        }))
    }
}

/// Whose entries a caller may read.
fn scope_of(granted: &Granted) -> Result<Scope<'_>, Status> {
    match granted.reach() {
        Reach::Own(authority) => Ok(Scope::Authority(authority.number())),
        Reach::All => Ok(Scope::All),
        Reach::StateOnly => Ok(Scope::StateOfAll),
        _ => Err(granted.cannot_serve()),
    }
}

fn timeline_entry(told: Told) -> TimelineEntry {
    let Told { entry, words } = told;
    TimelineEntry {
        position: entry.position,
        // The log holds what it was told; a stranger to the exchange may have told it a name.
        event_type: name(&entry.kind).to_owned(),
        source: name(&entry.source).to_owned(),
        occurred_at: Some(to_wire(entry.occurred_at)),
        recorded_at: Some(to_wire(entry.recorded_at)),
        words,
        leaf_hash: hex::encode(entry.leaf.0),
    }
}

fn not_found(reference: Reference, scope: Scope<'_>) -> Status {
    let sentence = match scope {
        Scope::All | Scope::StateOfAll => format!(
            "reference: nothing is recorded under {reference}. An event takes a moment to get here. To do: \
             compare it with the receipt, or ask again in a few seconds where it was sent only now"
        ),
        Scope::Authority(number) => format!(
            "reference: nothing of authority {number} is recorded under {reference}; another authority's entries are \
             not shown, because the duty is each authority's own (Children Act 2004 s.16C(1)). To do: compare it with \
             the receipt, or ask again in a few seconds where it was sent only now"
        ),
    };
    refused(Code::NotFound, NOTHING_RECORDED, &[], sentence)
}

fn not_stated(error: &NotStated) -> Status {
    match error {
        NotStated::Store(error) => refusals::store(SERVICE, error),
        NotStated::Key(error) => {
            tracing::error!(%error, "a checkpoint could not be signed");
            let sentence = "the checkpoint cannot be signed, so none is given: an unsigned one proves nothing. To do: tell the operator";
            refused(Code::Internal, CHECKPOINT_NOT_SIGNED, &[], sentence)
        }
    }
}
