//! How many parts a request has, counted before it is decoded.
//!
//! What a reader would get wrong: a bound on bytes is none on memory. An empty child is two bytes on the wire and some hundreds
//! decoded, so sixteen megabytes of them are gigabytes. Texts are not looked into: they take the memory that they have bytes.

use prost_reflect::{Kind, MessageDescriptor};

/// The most fields of one request, counted in it and in the messages within: more than twice what a notification of 500
/// children has that leaves nothing out.
pub const MOST: usize = 100_000;

/// How deep messages are looked into: as deep as they are decoded (prost's own bound).
const DEEPEST: usize = 100;

/// Whether a request has more parts than it may. What is no protobuf is left to whoever decodes it: it is refused there.
pub fn are_too_many(bytes: &[u8], descriptor: &MessageDescriptor) -> bool {
    let mut left = MOST;
    count(bytes, descriptor, &mut left, DEEPEST).is_none()
}

/// Takes the parts of a message from what is left; none where there are more.
fn count(mut bytes: &[u8], descriptor: &MessageDescriptor, left: &mut usize, depth: usize) -> Option<()> {
    while let Some((key, rest)) = varint(bytes) {
        *left = left.checked_sub(1)?;
        let (number, kind) = (u32::try_from(key >> 3).unwrap_or_default(), key & 7);
        bytes = match kind {
            0 => match varint(rest) {
                Some((_, rest)) => rest,
                None => return Some(()),
            },
            1 => rest.get(8..).unwrap_or_default(),
            2 => {
                let Some((inner, after)) = varint(rest).and_then(|(length, rest)| {
                    usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length))
                }) else {
                    return Some(());
                };
                if let Some(Kind::Message(message)) =
                    descriptor.get_field(number).filter(|_| depth > 0).map(|field| field.kind())
                {
                    count(inner, &message, left, depth - 1)?;
                }
                after
            }
            5 => rest.get(4..).unwrap_or_default(),
            // Groups are of another age, and no contract of ours has one: whoever decodes it refuses it.
            _ => return Some(()),
        };
    }
    Some(())
}

/// A varint and what comes after it; none where it does not end, or there is nothing.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)? + 1;
    let (varint, rest) = bytes.split_at(length);
    let value = varint.iter().rev().fold(0_u64, |value, byte| (value << 7) | u64::from(byte & 0x7f));
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_reflect::ReflectMessage;

    use super::*;
    use crate::intake::v1::SubmitRequest;
    use crate::notification::v1::{Child, Notification};

    fn with_children(children: usize) -> Vec<u8> {
        let children = vec![Child::default(); children];
        SubmitRequest { notification: Some(Notification { children, ..Default::default() }) }.encode_to_vec()
    }

    fn too_many(bytes: &[u8]) -> bool {
        are_too_many(bytes, &SubmitRequest::default().descriptor())
    }

    #[test]
    fn a_message_of_empty_messages_is_refused_before_it_is_decoded() {
        assert!(!too_many(&with_children(500)));
        // The notification is a part too.
        assert!(!too_many(&with_children(MOST - 1)));
        assert!(too_many(&with_children(MOST)));
    }

    #[test]
    fn a_long_text_is_one_part_whatever_is_in_it() {
        let late_reason = "\u{a}\u{0}".repeat(MOST);
        let notification = Some(Notification { late_reason, ..Default::default() });
        assert!(!too_many(&SubmitRequest { notification }.encode_to_vec()));
    }

    #[test]
    fn whatever_is_no_protobuf_is_left_to_whoever_decodes_it() {
        let whole = with_children(3);
        for bytes in
            [&[][..], &[0x0a], &[0x0a, 0xff], &[0xff; 30], &[0x0b, 1], &[0x09, 1], &[0x0d, 1], &[0x80; 11]]
        {
            assert!(!too_many(bytes), "{bytes:?}");
        }
        for end in 0..whole.len() {
            assert!(!too_many(&whole[..end]));
        }
        // Nested deeper than anything is decoded.
        let mut nested = Vec::new();
        for _ in 0..1000 {
            let mut outer = vec![0x0a];
            prost::encoding::encode_varint(nested.len() as u64, &mut outer);
            outer.append(&mut nested);
            nested = outer;
        }
        assert!(!too_many(&nested));
    }
}
