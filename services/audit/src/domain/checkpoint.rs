//! A checkpoint: the statement by which anybody can later tell whether the log was altered (C2SP tlog-checkpoint).
//!
//! What a reader would get wrong: the base64 of the root is part of the text that is signed, padding included;
//! hexadecimal is for people and stands beside it.

use tlog_tiles::Hash;

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint<'a> {
    /// The log's name, which is its signer's too.
    pub origin: &'a str,
    /// How many records the log has.
    pub size: u64,
    /// The Merkle tree hash over them (RFC 6962 section 2.1).
    pub root: Hash,
}

impl Checkpoint<'_> {
    /// The text that is signed: three lines.
    pub fn text(&self) -> String {
        // A hash is written as base64.
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_empty_log_is_three_lines_and_states_the_hash_of_nothing() {
        let checkpoint = Checkpoint { origin: "lapwing-audit-log", size: 0, root: tlog_tiles::EMPTY_HASH };
        assert_eq!(checkpoint.text(), "lapwing-audit-log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    }

    #[test]
    fn the_text_is_read_by_others_as_it_was_written() {
        let root = tlog_tiles::record_hash(b"a record");
        let text = Checkpoint { origin: "lapwing-audit-log", size: 1, root }.text();
        let read = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).expect("a checkpoint");
        assert_eq!((read.origin(), read.size(), *read.hash()), ("lapwing-audit-log", 1, root));
        assert_eq!(read.extension(), "");
    }
}
