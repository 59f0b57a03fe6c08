//! What the verbs print for a person. JSON is the contract's own and is printed where it is asked for.

use std::io::Write;

use contracts::notification::v1::{Assessment, Clock, ClockKind, Outcome, Priority, Remark};
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

/// What a finding rests on.
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
        lines.extend(
            child.missing.iter().map(|missing| format!("      missing {}: {}", missing.field, missing.why)),
        );
    }
    lines.push(format!("    by: {}", assessment.policy_edition));
    lines.join("\n")
}

/// A clock on one line.
pub(crate) fn clock(clock: &Clock) -> String {
    let name = match clock.kind() {
        ClockKind::Notification => "notify the panel",
        ClockKind::RapidReview => "rapid review",
        ClockKind::Unspecified => "clock",
    };
    let due =
        if clock.due_on.is_empty() { "no due date".to_owned() } else { format!("due {}", clock.due_on) };
    let late = if clock.late { ", LATE" } else { "" };
    format!("  {name}: {due}{late} - {}", clock.explanation)
}

/// A priority in a word.
pub(crate) fn priority(priority: Priority) -> &'static str {
    if priority == Priority::Urgent { "urgent" } else { "standard" }
}
