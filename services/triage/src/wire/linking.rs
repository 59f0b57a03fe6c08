//! Links and clusters in the contract's words, and the events that tell of them.
//!
//! What a reader would get wrong: both are seen from a case. A link names the other one, and a reason's facts are those
//! of the notification from which it is seen; the same proposal read from the other case names other paths.

use ambient::Ambient;
use contracts::events::{CLUSTER_RAISED, LINK_DECIDED, LINK_PROPOSED};
use contracts::time::to_wire;
use contracts::triage::v1 as contract;
use delivery::{Envelope, Origin};
use ids::Reference;
use prost::Message;

use super::reasons;
use crate::SERVICE;
use crate::domain::cluster::{Cluster, ClusterKind, Member, Raised};
use crate::domain::link::{Decision, Link, LinkState, Pair, Proposed, Verdict};

/// Another case, and what stands between the two.
pub(crate) fn link(link: &Link) -> contract::Link {
    contract::Link {
        reference: link.reference.to_string(),
        notifying_authority: link.authority.clone(),
        state: state(link.state()).into(),
        reasons: reasons(&link.reasons),
        decisions: link.decisions.iter().map(decision).collect(),
    }
}

/// A person's decision.
pub(crate) fn decision(decision: &Decision) -> contract::LinkDecision {
    contract::LinkDecision {
        state: state(LinkState::Decided(decision.verdict)).into(),
        decided_by: decision.by.clone(),
        decided_at: Some(to_wire(decision.at)),
    }
}

/// What a person may decide; none where the word is no decision.
pub(crate) fn verdict(state: contract::LinkState) -> Option<Verdict> {
    match state {
        contract::LinkState::Unspecified | contract::LinkState::Proposed => None,
        contract::LinkState::SameIncident => Some(Verdict::SameIncident),
        contract::LinkState::NotADuplicate => Some(Verdict::NotADuplicate),
    }
}

fn state(state: LinkState) -> contract::LinkState {
    match state {
        LinkState::Proposed => contract::LinkState::Proposed,
        LinkState::Decided(Verdict::SameIncident) => contract::LinkState::SameIncident,
        LinkState::Decided(Verdict::NotADuplicate) => contract::LinkState::NotADuplicate,
    }
}

/// A cluster, seen from one of its cases.
pub(crate) fn cluster(cluster: &Cluster, seen_from: Reference) -> contract::Cluster {
    let kind = match cluster.subject.kind {
        ClusterKind::Setting => contract::ClusterKind::Setting,
        ClusterKind::Provider => contract::ClusterKind::Provider,
    };
    contract::Cluster {
        kind: kind.into(),
        code: cluster.subject.code.clone(),
        members: cluster.members.iter().map(member).collect(),
        authorities: u32::try_from(cluster.authorities().len()).unwrap_or(u32::MAX),
        reason: reasons(&[cluster.reason(seen_from)]).pop(),
    }
}

fn member(member: &Member) -> contract::ClusterMember {
    contract::ClusterMember {
        reference: member.reference.to_string(),
        notifying_authority: member.authority.clone(),
        dated_on: member.dated_on.to_string(),
    }
}

/// Event link.proposed.v1, about the case that was taken up later.
pub(crate) fn seal_proposed(proposed: &Proposed, ambient: &Ambient) -> Envelope {
    let Proposed { reference, authority, proposal } = proposed;
    let event = contract::LinkProposed {
        reference: reference.to_string(),
        other_reference: proposal.pair.other_than(*reference).to_string(),
        reasons: reasons(&proposal.seen_from(*reference)),
    };
    seal(LINK_PROPOSED, *reference, authority, &event, ambient)
}

/// Event link.decided.v1, about the case that the person named first.
pub(crate) fn seal_decided(
    reference: Reference,
    authority: &str,
    pair: Pair,
    decided: &Decision,
    ambient: &Ambient,
) -> Envelope {
    let event = contract::LinkDecided {
        reference: reference.to_string(),
        other_reference: pair.other_than(reference).to_string(),
        decision: Some(decision(decided)),
    };
    seal(LINK_DECIDED, reference, authority, &event, ambient)
}

/// Event cluster.raised.v1, about the case that raised it.
pub(crate) fn seal_raised(raised: &Raised, ambient: &Ambient) -> Envelope {
    let event = contract::ClusterRaised { cluster: Some(cluster(&raised.cluster, raised.reference)) };
    seal(CLUSTER_RAISED, raised.reference, &raised.authority, &event, ambient)
}

fn seal(
    kind: &'static str,
    subject: Reference,
    owner: &str,
    event: &impl Message,
    ambient: &Ambient,
) -> Envelope {
    Envelope::seal(Origin { kind, source: SERVICE, subject, owner }, event, ambient)
}
