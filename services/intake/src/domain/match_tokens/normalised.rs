//! Names and addresses brought to one spelling, as far as simple rules go.
//!
//! What a reader would get wrong: these forms are part of every token. To better a rule is to make tokens that do not
//! equal the earlier ones; then the number in the token's kind goes up.

/// Words that stand for a name that is not known, or not told: with one of them, strangers would be equal.
const NOT_IN_A_NAME: [&str; 9] =
    ["unknown", "known", "unborn", "unnamed", "tbc", "tba", "confirmed", "withheld", "confidential"];

/// Words that alone are no name: `Baby`, `Twin 2`, `Baby Girl A`. With a surname they are one.
const NO_NAME_ALONE: [&str; 6] = ["baby", "child", "infant", "twin", "boy", "girl"];

/// Words, and words in a row, that say of an address that it is not known, not told, or none.
const NOT_IN_AN_ADDRESS: [&[&str]; 10] = [
    &["unknown"],
    &["confidential"],
    &["withheld"],
    &["abode"],
    &["homeless"],
    &["nfa"],
    &["tbc"],
    &["as", "above"],
    &["not", "known"],
    &["to", "be", "confirmed"],
];

/// After these, the next word tells one home from its neighbour, with a digit or without.
const PARTS_OF_A_HOUSE: [&str; 4] = ["flat", "apartment", "apt", "unit"];

/// A name as its words in order of the alphabet, without case, accents and punctuation: `SPARROW, Robin` is
/// `Robin Sparrow`. `None` where it says that the name is not known, or where nothing remains beside initials and words
/// such as `baby`.
pub(super) fn name(text: &str) -> Option<String> {
    let mut words = words(text);
    words.sort_unstable();
    let told = !words.iter().any(|word| NOT_IN_A_NAME.contains(&word.as_str()));
    let names_somebody = words.iter().any(|word| is_of_a_name(word));
    (told && names_somebody).then(|| words.join(" "))
}

/// Whether a word tells one person from another: initials, numbers and `baby` do not.
fn is_of_a_name(word: &str) -> bool {
    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
    letters > 1 && !NO_NAME_ALONE.contains(&word)
}

/// An address as its UK postcode with every other word that has a digit in it (`3 12` of `Flat 3, 12 Nest Road`), or,
/// where there is none, the first word (`wren` of `Wren Cottage`); the word after `flat` counts too (`b` of `Flat B`).
/// Without a postcode, all words in their order. `None` for a postcode alone, which many homes share, for a place without
/// postcode and number, and where the address is not known.
pub(super) fn address(text: &str) -> Option<String> {
    let words = words(text);
    if NOT_IN_AN_ADDRESS.iter().any(|said| words.windows(said.len()).any(|some| some == *said)) {
        return None;
    }
    let Some((at, length, postcode)) = postcode(&words) else {
        return words.iter().any(|word| has_digit(word)).then(|| words.join(" "));
    };
    let others: Vec<&str> = words[..at].iter().chain(&words[at + length..]).map(String::as_str).collect();
    let of_a_house = |at: usize| at > 0 && PARTS_OF_A_HOUSE.contains(&others[at - 1]);
    let mut home: Vec<&str> = others
        .iter()
        .enumerate()
        .filter(|(at, word)| has_digit(word) || of_a_house(*at))
        .map(|(_, word)| *word)
        .collect();
    if home.is_empty() {
        home.push(others.first()?);
    }
    Some(format!("{postcode} {}", home.join(" ")))
}

/// The words without case, accents and apostrophes; all other punctuation parts words.
fn words(text: &str) -> Vec<String> {
    let letters: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\'' | '\u{2019}' | '\u{2018}' | '`' | '.'))
        .flat_map(char::to_lowercase)
        // An accent may be a character of its own: it goes as the one in `\u{e9}` does.
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
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
