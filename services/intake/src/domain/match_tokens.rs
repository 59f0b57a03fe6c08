//! Match tokens: by them the same child, and the same home, are seen to be the same without being known (promise 6).
//!
//! What a reader would get wrong: a token proves nothing. Two children may share a name and a birth date, and one child
//! may be spelt in two ways that no rule here brings together: what is equal is proposed to a person, who decides.

use std::sync::Arc;

use contracts::notification::v1::ChildIdentity;
use contracts::time::civil_date;
use hmac::{Hmac, Mac};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

mod normalised;

/// Makes tokens under a key that only intake holds, that nothing prints, and that is wiped from memory with the last of them.
#[derive(Debug, Clone)]
pub struct Tokeniser {
    key: Arc<SecretBox<[u8; 32]>>,
}

impl Tokeniser {
    /// Tokens under `key`. Other keys give other tokens: what was drawn under two keys cannot be compared.
    pub fn new(mut key: [u8; 32]) -> Self {
        let held = SecretBox::init_with_mut(|held: &mut [u8; 32]| held.copy_from_slice(&key));
        key.zeroize();
        Self { key: Arc::new(held) }
    }

    /// The token of a child, 32 hexadecimal digits; `None` where name or birth date is not known.
    pub fn child(&self, identity: &ChildIdentity) -> Option<String> {
        let name = normalised::name(&identity.name)?;
        let born = civil_date(&identity.date_of_birth).ok().flatten()?;
        Some(self.token("lapwing child 2", &[&name, &born.to_string()]))
    }

    /// The token of a home, 32 hexadecimal digits; `None` where the address is not known or names no single home.
    pub fn household(&self, identity: &ChildIdentity) -> Option<String> {
        let address = normalised::address(&identity.address)?;
        Some(self.token("lapwing household 2", &[&address]))
    }

    /// HMAC-SHA256 over the kind of token and the parts, each ended by a zero byte so that none runs into the next; the
    /// first 16 bytes. The kind keeps a child's token from ever being a home's.
    fn token(&self, kind: &str, parts: &[&str]) -> String {
        let mut keyed = <Hmac<Sha256> as Mac>::new_from_slice(self.key.expose_secret())
            .expect("HMAC takes a key of any length");
        for part in std::iter::once(&kind).chain(parts) {
            keyed.update(part.as_bytes());
            keyed.update(&[0]);
        }
        hex::encode(&keyed.finalize().into_bytes()[..16])
    }
}

#[cfg(test)]
mod tests;
