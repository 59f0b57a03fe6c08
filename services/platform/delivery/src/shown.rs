//! What may be shown of an event that somebody else has told: in log lines, spans and lists. Its attributes are headers of a
//! message, and whoever may publish can write anything into them, names too.

use ids::Reference;

/// What stands for an attribute that has not the right form.
pub const UNKNOWN: &str = "unknown";

/// The name of an event, a service or a queue, such as `case.queued.v1`; else [`UNKNOWN`].
pub fn name(text: &str) -> &str {
    let of_a_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let well_formed = (1..=100).contains(&text.len()) && text.bytes().all(of_a_name);
    if well_formed { text } else { UNKNOWN }
}

/// A reference as it is printed, or nothing.
pub fn reference(text: &str) -> String {
    text.parse::<Reference>().map(|reference| reference.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_the_right_form_is_not_shown() {
        assert_eq!(name("notification.received.v1"), "notification.received.v1");
        for text in ["", "Robin Example", "a\nb", &"a".repeat(101)] {
            assert_eq!(name(text), UNKNOWN);
        }
        assert_eq!((reference("Robin Example"), reference("")), (String::new(), String::new()));
    }
}
