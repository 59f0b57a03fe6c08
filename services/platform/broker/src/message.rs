//! An event as a message: protobuf for a body, CloudEvents attributes and trace context for headers.

use contracts::topology::{RETRY_EXCHANGE, routing_keys};
use delivery::{Envelope, Route};
use ids::EventId;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use sha2::{Digest, Sha256};
use telemetry::TraceContext;
use uuid::Uuid;

/// Priority of a message that may overtake others, and of one that may not. RabbitMQ 4 heeds it on quorum queues.
const PRIORITIES: (u8, u8) = (9, 4);

/// The message's properties.
pub(crate) fn properties(envelope: &Envelope) -> BasicProperties {
    let id = envelope.id.as_uuid().to_string();
    let mut headers = FieldTable::default();
    let mut set = |name: &str, value: &str| {
        headers.insert(name.into(), AMQPValue::LongString(value.into()));
    };
    set("ce-specversion", "1.0");
    set("ce-id", &id);
    set("ce-type", &envelope.kind);
    set("ce-source", &envelope.source);
    set("ce-subject", &envelope.subject);
    set("ce-time", &envelope.occurred_at.to_string());
    set("ce-owner", &envelope.owner);
    if let Some(traceparent) = &envelope.trace.traceparent {
        set("traceparent", traceparent);
    }
    if let Some(tracestate) = &envelope.trace.tracestate {
        set("tracestate", tracestate);
    }
    let (urgent, standard) = PRIORITIES;
    BasicProperties::default()
        .with_content_type("application/protobuf".into())
        .with_message_id(id.as_str().into())
        .with_delivery_mode(2)
        .with_priority(if envelope.route.urgent { urgent } else { standard })
        .with_headers(headers)
}

/// Why a message is no event of Lapwing's. Never its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no event of Lapwing's: header {header} {fault}")]
pub(crate) struct NoEvent {
    header: &'static str,
    fault: &'static str,
}

/// The event that a message carries.
///
/// # Errors
/// [`NoEvent`]: the header that is missing or cannot be read.
pub(crate) fn envelope(properties: &BasicProperties, body: &[u8]) -> Result<Envelope, NoEvent> {
    let headers = properties.headers().as_ref();
    let required = |header: &'static str| {
        let found = headers.and_then(|headers| text(headers, header));
        found.ok_or(NoEvent { header, fault: "is missing or is no text" })
    };
    let broken = |header: &'static str| move || NoEvent { header, fault: "cannot be read" };
    let id: Uuid = required("ce-id")?.parse().map_err(|_| broken("ce-id")())?;
    let occurred_at: Timestamp = required("ce-time")?.parse().map_err(|_| broken("ce-time")())?;
    Ok(Envelope {
        id: EventId::from_uuid(id),
        kind: required("ce-type")?,
        source: required("ce-source")?,
        subject: required("ce-subject")?,
        owner: required("ce-owner")?,
        occurred_at: Timestamp::from_microsecond(occurred_at.as_microsecond())
            .map_err(|_| broken("ce-time")())?,
        trace: trace_of(properties),
        payload: body.to_vec().into(),
        route: Route::default(),
    })
}

/// The trace of whatever created a message; none where its header cannot be read.
///
/// Lapwing sends no `tracestate` of its own. What another may have put there can say anything, and would be in spans.
pub(crate) fn trace_of(properties: &BasicProperties) -> TraceContext {
    let headers = properties.headers().as_ref();
    let traceparent = headers.and_then(|headers| text(headers, "traceparent"));
    TraceContext { traceparent, tracestate: None }
}

/// A header that is a text. Neither a name nor a reference has a NUL, and no store keeps one in a text.
fn text(headers: &FieldTable, header: &str) -> Option<String> {
    let text = std::str::from_utf8(headers.inner().get(header)?.as_long_string()?.as_bytes()).ok()?;
    (!text.contains('\0')).then(|| text.to_owned())
}

/// The event, where it was published under its own name. A broker holds a user to the routing key, and not to what it writes into
/// headers: neither to the name there, nor to further keys in `CC` and `BCC`, by which it comes to queues that the user may not
/// publish to, under a key of its own. What was put aside comes back by this queue's name, from whoever keeps the queue.
///
/// # Errors
/// [`NoEvent`]: its header names another event than the routing key.
pub(crate) fn under_its_name(
    event: Envelope,
    exchange: &str,
    key: &str,
    queue: &str,
) -> Result<Envelope, NoEvent> {
    // The default exchange is where versions before this one sent what comes back.
    let came_back = (exchange == RETRY_EXCHANGE || exchange.is_empty()) && key == queue;
    if came_back || routing_keys(&event.kind).contains(&key) {
        return Ok(event);
    }
    Err(NoEvent { header: "ce-type", fault: "is not the name under which it was published" })
}

/// Something to park a message by that is no event. Its id is drawn from its body, so that the same message is parked once.
pub(crate) fn stand_in(body: &[u8]) -> Envelope {
    let digest = Sha256::digest(body);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Envelope {
        id: EventId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid()),
        kind: "unknown".to_owned(),
        source: "unknown".to_owned(),
        subject: String::new(),
        owner: String::new(),
        occurred_at: Timestamp::UNIX_EPOCH,
        trace: TraceContext::default(),
        payload: body.to_vec().into(),
        route: Route::default(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event() -> Envelope {
        Envelope {
            id: EventId::from_uuid(Uuid::from_u128(7)),
            kind: "case.queued.v1".into(),
            source: "triage".into(),
            subject: "LW-7K4-MXP-2R9".into(),
            owner: "373".into(),
            occurred_at: "2026-03-14T10:00:00.123456Z".parse().expect("a time"),
            trace: TraceContext {
                traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
                tracestate: None,
            },
            payload: vec![1, 2, 3].into(),
            route: Route { key: "case.queued.v1.decision".into(), urgent: true, queue: None },
        }
    }

    const HEADERS: &[&str] =
        &["ce-id", "ce-type", "ce-source", "ce-subject", "ce-time", "ce-owner", "traceparent", "x"];

    /// Headers of a stranger: known names and others, texts, numbers and bytes that are no text.
    fn strange() -> impl Strategy<Value = FieldTable> {
        let value = prop_oneof![
            ".*".prop_map(|text: String| AMQPValue::LongString(text.into())),
            any::<Vec<u8>>().prop_map(|bytes| AMQPValue::LongString(bytes.into())),
            any::<i64>().prop_map(AMQPValue::LongLongInt),
            Just(AMQPValue::Void),
            Just(AMQPValue::LongString("0195930e-9a3b-7c4d-8e5f-60718293a4b5".into())),
            Just(AMQPValue::LongString("2026-03-14T09:26:53.589793Z".into())),
        ];
        let header = (proptest::sample::select(HEADERS), value);
        proptest::collection::vec(header, 0..10).prop_map(|headers| {
            let mut table = FieldTable::default();
            for (name, value) in headers {
                table.insert(name.into(), value);
            }
            table
        })
    }

    proptest! {
        #[test]
        fn whatever_a_stranger_writes_into_headers_is_an_event_or_is_refused_and_never_repeated(
            mut headers in strange(),
            whole in any::<bool>(),
            body in any::<Vec<u8>>(),
        ) {
            let mut table = if whole { properties(&event()).headers().clone().expect("headers") } else { FieldTable::default() };
            for (name, value) in headers.inner() {
                table.insert(name.clone(), value.clone());
            }
            headers = table;
            let read = envelope(&BasicProperties::default().with_headers(headers), &body);
            match read {
                Ok(event) => {
                    // What was taken can be told again, and is the same.
                    let again = envelope(&properties(&event), &event.payload).expect("an event");
                    prop_assert_eq!(again, event);
                }
                Err(error) => prop_assert!(error.to_string().len() < 100, "{}", error),
            }
            prop_assert_eq!(stand_in(&body).id, stand_in(&body).id);
        }
    }

    #[test]
    fn an_event_comes_back_as_it_went_but_for_its_route() {
        let event = event();
        let properties = properties(&event);
        assert_eq!(*properties.priority(), Some(9));
        let back = envelope(&properties, &event.payload).expect("an event");
        assert_eq!(back, event.routed(Route::default()));
    }

    #[test]
    fn a_message_that_is_no_event_says_which_header_is_wrong_and_is_known_again() {
        let error = envelope(&BasicProperties::default(), b"x").expect_err("no event");
        assert!(error.to_string().contains("ce-id"), "{error}");
        let mut headers = properties(&event()).headers().clone().expect("headers");
        headers.insert("ce-time".into(), AMQPValue::LongString("yesterday".into()));
        let error = envelope(&BasicProperties::default().with_headers(headers), b"x").expect_err("no event");
        assert!(error.to_string().contains("ce-time") && !error.to_string().contains("yesterday"), "{error}");
        assert_eq!(stand_in(b"x").id, stand_in(b"x").id);
        assert_ne!(stand_in(b"x").id, stand_in(b"y").id);
    }
}
