//! Dates must exist, must not lie in the future, and should follow one another as days do.

use contracts::notification::v1::{Child, Notification, Remark};
use contracts::time::civil_date;
use jiff::civil::Date;

use super::rules::{
    AGE_DIFFERS, AGE_IMPLAUSIBLE, AWARE_BEFORE_INCIDENT, BORN_AFTER_INCIDENT, DATE_DOES_NOT_EXIST,
    DATE_IN_FUTURE,
};
use super::{FormJudgement, remark};
use crate::domain::coding::{OLDEST, age_on};

pub(super) fn judge(notification: &Notification, today: Date, judgement: &mut FormJudgement) {
    let broken = dates(notification).into_iter().filter_map(|(field, text)| judge_day(field, text, today));
    judgement.violations.extend(broken);
    judge_order(notification, judgement);
    for (index, child) in notification.children.iter().enumerate() {
        judge_age(index, child, notification, judgement);
    }
}

/// What is wrong with one day that is given as text; `None` where nothing is. A text without the form of a date breaks
/// a rule of the contract, which is told beside.
pub fn judge_day(field: String, text: &str, today: Date) -> Option<Remark> {
    if text.len() != 10 {
        return None;
    }
    match civil_date(text) {
        Err(_) => Some(remark(
            field,
            DATE_DOES_NOT_EXIST,
            "there is no such day in the calendar",
            "dates are ISO 8601 civil dates (proto/lapwing)",
            "correct the day or the month; write 14 March 2026 as 2026-03-14",
        )),
        Ok(Some(date)) if date > today => Some(remark(
            field,
            DATE_IN_FUTURE,
            format!("the day lies after today ({today} in London)"),
            "what is notified has happened",
            "correct the date; check the century and the order of day and month",
        )),
        Ok(_) => None,
    }
}

/// Becoming aware before the incident is odd, and no reason to refuse.
fn judge_order(notification: &Notification, judgement: &mut FormJudgement) {
    if let (Some(occurred), Some(aware)) =
        (occurred_on(notification), existing(&notification.became_aware_on))
        && aware < occurred
    {
        judgement.warnings.push(remark(
            "became_aware_on",
            AWARE_BEFORE_INCIDENT,
            "the authority became aware before the incident happened",
            "the clock of five working days starts at becoming aware",
            "check both dates; where harm went on over time, give its last day as the incident's",
        ));
    }
}

fn judge_age(index: usize, child: &Child, notification: &Notification, judgement: &mut FormJudgement) {
    let born = child.identity.as_ref().and_then(|identity| existing(&identity.date_of_birth));
    let (Some(born), Some(occurred)) = (born, occurred_on(notification)) else {
        return;
    };
    let stated = child.facts.as_ref().and_then(|facts| facts.age);
    match (age_on(born, occurred), stated) {
        (None, _) => judgement.warnings.push(remark(
            format!("children[{index}].identity.date_of_birth"),
            BORN_AFTER_INCIDENT,
            "the child was born after the incident",
            "the age at the incident follows from the birth date",
            "check both dates; for a child not yet born at the incident, set facts.unborn to ANSWER_YES",
        )),
        (Some(age), _) if age.years > OLDEST => judgement.warnings.push(remark(
            format!("children[{index}].identity.date_of_birth"),
            AGE_IMPLAUSIBLE,
            format!("the age that follows from it is above {OLDEST} years, and counts as not known"),
            "the age at the incident follows from the birth date",
            "correct the birth date; check the century",
        )),
        (Some(age), Some(stated)) if age.years != stated.years => judgement.warnings.push(remark(
            format!("children[{index}].facts.age"),
            AGE_DIFFERS,
            "the stated age is not the one that follows from the birth date and the incident's date",
            "the age at the incident follows from the birth date, where it is given",
            "leave the age out, or correct the birth date; Lapwing goes by the birth date",
        )),
        _ => (),
    }
}

/// Every date that is given, with the path of its field.
fn dates(notification: &Notification) -> Vec<(String, &str)> {
    let mut dates = vec![("became_aware_on".to_owned(), notification.became_aware_on.as_str())];
    if let Some(facts) = notification.incident.as_ref().and_then(|incident| incident.facts.as_ref()) {
        dates.push(("incident.facts.occurred_on".to_owned(), facts.occurred_on.as_str()));
    }
    for (index, child) in notification.children.iter().enumerate() {
        push_dates_of(index, child, &mut dates);
    }
    dates.retain(|(_, text)| !text.is_empty());
    dates
}

fn push_dates_of<'a>(index: usize, child: &'a Child, dates: &mut Vec<(String, &'a str)>) {
    let mut push = |field: &str, text: &'a str| dates.push((format!("children[{index}].{field}"), text));
    if let Some(identity) = &child.identity {
        push("identity.date_of_birth", &identity.date_of_birth);
    }
    let Some(facts) = &child.facts else { return };
    if let Some(judgement) = &facts.abuse_or_neglect {
        push("facts.abuse_or_neglect.judged_on", &judgement.judged_on);
    }
    if let Some(judgement) = &facts.serious_harm {
        push("facts.serious_harm.judged_on", &judgement.judged_on);
    }
    if let Some(education) = &facts.education {
        push("facts.education.withdrawn_on", &education.withdrawn_on);
    }
    if let Some(placement) = &facts.placement {
        push("facts.placement.started_on", &placement.started_on);
        push("facts.placement.ended_on", &placement.ended_on);
    }
}

fn occurred_on(notification: &Notification) -> Option<Date> {
    let facts = notification.incident.as_ref()?.facts.as_ref()?;
    existing(&facts.occurred_on)
}

fn existing(text: &str) -> Option<Date> {
    civil_date(text).ok().flatten()
}
