//! What the messages with identities look like where somebody prints them for debugging: which fields are there and how
//! long they are, never what they say (promise 6).
//!
//! Which fields these are stands in the contract alone: `debug_redact`. The build leaves the Debug of their messages out, so
//! that one which is missing below does not compile.
//!
//! What a reader would get wrong: a [`DynamicMessage`] prints everything. Nobody hands one to a log.

use std::collections::BTreeSet;
use std::fmt;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};

use crate::intake::v1::{Declination, WithdrawRequest};
use crate::notification::v1::{ChildIdentity, Incident, Notification, Notifier};

/// Whether a field may identify somebody, and is therefore never shown.
pub fn is_redacted(field: &FieldDescriptor) -> bool {
    let options = field.options();
    options.get_field_by_name("debug_redact").and_then(|value| value.as_bool()).unwrap_or_default()
}

/// Whether a message has a field that may identify somebody, at whatever depth.
pub fn holds_identities(message: &MessageDescriptor) -> bool {
    fn below(message: &MessageDescriptor, seen: &mut BTreeSet<String>) -> bool {
        seen.insert(message.full_name().to_owned())
            && message.fields().any(|field| {
                is_redacted(&field) || matches!(field.kind(), Kind::Message(inner) if below(&inner, seen))
            })
    }
    below(message, &mut BTreeSet::new())
}

macro_rules! redacted {
    ($($message:ty),+ $(,)?) => {
        $(impl fmt::Debug for $message {
            /// Which fields are there, and of those that identify, only how long they are.
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                Message(&self.transcode_to_dynamic()).fmt(formatter)
            }
        })+
    };
}

redacted!(Notification, Notifier, Incident, ChildIdentity, WithdrawRequest, Declination);

/// A message of which nothing is shown that identifies.
struct Message<'a>(&'a DynamicMessage);

impl fmt::Debug for Message<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let descriptor = self.0.descriptor();
        let mut shown = formatter.debug_struct(descriptor.name());
        for (field, value) in self.0.fields() {
            if is_redacted(&field) {
                shown.field(field.name(), &Length(value));
            } else {
                shown.field(field.name(), &Shown(&field.kind(), value));
            }
        }
        shown.finish()
    }
}

/// A value that may be shown, but for what identifies within it.
struct Shown<'a>(&'a Kind, &'a Value);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.1, self.0) {
            (Value::Message(message), _) => Message(message).fmt(formatter),
            (Value::List(values), kind) => {
                formatter.debug_list().entries(values.iter().map(|value| Shown(kind, value))).finish()
            }
            // The contract has no maps; of one that comes, nothing is shown until somebody has decided.
            (Value::Map(_), _) => Length(self.1).fmt(formatter),
            (Value::EnumNumber(number), Kind::Enum(names)) => match names.get_value(*number) {
                Some(name) => formatter.write_str(name.name()),
                None => number.fmt(formatter),
            },
            (Value::String(text), _) => text.fmt(formatter),
            (value, _) => value.fmt(formatter),
        }
    }
}

/// Only how much there is.
struct Length<'a>(&'a Value);

impl fmt::Debug for Length<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(text) => write!(formatter, "[{} bytes]", text.len()),
            Value::Bytes(bytes) => write!(formatter, "[{} bytes]", bytes.len()),
            Value::List(values) => write!(formatter, "[{} of them]", values.len()),
            Value::Map(values) => write!(formatter, "[{} of them]", values.len()),
            _ => formatter.write_str("[not shown]"),
        }
    }
}
