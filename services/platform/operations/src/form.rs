//! The attributes of a parked event as they may be shown: a message that could not be read may say anything in them, names
//! too.

use delivery::shown;

/// The most characters of a reason that are shown.
const REASON: usize = 1000;

/// The name of an event or a service, such as `case.queued.v1`.
pub(crate) fn name(text: &str) -> String {
    shown::name(text).to_owned()
}

/// A reference, or nothing.
pub(crate) fn reference(text: &str) -> String {
    shown::reference(text)
}

/// An authority's DfE number, or nothing.
pub(crate) fn authority(text: &str) -> String {
    let well_formed = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if well_formed { text.to_owned() } else { String::new() }
}

/// Why an event could not be handled, in one line.
pub(crate) fn reason(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_the_right_form_is_not_shown() {
        assert_eq!(name("notification.received.v1"), "notification.received.v1");
        for text in ["", "Robin Example", "a\nb", &"a".repeat(101)] {
            assert_eq!(name(text), "unknown");
        }
        assert_eq!(
            (authority("373"), authority("3730"), authority("abc")),
            ("373".into(), "".into(), "".into())
        );
        assert_eq!((reference("Robin Example"), reference("")), ("".into(), "".into()));
        assert_eq!(reference("lw-7k4-mxp-2r9").len(), reference("LW-7K4-MXP-2R9").len());
        assert_eq!(reason("one\ntwo"), "one two");
        assert_eq!(reason(&"é".repeat(2000)).chars().count(), REASON);
    }
}
