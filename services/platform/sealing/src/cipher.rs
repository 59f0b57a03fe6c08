//! AES-256-GCM-SIV (RFC 8452), with the place of a value as associated data.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use ambient::Ambient;
use zeroize::Zeroizing;

/// Bytes of a key.
pub(crate) const KEY: usize = 32;

/// Bytes of a nonce.
pub(crate) const NONCE: usize = 12;

/// The first field of all associated data: bytes that authenticate something else can never pass for ours.
const FORM: &[u8] = b"lapwing sealed v1";

/// Where a sealed value is stored. It opens there alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table, such as `revision`.
    pub table: &'a str,
    /// The row, by its key; where the key has several parts, one text that no other row has.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl Place<'_> {
    /// The place as bytes: each field after its length, so that no two places read alike.
    fn bytes(&self) -> Vec<u8> {
        let fields = [FORM, self.table.as_bytes(), self.row.as_bytes(), self.column.as_bytes()];
        let mut bytes = Vec::with_capacity(fields.iter().map(|field| field.len() + size_of::<u64>()).sum());
        for field in fields {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }
}

/// A key of 32 bytes, wiped from memory when it goes.
pub(crate) type KeyBytes = Zeroizing<[u8; KEY]>;

/// Appends a drawn nonce, the ciphertext and the tag to `blob`. `None` where the text is larger than the cipher takes, which
/// is 64 GiB.
pub(crate) fn seal_into(
    blob: &mut Vec<u8>,
    key: &KeyBytes,
    place: Place<'_>,
    clear: &[u8],
    ambient: &Ambient,
) -> Option<()> {
    let nonce: [u8; NONCE] = ambient.bytes();
    let sealed =
        cipher(key).encrypt(&Nonce::from(nonce), Payload { msg: clear, aad: &place.bytes() }).ok()?;
    blob.extend_from_slice(&nonce);
    blob.extend_from_slice(&sealed);
    Some(())
}

/// Opens nonce, ciphertext and tag. `None` where the key or the place is another one, or a bit was changed.
pub(crate) fn open(key: &KeyBytes, place: Place<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let opened = cipher(key).decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &place.bytes() });
    opened.ok().map(Zeroizing::new)
}

fn cipher(key: &KeyBytes) -> Aes256GcmSiv {
    Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(**key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8452, appendix C.2, the first vector with a plaintext. It has no associated data, which ours never lack.
    #[test]
    fn the_cipher_is_the_one_of_the_rfc() {
        let mut key = [0; KEY];
        key[0] = 1;
        let mut nonce = [0; NONCE];
        nonce[0] = 3;
        let sealed = cipher(&Zeroizing::new(key))
            .encrypt(&Nonce::from(nonce), [1, 0, 0, 0, 0, 0, 0, 0].as_slice())
            .expect("seals");
        assert_eq!(hex::encode(sealed), "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28");
    }

    #[test]
    fn places_that_run_into_each_other_are_told_apart() {
        let one = Place { table: "ab", row: "c", column: "d" };
        let other = Place { table: "a", row: "bc", column: "d" };
        assert_ne!(one.bytes(), other.bytes());
    }
}
