//! Canaries: texts that are found nowhere else, one in every field that may identify somebody, and the forms in which each
//! would be found where it had got out.

use contracts::redacted::{holds_identities, is_redacted};
use contracts::rules::broken_rules;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};

/// Where a canary was put, which says where it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    /// In a field that identifies, of something that is held: with intake and nowhere else.
    ByIntake,
    /// In something that is refused, or that nobody reads: nowhere at all.
    Nowhere,
    /// In a message that a stranger published to the broker: with the broker, and where it is parked.
    Parked,
    /// No canary, but what every place is known to hold: where it is not found, the place was not searched.
    Everywhere,
}

/// A text that is searched for.
#[derive(Debug, Clone)]
pub(crate) struct Needle {
    /// Where it was put.
    pub(crate) what: String,
    /// The text.
    pub(crate) text: String,
    /// Where it may be.
    pub(crate) kept: Kept,
}

/// All canaries that were let out.
#[derive(Debug, Default)]
pub(crate) struct Needles {
    pub(crate) all: Vec<Needle>,
}

impl Needles {
    /// A text in words, with what escapes change in it.
    pub(crate) fn words(&mut self, what: &str, kept: Kept) -> String {
        let text = format!("{} Zündel\"{:03}", self.core(), self.all.len());
        self.add(what, kept, text)
    }

    /// The same in letters and digits alone, for where nothing else is taken.
    pub(crate) fn plain(&mut self, what: &str, kept: Kept) -> String {
        let text = self.core();
        self.add(what, kept, text)
    }

    /// Eight letters and digits, for where no more are taken.
    pub(crate) fn short(&mut self, what: &str, kept: Kept) -> String {
        let text = format!("qz{:04}vw", self.all.len());
        self.add(what, kept, text)
    }

    /// Something that is known to be everywhere.
    pub(crate) fn known(&mut self, what: &str, text: &str) {
        self.add(what, Kept::Everywhere, text.to_owned());
    }

    fn core(&self) -> String {
        format!("qvz{:04}wren", self.all.len())
    }

    fn add(&mut self, what: &str, kept: Kept, text: String) -> String {
        self.all.push(Needle { what: what.to_owned(), text: text.clone(), kept });
        text
    }

    /// Puts a canary into every field that identifies, found in the contract itself, and returns them.
    pub(crate) fn fill<M: ReflectMessage + Default>(&mut self, what: &str, message: &M) -> (M, Vec<Needle>) {
        let first = self.all.len();
        let mut dynamic = message.transcode_to_dynamic();
        self.fill_dynamic(what, &mut dynamic);
        (dynamic.transcode_to().expect("the same message"), self.all[first..].to_vec())
    }

    fn fill_dynamic(&mut self, path: &str, message: &mut DynamicMessage) {
        let descriptor = message.descriptor();
        for field in descriptor.fields() {
            let path = format!("{path}.{}", field.name());
            if is_redacted(&field) {
                let text = self.fitting(&path, &descriptor, &field);
                message.set_field(&field, Value::String(text));
            } else if matches!(field.kind(), Kind::Message(inner) if holds_identities(&inner)) {
                match message.get_field_mut(&field) {
                    Value::Message(inner) => self.fill_dynamic(&path, inner),
                    Value::List(items) => {
                        for (number, item) in items.iter_mut().enumerate() {
                            let Value::Message(inner) = item else { panic!("a list of messages") };
                            self.fill_dynamic(&format!("{path}[{number}]"), inner);
                        }
                    }
                    _ => panic!("{path} is no message"),
                }
            }
        }
    }

    /// A canary of the first form that the field's own rules take.
    fn fitting(&mut self, path: &str, message: &MessageDescriptor, field: &FieldDescriptor) -> String {
        let number = self.all.len();
        let address = format!("{} Nestweg, ZQ{} {}VX \"Zündel\"", self.core(), number % 90 + 10, number / 90);
        let candidates = [
            if field.name() == "address" { address } else { format!("{} Zündel\"{number:03}", self.core()) },
            format!("{}.qvz@zaunkoenig.example", self.core()),
            format!("+44 207 94{:02} {:04}", number % 100, 9000 - number),
            birth_date(number).to_string(),
        ];
        let fits = |text: &String| {
            let mut alone = DynamicMessage::new(message.clone());
            alone.set_field(field, Value::String(text.clone()));
            broken_rules(&alone).iter().all(|remark| remark.field != field.name())
        };
        let text = candidates.into_iter().find(fits);
        let text = text.unwrap_or_else(|| panic!("say what a canary in {path} looks like"));
        if let Some(at) = text.find("ZQ") {
            self.add(&format!("{path}, postcode"), Kept::ByIntake, text[at..at + 8].to_owned());
        }
        self.add(path, Kept::ByIntake, text)
    }
}

/// Sundays that no policy, no register and no other text of a story has.
fn birth_date(number: usize) -> Date {
    date(2009, 1, 4) + (i64::try_from(number).expect("few") * 7).days()
}

/// A form in which a text may be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether letters and digits beside it make it something else: a short run of digits is in any hash.
    pub(crate) bounded: bool,
}

impl Needle {
    /// Every form of the text, of its words, and of a date in it.
    pub(crate) fn forms(&self) -> Vec<Form> {
        let mut forms = encodings(&self.text);
        let core = self.text.split([' ', '@']).next().unwrap_or_default();
        if core.len() >= 8 {
            forms.extend(encodings(core));
            let reversed: String = core.chars().rev().collect();
            forms.push(form("reversed", reversed.as_bytes(), false));
        }
        let compact: String = self.text.chars().filter(char::is_ascii_alphanumeric).collect();
        forms.push(form("without spaces and signs", compact.as_bytes(), true));
        if let Ok(date) = self.text.parse::<Date>() {
            for written in dates(date) {
                let bounded = written.bytes().all(|byte| byte.is_ascii_digit());
                forms.push(form("date", written.as_bytes(), bounded));
                if !bounded {
                    forms.extend(encodings(&written));
                }
            }
        }
        let mut known = std::collections::BTreeSet::new();
        forms.retain(|form| form.bytes.len() >= 7 && known.insert(form.bytes.clone()));
        forms
    }
}

fn form(name: &'static str, bytes: &[u8], bounded: bool) -> Form {
    Form { name, bytes: bytes.to_vec(), bounded }
}

/// The ways in which people and programs write a day.
fn dates(date: Date) -> Vec<String> {
    [
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%-d/%-m/%Y",
        "%m/%d/%Y",
        "%Y/%m/%d",
        "%d.%m.%Y",
        "%d-%m-%Y",
        "%Y%m%d",
        "%d%m%Y",
        "%-d %B %Y",
        "%B %-d, %Y",
        "%d %b %Y",
        "%Y.%m.%d",
    ]
    .map(|written| date.strftime(written).to_string())
    .to_vec()
}

/// What encodings make of a text. Search does not heed the case of letters.
fn encodings(text: &str) -> Vec<Form> {
    let bytes = text.as_bytes();
    let mut forms = vec![
        form("UTF-8", bytes, bytes.len() < 8),
        form("UTF-16 LE", &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), false),
        form("UTF-16 BE", &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), false),
        form("hex", hexadecimal(bytes).as_bytes(), false),
        form("a list of numbers", numbers(bytes, ",").as_bytes(), false),
        form("Debug of a list of numbers", numbers(bytes, ", ").as_bytes(), false),
        form("JSON", escaped(text, |letter| format!("\\u{:04x}", u32::from(letter))).as_bytes(), false),
        form("Debug of bytes", escaped_bytes(bytes, |byte| format!("\\x{byte:02x}")).as_bytes(), false),
        form("octal", escaped_bytes(bytes, |byte| format!("\\{byte:03o}")).as_bytes(), false),
        form("JSON with its letters", text.replace('"', "\\\"").as_bytes(), false),
        form("percent", percent(bytes, "%20").as_bytes(), false),
        form("form-urlencoded", percent(bytes, "+").as_bytes(), false),
    ];
    for alignment in 0..3 {
        forms.push(form("base64", &base64_within(bytes, alignment, b'+', b'/'), false));
        forms.push(form("base64 for URLs", &base64_within(bytes, alignment, b'-', b'_'), false));
    }
    forms
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn numbers(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(between)
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars()
        .map(|letter| match letter {
            '"' => "\\\"".to_owned(),
            letter if letter.is_ascii() => letter.to_string(),
            letter => escape(letter),
        })
        .collect()
}

fn escaped_bytes(bytes: &[u8], escape: impl Fn(u8) -> String) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'"' => "\\\"".to_owned(),
            byte if byte.is_ascii() => char::from(*byte).to_string(),
            byte => escape(*byte),
        })
        .collect()
}

fn percent(bytes: &[u8], space: &str) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b' ' => space.to_owned(),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// What of a text is the same in base64, wherever within an encoded whole it begins: its place modulo three is the alignment.
fn base64_within(bytes: &[u8], alignment: usize, plus: u8, slash: u8) -> Vec<u8> {
    let whole = [&[0; 2][..alignment], bytes].concat();
    let letters: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain([plus, slash]).collect();
    let encoded: Vec<u8> = whole
        .chunks_exact(3)
        .flat_map(|three| {
            let number = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| letters[(number >> shift & 63) as usize])
        })
        .collect();
    encoded[[0, 2, 3][alignment]..].to_vec()
}
