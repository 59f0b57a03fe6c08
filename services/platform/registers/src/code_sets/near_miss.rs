//! Which code somebody probably meant.
//!
//! What a reader would get wrong: silence is the better answer. Codes are so short that most slips are one
//! character away from several codes; a suggestion is made only where a single code is that near, and it is
//! never taken over unasked.

/// The one code of `in_force` that is the same but for case, blanks and punctuation, or else one character
/// away.
pub(super) fn nearest<'register>(code: &str, in_force: &'register [String]) -> Option<&'register str> {
    let bare = letters_and_digits(code);
    only(in_force, |listed| letters_and_digits(listed) == bare)
        .or_else(|| only(in_force, |listed| within_one_edit(&letters_and_digits(listed), &bare)))
}

fn only(codes: &[String], matches: impl Fn(&str) -> bool) -> Option<&str> {
    let mut matching = codes.iter().map(String::as_str).filter(|code| matches(code));
    matching.next().filter(|_| matching.next().is_none())
}

fn letters_and_digits(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Whether one insertion, removal or substitution at most turns one text into the other.
fn within_one_edit(one: &[char], other: &[char]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let shared_start = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let rest =
        |text: &[char], skipped: usize| text.iter().skip(shared_start + skipped).copied().collect::<Vec<_>>();
    match long.len() - short.len() {
        0 => rest(short, 1) == rest(long, 1),
        1 => rest(short, 0) == rest(long, 1),
        _ => false,
    }
}
