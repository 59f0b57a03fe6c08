//! The keys that wrap data keys: read at a start, one of them in use, the others for what was wrapped before.

use std::collections::BTreeMap;
use std::fmt;

use ambient::Ambient;
use zeroize::Zeroizing;

use crate::cipher::{KEY, KeyBytes, Place, open, seal_into};
use crate::data_key::DataKey;

/// The form of a wrapped key.
const FORM: u8 = 1;

/// The most characters of an id.
const LONGEST_ID: usize = 32;

/// Where a wrapped key is kept, but for its row. The id is part of it, so that nobody can say a key to be under another.
const TABLE: &str = "notification_key";

/// Wrapping keys by their ids.
#[derive(Clone)]
pub struct WrappingKeys {
    keys: BTreeMap<String, KeyBytes>,
    current: String,
}

/// Why a text holds no wrapping keys. What it says is never repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKeys {
    /// A line that is none.
    #[error(
        "line {0} is not an id (at most 32 of a-z, 0-9 and hyphens), a space and 64 hexadecimal digits; a star and a space before \
         it mark the key that is used"
    )]
    Line(usize),
    /// Two keys of one id.
    #[error(
        "line {0} has an id that an earlier line has; give each key its own, such as the month in which it was made"
    )]
    Twice(usize),
    /// None is marked, or several are.
    #[error("{0} lines begin with a star; mark the one key that is to wrap what is new")]
    Marked(usize),
}

/// A data key that was unwrapped, and what wrapped it.
#[derive(Debug, Clone)]
pub enum Unwrapped {
    /// The key.
    Key(DataKey),
    /// It was wrapped under a key that is not here: its id.
    Missing(String),
    /// It was changed, is another row's, or is no wrapped key.
    Changed,
}

impl WrappingKeys {
    /// Reads lines of keys. Blank lines and those that begin with `#` count for nothing.
    ///
    /// # Errors
    /// [`NotKeys`].
    pub fn read(text: &str) -> Result<Self, NotKeys> {
        let (mut keys, mut marked) = (BTreeMap::new(), Vec::new());
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let unmarked = line.strip_prefix('*').map(str::trim_start);
            let (id, key) = read_key(unmarked.unwrap_or(line)).ok_or(NotKeys::Line(number))?;
            if keys.insert(id.to_owned(), key).is_some() {
                return Err(NotKeys::Twice(number));
            }
            marked.extend(unmarked.is_some().then(|| id.to_owned()));
        }
        match marked.as_slice() {
            [current] => Ok(Self { keys, current: current.clone() }),
            other => Err(NotKeys::Marked(other.len())),
        }
    }

    /// The text of a newly drawn key that is in use.
    pub fn drawn(id: &str, ambient: &Ambient) -> Zeroizing<String> {
        let key: KeyBytes = Zeroizing::new(ambient.bytes());
        Zeroizing::new(format!("* {id} {}\n", *Zeroizing::new(hex::encode(key.as_slice()))))
    }

    /// The id of the key that wraps what is new.
    pub fn current(&self) -> &str {
        &self.current
    }

    /// Whether a key is here.
    pub fn has(&self, id: &str) -> bool {
        self.keys.contains_key(id)
    }

    /// Wraps a data key for the row that keeps it, under the key in use.
    pub fn wrap(&self, row: &str, key: &DataKey, ambient: &Ambient) -> Vec<u8> {
        let id = self.current.as_bytes();
        let mut blob = vec![FORM, u8::try_from(id.len()).unwrap_or_default()];
        blob.extend_from_slice(id);
        if let Some(wrapping) = self.keys.get(&self.current) {
            // A key of 32 bytes is never too large; and what is not sealed opens nowhere.
            let _sealed = seal_into(&mut blob, wrapping, place(row, &self.current), key.as_bytes(), ambient);
        }
        blob
    }

    /// Unwraps the data key of a row.
    pub fn unwrap(&self, row: &str, wrapped: &[u8]) -> Unwrapped {
        let Some((id, sealed)) = parts(wrapped) else { return Unwrapped::Changed };
        let Some(key) = self.keys.get(id) else { return Unwrapped::Missing(id.to_owned()) };
        let opened = open(key, place(row, id), sealed).and_then(|bytes| DataKey::from_bytes(&bytes));
        opened.map_or(Unwrapped::Changed, Unwrapped::Key)
    }
}

fn place<'a>(row: &'a str, id: &'a str) -> Place<'a> {
    Place { table: TABLE, row, column: id }
}

/// The id of the wrapping key, and what it sealed.
fn parts(wrapped: &[u8]) -> Option<(&str, &[u8])> {
    let (&[form, length], rest) = wrapped.split_first_chunk::<2>()?;
    let (id, sealed) = rest.split_at_checked(usize::from(length))?;
    let id = str::from_utf8(id).ok().filter(|id| is_id(id))?;
    (form == FORM).then_some((id, sealed))
}

fn read_key(line: &str) -> Option<(&str, KeyBytes)> {
    let (id, digits) = line.split_once(char::is_whitespace)?;
    let mut key: KeyBytes = Zeroizing::new([0; KEY]);
    hex::decode_to_slice(digits.trim(), key.as_mut_slice()).ok()?;
    is_id(id).then_some((id, key))
}

fn is_id(id: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(known)
}

impl fmt::Debug for WrappingKeys {
    /// The ids alone.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.keys.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, byte: &str) -> String {
        format!("{id} {}", byte.repeat(KEY))
    }

    fn unwrapped(keys: &WrappingKeys, row: &str, wrapped: &[u8]) -> Result<Vec<u8>, String> {
        match keys.unwrap(row, wrapped) {
            Unwrapped::Key(key) => Ok(key.as_bytes().to_vec()),
            Unwrapped::Missing(id) => Err(id),
            Unwrapped::Changed => Err("changed".into()),
        }
    }

    #[test]
    fn a_key_that_is_used_no_more_opens_what_it_wrapped() {
        let ambient = Ambient::system();
        let before = WrappingKeys::read(&format!("* {}", line("a", "0a"))).expect("keys");
        let after = format!("# changed in November\n\n{}\n* {}\n", line("a", "0a"), line("b", "0b"));
        let after = WrappingKeys::read(&after).expect("keys");
        let key = DataKey::draw(&ambient);
        let (old, new) = (before.wrap("LW-1", &key, &ambient), after.wrap("LW-1", &key, &ambient));
        for wrapped in [&old, &new] {
            assert_eq!(unwrapped(&after, "LW-1", wrapped).expect("unwraps"), key.as_bytes());
        }
        assert_eq!(unwrapped(&before, "LW-1", &new), Err("b".into()), "it says which key is missing");
        assert_eq!(unwrapped(&after, "LW-2", &new), Err("changed".into()), "another notification's");
        assert_eq!((after.current(), after.has("a"), after.has("c")), ("b", true, false));
    }

    #[test]
    fn a_wrapped_key_cannot_be_said_to_be_under_another() {
        let ambient = Ambient::system();
        // One key under two ids.
        let keys = WrappingKeys::read(&format!("{}\n* {}", line("a", "0a"), line("b", "0a"))).expect("keys");
        let mut wrapped = keys.wrap("LW-1", &DataKey::draw(&ambient), &ambient);
        assert_eq!(wrapped[2], b'b');
        wrapped[2] = b'a';
        assert_eq!(unwrapped(&keys, "LW-1", &wrapped), Err("changed".into()));
    }

    #[test]
    fn any_bytes_are_refused() {
        let keys = WrappingKeys::read(&WrappingKeys::drawn("a", &Ambient::system())).expect("keys");
        for bytes in [&[][..], &[1], &[1, 200, 1], &[2, 1, b'a', 0], &[1, 1, 0xff], &[1, 1, b'a', 0, 0]] {
            assert!(unwrapped(&keys, "LW-1", bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_list_of_keys_is_refused_by_its_line_and_never_repeated() {
        let twice = format!("{}\n* {}", line("a", "0a"), line("a", "0b"));
        for (text, expected) in [
            ("", NotKeys::Marked(0)),
            (&line("a", "0a"), NotKeys::Marked(0)),
            (&format!("* {}\n* {}", line("a", "0a"), line("b", "0b")), NotKeys::Marked(2)),
            (&format!("* {}\nb robin", line("a", "0a")), NotKeys::Line(2)),
            ("* a 0a0b", NotKeys::Line(1)),
            (&format!("* {}", line("Ä", "0a")), NotKeys::Line(1)),
            (&twice, NotKeys::Twice(2)),
        ] {
            let error = WrappingKeys::read(text).expect_err("refused");
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("robin"), "{error}");
        }
    }

    #[test]
    fn keys_are_never_printed() {
        let keys = WrappingKeys::read(&format!("* {}", line("2026-11", "cd"))).expect("keys");
        assert_eq!(format!("{keys:?}"), r#"{"2026-11"}"#);
    }
}
