//! What the verbs print for a person. JSON is the contract's own and is printed where it is asked for.

use std::io::Write;

use contracts::notification::v1::{
    Assessment, Change, Clock, ClockKind, Erasure, ErasureReason, FactReliedOn, JudgedBy, Outcome, Priority,
    Remark,
};
use contracts::time::from_wire;

/// Prints a line on standard output. A reader that went away (`| head`) ends the printing and is no error.
pub(crate) fn line(text: impl AsRef<str>) {
    let _gone = writeln!(std::io::stdout(), "{}", text.as_ref());
}

/// Prints a line on standard error.
pub(crate) fn aside(text: impl AsRef<str>) {
    let _gone = writeln!(std::io::stderr(), "{}", text.as_ref());
}

/// A remark, over three lines: where and what, why, what to do.
pub(crate) fn remark(kind: &str, remark: &Remark) -> String {
    let field = if remark.field.is_empty() { String::new() } else { format!("{}: ", remark.field) };
    format!(
        "  {kind} {field}{} [{}]\n      why: {}\n      to do: {}",
        remark.what, remark.rule, remark.why, remark.remedy
    )
}

/// A time for a person: the day and the time of day in London.
pub(crate) fn time(time: Option<&prost_types::Timestamp>) -> String {
    from_wire(time).map_or_else(String::new, |time| {
        let london = time.in_tz("Europe/London");
        london.map_or_else(|_| time.to_string(), |local| local.strftime("%Y-%m-%d %H:%M:%S").to_string())
    })
}

/// An outcome in a few words.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Unspecified => "not found yet",
        Outcome::DutyInArea => "duty, in the authority's area",
        Outcome::DutyOutsideEngland => "duty, outside England",
        Outcome::DutyOfAnotherAuthority => "duty of another authority",
        Outcome::LookedAfterDeath => "death of a looked-after child",
        Outcome::CareLeaverDeath => "death of a care leaver",
        Outcome::NeedsJudgement => "needs a person's judgement",
        Outcome::Outside => "outside the duty",
    }
}

/// A finding, with each child's reasons and what is missing.
pub(crate) fn assessment(assessment: &Assessment) -> String {
    format!("  finding: {}\n{}", assessment.summary, grounds(assessment))
}

/// What a finding rests on, and what would alter it.
pub(crate) fn grounds(assessment: &Assessment) -> String {
    let mut lines = Vec::new();
    if !assessment.provision.is_empty() {
        lines.push(format!("    provision: {}", assessment.provision));
    }
    for child in &assessment.children {
        lines.push(format!("    child {}: {}", child.child_key, outcome(child.outcome())));
        lines.extend(
            child.reasons.iter().map(|reason| format!("      because {} ({})", reason.text, reason.source)),
        );
        lines.extend(child.facts.iter().map(relied_on));
        lines.extend(
            child.missing.iter().map(|missing| format!("      missing {}: {}", missing.field, missing.why)),
        );
        lines.extend(changes(&child.changes));
    }
    lines.push(format!("    by: {}", assessment.policy_edition));
    lines.join("\n")
}

fn relied_on(fact: &FactReliedOn) -> String {
    let who = match fact.judged_by() {
        JudgedBy::Unspecified => "",
        JudgedBy::SocialWork => ", judged by social work",
        JudgedBy::SafeguardingLead => ", judged by the safeguarding lead",
        JudgedBy::Director => ", judged by the director",
        JudgedBy::SafeguardingPartners => ", judged by the safeguarding partners",
        JudgedBy::Other => ", judged by somebody else",
    };
    let when = if fact.judged_on.is_empty() { String::new() } else { format!(" on {}", fact.judged_on) };
    format!("      relies on {}: {}{who}{when}", fact.field, fact.value)
}

/// So many smallest changes of a finding are printed; `--json` has all.
const CHANGES_PRINTED: usize = 6;

fn changes(changes: &[Change]) -> Vec<String> {
    let told = changes.iter().take(CHANGES_PRINTED).map(|change| {
        let turns: Vec<String> = change
            .facts
            .iter()
            .map(|turn| format!("{} became {}", turn.field, turn.becomes.join(" or ")))
            .collect();
        format!("      would be \"{}\" if {}", outcome(change.outcome()), turns.join(", and "))
    });
    let left = changes.len().saturating_sub(CHANGES_PRINTED);
    let more = (left > 0).then(|| format!("      … and {left} more (--json has all)"));
    told.chain(more).collect()
}

/// A clock on one line.
pub(crate) fn clock(clock: &Clock) -> String {
    let name = match clock.kind() {
        ClockKind::Notification => "notify the panel",
        ClockKind::RapidReview => "rapid review",
        ClockKind::LocalReview => "local review",
        ClockKind::Unspecified => "clock",
    };
    let due =
        if clock.due_on.is_empty() { "no due date".to_owned() } else { format!("due {}", clock.due_on) };
    let late = match (clock.late, clock.late_reason_given) {
        (false, _) => "",
        (true, false) => ", LATE (no reason given yet: amend the notification with late_reason)",
        (true, true) => ", LATE (reason given)",
    };
    let other = if clock.other_reading.is_empty() { "" } else { " " };
    format!("  {name}: {due}{late} - {}{other}{}", clock.explanation, clock.other_reading)
}

/// That a notification is erased, on one line: when, why, by whom.
pub(crate) fn erasure(erasure: &Erasure) -> String {
    let why = match erasure.reason() {
        ErasureReason::RetentionEnded => " because by the policy of retention its time was over",
        ErasureReason::SentInError => " because it should never have been sent",
        ErasureReason::SubjectRequest => " because a person's request for erasure was granted",
        ErasureReason::CourtOrder => " because a court ordered it",
        ErasureReason::Unspecified => "",
    };
    format!("  erased on {}{why}, by {}", time(erasure.erased_at.as_ref()), erasure.erased_by)
}

/// A priority in a word.
pub(crate) fn priority(priority: Priority) -> &'static str {
    if priority == Priority::Urgent { "urgent" } else { "standard" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_says_when_why_and_by_whom() {
        let at = prost_types::Timestamp { seconds: 1_772_530_200, nanos: 0 };
        let told = Erasure {
            erased_at: Some(at),
            reason: ErasureReason::CourtOrder.into(),
            erased_by: "lapwing://secretariat/records".into(),
        };
        assert_eq!(
            erasure(&told),
            "  erased on 2026-03-03 09:30:00 because a court ordered it, by lapwing://secretariat/records"
        );
        let unknown = Erasure { reason: 77, ..told };
        assert!(erasure(&unknown).starts_with("  erased on 2026-03-03 09:30:00, by "));
    }
}
