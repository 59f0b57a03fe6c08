//! Events that could not be handled: what they are, why, and sending them again.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use contracts::operations::v1::{ListRequest, ParkedEvent, RetryRequest};
use contracts::time::from_wire;
use serde::Deserialize;

use super::Shown;
use super::pictures::length_of_seconds;

/// How many are shown; the command lists all.
const AT_MOST: u32 = 50;

/// What is parked, or why it cannot be told.
pub(super) struct Listed {
    pub(super) events: Vec<Line>,
    pub(super) more: bool,
    pub(super) fault: String,
}

/// A parked event.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) service: String,
    pub(super) queue: String,
    pub(super) kind: String,
    pub(super) reference: String,
    pub(super) age: String,
    pub(super) reason: String,
}

pub(super) async fn list(shown: &Shown) -> Listed {
    let request = ListRequest { page_size: AT_MOST, ..Default::default() };
    match shown.calls.parked().list(request).await {
        Ok(answer) => {
            let answer = answer.into_inner();
            let now = shown.ambient.now();
            let line = |event: ParkedEvent| {
                let at = from_wire(event.parked_at.as_ref());
                let age = at.map_or(0.0, |at| now.duration_since(at).as_secs_f64());
                Line {
                    id: event.event_id,
                    service: event.service,
                    queue: event.queue,
                    kind: event.event_type,
                    reference: event.reference,
                    age: length_of_seconds(age.max(0.0)),
                    reason: event.reason,
                }
            };
            Listed {
                events: answer.events.into_iter().map(line).collect(),
                more: !answer.next_page_token.is_empty(),
                fault: String::new(),
            }
        }
        Err(status) => Listed { events: Vec::new(), more: false, fault: status.message().to_owned() },
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Retry {
    event: String,
    service: String,
    reason: String,
}

/// Sends one event again, as an operator does with `lapwing parked retry`: audit is told who and why.
pub(super) async fn retry(State(shown): State<Arc<Shown>>, Form(asked): Form<Retry>) -> Response {
    let request = RetryRequest {
        event_ids: vec![asked.event],
        oldest: None,
        reason: asked.reason,
        service: asked.service,
    };
    match shown.calls.parked().retry(request).await {
        Ok(_) => Redirect::to("/#parked").into_response(),
        Err(status) => (StatusCode::UNPROCESSABLE_ENTITY, format!("not sent again: {}\n", status.message()))
            .into_response(),
    }
}
