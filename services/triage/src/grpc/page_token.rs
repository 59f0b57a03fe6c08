//! The token of a page: the place of its last entry, and the lane it belongs to. Callers give it back as it is.

use contracts::notification::v1::Remark;
use contracts::rules::refusal;
use jiff::Timestamp;
use tonic::Status;

use crate::domain::lane::Lane;
use crate::domain::priority::Priority;
use crate::domain::turn::Turn;

/// The first part of every token, so that another form can follow one day.
const FORM: &str = "1";

/// The token of the page that begins after a place.
pub(super) fn write(lane: Lane, turn: &Turn) -> String {
    let Turn { priority, queued_at, reference } = turn;
    let parts = [
        FORM,
        lane_letter(lane),
        priority_letter(*priority),
        &queued_at.as_microsecond().to_string(),
        &reference.to_string(),
    ];
    hex::encode(parts.join(" "))
}

/// The place that a token stands for; none for the first page.
pub(super) fn read(token: &str, lane: Lane) -> Result<Option<Turn>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let (of_lane, turn) = parse(token).ok_or_else(|| refused("it is not a token of this list"))?;
    if of_lane == lane { Ok(Some(turn)) } else { Err(refused("it is a token of the other lane")) }
}

fn parse(token: &str) -> Option<(Lane, Turn)> {
    let text = String::from_utf8(hex::decode(token).ok()?).ok()?;
    let parts: Vec<&str> = text.split(' ').collect();
    let [FORM, lane, priority, queued_at, reference] = parts.as_slice() else {
        return None;
    };
    let lane = [Lane::Decision, Lane::Information].into_iter().find(|known| lane_letter(*known) == *lane)?;
    let priority = [Priority::Urgent, Priority::Standard]
        .into_iter()
        .find(|known| priority_letter(*known) == *priority)?;
    let queued_at = Timestamp::from_microsecond(queued_at.parse().ok()?).ok()?;
    Some((lane, Turn { priority, queued_at, reference: reference.parse().ok()? }))
}

fn lane_letter(lane: Lane) -> &'static str {
    match lane {
        Lane::Decision => "d",
        Lane::Information => "i",
    }
}

fn priority_letter(priority: Priority) -> &'static str {
    match priority {
        Priority::Urgent => "u",
        Priority::Standard => "s",
    }
}

fn refused(what: &str) -> Status {
    refusal(&[Remark {
        field: "page_token".into(),
        rule: "PAGE_TOKEN_MISTAKEN".into(),
        what: what.into(),
        why: "a token holds on to a place in one lane's order".into(),
        remedy: "give back next_page_token as the page before answered it, with the same lane, or leave it out to begin \
                 at the front"
            .into(),
    }])
}

#[cfg(test)]
mod tests {
    use ambient::{Ambient, SeededChance, SystemClock};
    use ids::Reference;
    use proptest::prelude::*;
    use tonic::Code;
    use tonic_types::StatusExt;

    use super::*;

    fn turn(seed: u64, microseconds: i64, urgent: bool) -> Turn {
        let reference = Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)));
        let priority = if urgent { Priority::Urgent } else { Priority::Standard };
        Turn { priority, queued_at: Timestamp::from_microsecond(microseconds).expect("a time"), reference }
    }

    #[test]
    fn without_a_token_the_list_begins_at_the_front() {
        assert_eq!(read("", Lane::Decision).expect("no token"), None);
    }

    #[test]
    fn a_token_of_the_other_lane_is_refused() {
        let token = write(Lane::Information, &turn(1, 1, true));
        let status = read(&token, Lane::Decision).expect_err("refused");
        assert!(
            status.message().starts_with("page_token: it is a token of the other lane"),
            "{}",
            status.message()
        );
    }

    #[test]
    fn what_is_no_token_is_refused_at_its_field() {
        let whole = write(Lane::Decision, &turn(1, 1, true));
        let other_form = hex::encode("2 d u 1 LW-7K4-MXP-2R9");
        for token in ["zz", "50", "é", &whole[1..], &whole[2..], &whole[..whole.len() - 2], &other_form] {
            let status = read(token, Lane::Decision).expect_err(token);
            assert_eq!(status.code(), Code::InvalidArgument);
            let details = status.get_error_details();
            let violation = &details.bad_request().expect("a bad request").field_violations[0];
            assert_eq!(
                (violation.field.as_str(), violation.reason.as_str()),
                ("page_token", "PAGE_TOKEN_MISTAKEN")
            );
        }
    }

    proptest! {
        #[test]
        fn a_place_is_read_as_it_was_written_within_the_contracts_length(
            seed: u64, microseconds in -1_000_000_000_000_000i64..=250_000_000_000_000_000, urgent: bool, decision: bool,
        ) {
            let lane = if decision { Lane::Decision } else { Lane::Information };
            let turn = turn(seed, microseconds, urgent);
            let token = write(lane, &turn);
            prop_assert!(token.len() <= 200);
            prop_assert_eq!(read(&token, lane).expect("reads"), Some(turn));
        }

        #[test]
        fn no_text_at_all_makes_reading_fail_otherwise_than_by_refusal(token in ".{1,80}") {
            if let Err(status) = read(&token, Lane::Decision) {
                prop_assert_eq!(status.code(), Code::InvalidArgument);
            }
        }
    }
}
