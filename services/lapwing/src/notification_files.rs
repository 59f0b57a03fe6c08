//! Notifications from files: one a file, or one a line. Each is read for itself: a bad one fails no other.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use contracts::json::{JsonError, from_json};
use contracts::notification::v1::Notification;
use prost::Message;
use serde_json::value::RawValue;

/// The largest file that is read at once: some hundred thousand notifications.
const LARGEST_FILE: u64 = 512 * 1024 * 1024;

/// The largest notification that intake takes, in bytes of protobuf: its limit for a message, less what wraps the
/// notification in it.
const LARGEST_NOTIFICATION: usize = 4 * 1024 * 1024 - 16;

/// One notification as it was read, or why it could not be.
#[derive(Debug)]
pub(crate) struct Item {
    /// Where it stands, such as `a.json` or `many.ndjson:17`.
    pub place: String,
    /// The notification.
    pub notification: Result<Notification, ReadError>,
}

/// Why one notification could not be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    /// Not the JSON of a notification.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Too large to be sent.
    #[error(
        "it has {0} bytes and a notification may have {LARGEST_NOTIFICATION}; shorten the narrative or part the children into two notifications"
    )]
    TooLarge(usize),
}

/// Reads every notification of the files named; `-` is standard input.
///
/// # Errors
/// Where a file cannot be read at all.
pub(crate) fn read(files: &[PathBuf]) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for file in files {
        let (name, text) = if file == Path::new("-") {
            ("standard input".to_owned(), whole(std::io::stdin().lock(), "standard input")?)
        } else {
            let name = file.display().to_string();
            let opened = File::open(file).with_context(|| format!("{name} cannot be opened"))?;
            let text = whole(opened, &name)?;
            (name, text)
        };
        items.extend(split(&name, &text));
    }
    Ok(items)
}

fn whole(reader: impl Read, name: &str) -> Result<String> {
    let mut text = String::new();
    let read = reader.take(LARGEST_FILE + 1).read_to_string(&mut text);
    read.with_context(|| format!("{name} cannot be read; it must be UTF-8 text"))?;
    if text.len() as u64 > LARGEST_FILE {
        bail!("{name} has more than {LARGEST_FILE} bytes; part it into several files");
    }
    Ok(text)
}

/// One a line where the first line is a whole JSON value, else one in all.
fn split(name: &str, text: &str) -> Vec<Item> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let several = text.lines().filter(|line| !line.trim().is_empty()).count() > 1;
    if several && serde_json::from_str::<&RawValue>(first).is_ok() {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        return lines.map(|(number, line): (usize, _)| item(format!("{name}:{number}"), line)).collect();
    }
    vec![item(name.to_owned(), text)]
}

fn item(place: String, text: &str) -> Item {
    let read = from_json::<Notification>(text).map_err(ReadError::from);
    let notification = read.and_then(|notification| match notification.encoded_len() {
        length if length > LARGEST_NOTIFICATION => Err(ReadError::TooLarge(length)),
        _ => Ok(notification),
    });
    Item { place, notification }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<(String, bool)> {
        split("a", text).into_iter().map(|item| (item.place, item.notification.is_ok())).collect()
    }

    #[test]
    fn an_indented_file_is_one_notification() {
        assert_eq!(places("{\n  \"sender_reference\": \"A-1\"\n}\n"), [("a".to_owned(), true)]);
    }

    #[test]
    fn a_bad_line_fails_no_other() {
        let text =
            "{\"sender_reference\":\"A-1\"}\n{\"sender_reference\":\n\n{\"sender_reference\":\"A-3\"}\n";
        assert_eq!(
            places(text),
            [("a:1".to_owned(), true), ("a:2".to_owned(), false), ("a:4".to_owned(), true)]
        );
    }

    #[test]
    fn a_truncated_file_is_one_notification_that_cannot_be_read() {
        assert_eq!(places("{\n  \"sender_reference\": \"A-1\",\n"), [("a".to_owned(), false)]);
        assert_eq!(places(""), [("a".to_owned(), false)]);
    }

    #[test]
    fn one_that_is_too_large_is_told_its_size() {
        let text = format!("{{\"late_reason\":\"{}\"}}", "x".repeat(LARGEST_NOTIFICATION));
        let items = split("a", &text);
        assert!(matches!(items[0].notification, Err(ReadError::TooLarge(_))));
    }
}
