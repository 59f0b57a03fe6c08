//! The catalogue: every code with which Lapwing refuses, warns, or explains, in one form: what it means, and what to do.
//!
//! Each room declares its own codes beside its rules, with [`entries!`]; `lapwing explain CODE` shows any of them, and
//! `services/CATALOGUE.md` is written from all of them. What a reader would get wrong: a code is for ever, because
//! senders' programs and stored findings hold it. Its words may be bettered.

/// A code with what it means and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    code: &'static str,
    meaning: &'static str,
    to_do: &'static str,
}

impl Entry {
    /// Declares an entry; [`entries!`] does so for a whole room.
    pub const fn new(code: &'static str, meaning: &'static str, to_do: &'static str) -> Self {
        Self { code, meaning, to_do }
    }

    /// The stable code, such as `CODE_RETIRED`.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What it means, as one or more sentences.
    pub const fn meaning(&self) -> &'static str {
        self.meaning
    }

    /// What to do, as one or more sentences.
    pub const fn to_do(&self) -> &'static str {
        self.to_do
    }
}

/// The codes of one room.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Who gives them and when, as a heading.
    pub title: &'static str,
    /// The codes.
    pub entries: &'static [Entry],
}

/// Declares the codes of a room as constants of type [`Entry`], and `CATALOGUE` with all of them, so that none can be
/// used and not be listed.
///
/// ```
/// catalogue::entries! {
///     /// Codes of the door.
///     pub CATALOGUE = "The door";
///     DOOR_SHUT: "The door is shut.", "Open it.";
///     DOOR_LOCKED: "The door is locked.", "Ask for the key.";
/// }
/// assert_eq!(DOOR_SHUT.code(), "DOOR_SHUT");
/// assert_eq!(CATALOGUE.entries.len(), 2);
/// ```
#[macro_export]
macro_rules! entries {
    ($(#[$doc:meta])* $visible:vis $section:ident = $title:literal; $($code:ident: $meaning:literal, $to_do:literal;)+) => {
        $(
            #[doc = $meaning]
            $visible const $code: $crate::Entry = $crate::Entry::new(stringify!($code), $meaning, $to_do);
        )+
        $(#[$doc])*
        $visible const $section: $crate::Section =
            $crate::Section { title: $title, entries: &[$($code),+] };
    };
}

/// What is wrong with a catalogue made of these sections; empty where nothing is.
pub fn faults(sections: &[Section]) -> Vec<String> {
    let entries: Vec<&Entry> = sections.iter().flat_map(|section| section.entries).collect();
    let repeated = entries.iter().enumerate().filter_map(|(position, entry)| {
        let earlier = entries[..position].iter().any(|earlier| earlier.code == entry.code);
        earlier.then(|| format!("{}: declared twice", entry.code))
    });
    let badly_worded = entries.iter().filter_map(|entry| fault_of(entry));
    repeated.chain(badly_worded).collect()
}

fn fault_of(entry: &Entry) -> Option<String> {
    let easy_to_match = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if entry.code.is_empty() || !entry.code.bytes().all(easy_to_match) {
        return Some(format!("{:?}: a code is letters, digits, `_`, `.` and `-`", entry.code));
    }
    let sentence = |text: &str| text.ends_with('.') && text.chars().next().is_some_and(char::is_uppercase);
    let whole = sentence(entry.meaning) && sentence(entry.to_do);
    (!whole).then(|| format!("{}: meaning and what to do are whole sentences", entry.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    entries! {
        /// Codes of the door.
        DOOR = "The door";
        DOOR_SHUT: "The door is shut.", "Open it.";
    }

    #[test]
    fn a_code_declared_twice_or_badly_worded_is_a_fault() {
        assert_eq!(faults(&[DOOR]), Vec::<String>::new());
        assert_eq!(faults(&[DOOR, DOOR]), ["DOOR_SHUT: declared twice"]);
        const UNTOLD: Section =
            Section { title: "The wall", entries: &[Entry::new("WALL", "A wall", "Turn round.")] };
        assert_eq!(faults(&[UNTOLD]).len(), 1);
        const SPACED: Section =
            Section { title: "The wall", entries: &[Entry::new("A WALL", "A wall.", "Turn round.")] };
        assert_eq!(faults(&[SPACED]).len(), 1);
    }
}
