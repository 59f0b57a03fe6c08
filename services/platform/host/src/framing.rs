//! Where in a call's bytes each message begins and ends, without reading any.
//!
//! gRPC puts five bytes before each message: whether it is compressed, and its length, the most significant byte first
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>). Those five are held back until the message may be passed
//! on, for whoever has read them takes memory for the whole of it.

use bytes::{Buf, Bytes, BytesMut};

/// Bytes before each message.
const PREFIX: usize = 5;

/// Follows the messages of one call.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    unread: Bytes,
    /// What there is of the next message's prefix.
    prefix: BytesMut,
    /// The length of a message that has been announced and not passed on.
    announced: Option<usize>,
    /// Bytes of the message under way that have not passed.
    left: usize,
}

/// What comes next of a call's bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A message of so many bytes begins. The next step passes it on.
    Begins(usize),
    /// These bytes pass.
    Passes(Bytes),
    /// Nothing, until more has come.
    Wants,
}

impl Framing {
    /// Takes more bytes, once [`Step::Wants`] has been said.
    pub(crate) fn take(&mut self, more: Bytes) {
        self.unread = more;
    }

    /// The next step.
    pub(crate) fn step(&mut self) -> Step {
        if let Some(length) = self.announced.take() {
            self.left = length;
            return Step::Passes(self.prefix.split().freeze());
        }
        if self.left > 0 && self.unread.has_remaining() {
            let part = self.unread.split_to(self.left.min(self.unread.len()));
            self.left -= part.len();
            return Step::Passes(part);
        }
        let wanted = if self.left > 0 { 0 } else { PREFIX - self.prefix.len() };
        let part = self.unread.split_to(wanted.min(self.unread.len()));
        self.prefix.extend_from_slice(&part);
        match self.prefix[..] {
            [_compressed, one, two, three, four] => {
                let length = u32::from_be_bytes([one, two, three, four]) as usize;
                self.announced = Some(length);
                Step::Begins(length)
            }
            _ => Step::Wants,
        }
    }

    /// Whether a message has begun and not passed whole.
    pub(crate) fn is_within(&self) -> bool {
        self.left > 0 || !self.prefix.is_empty()
    }

    /// Whether nothing is held back.
    pub(crate) fn is_empty(&self) -> bool {
        self.unread.is_empty() && self.prefix.is_empty()
    }

    /// What is left of a prefix where the bytes have ended within it: its reader is to see that they are broken.
    pub(crate) fn remainder(&mut self) -> Option<Bytes> {
        self.announced = None;
        Some(self.prefix.split().freeze()).filter(|remainder| !remainder.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: u32) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend(length.to_be_bytes());
        bytes.extend((0..length).map(|number| u8::try_from(number % 251).expect("below 251")));
        bytes
    }

    /// What passes of bytes that come in parts of a size, and the lengths that were announced.
    fn passed(bytes: &[u8], size: usize) -> (Vec<u8>, Vec<usize>, Framing) {
        let (mut framing, mut passed, mut lengths) = (Framing::default(), Vec::new(), Vec::new());
        for part in bytes.chunks(size) {
            framing.take(Bytes::copy_from_slice(part));
            loop {
                match framing.step() {
                    Step::Begins(length) => lengths.push(length),
                    Step::Passes(bytes) => passed.extend_from_slice(&bytes),
                    Step::Wants => break,
                }
            }
        }
        (passed, lengths, framing)
    }

    #[test]
    fn the_same_bytes_pass_in_whatever_parts_they_come_and_each_length_is_announced_once() {
        let lengths = [3, 0, 700, 1, 0, 65_537];
        let bytes: Vec<u8> = lengths.into_iter().flat_map(message).collect();
        for size in [1, 2, 4, 5, 6, 7, 100, 16_384, bytes.len()] {
            let (passed, announced, framing) = passed(&bytes, size);
            assert!(passed == bytes, "in parts of {size}");
            assert_eq!(announced, lengths.map(|length| length as usize));
            assert!(framing.is_empty() && !framing.is_within());
        }
    }

    #[test]
    fn nothing_of_a_message_passes_before_its_length_was_announced() {
        let mut framing = Framing::default();
        framing.take(Bytes::from_static(&[0, 0, 0, 1]));
        assert_eq!(framing.step(), Step::Wants);
        assert!(framing.is_within());
        framing.take(Bytes::from_static(&[0, 7]));
        assert_eq!(framing.step(), Step::Begins(256));
        assert_eq!(framing.step(), Step::Passes(Bytes::from_static(&[0, 0, 0, 1, 0])));
        assert_eq!(framing.step(), Step::Passes(Bytes::from_static(&[7])));
        assert_eq!(framing.step(), Step::Wants);
        assert!(framing.is_within());
    }

    #[test]
    fn a_prefix_that_is_cut_off_is_passed_on_at_the_end() {
        let (passed, announced, mut framing) = passed(&[0, 0, 0], 2);
        assert!(passed.is_empty() && announced.is_empty());
        assert_eq!(framing.remainder(), Some(Bytes::from_static(&[0, 0, 0])));
        assert_eq!(framing.remainder(), None);
    }
}
