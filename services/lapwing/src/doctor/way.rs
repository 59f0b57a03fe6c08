//! Whether every notification that is held has come before the panel, or may still be on its way.
//!
//! What a reader would get wrong: outboxes, queues and what was put aside can all be empty, and a notification be nowhere: an event
//! is gone with a binding that was taken away, or with a database that was restored. Here alone that shows.

use ambient::Ambient;
use intake::store::UnderWay;
use jiff::{SignedDuration, Timestamp};
use storage::Opened;

use super::finding::Finding;

pub(super) const CHECK: &str = "way to the panel";

/// How long a notification may be on its way: it takes a second, and a broker that is restarted is back within this.
const MAY_TAKE: SignedDuration = SignedDuration::from_mins(5);

/// Looks at what intake holds.
pub(super) async fn look(store: &Opened, ambient: &Ambient) -> Finding {
    match intake::under_way(store).await {
        Ok(under_way) => judge(&under_way, ambient.now()),
        Err(error) => Finding::not_checked(CHECK, error, "see to the database first, then run this again"),
    }
}

fn judge(under_way: &UnderWay, now: Timestamp) -> Finding {
    let Some(oldest) = &under_way.oldest else {
        return Finding::well(CHECK, "every notification that is held is queued for the panel");
    };
    let (held, age) = (under_way.notifications, now.duration_since(oldest.since));
    if age <= MAY_TAKE {
        return Finding::well(CHECK, format!("held, and not yet queued for the panel: {held}"));
    }
    let what = format!(
        "held, and not queued for the panel: {held}, the first of them {} for {} minutes",
        oldest.reference,
        age.as_mins()
    );
    let why = "its authority has a receipt, and the panel does not know of it or of its newest revision; or intake has not heard \
               that it does";
    let to_do = format!(
        "`lapwing timeline {}` says how far it came; deploy/runbooks/a-notification-has-not-reached-the-panel.md goes on from there",
        oldest.reference
    );
    Finding::failure(CHECK, what, why, to_do)
}

#[cfg(test)]
mod tests {
    use intake::store::Oldest;

    use super::super::finding::Level;
    use super::*;

    #[test]
    fn what_has_been_under_way_for_more_than_five_minutes_is_named_with_what_to_do() {
        let since: Timestamp = "2026-11-29T08:00:00Z".parse().expect("a time");
        let reference = "LW-222-222-222".parse().expect("a reference");
        let under_way = UnderWay { notifications: 3, oldest: Some(Oldest { reference, since }) };
        let after = |minutes: i64| judge(&under_way, since + SignedDuration::from_mins(minutes));
        assert_eq!(after(5).level, Level::Well);
        let found = after(6);
        assert_eq!(found.level, Level::Failure);
        assert!(found.what.contains("3, the first of them LW-222-222-222 for 6 minutes"), "{}", found.what);
        assert!(found.to_do.contains("lapwing timeline LW-222-222-222"), "{}", found.to_do);
        assert_eq!(judge(&UnderWay::default(), since).level, Level::Well);
    }
}
