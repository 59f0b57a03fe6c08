//! The numbers and texts by which triage's rows say what the domain says in words: the same in both databases.
//!
//! What a reader would get wrong: a number never changes its meaning, for rows keep it. Most are the contract's own.

use jiff::Timestamp;
use jiff::civil::Date;
use storage::StoreError;

use crate::domain::clock::ClockKind;
use crate::domain::erasure::ErasureReason;
use crate::domain::finding::Outcome;
use crate::domain::lane::Lane;
use crate::domain::priority::Priority;
use crate::domain::recipients::Recipient;
use crate::domain::stand_aside::Interest;
use crate::domain::told::{DeclineReason, WithdrawalReason};

/// As in lapwing.notification.v1.Outcome.
pub(super) fn outcome_number(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::DutyInArea => 1,
        Outcome::DutyOutsideEngland => 2,
        Outcome::DutyOfAnotherAuthority => 3,
        Outcome::LookedAfterDeath => 4,
        Outcome::CareLeaverDeath => 5,
        Outcome::NeedsJudgement => 6,
        Outcome::Outside => 7,
    }
}

/// What a number of a row stands for.
pub(super) fn outcome(number: i64) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|outcome| outcome_number(*outcome) == number)
}

/// As in lapwing.notification.v1.Lane.
pub(super) fn lane_number(lane: Lane) -> i64 {
    match lane {
        Lane::Decision => 1,
        Lane::Information => 2,
    }
}

/// What a number of a row stands for.
pub(super) fn lane(number: i64) -> Option<Lane> {
    [Lane::Decision, Lane::Information].into_iter().find(|lane| lane_number(*lane) == number)
}

/// This store's own numbers: they sort in the order in which cases are worked.
pub(super) fn priority_number(priority: Priority) -> i64 {
    match priority {
        Priority::Urgent => 1,
        Priority::Standard => 2,
    }
}

/// What a number of a row stands for.
pub(super) fn priority(number: i64) -> Option<Priority> {
    [Priority::Urgent, Priority::Standard].into_iter().find(|priority| priority_number(*priority) == number)
}

/// As in lapwing.triage.v1.StandAsideReason.
pub(super) fn interest_number(interest: Interest) -> i64 {
    match interest {
        Interest::KnowsTheFamily => 1,
        Interest::WorkedOnTheCase => 2,
        Interest::WorksForAnAgencyConcerned => 3,
        Interest::Other => 4,
    }
}

/// What a number of a row stands for.
pub(super) fn interest(number: i64) -> Option<Interest> {
    [
        Interest::KnowsTheFamily,
        Interest::WorkedOnTheCase,
        Interest::WorksForAnAgencyConcerned,
        Interest::Other,
    ]
    .into_iter()
    .find(|interest| interest_number(*interest) == number)
}

/// As in lapwing.notification.v1.ClockKind.
pub(super) fn kind_number(kind: ClockKind) -> i64 {
    match kind {
        ClockKind::Notification => 1,
        ClockKind::RapidReview => 2,
        ClockKind::LocalReview => 3,
    }
}

/// What a number of a row stands for.
pub(super) fn kind(number: i64) -> Option<ClockKind> {
    [ClockKind::Notification, ClockKind::RapidReview, ClockKind::LocalReview]
        .into_iter()
        .find(|kind| kind_number(*kind) == number)
}

/// As in lapwing.triage.v1.Recipient.
pub(super) fn recipient_number(recipient: Recipient) -> i64 {
    match recipient {
        Recipient::Panel => 1,
        Recipient::Dfe => 2,
        Recipient::Ofsted => 3,
        Recipient::SafeguardingPartners => 4,
    }
}

/// As in lapwing.notification.v1.WithdrawalReason.
pub(super) fn withdrawal_number(why: WithdrawalReason) -> i64 {
    match why {
        WithdrawalReason::CriteriaNotMet => 1,
        WithdrawalReason::NotifiedTwice => 2,
        WithdrawalReason::SentByMistake => 3,
        WithdrawalReason::Other => 4,
    }
}

/// What a number of a row stands for.
pub(super) fn withdrawal_reason(number: i64) -> Option<WithdrawalReason> {
    let every = [
        WithdrawalReason::CriteriaNotMet,
        WithdrawalReason::NotifiedTwice,
        WithdrawalReason::SentByMistake,
        WithdrawalReason::Other,
    ];
    every.into_iter().find(|why| withdrawal_number(*why) == number)
}

/// As in lapwing.notification.v1.DeclineReason.
pub(super) fn decline_number(why: DeclineReason) -> i64 {
    match why {
        DeclineReason::NotInOurArea => 1,
        DeclineReason::NotifiedByUs => 2,
        DeclineReason::Other => 3,
    }
}

/// What a number of a row stands for.
pub(super) fn decline_reason(number: i64) -> Option<DeclineReason> {
    [DeclineReason::NotInOurArea, DeclineReason::NotifiedByUs, DeclineReason::Other]
        .into_iter()
        .find(|why| decline_number(*why) == number)
}

/// As in lapwing.notification.v1.ErasureReason; 0 for one that is not known.
pub(super) fn erasure_number(why: ErasureReason) -> i64 {
    match why {
        ErasureReason::Unknown => 0,
        ErasureReason::RetentionEnded => 1,
        ErasureReason::SentInError => 2,
        ErasureReason::SubjectRequest => 3,
        ErasureReason::CourtOrder => 4,
    }
}

/// What a number of a row stands for.
pub(super) fn erasure_reason(number: i64) -> Option<ErasureReason> {
    ErasureReason::ALL.into_iter().find(|why| erasure_number(*why) == number)
}

/// A rapid review's due day as it sorts: a case without one comes after those that have one.
pub(super) fn due_text(due_on: Option<Date>) -> String {
    due_on.map_or_else(|| "none".to_owned(), |day| day.to_string())
}

/// A time of a row.
pub(super) fn microseconds(number: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(number).ok()
}

/// Says that a row holds what it must never hold.
pub(super) fn impossible<E: ToString>(
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> impl FnOnce(E) -> StoreError {
    move |error| StoreError::Impossible { table, column, row: row.to_string(), reason: error.to_string() }
}
