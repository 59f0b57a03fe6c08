//! The token of a page: the place of its last entry, and the list it belongs to. Callers give it back as it is.
//!
//! What a reader would get wrong: a token holds a place and not a case. Where the case that stood there has moved since,
//! the next page still begins after the place.

use jiff::Timestamp;
use jiff::civil::Date;
use tonic::Status;

use super::refusals_given;
use crate::domain::lane::Lane;
use crate::domain::priority::Priority;
use crate::domain::recipients::Recipient;
use crate::domain::turn::Turn;

/// The first part of every token, so that another form can follow one day. Form 1 had no due day and no indicators.
const FORM: &str = "2";
/// A turn without a due day.
const NO_DAY: &str = "-";
const WHY: &str = "a token holds on to a place in one list's order";

/// The token of the page that begins after a place.
pub(super) fn write(lane: Lane, turn: &Turn) -> String {
    let Turn { priority, review_due_on, indicators, queued_at, reference } = turn;
    let parts = [
        FORM,
        lane_letter(lane),
        priority_letter(*priority),
        &review_due_on.map_or_else(|| NO_DAY.to_owned(), |day| day.to_string()),
        &indicators.to_string(),
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

/// The token of the page of notices that begins before one.
pub(super) fn write_notices(recipient: Recipient, sequence: u64) -> String {
    hex::encode([FORM, recipient_letter(recipient), &sequence.to_string()].join(" "))
}

/// The notice before which a page begins; none for the first page.
pub(super) fn read_notices(token: &str, recipient: Recipient) -> Result<Option<u64>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let mistaken = || refused("it is not a token of this list");
    let parts = parts_of(token).ok_or_else(mistaken)?;
    let [form, letter, sequence] = parts.as_slice() else {
        return Err(mistaken());
    };
    if form != FORM {
        return Err(mistaken());
    }
    if letter != recipient_letter(recipient) {
        return Err(refused("it is a token of another recipient"));
    }
    sequence.parse().map(Some).map_err(|_| mistaken())
}

fn parts_of(token: &str) -> Option<Vec<String>> {
    let text = String::from_utf8(hex::decode(token).ok()?).ok()?;
    Some(text.split(' ').map(str::to_owned).collect())
}

fn parse(token: &str) -> Option<(Lane, Turn)> {
    let parts = parts_of(token)?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let [FORM, lane, priority, due_on, indicators, queued_at, reference] = parts.as_slice() else {
        return None;
    };
    let lane = [Lane::Decision, Lane::Information].into_iter().find(|known| lane_letter(*known) == *lane)?;
    let priority = [Priority::Urgent, Priority::Standard]
        .into_iter()
        .find(|known| priority_letter(*known) == *priority)?;
    let review_due_on: Option<Date> = if *due_on == NO_DAY { None } else { Some(due_on.parse().ok()?) };
    let queued_at = Timestamp::from_microsecond(queued_at.parse().ok()?).ok()?;
    let turn = Turn {
        priority,
        review_due_on,
        indicators: indicators.parse().ok()?,
        queued_at,
        reference: reference.parse().ok()?,
    };
    Some((lane, turn))
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

fn recipient_letter(recipient: Recipient) -> &'static str {
    match recipient {
        Recipient::Panel => "panel",
        Recipient::Dfe => "dfe",
        Recipient::Ofsted => "ofsted",
        Recipient::SafeguardingPartners => "partners",
    }
}

fn refused(what: &str) -> Status {
    refusals_given::page_token(what, WHY)
}

#[cfg(test)]
mod tests {
    use ambient::{Ambient, SeededChance, SystemClock};
    use ids::Reference;
    use jiff::civil::date;
    use proptest::prelude::*;
    use tonic::Code;
    use tonic_types::StatusExt;

    use super::*;

    fn turn(seed: u64, microseconds: i64, urgent: bool) -> Turn {
        let reference = Reference::mint(&Ambient::new(SystemClock, SeededChance::new(seed)));
        let priority = if urgent { Priority::Urgent } else { Priority::Standard };
        let queued_at = Timestamp::from_microsecond(microseconds).expect("a time");
        let review_due_on = urgent.then_some(date(2026, 3, 2));
        Turn { priority, review_due_on, indicators: u32::from(urgent) * 5, queued_at, reference }
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
        let other_form = hex::encode("1 d u 1 LW-7K4-MXP-2R9");
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

    #[test]
    fn a_token_of_notices_is_read_by_the_list_that_gave_it_alone() {
        let token = write_notices(Recipient::Dfe, 7);
        assert_eq!(read_notices(&token, Recipient::Dfe).expect("reads"), Some(7));
        assert_eq!(read_notices("", Recipient::Dfe).expect("the first page"), None);
        for (token, recipient) in [
            (token.as_str(), Recipient::Ofsted),
            (&write(Lane::Decision, &turn(1, 1, true)), Recipient::Dfe),
            ("zz", Recipient::Dfe),
            (&hex::encode("2 dfe seven"), Recipient::Dfe),
        ] {
            assert_eq!(read_notices(token, recipient).expect_err(token).code(), Code::InvalidArgument);
        }
        assert_eq!(read(&token, Lane::Decision).expect_err("another list").code(), Code::InvalidArgument);
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
