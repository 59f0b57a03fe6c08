//! Inputs that are well formed, small, and of every form that a decoder knows.

use std::path::PathBuf;
use std::sync::LazyLock;

use acceptance::fixtures;
use ambient::{Ambient, SeededChance, SystemClock};
use contracts::events;
use contracts::json::to_json;
use contracts::notification::v1::{ChildIdentity, Notification, Notifier};
use notary::Notary;
use prost::Message;

/// Part of every name in the notifications: no error may repeat it.
pub(crate) const CANARY: &str = "Wren-4b1e";

/// Signs the notes of the corpus, with the same key each time.
pub(crate) static NOTARY: LazyLock<Notary> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let ambient = Ambient::new(SystemClock, SeededChance::new(7));
    Notary::open(&folder.path().join("note.key"), "decoders", &ambient).expect("a key")
});

/// A file of the repository, by its folder seen from this package.
pub(crate) fn files(folder: &str, name: &str) -> Vec<Vec<u8>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    vec![std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))]
}

/// The fixtures, with somebody's name wherever there is a place for one.
fn notifications() -> Vec<Notification> {
    let mut notifications: Vec<Notification> =
        fixtures().into_iter().map(|fixture| fixture.notification).collect();
    for notification in &mut notifications {
        notification.notifier =
            Some(Notifier { name: format!("{CANARY} Notifier"), role: CANARY.into(), ..Default::default() });
        notification.late_reason = format!("{CANARY} was late");
        for child in &mut notification.children {
            let identity = child.identity.get_or_insert_with(ChildIdentity::default);
            identity.name = format!("{CANARY} Child");
        }
    }
    notifications
}

pub(crate) fn notifications_as_json() -> Vec<Vec<u8>> {
    notifications().iter().map(|notification| to_json(notification).into_bytes()).collect()
}

pub(crate) fn notifications_as_protobuf() -> Vec<Vec<u8>> {
    notifications().iter().map(Message::encode_to_vec).collect()
}

/// One event of each kind: the number of the kind, and a payload with a text and a number at its beginning. An empty payload is
/// an event too, for every field may be left out.
pub(crate) fn events() -> Vec<Vec<u8>> {
    let kinds = 0..u8::try_from(events::ALL.len()).expect("few kinds");
    let coded = contracts::notification::v1::CodedNotification {
        reference: "LW-7K4-MXP-2R9".into(),
        revision: 2,
        notifying_authority: "373".into(),
        ..Default::default()
    };
    let received = contracts::intake::v1::NotificationReceived { notification: Some(coded) }.encode_to_vec();
    kinds
        .map(|kind| {
            let nested = ["notification.received.v1", "notification.assessed.v1", "notification.amended.v1"];
            let payload: &[u8] =
                if nested.contains(&events::ALL[usize::from(kind)]) { &received } else { &[] };
            [&[kind], payload].concat()
        })
        .collect()
}

pub(crate) fn signed_notes() -> Vec<Vec<u8>> {
    let receipt = "lapwing receipt v1\nreference LW-7K4-MXP-2R9\nrevision 1\n";
    let checkpoint = "lapwing/audit\n42\nMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
    [receipt, checkpoint].map(|text| NOTARY.sign(text).expect("signs").into_bytes()).to_vec()
}

pub(crate) fn wrapping_keys() -> Vec<Vec<u8>> {
    let (one, other) = ("0a".repeat(32), "0b".repeat(32));
    vec![
        format!("* 2026-11 {one}\n").into_bytes(),
        format!("# changed in November\n\n2025-11 {one}\n* 2026-11 {other}\n").into_bytes(),
    ]
}

/// A reference on the first line and a caller on the second.
pub(crate) fn names() -> Vec<Vec<u8>> {
    let reference = ids::Reference::mint(&Ambient::new(SystemClock, SeededChance::new(7)));
    ["lapwing://authority/373", "lapwing://operator/local", "lapwing://service/intake"]
        .map(|caller| format!("{reference}\n{caller}\n").into_bytes())
        .to_vec()
}
