//! Who is told of a notification, who is not, and why; and what DfE and Ofsted are told.
//!
//! What a reader would get wrong: "not told" is an answer too, and it has reasons. And whoever was told once is told
//! again when it changes or is withdrawn, also where nothing would be due any more: nobody is left with what no longer
//! holds.

use ids::Reference;
use jiff::Timestamp;
use jiff::civil::Date;

use super::finding::{Assessed, Outcome};
use super::policy::{Policy, RecipientRule};
use super::reason::Reason;
use super::told::Told;

catalogue::entries! {
    /// Why somebody is told of a notification, or is not.
    pub RECIPIENTS = "Who is told of a notification";
    TOLD_OF_DUTY: "The recipient is told, because a duty to notify was found.",
        "Nothing; the authority itself tells the safeguarding partners.";
    TOLD_OF_DEATH: "The recipient is told, because the death of a looked-after child or a care leaver is reported to it.",
        "Nothing.";
    TOLD_TO_JUDGE: "The panel is told, because a person must decide.",
        "Read the finding: it says which facts are missing.";
    TOLD_AGAIN: "The recipient had been told of an earlier revision, and is told that it has changed or was withdrawn.",
        "Put it in place of what was told before.";
    TOLD_BY_EDITION: "The recipient is told, because the policy edition says so for this outcome.",
        "Nothing.";
    NOT_TOLD_WHILE_HELD: "The recipient is not told yet: the duty is another authority's, and the notification is held \
                          until it is handed over.",
        "Nothing, until the other authority answers; once it has taken it over, the recipient is told.";
    NOT_TOLD_BEFORE_JUDGEMENT: "The recipient is not told yet: a person has still to decide whether there is a duty.",
        "Send the missing facts as an amendment; where a duty is found then, the recipient is told.";
    NOT_TOLD_OUTSIDE: "The recipient is not told: no duty and no other report was found.",
        "Question the finding where it does not fit what is known.";
    NOT_TOLD_BY_EDITION: "The recipient is not told: the policy edition has it not told of this outcome.",
        "Look at the edition with `lapwing policy explain`.";
    NOT_TOLD_WITHDRAWN: "Nothing is due any more: the notification was withdrawn.",
        "Nothing; whoever had been told of it is told of the withdrawal.";
}

/// Somebody who is told of a notification, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// The panel.
    Panel,
    /// The Department for Education.
    Dfe,
    /// Ofsted.
    Ofsted,
    /// The safeguarding partners, whom the authority itself tells.
    SafeguardingPartners,
}

impl Recipient {
    /// Every recipient.
    pub const ALL: [Self; 4] = [Self::Panel, Self::Dfe, Self::Ofsted, Self::SafeguardingPartners];
    /// Those to whom Lapwing issues notices.
    pub const OF_NOTICES: [Self; 2] = [Self::Dfe, Self::Ofsted];

    fn name(self) -> &'static str {
        match self {
            Self::Panel => "The panel",
            Self::Dfe => "DfE",
            Self::Ofsted => "Ofsted",
            Self::SafeguardingPartners => "The safeguarding partners",
        }
    }

    fn is(self) -> &'static str {
        if self == Self::SafeguardingPartners { "are" } else { "is" }
    }

    fn rule(self, policy: &Policy) -> &RecipientRule {
        let rules = policy.recipients();
        match self {
            Self::Panel => &rules.panel,
            Self::Dfe => &rules.dfe,
            Self::Ofsted => &rules.ofsted,
            Self::SafeguardingPartners => &rules.safeguarding_partners,
        }
    }
}

/// Whether a recipient is told, and why or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who.
    pub recipient: Recipient,
    /// Is it due?
    pub due: bool,
    /// Why, or why not; never empty.
    pub reasons: Vec<Reason>,
}

/// What a recipient is told, apart from when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The notifying authority's DfE number.
    pub authority: String,
    /// What was found for the incident.
    pub outcome: Outcome,
    /// The provision relied on.
    pub provision: String,
    /// How many children are concerned.
    pub children: u32,
    /// How many of them died.
    pub deaths: u32,
    /// The day of the incident.
    pub occurred_on: Option<Date>,
    /// Whether the notification was withdrawn.
    pub withdrawn: bool,
    /// Why it is due, or why no more: code and sentence of each reason, sorted. A report that a revision adds beside the
    /// incident's own outcome alters nothing else.
    pub because: Vec<(String, String)>,
}

/// What is told to DfE or Ofsted of one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who is told.
    pub recipient: Recipient,
    /// Lapwing's reference.
    pub reference: Reference,
    /// The revision.
    pub revision: u32,
    /// What is told.
    pub said: Said,
    /// Why.
    pub reasons: Vec<Reason>,
    /// When.
    pub issued_at: Timestamp,
}

/// For each recipient, whether it is told, and why or why not; nothing before the first finding.
pub fn deliveries(told: &Told, policy: &Policy) -> Vec<Delivery> {
    Recipient::ALL.into_iter().filter_map(|recipient| delivery(recipient, told, policy)).collect()
}

/// What a recipient of notices is to be told now, after what it was told last; nothing where it is not due and was
/// never told, or where nothing that it was told has changed.
pub fn notice(
    recipient: Recipient,
    told: &Told,
    policy: &Policy,
    last: Option<&Said>,
    now: Timestamp,
) -> Option<Notice> {
    let assessed = told.assessed.as_ref()?;
    let delivery = delivery(recipient, told, policy)?;
    let said = said(assessed, told.withdrawn_by().is_some(), &delivery.reasons);
    let concerned = delivery.due || last.is_some();
    let again = last.map(|_| again(recipient, said.withdrawn, policy));
    (concerned && last != Some(&said)).then(|| Notice {
        recipient,
        reference: assessed.reference,
        revision: told.revision(),
        said,
        reasons: again.into_iter().chain(delivery.reasons).collect(),
        issued_at: now,
    })
}

fn again(recipient: Recipient, withdrawn: bool, policy: &Policy) -> Reason {
    let what = if withdrawn { "was withdrawn" } else { "has changed" };
    let text =
        format!("{} had been told of an earlier revision, and is told that it {what}.", recipient.name());
    Reason::new(TOLD_AGAIN, text, recipient.rule(policy).source.clone())
}

/// The reasons by code and sentence, but for that of telling again, which says nothing of the notification.
pub(crate) fn because<'reasons>(
    reasons: impl Iterator<Item = (&'reasons str, &'reasons str)>,
) -> Vec<(String, String)> {
    let own = reasons.filter(|(code, _)| *code != TOLD_AGAIN.code());
    let mut because: Vec<_> = own.map(|(code, text)| (code.to_owned(), text.to_owned())).collect();
    because.sort_unstable();
    because
}

fn said(assessed: &Assessed, withdrawn: bool, reasons: &[Reason]) -> Said {
    Said {
        authority: assessed.authority.clone(),
        outcome: assessed.outcome,
        provision: assessed.provision.clone(),
        children: assessed.children,
        deaths: u32::try_from(assessed.deaths.len()).unwrap_or(u32::MAX),
        occurred_on: assessed.occurred_on,
        withdrawn,
        because: because(reasons.iter().map(|reason| (reason.code.as_str(), reason.text.as_str()))),
    }
}

fn delivery(recipient: Recipient, told: &Told, policy: &Policy) -> Option<Delivery> {
    let assessed = told.assessed.as_ref()?;
    let rule = recipient.rule(policy);
    if told.withdrawn_by().is_some() {
        let text =
            "The notification was withdrawn, so nothing is due any more; whoever had been told is told that.";
        let reasons = vec![Reason::new(NOT_TOLD_WITHDRAWN, text, rule.source.clone())];
        return Some(Delivery { recipient, due: false, reasons });
    }
    let outcomes = assessed.outcomes();
    let mut reasons: Vec<Reason> = outcomes
        .iter()
        .filter(|outcome| rule.due_for.contains(outcome))
        .map(|outcome| why(recipient, *outcome, rule))
        .collect();
    if recipient == Recipient::Panel && told.declined_by().is_some() {
        let text = "The panel is told, because the hand-over was declined and a person decides.";
        reasons.push(Reason::new(TOLD_TO_JUDGE, text, rule.source.clone()));
    }
    if recipient == Recipient::Panel && assessed.has_nobody_to_take_it_over() {
        let text = "The panel is told, because the authority with the duty has ended and a person decides.";
        reasons.push(Reason::new(TOLD_TO_JUDGE, text, rule.source.clone()));
    }
    let due = !reasons.is_empty();
    if !due {
        reasons = outcomes.iter().map(|outcome| why_not(recipient, *outcome, rule)).collect();
    }
    Some(Delivery { recipient, due, reasons })
}

fn why(recipient: Recipient, outcome: Outcome, rule: &RecipientRule) -> Reason {
    let entry = match outcome {
        Outcome::DutyInArea | Outcome::DutyOutsideEngland => TOLD_OF_DUTY,
        Outcome::LookedAfterDeath | Outcome::CareLeaverDeath => TOLD_OF_DEATH,
        Outcome::NeedsJudgement => TOLD_TO_JUDGE,
        Outcome::DutyOfAnotherAuthority | Outcome::Outside => TOLD_BY_EDITION,
    };
    let how = match (recipient, entry) {
        (Recipient::SafeguardingPartners, _) => ", by the authority itself",
        (Recipient::Panel, entry) if entry == TOLD_OF_DEATH => ", for information",
        _ => "",
    };
    let text = format!("{} {} told of {}{how}.", recipient.name(), recipient.is(), outcome.words());
    Reason::new(entry, text, rule.source.clone())
}

fn why_not(recipient: Recipient, outcome: Outcome, rule: &RecipientRule) -> Reason {
    let not_told = format!("{} {} not told", recipient.name(), recipient.is());
    let (entry, text) = match outcome {
        Outcome::DutyOfAnotherAuthority => (
            NOT_TOLD_WHILE_HELD,
            format!(
                "{not_told} yet: the duty is another authority's, and the notification is held until that authority \
                 takes it over."
            ),
        ),
        Outcome::NeedsJudgement => (
            NOT_TOLD_BEFORE_JUDGEMENT,
            format!("{not_told} yet: whether there is a duty is for a person to decide first."),
        ),
        Outcome::Outside => (NOT_TOLD_OUTSIDE, format!("{not_told}: no duty and no other report was found.")),
        _ => (
            NOT_TOLD_BY_EDITION,
            format!("{not_told} of {}, by this edition of the policy.", outcome.words()),
        ),
    };
    Reason::new(entry, text, rule.source.clone())
}

#[cfg(test)]
mod tests;
