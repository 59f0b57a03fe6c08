//! Canaries where they do not belong: where a code, a day, an authority's number or a reference is expected, in headers and
//! names of calls, and in what is no message at all.

use acceptance::Clients;
use bytes::Bytes;
use contracts::audit::v1::TimelineRequest;
use contracts::intake::v1::answer_hand_over_request::Answer;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AnswerHandOverRequest, CheckRequest, GetRequest, SubmitRequest, SubmitResponse,
    WatchRequest, WithdrawRequest, get_request,
};
use contracts::notification::v1::{Lane, Notification, WithdrawalReason};
use contracts::redacted::is_redacted;
use contracts::triage::v1::{AcknowledgeRequest, DecideLinkRequest, GetCaseRequest, ListQueueRequest};
use identity::Caller;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request};
use tonic_prost::ProstCodec;

use crate::acts::{Answers, SENDER, whole};
use crate::needles::{Kept, Needles};

/// A notification for every text that is no free one, with a canary in that very text: in words, and as short as a code. So
/// a new field is tried by itself.
pub(crate) fn in_every_coded_text(needles: &mut Needles) -> Vec<(String, Notification)> {
    let whole = whole("CANARY-5", SENDER).transcode_to_dynamic();
    let mut canary = |path: &str, short: bool| {
        if short { needles.short(path, Kept::Nowhere) } else { needles.words(path, Kept::Nowhere) }
    };
    let changed = variants("misplaced", &whole, &mut canary);
    changed
        .into_iter()
        .map(|(path, message)| (path, message.transcode_to().expect("the same message")))
        .collect()
}

fn variants(
    path: &str,
    message: &DynamicMessage,
    canary: &mut dyn FnMut(&str, bool) -> String,
) -> Vec<(String, DynamicMessage)> {
    let mut all = Vec::new();
    for field in message.descriptor().fields() {
        let path = format!("{path}.{}", field.name());
        match field.kind() {
            Kind::String if !is_redacted(&field) => {
                // A sender's reference is whatever has its form.
                let ways: &[bool] =
                    if field.name() == "sender_reference" { &[false] } else { &[false, true] };
                for short in ways {
                    all.push((path.clone(), with(message, &field, Value::String(canary(&path, *short)))));
                }
            }
            Kind::Message(inner) => {
                let present = match message.get_field(&field).into_owned() {
                    Value::Message(inner) => inner,
                    Value::List(items) => match items.into_iter().next() {
                        Some(Value::Message(inner)) => inner,
                        _ => DynamicMessage::new(inner),
                    },
                    _ => DynamicMessage::new(inner),
                };
                for (path, changed) in variants(&path, &present, canary) {
                    all.push((path, with(message, &field, Value::Message(changed))));
                }
            }
            _ => (),
        }
    }
    all
}

fn with(message: &DynamicMessage, field: &FieldDescriptor, value: Value) -> DynamicMessage {
    let mut changed = message.clone();
    changed.set_field(field, if field.is_list() { Value::List(vec![value]) } else { value });
    changed
}

/// Sends each of them alone, and has each checked. None may be taken.
pub(crate) async fn send(clients: &Clients, answers: &mut Answers, refused: &[(String, Notification)]) {
    let mut taken = Vec::new();
    for (path, sent) in refused {
        let mut intake = clients.intake(SENDER).await;
        let answer = intake.submit(SubmitRequest { notification: Some(sent.clone()) }).await;
        if answers.keep("Submit, refused", answer).is_ok() {
            taken.push(path.as_str());
        }
        let answer = intake.check(CheckRequest { notification: Some(sent.clone()) }).await;
        // A draft that is refused for its form is checked all the same.
        let _checked = answers.keep("Check, refused", answer);
    }
    assert!(taken.is_empty(), "a text that is no free one takes a name: {taken:?}");
}

/// Texts that are too long, numbers that no enumeration has, and a name for a reference, in every call that takes one.
pub(crate) async fn elsewhere(clients: &Clients, needles: &mut Needles, answers: &mut Answers) {
    let mut long = whole("CANARY-6", SENDER);
    let canary = needles.words("a narrative that is too long", Kept::Nowhere);
    long.incident.as_mut().expect("an incident").narrative = format!("{canary} {}", "x".repeat(20_001));
    long.children[0].facts.as_mut().expect("facts").event = 77;
    let mut intake = clients.intake(SENDER).await;
    let answer = intake.submit(SubmitRequest { notification: Some(long) }).await;
    answers.keep("Submit, too long", answer).expect_err("too long");
    let name = needles.words("a name for a reference", Kept::Nowhere);
    for key in [get_request::Key::Reference(name.clone()), get_request::Key::SenderReference(name.clone())] {
        let answer = intake.get(GetRequest { key: Some(key) }).await;
        answers.keep("Get, no reference", answer).expect_err("no reference");
    }
    let watched = intake.watch(WatchRequest { reference: name.clone() }).await;
    answers.refused("Watch, no reference", &watched.expect_err("no reference"));
    let sent = Some(whole("CANARY-6", SENDER));
    let amend = AmendRequest { reference: name.clone(), revision: 2, notification: sent };
    let answer = intake.amend(amend).await;
    answers.keep("Amend, no reference", answer).expect_err("no reference");
    let reason = WithdrawalReason::Other.into();
    let words = needles.words("words of a withdrawal of nothing", Kept::Nowhere);
    let answer =
        intake.withdraw(WithdrawRequest { reference: name.clone(), revision: 2, reason, words }).await;
    answers.keep("Withdraw, no reference", answer).expect_err("no reference");
    let accept = Some(Answer::Accept(Acceptance { became_aware_on: name.clone() }));
    let answer =
        intake.answer_hand_over(AnswerHandOverRequest { reference: name.clone(), answer: accept }).await;
    answers.keep("AnswerHandOver, no reference", answer).expect_err("no reference");
    ask_the_panels_side(clients, &name, answers).await;
}

async fn ask_the_panels_side(clients: &Clients, name: &str, answers: &mut Answers) {
    let mut triage = clients.triage().await;
    let answer = triage.get_case(GetCaseRequest { reference: name.to_owned() }).await;
    answers.keep("GetCase, no reference", answer).expect_err("no reference");
    let request = AcknowledgeRequest { reference: name.to_owned(), lease_id: name.to_owned() };
    let answer = triage.acknowledge(request).await;
    answers.keep("Acknowledge, no reference", answer).expect_err("no reference");
    let request =
        DecideLinkRequest { reference: name.to_owned(), other_reference: name.to_owned(), decision: 2 };
    let answer = triage.decide_link(request).await;
    answers.keep("DecideLink, no reference", answer).expect_err("no reference");
    let page_token = name.to_owned();
    let request = ListQueueRequest { lane: Lane::Decision.into(), page_token, ..Default::default() };
    let answer = triage.list_queue(request).await;
    answers.keep("ListQueue, no page", answer).expect_err("no page");
    let answer = clients.audit().await.timeline(TimelineRequest { reference: name.to_owned() }).await;
    answers.keep("Timeline, no reference", answer).expect_err("no reference");
}

/// What is no message: broken off, not UTF-8, with fields that nobody knows. And canaries in headers and in a call's name.
pub(crate) async fn raw(clients: &Clients, needles: &mut Needles, answers: &mut Answers) {
    let canary = needles.words("bytes that are no notification", Kept::Nowhere);
    let text = |tag: &[u8], text: &[u8]| [tag, &[u8::try_from(text.len()).expect("short")], text].concat();
    let broken = [
        text(&[0x3a], &[canary.as_bytes(), &[0xff, 0xfe]].concat()),
        text(&[0x3a], canary.as_bytes())[..20].to_vec(),
        text(&[0xfa, 0x07], canary.as_bytes()),
        canary.clone().into_bytes(),
    ];
    let channel = clients.channel(&Caller::authority(SENDER)).await;
    let path = PathAndQuery::from_static("/lapwing.intake.v1.IntakeService/Submit");
    for bytes in broken {
        let mut client = tonic::client::Grpc::new(channel.clone());
        client.ready().await.expect("connected");
        let codec = ProstCodec::<Bytes, SubmitResponse>::default();
        let answer = client.unary(Request::new(Bytes::from(bytes)), path.clone(), codec).await;
        answers.keep("Submit, no message", answer).expect_err("no message");
    }
    for header in ["x-child", "traceparent", "tracestate", "grpc-timeout", "user-agent", "referer", "baggage"]
    {
        let canary = needles.plain(&format!("header {header}"), Kept::Nowhere);
        let text = match header {
            "tracestate" => format!("lapwing={canary}"),
            "baggage" => format!("child={canary}"),
            "traceparent" => format!("00-{canary}-01"),
            _ => canary,
        };
        let mut request = Request::new(SubmitRequest { notification: Some(whole("CANARY-7", SENDER)) });
        request.metadata_mut().insert(header, text.parse().expect("a header's value"));
        if header == "tracestate" {
            let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
            request.metadata_mut().insert("traceparent", traceparent.parse().expect("a value"));
        }
        let answer = clients.intake(SENDER).await.submit(request).await;
        // Whether a call with an odd header is taken is not asked here.
        let _answered = answers.keep("Submit, odd header", answer);
    }
    let name = needles.plain("the name of a call", Kept::Nowhere);
    let service = needles.plain("the name of a service", Kept::Nowhere);
    for path in
        [format!("/lapwing.intake.v1.IntakeService/{name}"), format!("/{service}/Submit?{service}={service}")]
    {
        let mut client = tonic::client::Grpc::new(channel.clone());
        client.ready().await.expect("connected");
        let codec = ProstCodec::<Bytes, SubmitResponse>::default();
        let path = path.parse().expect("a path");
        let answer = client.unary(Request::new(Bytes::new()), path, codec).await;
        let status = answers.keep("no such call", answer).expect_err("no such call");
        assert_eq!(status.code(), Code::PermissionDenied, "{status}");
    }
}
