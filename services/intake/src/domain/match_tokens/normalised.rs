//! Names and addresses brought to one spelling, as far as simple rules go.
//!
//! What a reader would get wrong: these forms are part of every token. To better a rule is to make tokens that do not
//! equal the earlier ones; then the number in the token's kind goes up.

/// What stands for "not known" and would make strangers equal; a name's words are in order of the alphabet.
const NOT_A_NAME: [&str; 6] = ["unknown", "known not", "a n", "tbc", "baby", "unborn"];
const NOT_AN_ADDRESS: [&str; 5] = ["unknown", "not known", "no fixed abode", "nfa", "n a"];

/// A name as its words in order of the alphabet, without case, accents and punctuation: `SPARROW, Robin` is
/// `Robin Sparrow`. `None` where no letter is in it, or it says that the name is not known.
pub(super) fn name(text: &str) -> Option<String> {
    let mut words = words(text);
    words.sort_unstable();
    let name = words.join(" ");
    let lettered = name.chars().any(char::is_alphabetic);
    (lettered && !NOT_A_NAME.contains(&name.as_str())).then_some(name)
}

/// An address as its UK postcode with every other word that has a digit in it (`3 12` of `Flat 3, 12 Nest Road`), or,
/// where there is none, the first word (`wren` of `Wren Cottage`). Without a postcode, all words in their order. `None`
/// for a postcode alone, which many homes share, and where the address is not known.
pub(super) fn address(text: &str) -> Option<String> {
    let words = words(text);
    let whole = words.join(" ");
    if whole.is_empty() || NOT_AN_ADDRESS.contains(&whole.as_str()) {
        return None;
    }
    let Some((at, length, postcode)) = postcode(&words) else { return Some(whole) };
    let others = || words[..at].iter().chain(&words[at + length..]);
    let mut home: Vec<&str> = others().filter(|word| has_digit(word)).map(String::as_str).collect();
    if home.is_empty() {
        home.push(others().next()?);
    }
    Some(format!("{postcode} {}", home.join(" ")))
}

/// The words without case, accents and apostrophes; all other punctuation parts words.
fn words(text: &str) -> Vec<String> {
    let letters: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\'' | '\u{2019}' | '\u{2018}' | '`' | '.'))
        .flat_map(char::to_lowercase)
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .collect();
    letters.split_whitespace().map(|word| word.chars().map(unaccented).collect()).collect()
}

/// The plain letter under the accents that British registers meet most.
fn unaccented(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ś' | 'š' | 'ș' | 'ş' => 's',
        'ț' | 'ţ' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// The last UK postcode among the words: where it begins, how many words it takes, and its letters without a space.
fn postcode(words: &[String]) -> Option<(usize, usize, String)> {
    (0..words.len()).rev().find_map(|at| {
        let parted = words.get(at + 1).map(|inward| (2, format!("{}{inward}", words[at])));
        let written = [parted, Some((1, words[at].clone()))];
        written
            .into_iter()
            .flatten()
            .find(|(_, text)| is_postcode(text))
            .map(|(length, text)| (at, length, text))
    })
}

/// One or two letters, a digit, perhaps a letter or digit more; then a digit and two letters.
fn is_postcode(text: &str) -> bool {
    let Some((outward, inward)) =
        text.is_ascii().then(|| text.split_at_checked(text.len().saturating_sub(3))).flatten()
    else {
        return false;
    };
    let letters = outward.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = &outward.as_bytes()[letters..];
    let inward = inward.as_bytes();
    (1..=2).contains(&letters)
        && (1..=2).contains(&rest.len())
        && rest[0].is_ascii_digit()
        && inward.len() == 3
        && inward[0].is_ascii_digit()
        && inward[1..].iter().all(u8::is_ascii_alphabetic)
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}
