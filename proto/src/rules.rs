//! The rules of form written as `buf.validate` annotations in the contracts, enforced by reflection and told
//! as remarks: what happened, where, why, and what to do. Remarks never quote a value: it may be a name.

use std::sync::LazyLock;

use prost::DecodeError;
use prost_protovalidate::{Error, Validator, ValidatorOption, Violation};
use prost_reflect::{DynamicMessage, ReflectMessage, Value};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::notification::v1::Remark;
use crate::{DESCRIPTOR_POOL, catalogue, parts};

/// The domain of Lapwing's error reasons, as `google.rpc.ErrorInfo` asks for.
pub const ERROR_DOMAIN: &str = "lapwing";

/// Compiling the rules of all messages costs tens of milliseconds, so it is done once, ahead of requests.
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let messages =
        DESCRIPTOR_POOL.all_messages().filter(|message| message.package_name().starts_with("lapwing."));
    Validator::with_options(&[ValidatorOption::MessageDescriptors(messages.collect())])
});

/// Compiles the rules now rather than at the first request.
pub fn warm_up() {
    LazyLock::force(&VALIDATOR);
}

/// Every rule of form that `message` breaks; empty where it breaks none.
pub fn broken_rules<M: ReflectMessage>(message: &M) -> Vec<Remark> {
    match VALIDATOR.validate(message) {
        Ok(()) => Vec::new(),
        Err(Error::Validation(error)) => error.violations().iter().map(remark).collect(),
        // A rule that cannot run is our mistake; saying so beats letting the message pass unchecked.
        Err(error) => {
            tracing::error!(message = message.descriptor().full_name(), %error, "a rule of form could not be run");
            vec![Remark {
                field: String::new(),
                rule: catalogue::RULE_NOT_RUN.code().into(),
                what: "a rule of form could not be run on this message".into(),
                why: "Lapwing does not take what it could not check".into(),
                remedy: "this is a fault of Lapwing: tell the operator".into(),
            }]
        }
    }
}

/// A request of more parts than any notification has.
pub fn too_many_parts() -> Remark {
    Remark {
        field: String::new(),
        rule: catalogue::TOO_MANY_PARTS.code().into(),
        what: format!("the request has more than {} fields, those of the messages within counted", parts::MOST),
        why: "each takes memory, however few its bytes; a notification of 500 children that leaves nothing out has less than half \
              as many"
            .into(),
        remedy: "look for a list that grows without an end; part a very large notification into several".into(),
    }
}

/// A request that is no message of this contract at all.
pub fn undecodable(error: &DecodeError) -> Remark {
    // prost tells message and field by name and never the value.
    tracing::debug!(%error, "a request could not be decoded");
    Remark {
        field: String::new(),
        rule: catalogue::NOT_DECODABLE.code().into(),
        what: "the request cannot be decoded as protobuf, or is nested too deeply".into(),
        why: "the contract says what a request is made of (proto/lapwing)".into(),
        remedy: "generate the client from the contract anew, and look for a mixture of versions".into(),
    }
}

/// Every field that this build does not know, with its path and number.
pub fn unknown_fields(message: &DynamicMessage) -> Vec<Remark> {
    let mut remarks = Vec::new();
    walk(message, "", &mut remarks);
    remarks
}

fn walk(message: &DynamicMessage, path: &str, remarks: &mut Vec<Remark>) {
    remarks.extend(message.unknown_fields().map(|unknown| Remark {
        field: format!("{path}field number {}", unknown.number()),
        rule: catalogue::UNKNOWN_FIELD.code().into(),
        what: "this server does not know the field".into(),
        why: "a fact that was dropped in silence would be lost under a receipt".into(),
        remedy: "leave it out, or ask the operator for a server of a newer contract".into(),
    }));
    for (field, value) in message.fields() {
        match value {
            Value::Message(inner) => walk(inner, &format!("{path}{}.", field.name()), remarks),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Message(inner) = item {
                        walk(inner, &format!("{path}{}[{index}].", field.name()), remarks);
                    }
                }
            }
            _ => (),
        }
    }
}

/// The gRPC status for a request that breaks rules: `INVALID_ARGUMENT` with a field violation for each, as far as a
/// status carries them. Details travel in a header, and clients refuse headers of more than 8 KB; where some are left
/// out, the sentence says how many and where all are told.
pub fn refusal(remarks: &[Remark]) -> Status {
    let mut room = ROOM_FOR_VIOLATIONS;
    let violations: Vec<FieldViolation> = remarks
        .iter()
        .map_while(|remark| {
            let violation = field_violation(remark);
            let length = violation.field.len() + violation.description.len() + violation.reason.len();
            room = room.checked_sub(length)?;
            Some(violation)
        })
        .collect();
    let sentence = sentence(remarks, violations.len());
    let mut details = ErrorDetails::with_bad_request(violations);
    details.set_error_info(
        catalogue::FORM_VIOLATED.code(),
        ERROR_DOMAIN,
        [("violations".to_owned(), remarks.len().to_string())],
    );
    Status::with_error_details(Code::InvalidArgument, sentence, details)
}

/// Bytes of violations in one status. Base64 makes a third more of them, and the sentence is beside them.
const ROOM_FOR_VIOLATIONS: usize = 4000;

fn field_violation(remark: &Remark) -> FieldViolation {
    FieldViolation {
        field: remark.field.clone(),
        description: format!("{}. {}. To do: {}", remark.what, remark.why, remark.remedy),
        reason: remark.rule.clone(),
        ..FieldViolation::new("", "")
    }
}

fn sentence(remarks: &[Remark], told: usize) -> String {
    let first =
        remarks.first().map_or_else(String::new, |remark| format!("{}: {}", remark.field, remark.what));
    match (remarks.len(), remarks.len() - told) {
        (0 | 1, _) => first,
        (several, 0) => format!("{first} (and {} more; see the details)", several - 1),
        (several, left) => format!(
            "{first} (and {} more; the last {left} have no room in the details of a status: Check and SubmitMany answer with all)",
            several - 1
        ),
    }
}

fn remark(violation: &Violation) -> Remark {
    let rule = violation.rule_id().to_owned();
    let (what, remedy) = words(&rule, violation.message());
    Remark {
        field: violation.field_path(),
        why: format!("rule {rule} of the contract (proto/lapwing)"),
        rule,
        what,
        remedy,
    }
}

/// What a rule of the contract means for a person. A rule without a wording of ours keeps the annotation's own.
fn words(rule: &str, annotation: &str) -> (String, String) {
    match catalogue::rule(rule) {
        Some(entry) => (catalogue::clause(entry.meaning()), catalogue::clause(entry.to_do())),
        None => (annotation.to_owned(), "see the field's comment in the contract".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::notification::v1::{Child, ChildFacts, CodedNotification, Incident, Notification};

    #[test]
    fn every_rule_of_every_message_can_be_run_on_an_empty_message() {
        for descriptor in
            DESCRIPTOR_POOL.all_messages().filter(|message| message.package_name().starts_with("lapwing."))
        {
            let outcome = VALIDATOR.validate(&DynamicMessage::new(descriptor.clone()));
            assert!(
                matches!(outcome, Ok(()) | Err(Error::Validation(_))),
                "{}: {outcome:?}",
                descriptor.full_name()
            );
        }
    }

    #[test]
    fn a_notification_without_anything_is_told_all_that_is_missing_at_once() {
        let fields: Vec<String> =
            broken_rules(&Notification::default()).into_iter().map(|remark| remark.field).collect();
        assert_eq!(fields, ["sender_reference", "notifying_authority", "incident", "children"]);
    }

    #[test]
    fn a_violation_names_the_path_down_to_the_list_entry() {
        let child = Child {
            key: "1".into(),
            facts: Some(ChildFacts { event: 99, ..Default::default() }),
            identity: None,
        };
        let notification = Notification {
            sender_reference: "A-1".into(),
            notifying_authority: "373".into(),
            incident: Some(Incident::default()),
            children: vec![child],
            ..Default::default()
        };
        let remarks = broken_rules(&notification);
        assert_eq!(remarks.len(), 1);
        assert_eq!(remarks[0].field, "children[0].facts.event");
        assert_eq!(remarks[0].rule, "enum.defined_only");
    }

    #[test]
    fn a_field_of_a_newer_contract_is_named_with_its_path_and_number() {
        let notification = Notification { children: vec![Child::default()], ..Default::default() };
        let mut bytes = notification.encode_to_vec();
        // Field 127, a varint, at the end of the message, and within its child.
        bytes.extend([0xf8, 0x07, 0x01]);
        bytes.extend([0x32, 0x03, 0xf8, 0x07, 0x01]);
        let dynamic = DynamicMessage::decode(notification.descriptor(), bytes.as_slice()).expect("decodes");
        let fields: Vec<String> = unknown_fields(&dynamic).into_iter().map(|remark| remark.field).collect();
        assert_eq!(fields, ["field number 127", "children[1].field number 127"]);
    }

    #[test]
    fn five_hundred_violations_fit_into_the_headers_that_clients_accept() {
        let child = Child { key: "not a key".into(), ..Default::default() };
        let notification = Notification { children: vec![child; 500], ..Default::default() };
        let remarks = broken_rules(&notification);
        assert!(remarks.len() > 500);
        let status = refusal(&remarks);
        assert!(status.details().len() < 6000, "{}", status.details().len());
        assert!(status.message().contains("Check and SubmitMany answer with all"), "{}", status.message());
        let told = status.get_error_details().bad_request().map(|bad| bad.field_violations.len());
        assert!(told.is_some_and(|told| told > 5), "{told:?}");
    }

    #[test]
    fn the_refusal_carries_field_and_rule_for_machines() {
        let status = refusal(&broken_rules(&CodedNotification::default()));
        let details = status.get_error_details();
        let violation = &details.bad_request().expect("a bad request").field_violations[0];
        assert_eq!(
            (violation.field.as_str(), violation.reason.as_str()),
            ("notifying_authority", "required")
        );
        assert_eq!(details.error_info().expect("error info").reason, "FORM_VIOLATED");
    }
}
