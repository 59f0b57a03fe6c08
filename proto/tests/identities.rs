//! Nothing that identifies anybody is ever printed (promise 6): every text of the contract is bound to a form, or decided to
//! be coded, or marked `debug_redact`; and what is marked appears in no Debug, however deep it lies.

use std::collections::BTreeSet;
use std::fmt::Debug;

use contracts::redacted::{holds_identities, is_redacted};
use contracts::{DESCRIPTOR_POOL, events};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};

/// Texts without a pattern that identify nobody, and why: a field, or all of a message (`*`), or a name that means the same in
/// every message. A text that is neither here, nor bound to a pattern, nor marked `debug_redact` fails a test below: decide.
const DECIDED: &[(&str, &str, &str)] = &[
    ("*", "reference", "Lapwing's own; what is none is answered without being repeated"),
    ("*", "other_reference", "Lapwing's own; what is none is answered without being repeated"),
    ("*", "sender_reference", "the sender's key, bound to a form by the notification that brought it"),
    ("*", "notifying_authority", "a DfE number"),
    ("*", "duty_authority", "a DfE number"),
    ("*", "provision", "a section of a statute"),
    ("*", "policy_edition", "the day of an edition"),
    ("*", "fingerprint", "a hash"),
    ("*", "signed_note", "a receipt or a checkpoint: references, numbers, hashes"),
    ("*", "page_token", "drawn by Lapwing; what is none is refused"),
    ("*", "next_page_token", "drawn by Lapwing"),
    ("*", "event_id", "a UUID"),
    ("*", "event_ids", "UUIDs; what is none is refused"),
    ("*", "event_type", "an event's name, shown only where it has the form of one"),
    ("*", "service", "a service's name; another is answered without being repeated"),
    ("*", "queue", "a queue's name"),
    ("notification.v1.Remark", "*", "a path and sentences of the catalogue, which never quote a value"),
    ("notification.v1.ChildFacts", "*", "codes: what no set of the registers has is refused"),
    ("notification.v1.Placement", "code", "a code: what no set of the registers has is refused"),
    ("notification.v1.Reason", "*", "sentences of eligibility and triage about coded facts"),
    ("notification.v1.MissingFact", "*", "a path below facts, and a sentence"),
    ("notification.v1.FactReliedOn", "*", "a path below facts, and the coded fact"),
    ("notification.v1.FactTurn", "*", "a path below facts, and the coded fact that it would become"),
    ("notification.v1.ChildFinding", "child_key", "bound to a form by the notification that brought it"),
    ("notification.v1.Assessment", "*", "sentences, hashes and days of the policy"),
    ("notification.v1.Revision", "authority", "a DfE number"),
    ("notification.v1.HandOver", "*", "a reference and DfE numbers"),
    ("notification.v1.Clock", "*", "days, and sentences of the policy"),
    ("notification.v1.Step", "words", "a sentence of Lapwing's"),
    ("intake.v1.Conflict", "*", "hashes, and a sentence of Lapwing's"),
    ("intake.v1.TryAgain", "what", "a sentence of Lapwing's"),
    ("triage.v1.QueueEntry", "*", "references, numbers, and codes of indicators"),
    ("triage.v1.Cluster", "code", "Ofsted's number of a setting, or its code of a provider"),
    ("triage.v1.ClusterMember", "dated_on", "the day of an incident, or of becoming aware of it"),
    (
        "triage.v1.LinkDecision",
        "decided_by",
        "the office that its certificate names, such as lapwing://secretariat/desk",
    ),
    ("triage.v1.Notice", "occurred_on", "the day of an incident"),
    ("triage.v1.TakeNextResponse", "lease_id", "a UUID"),
    ("audit.v1.TimelineEntry", "*", "what audit says of coded events"),
    ("audit.v1.CheckpointResponse", "root_hash", "a hash"),
    ("operations.v1.ParkedEvent", "*", "shown only where it has the right form; the reason is Lapwing's own"),
    (
        "operations.v1.RetryRequest",
        "reason",
        "an operator's words about a fault, for the log: they are to name nobody",
    ),
    (
        "operations.v1.DiscardRequest",
        "reason",
        "an operator's words about a fault, for the log: they are to name nobody",
    ),
    (
        "operations.v1.ParkedDecision",
        "reason",
        "an operator's words about a fault, for the log: they are to name nobody",
    ),
    ("operations.v1.ParkedDecision", "actor", "the office that its certificate names"),
    ("notification.v1.Erasure", "erased_by", "the office that its certificate names"),
    (
        "intake.v1.Reading",
        "reader",
        "the office or the member that its certificate names: the authority is to see who read",
    ),
    ("intake.v1.IdentitiesRead", "reader", "as in a Reading"),
    ("intake.v1.LegalHold", "placed_by", "the office that its certificate names"),
    ("intake.v1.LegalHoldChanged", "changed_by", "the office that its certificate names"),
    ("intake.v1.Due", "*", "a day, and a sentence of the policy"),
    (
        "intake.v1.RotateKeysResponse",
        "wrapped_under",
        "the id of a wrapping key, bound to a form when the keys are read",
    ),
    ("*", "member", "the member that its certificate names"),
    ("triage.v1.CaseStandAsideLifted", "lifted_by", "the office that its certificate names"),
];

fn ours() -> impl Iterator<Item = MessageDescriptor> {
    DESCRIPTOR_POOL.all_messages().filter(|message| message.package_name().starts_with("lapwing."))
}

fn is_text(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::String | Kind::Bytes)
}

/// Whether a rule of form bounds what a text may say: a pattern, or the form of a UUID.
fn has_a_form(field: &FieldDescriptor) -> bool {
    let options = field.options();
    let rules = options.extensions().find_map(|(extension, value)| {
        (extension.full_name() == "buf.validate.field").then(|| value.clone())
    });
    let Some(Value::Message(rules)) = rules else { return false };
    let of_items = within(&rules, "repeated").and_then(|repeated| within(&repeated, "items"));
    let text = within(of_items.as_ref().unwrap_or(&rules), "string");
    text.is_some_and(|text| text.has_field_by_name("pattern") || text.has_field_by_name("uuid"))
}

fn within(message: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    message.has_field_by_name(name).then(|| message.get_field_by_name(name))??.as_message().cloned()
}

fn is_decided(field: &FieldDescriptor) -> bool {
    let message = field.parent_message();
    let message = message.full_name().trim_start_matches("lapwing.");
    let about = |of: &str, name: &str| (of == "*" || of == message) && (name == "*" || name == field.name());
    DECIDED.iter().any(|(of, name, _)| about(of, name))
}

#[test]
fn every_text_of_the_contract_is_coded_or_marked_as_identifying() {
    let fields = ours().flat_map(|message| message.fields().collect::<Vec<_>>());
    let undecided: Vec<String> = fields
        .filter(|field| is_text(field) && !is_redacted(field) && !has_a_form(field) && !is_decided(field))
        .map(|field| field.full_name().to_owned())
        .collect();
    assert!(
        undecided.is_empty(),
        "may these hold a name, a birth date, or free text? Then mark them `debug_redact`; else say in DECIDED why not:\n{}",
        undecided.join("\n")
    );
}

#[test]
fn every_decision_is_about_a_text_that_is_there() {
    let texts: Vec<FieldDescriptor> = ours()
        .flat_map(|message| message.fields().collect::<Vec<_>>())
        .filter(|field| is_text(field) && !is_redacted(field))
        .collect();
    for (message, name, why) in DECIDED {
        let about = |field: &FieldDescriptor| {
            let of = field.parent_message();
            (*message == "*" || of.full_name() == format!("lapwing.{message}"))
                && (*name == "*" || *name == field.name())
        };
        assert!(texts.iter().any(about), "there is no {message}.{name}");
        assert!(!why.is_empty() && (*message, *name) != ("*", "*"));
    }
}

/// Fills every text with a canary of its own, everything else with something, and all below likewise. Of a choice, the last
/// is what stays.
fn fill(message: &mut DynamicMessage, canaries: &mut Vec<(String, bool)>) {
    for field in message.descriptor().fields() {
        let value = match field.kind() {
            Kind::String => {
                let canary = format!("Wren-{:04}", canaries.len());
                canaries.push((canary.clone(), is_redacted(&field)));
                Value::String(canary)
            }
            Kind::Message(inner) => {
                let mut filled = DynamicMessage::new(inner);
                fill(&mut filled, canaries);
                Value::Message(filled)
            }
            Kind::Enum(_) => Value::EnumNumber(1),
            Kind::Bool => Value::Bool(true),
            Kind::Uint32 => Value::U32(1),
            Kind::Uint64 => Value::U64(1),
            Kind::Int32 => Value::I32(1),
            Kind::Int64 => Value::I64(1),
            kind => panic!("{}: say how a {kind:?} is filled", field.full_name()),
        };
        message.set_field(&field, if field.is_list() { Value::List(vec![value]) } else { value });
    }
}

/// A message filled and printed.
struct Printed {
    name: String,
    text: String,
    /// Each canary that the message holds, and whether it identifies.
    canaries: Vec<(String, bool)>,
}

fn printed<M: ReflectMessage + Default + Debug>() -> Printed {
    let descriptor = M::default().descriptor();
    let mut dynamic = DynamicMessage::new(descriptor.clone());
    let mut canaries = Vec::new();
    fill(&mut dynamic, &mut canaries);
    let bytes = prost::Message::encode_to_vec(&dynamic);
    canaries.retain(|(canary, _)| bytes.windows(canary.len()).any(|window| window == canary.as_bytes()));
    let message = M::decode(bytes.as_slice()).expect("the same descriptor wrote it");
    Printed { name: descriptor.full_name().to_owned(), text: format!("{message:?}\n{message:#?}"), canaries }
}

macro_rules! each_printed {
    ($($package:ident::$message:ident),+ $(,)?) => {
        [$(printed::<contracts::$package::v1::$message>()),+]
    };
}

#[test]
fn what_identifies_is_never_printed_however_deep_it_lies() {
    let printed = each_printed![
        notification::Notification,
        notification::Notifier,
        notification::Incident,
        notification::Child,
        notification::ChildIdentity,
        intake::SubmitRequest,
        intake::SubmitManyRequest,
        intake::CheckRequest,
        intake::GetResponse,
        intake::AmendRequest,
        intake::WithdrawRequest,
        intake::AnswerHandOverRequest,
        intake::Declination,
        intake::ReadIdentitiesResponse,
    ];
    let holders = ours().filter(holds_identities);
    let holders: BTreeSet<String> = holders.map(|message| message.full_name().to_owned()).collect();
    let tried: BTreeSet<String> = printed.iter().map(|printed| printed.name.clone()).collect();
    assert_eq!(tried, holders, "every message with identities is tried above, and no other");
    for Printed { name, text, canaries } in printed {
        assert!(canaries.iter().any(|(_, identifies)| *identifies), "{name} was not filled");
        assert!(text.contains("[9 bytes]"), "{name} does not say how long what it hides is: {text}");
        for (canary, identifies) in canaries {
            // That the others are there shows that it was this very content that was printed.
            assert_eq!(text.contains(&canary), !identifies, "{name}: {canary}\n{text}");
        }
    }
}

#[test]
fn no_event_has_room_for_what_identifies() {
    let messages = events::messages();
    assert!(messages.len() > 10);
    for event in messages {
        assert!(!holds_identities(&event), "{}", event.full_name());
    }
}
