//! What is said of a command line that cannot be read. The library would repeat what was typed, and that may be a name, words
//! about a child, or a URL with a password: it would stand in whatever keeps the output of a job.

use std::error::Error as _;
use std::io::Write;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The exit code of a command line that cannot be read.
const UNREADABLE: i32 = 2;

/// Ends the process: with help or version where they were asked for, else with what is wrong.
pub(super) fn end(error: &Error) -> ! {
    let Some(sentence) = told(error) else { error.exit() };
    // Where standard error is gone there is nobody to tell.
    let _gone = writeln!(std::io::stderr(), "{sentence}");
    std::process::exit(UNREADABLE)
}

/// What is wrong, without what was typed; `None` where the library's own text repeats nothing.
fn told(error: &Error) -> Option<String> {
    let what = match error.kind() {
        ErrorKind::InvalidValue
        | ErrorKind::ValueValidation
        | ErrorKind::InvalidUtf8
        | ErrorKind::NoEquals
        | ErrorKind::TooManyValues
        | ErrorKind::WrongNumberOfValues => value(error),
        ErrorKind::UnknownArgument => {
            let name = text(error, ContextKind::InvalidArg).filter(|name| is_an_option(name));
            name.map_or_else(
                || "there is one word too many, or an option that is not known".to_owned(),
                |name| format!("there is no option {name} here"),
            )
        }
        ErrorKind::InvalidSubcommand => "there is no such verb".to_owned(),
        _ => return None,
    };
    let hint =
        text(error, ContextKind::SuggestedArg).or_else(|| text(error, ContextKind::SuggestedSubcommand));
    let hint = hint.map_or_else(String::new, |hint| format!("; did you mean {hint}?"));
    Some(format!("error: {what}{hint}\n\nFor more information, try '--help'."))
}

fn value(error: &Error) -> String {
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_else(|| "an argument".to_owned());
    let typed = text(error, ContextKind::InvalidValue).unwrap_or_default();
    let reason = error.source().map(ToString::to_string).filter(|reason| !repeats(reason, &typed));
    let possible = text(error, ContextKind::ValidValue).map(|values| format!("it is one of {values}"));
    let because = reason.or(possible).map_or_else(String::new, |because| format!(": {because}"));
    format!("the value of {argument} cannot be read{because}")
}

/// Whether a reason has anything in it of what was typed: whole, or a word.
fn repeats(reason: &str, typed: &str) -> bool {
    let reason = reason.to_lowercase();
    let typed = typed.to_lowercase();
    let mut words = typed.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 1);
    (!typed.is_empty() && reason.contains(&typed)) || words.any(|word| reason.contains(word))
}

/// Whether a word has the form of an option's name: whoever misspelt it must find it.
fn is_an_option(word: &str) -> bool {
    let name = word.trim_start_matches('-');
    word.starts_with('-') && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

fn text(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) if !texts.is_empty() => Some(texts.join(", ")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Lapwing;

    fn said(words: &[&str]) -> String {
        let read = Lapwing::try_parse_from([&["lapwing"], words].concat());
        let error = read.err().unwrap_or_else(|| panic!("{words:?} can be read"));
        told(&error).unwrap_or_else(|| error.to_string())
    }

    #[test]
    fn nothing_that_was_typed_is_repeated() {
        for words in [
            &["Wren-1"][..],
            &["status", "LW", "Wren-1"],
            &["status", "LW", "--Wren-1"],
            &["status", "LW", "--authority", "Wren-1"],
            &["queue", "--most", "Wren-1"],
            &["policy", "explain", "Wren-1"],
            &["certificate", "Wren-1"],
            &["withdraw", "LW", "--reason", "Wren-1"],
            &["migrate", "--databse=Wren-1"],
            &["parked", "--operator", "Wren 1", "list"],
            &["up", "--listen", "Wren-1"],
        ] {
            let said = said(words);
            assert!(!said.to_lowercase().contains("wren") && said.contains("error: "), "{words:?}: {said}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_all_the_same() {
        assert!(said(&["status", "LW", "--authority", "Wren"]).contains("three-digit DfE number"));
        assert!(said(&["withdraw", "LW", "--reason", "Wren"]).contains("sent-by-mistake"));
        assert!(said(&["status", "LW", "--auhtority", "373"]).contains("--auhtority"));
        assert!(said(&["stauts"]).contains("status"));
    }

    #[test]
    fn neither_words_nor_passwords_are_in_a_print_of_the_arguments() {
        for words in [
            &["withdraw", "LW", "--reason", "other", "--words", "Wren"][..],
            &["decline", "LW", "--authority", "373", "--reason", "other", "--words", "Wren"],
            &["migrate", "--database", "postgres://Wren@db/x"],
            &["topology", "check", "--broker", "amqp://a:Wren@mq/x"],
        ] {
            let read = Lapwing::try_parse_from([&["lapwing"], words].concat()).expect("it can be read");
            assert!(!format!("{read:?}").contains("Wren"), "{read:?}");
        }
    }
}
