//! Parked events as the contract writes them.

use contracts::operations::v1::{EventState, ParkedEvent, ParkedState};
use contracts::time::to_wire;
use delivery::parked::{Parked, State};
use ids::EventId;

use crate::form;

/// A parked event: what may be shown of it.
pub(crate) fn event(service: &str, parked: &Parked) -> ParkedEvent {
    ParkedEvent {
        event_id: parked.id.to_string(),
        service: service.to_owned(),
        queue: parked.queue.clone(),
        event_type: form::name(&parked.kind),
        source: form::name(&parked.source),
        reference: form::reference(&parked.subject),
        owner: form::authority(&parked.owner),
        occurred_at: Some(to_wire(parked.occurred_at)),
        parked_at: Some(to_wire(parked.parked_at)),
        reason: form::reason(&parked.reason),
        size: parked.size,
    }
}

/// Where an event stands at a service.
pub(crate) fn stands(service: &str, id: EventId, state: State, parked: Option<&Parked>) -> EventState {
    EventState {
        event_id: id.to_string(),
        service: service.to_owned(),
        state: self::state(state).into(),
        parked: parked.map(|parked| event(service, parked)),
    }
}

fn state(state: State) -> ParkedState {
    match state {
        State::Parked => ParkedState::Parked,
        State::UnderWay => ParkedState::UnderWay,
        State::Taken => ParkedState::Taken,
        State::Elsewhere => ParkedState::Elsewhere,
    }
}
