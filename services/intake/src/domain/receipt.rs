//! A receipt: its facts as text, signed. It is given only once the revision is durably held (promise 1).

use ids::Reference;
use jiff::Timestamp;

use crate::domain::fingerprint::Fingerprint;

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Lapwing's reference.
    pub reference: Reference,
    /// The revision held, from 1.
    pub revision: u32,
    /// The notifying authority's DfE number.
    pub authority: String,
    /// The sender's own reference.
    pub sender_reference: String,
    /// Fingerprint of the content held.
    pub fingerprint: Fingerprint,
    /// When it was received.
    pub received_at: Timestamp,
}

impl Receipt {
    /// The text that is signed. Its first line names the form, so that no other note can pass for a receipt.
    pub fn text(&self) -> String {
        format!(
            "lapwing receipt v1\nreference {}\nrevision {}\nauthority {}\nsender-reference {}\nfingerprint sha256:{}\nreceived-at {}\n",
            self.reference,
            self.revision,
            self.authority,
            self.sender_reference,
            self.fingerprint,
            self.received_at
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_each_fact_on_a_line_of_its_own() {
        let receipt = Receipt {
            reference: ids::Reference::mint(&ambient::Ambient::system()),
            revision: 1,
            authority: "373".into(),
            sender_reference: "A-1".into(),
            fingerprint: Fingerprint([7; 32]),
            received_at: "2026-03-14T09:26:53Z".parse().expect("a time"),
        };
        let text = receipt.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "lapwing receipt v1");
        assert_eq!(lines[1], format!("reference {}", receipt.reference));
        assert_eq!(lines[4], "sender-reference A-1");
        assert_eq!(lines[6], "received-at 2026-03-14T09:26:53Z");
        assert!(text.ends_with('\n'));
    }
}
