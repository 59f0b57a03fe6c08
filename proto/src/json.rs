//! Proto3 JSON of any contract message, with the path of the field in the error where it does not fit.
//!
//! Unknown fields are refused: a misspelt field that was dropped in silence would be a lost fact.

use prost::Message;
use prost_reflect::{
    DeserializeOptions, DynamicMessage, Kind, MessageDescriptor, ReflectMessage, SerializeOptions,
};
use serde::de::DeserializeSeed;
use thiserror::Error;

/// Why a JSON text is not the message it should be. Neither form quotes a value: it may be a name.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum JsonError {
    /// The text is not JSON, or ends too soon.
    #[error(
        "line {line}, column {column}: this is not JSON ({reason}); check that the file is whole and is UTF-8"
    )]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The reader's reason.
        reason: String,
    },
    /// The text is JSON, and a field is unknown or of the wrong type.
    #[error(
        "{path}: {reason} (line {line}, column {column}); field names and types are those of proto/lapwing"
    )]
    DoesNotFit {
        /// Path of the field, such as children[0].facts.event.
        path: String,
        /// What does not fit.
        reason: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

/// Reads one message from proto3 JSON. Both lowerCamelCase and the names of the .proto file are understood.
pub fn from_json<M: ReflectMessage + Default>(text: &str) -> Result<M, JsonError> {
    let descriptor = M::default().descriptor();
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let seed = Seed { descriptor: descriptor.clone(), options };
    let dynamic = seed
        .deserialize(serde_path_to_error::Deserializer::new(&mut reader, &mut track))
        .map_err(|error| place(&error, &track.path().to_string(), &descriptor))?;
    reader.end().map_err(|error| place(&error, "", &descriptor))?;
    let encoded = dynamic.encode_to_vec();
    Ok(M::decode(encoded.as_slice()).expect("the same descriptor wrote these bytes"))
}

/// Writes a message as one line of proto3 JSON, with the names of the .proto file.
pub fn to_json<M: ReflectMessage>(message: &M) -> String {
    serialise(message, |dynamic, options| {
        let mut out = Vec::new();
        let mut writer = serde_json::Serializer::new(&mut out);
        dynamic.serialize_with_options(&mut writer, options).map(|_| out)
    })
}

/// Writes a message as indented proto3 JSON, with the names of the .proto file.
pub fn to_json_pretty<M: ReflectMessage>(message: &M) -> String {
    serialise(message, |dynamic, options| {
        let mut out = Vec::new();
        let mut writer = serde_json::Serializer::pretty(&mut out);
        dynamic.serialize_with_options(&mut writer, options).map(|_| out)
    })
}

fn serialise<M: ReflectMessage>(
    message: &M,
    write: impl FnOnce(&DynamicMessage, &SerializeOptions) -> Result<Vec<u8>, serde_json::Error>,
) -> String {
    let options = SerializeOptions::new().use_proto_field_name(true);
    let out = write(&message.transcode_to_dynamic(), &options).expect("a contract message has a JSON form");
    String::from_utf8(out).expect("JSON is UTF-8")
}

struct Seed {
    descriptor: MessageDescriptor,
    options: DeserializeOptions,
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = DynamicMessage;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<DynamicMessage, D::Error> {
        DynamicMessage::deserialize_with_options(self.descriptor, deserializer, &self.options)
    }
}

fn place(error: &serde_json::Error, path: &str, root: &MessageDescriptor) -> JsonError {
    let (line, column) = (error.line(), error.column());
    // serde_json ends each message with its own " at line 1 column 2", which we say in our own form.
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
    if !error.is_data() {
        return JsonError::NotJson { line, column, reason };
    }
    let reason = match names_at(path, root) {
        Some(names) if reason.starts_with("unrecognized enum value") => {
            format!("it must be one of {}", names.join(", "))
        }
        _ => without_values(&reason),
    };
    JsonError::DoesNotFit { path: path.to_owned(), reason, line, column }
}

/// The names of the enumeration at a path such as children[0].facts.event.
fn names_at(path: &str, root: &MessageDescriptor) -> Option<Vec<String>> {
    let mut kind = Kind::Message(root.clone());
    for segment in path.split('.') {
        let name = segment.split('[').next()?;
        let Kind::Message(message) = &kind else {
            return None;
        };
        kind = message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))?.kind();
    }
    let Kind::Enum(enumeration) = kind else {
        return None;
    };
    Some(enumeration.values().map(|value| value.name().to_owned()).collect())
}

/// Cuts what was sent out of the reader's words: a value may be personal. The name of a field stays, where it has the
/// form of one: whoever misspelt it must find it.
fn without_values(reason: &str) -> String {
    if let Some(name) =
        reason.strip_prefix("unrecognized field name '").and_then(|rest| rest.strip_suffix('\''))
    {
        let well_formed = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return if well_formed {
            format!("there is no field {name:?}")
        } else {
            "there is no such field".to_owned()
        };
    }
    match (reason.split_once(": "), reason.rfind(", expected ")) {
        (Some((kind, _)), Some(at)) => format!("{kind}{}", &reason[at..]),
        (Some((kind, _)), None) => kind.to_owned(),
        (None, _) => reason.split(['`', '"', '\'']).next().unwrap_or_default().trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::v1::{Event, Notification};

    #[test]
    fn both_spellings_of_a_field_are_understood() {
        let camel: Notification = from_json(r#"{"senderReference":"A-1"}"#).expect("reads");
        let snake: Notification = from_json(r#"{"sender_reference":"A-1"}"#).expect("reads");
        assert_eq!(camel, snake);
    }

    #[test]
    fn an_unknown_field_is_named_with_its_path() {
        let error = from_json::<Notification>(r#"{"children":[{"facts":{"evnt":"EVENT_DEATH"}}]}"#)
            .expect_err("refused");
        let JsonError::DoesNotFit { path, reason, .. } = error else { panic!("{error:?}") };
        assert!(path.starts_with("children[0].facts"), "{path}");
        assert!(reason.contains("evnt"), "{reason}");
    }

    #[test]
    fn a_truncated_text_says_where_it_ends() {
        let error = from_json::<Notification>("{\"sender_reference\":\"A-1\",\n\"children\":[{")
            .expect_err("refused");
        assert!(matches!(error, JsonError::NotJson { line: 2, .. }), "{error:?}");
    }

    #[test]
    fn a_wrong_type_does_not_repeat_what_was_sent() {
        let error = from_json::<Notification>(r#"{"children":"Robin Sparrow"}"#).expect_err("refused");
        assert!(!error.to_string().contains("Robin"), "{error}");
        assert!(error.to_string().starts_with("children"), "{error}");
    }

    #[test]
    fn no_value_is_ever_repeated_whatever_its_type() {
        for text in [
            r#"{"notifier":{"telephone":1632960123}}"#,
            r#"{"notifier":{"telephone":["1632960123"]}}"#,
            r#"{"notifier":"1632960123"}"#,
            r#"{"children":[{"facts":{"age":{"years":"1632960123x"}}}]}"#,
            r#"{"children":[{"facts":{"age":{"years":-1632960123}}}]}"#,
            r#"{"Robin 1632960123":1}"#,
        ] {
            let error = from_json::<Notification>(text).expect_err("refused").to_string();
            assert!(!error.contains("1632960123"), "{error}");
        }
    }

    #[test]
    fn a_misspelt_name_of_an_enumeration_is_answered_with_the_names_there_are() {
        let error =
            from_json::<Notification>(r#"{"children":[{"facts":{"event":"Robin"}}]}"#).expect_err("refused");
        assert!(error.to_string().starts_with("children[0].facts.event: it must be one of"), "{error}");
        assert!(error.to_string().contains("EVENT_HARM"), "{error}");
        assert!(!error.to_string().contains("Robin"), "{error}");
    }

    #[test]
    fn what_was_read_is_written_the_same() {
        let text = r#"{"sender_reference":"A-1","children":[{"key":"1","facts":{"event":"EVENT_DEATH"}}]}"#;
        let notification: Notification = from_json(text).expect("reads");
        assert_eq!(notification.children[0].facts.as_ref().map(|facts| facts.event()), Some(Event::Death));
        assert_eq!(to_json(&notification), text);
    }
}
