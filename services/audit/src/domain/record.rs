//! What the log keeps of an event, and the bytes that stand for it.
//!
//! What a reader would get wrong: the trace of an event is not part of its record. A trace says how an event came
//! about on the machines, and a second delivery may carry another.

use delivery::Envelope;
use ids::EventId;
use jiff::Timestamp;

/// The first field of every canonical encoding. Another form gets another name, so that bytes of the one can
/// never pass for bytes of the other.
const FORM: &[u8] = b"lapwing audit record v1";

/// Bytes before each field: its length.
const LENGTH: usize = size_of::<u64>();

/// An event as the log keeps it. The payload is not read: an event of a kind that is not known yet is recorded
/// like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The event's id.
    pub event: EventId,
    /// The event's name, such as `notification.received.v1`.
    pub kind: &'a str,
    /// The service that said so.
    pub source: &'a str,
    /// The notification it is about, as the event names it.
    pub reference: &'a str,
    /// The DfE number of the authority whose notification it is about.
    pub owner: &'a str,
    /// When it happened; whole microseconds count.
    pub occurred_at: Timestamp,
    /// The event as protobuf, byte for byte as it came.
    pub payload: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record of an event.
    pub fn of(envelope: &'a Envelope) -> Self {
        Self {
            event: envelope.id,
            kind: &envelope.kind,
            source: &envelope.source,
            reference: &envelope.subject,
            owner: &envelope.owner,
            occurred_at: envelope.occurred_at,
            payload: &envelope.payload,
        }
    }

    /// The canonical encoding: eight fields, each after its length in bytes (eight bytes, big-endian). They are
    /// the name of this form, the event's id (16 bytes), its name, its source, the reference, the owner, the time
    /// it happened (microseconds since 1970, eight bytes, big-endian, two's complement), and the payload.
    pub fn canonical(&self) -> Vec<u8> {
        let event = self.event.as_uuid();
        let occurred_at = self.occurred_at.as_microsecond().to_be_bytes();
        let fields = [
            FORM,
            event.as_bytes(),
            self.kind.as_bytes(),
            self.source.as_bytes(),
            self.reference.as_bytes(),
            self.owner.as_bytes(),
            &occurred_at,
            self.payload,
        ];
        let mut encoded = Vec::with_capacity(fields.iter().map(|field| LENGTH + field.len()).sum());
        for field in fields {
            encoded.extend_from_slice(&(field.len() as u64).to_be_bytes());
            encoded.extend_from_slice(field);
        }
        encoded
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(text: &str) -> EventId {
        text.parse().expect("an id")
    }

    #[test]
    fn the_canonical_encoding_never_changes() {
        let record = Record {
            event: event("0195930e-9a3b-7c4d-8e5f-60718293a4b5"),
            kind: "notification.received.v1",
            source: "intake",
            reference: "LW-7K4-MXP-2R9",
            owner: "373",
            occurred_at: "2026-03-14T09:26:53.589793Z".parse().expect("a time"),
            payload: &[0x0a, 0x00, 0xff],
        };
        let expected = concat!(
            "0000000000000017",
            "6c617077696e67206175646974207265636f7264207631",
            "0000000000000010",
            "0195930e9a3b7c4d8e5f60718293a4b5",
            "0000000000000018",
            "6e6f74696669636174696f6e2e72656365697665642e7631",
            "0000000000000006",
            "696e74616b65",
            "000000000000000e",
            "4c572d374b342d4d58502d325239",
            "0000000000000003",
            "333733",
            "0000000000000008",
            "00064cf896117121",
            "0000000000000003",
            "0a00ff",
        );
        assert_eq!(hex::encode(record.canonical()), expected);
    }

    /// Texts that run into each other: what is the end of one field may be the beginning of the next.
    fn text() -> impl Strategy<Value = String> {
        "[a\u{0}]{0,3}"
    }

    fn fields() -> impl Strategy<Value = (u8, [String; 4], i64, Vec<u8>)> {
        let texts = [text(), text(), text(), text()];
        (0u8..2, texts, -1i64..2, proptest::collection::vec(0u8..2, 0..3))
    }

    proptest! {
        #[test]
        fn two_records_share_an_encoding_only_where_they_are_the_same(one in fields(), other in fields()) {
            let encode = |(id, [kind, source, reference, owner], at, payload): &(u8, [String; 4], i64, Vec<u8>)| {
                let event = event(&format!("0195930e-9a3b-7c4d-8e5f-60718293a4b{id}"));
                let occurred_at = Timestamp::from_microsecond(*at).expect("a time");
                Record { event, kind, source, reference, owner, occurred_at, payload }.canonical()
            };
            prop_assert_eq!(encode(&one) == encode(&other), one == other);
        }
    }
}
