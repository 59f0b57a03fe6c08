//! Every reason a finding can give: its code, its sentence, and the provision it rests on. This is the catalogue.
//!
//! What a reader would get wrong: a code is for ever, because stored findings and senders' programs hold it; a
//! sentence may be bettered. `{adult_age}`, `{asked_from_age}` and `{to_age}` in a sentence are filled in from the
//! policy edition.

use catalogue::{Entry, Section};

use super::finding::Provision;

/// Declares the reasons and their table in one place, so that neither can lack an entry.
macro_rules! reasons {
    ($($variant:ident: $code:literal, $source:ident, $text:literal, $to_do:expr;)+) => {
        /// A reason by its stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            $(#[doc = $text] $variant,)+
        }

        impl ReasonCode {
            /// Every reason.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// The reason in the catalogue: its stable code, its sentence with ages still to be filled in, and what to do.
            pub const fn entry(self) -> Entry {
                match self { $(Self::$variant => Entry::new($code, $text, $to_do),)+ }
            }

            /// What the reason rests on.
            pub fn source(self) -> Provision {
                match self { $(Self::$variant => Provision::$source,)+ }
            }
        }

        /// Every reason as a catalogue.
        pub const CATALOGUE: Section = Section {
            title: "Reasons of a finding",
            entries: &[$(ReasonCode::$variant.entry()),+],
        };
    };
}

impl ReasonCode {
    /// The stable code, such as `ABUSE_SUSPECTED`.
    pub const fn code(self) -> &'static str {
        self.entry().code()
    }

    /// The sentence, with ages still to be filled in.
    pub(super) const fn template(self) -> &'static str {
        self.entry().meaning()
    }
}

// What to do about a reason that merely explains, by what it rests on.
const CORRECT: &str = "If this is not so, correct the fact and amend the notification.";
const JUDGED: &str = "If the judgement changes, say who judged it and when, and amend the notification.";
const AGE: &str = "If the age is wrong, correct the birth date or the age and amend the notification.";
const PLACE: &str = "If it did not happen there, correct the area and amend the notification.";
const RESIDENCE: &str =
    "If the child normally lived elsewhere, correct the residence and amend the notification.";

reasons! {
    // Is abuse or neglect known or suspected?
    AbuseSuspected: "ABUSE_SUSPECTED", Section16C1,
        "Abuse or neglect of the child is known or suspected.",
        CORRECT;
    AbuseNotSuspected: "ABUSE_NOT_SUSPECTED", Section16C1,
        "It is stated that abuse or neglect of the child is neither known nor suspected.",
        "If abuse or neglect is known or suspected after all, say so and amend the notification: a suspicion is enough.";
    AbuseNotYetKnown: "ABUSE_NOT_YET_KNOWN", Section16C1,
        "Whether abuse or neglect of the child is known or suspected has not been said yet, and a blank is never a no.",
        "Say whether abuse or neglect is known or suspected, and amend the notification; a no has to be stated.";
    AbusePossible: "ABUSE_POSSIBLE", Guidance,
        "The death is unexplained or a suicide, so abuse or neglect is treated as possible until a person decides.",
        "Have a person decide whether abuse or neglect is suspected, say who judged it, and amend the notification.";
    FamilyKnown: "FAMILY_KNOWN", Guidance,
        "The child's family was known before the incident.",
        CORRECT;

    // Did the child die, or come to serious harm?
    ChildDied: "CHILD_DIED", Section16C1,
        "The child died.",
        CORRECT;
    HarmJudgedSerious: "HARM_JUDGED_SERIOUS", Section16C1,
        "The child was harmed, and a person judged the harm to be serious.",
        JUDGED;
    HarmJudgedNotSerious: "HARM_JUDGED_NOT_SERIOUS", Section16C1,
        "The child was harmed, and a person judged the harm not to be serious.",
        "If the judgement changes, say who judged it and when, and amend the notification: harm from which a child recovers \
         can be serious.";
    HarmNotYetJudged: "HARM_NOT_YET_JUDGED", Guidance,
        "The child was harmed, and no person has judged yet whether seriously; Lapwing does not judge that.",
        "Have a person judge whether the harm was serious, say who judged it, and amend the notification.";
    ChildHarmedAnother: "CHILD_HARMED_ANOTHER", Guidance,
        "The child harmed another child, and whether that meets the test for this child is for a person.",
        "Wait for the person who decides; say what is known of abuse or neglect of this child, and name the child who was \
         harmed as a child of the notification too.";
    SomethingElseHappened: "SOMETHING_ELSE_HAPPENED", Guidance,
        "What happened is told as neither a death nor harm, and whether it meets the test is for a person.",
        "Wait for the person who decides; if the child died or was harmed, say so and amend the notification.";
    EventNotKnown: "EVENT_NOT_KNOWN", Section16C1,
        "What happened to the child has not been said yet.",
        "Say what happened to the child as soon as it is known, and amend the notification.";

    // Is it a child?
    IsAChild: "IS_A_CHILD", Section16C1,
        "The child was under {adult_age}.",
        CORRECT;
    Adult: "ADULT", Section16C1,
        "The young person was {adult_age} or over, and the statute speaks of a child.",
        AGE;
    Unborn: "UNBORN", Section16C1,
        "The child was not yet born, and the statute does not settle whether it covers an unborn child.",
        "Wait for the person who decides; if the child was born at the incident, say so and amend the notification.";
    AgeNotKnown: "AGE_NOT_KNOWN", Section16C1,
        "The age on the day of the incident is not known.",
        "Give the birth date, or the age on the day of the incident, and amend the notification.";

    // Whose duty?
    InNotifiersArea: "IN_NOTIFIERS_AREA", Section16C1a,
        "It happened in the notifying authority's area.",
        PLACE;
    InAnotherArea: "IN_ANOTHER_AREA", Section16C1a,
        "It happened in the area of another English authority, with which the duty rests.",
        "Leave the notification as it is: it is offered to the other authority. If it did not happen there, correct the \
         area and amend it.";
    HeldForHandOver: "HELD_FOR_HAND_OVER", Guidance,
        "The notification is held and both authorities are told; it is handed over when the other one accepts it.",
        "Nothing: follow the notification's status until the other authority has accepted or declined.";
    InEngland: "IN_ENGLAND", Section16C1b,
        "It happened in England.",
        PLACE;
    OutsideEngland: "OUTSIDE_ENGLAND", Section16C1b,
        "It happened outside England, which Wales, Scotland, Northern Ireland and abroad all are.",
        PLACE;
    ResidentWithNotifier: "RESIDENT_WITH_NOTIFIER", Section16C1b,
        "The child is normally resident in the notifying authority's area.",
        RESIDENCE;
    NotResidentWithNotifier: "NOT_RESIDENT_WITH_NOTIFIER", Section16C1b,
        "The child is not normally resident in the notifying authority's area.",
        RESIDENCE;
    NoDutyFoundOutsideEngland: "NO_DUTY_FOUND_OUTSIDE_ENGLAND", Section16C1b,
        "It happened outside England to a child not normally resident in the notifying authority's area, for which \
         s.16C names no duty.",
        "Wait for the person who decides; if the child is normally resident in your area, say so and amend the notification.";
    AreaNotKnown: "AREA_NOT_KNOWN", Section16C1,
        "Where it happened is not known, and with it whose duty it would be.",
        "Say where it happened, at least in which nation, and amend the notification.";
    AuthorityOfAreaNotKnown: "AUTHORITY_OF_AREA_NOT_KNOWN", Section16C1a,
        "It happened in England, and in which authority's area is not known.",
        "Give the DfE number of the authority in whose area it happened, and amend the notification.";
    ResidenceNotKnown: "RESIDENCE_NOT_KNOWN", Section16C1b,
        "Where the child is normally resident is not known.",
        "Say where the child is normally resident, and amend the notification.";
    BeforeEarliestEdition: "BEFORE_EARLIEST_EDITION", Section16C1,
        "It happened before the earliest policy edition that Lapwing holds, so a person decides what applied then.",
        "Wait for the person who decides; if the day of the incident is wrong, correct it and amend the notification.";

    // Reports of deaths besides.
    NotADeath: "NOT_A_DEATH", Guidance,
        "The child did not die, and this report is of deaths.",
        CORRECT;
    LookedAfterChildDied: "LOOKED_AFTER_CHILD_DIED", LookedAfterDeath,
        "The child was looked after by the notifying authority and died, which DfE and Ofsted are told whether or \
         not abuse or neglect is known or suspected; the panel is told for information.",
        CORRECT;
    NotLookedAfter: "NOT_LOOKED_AFTER", LookedAfterDeath,
        "The child was not looked after by the notifying authority.",
        CORRECT;
    LookedAfterNotKnown: "LOOKED_AFTER_NOT_KNOWN", LookedAfterDeath,
        "Whether the child was looked after by the notifying authority has not been said yet.",
        "Say whether your authority looked after the child, and amend the notification.";
    CareLeaverDied: "CARE_LEAVER_DIED", CareLeaverDeath,
        "The young person was a care leaver of up to and including {to_age} and died, which DfE and Ofsted are told; \
         the panel is told for information.",
        CORRECT;
    NotACareLeaver: "NOT_A_CARE_LEAVER", CareLeaverDeath,
        "The young person was not a care leaver.",
        CORRECT;
    CareLeaverNotKnown: "CARE_LEAVER_NOT_KNOWN", CareLeaverDeath,
        "Whether the young person was a care leaver has not been said yet.",
        "Say whether the young person was a care leaver, and amend the notification.";
    TooYoungForACareLeaver: "TOO_YOUNG_FOR_A_CARE_LEAVER", CareLeaverDeath,
        "The child was under {asked_from_age}, the age from which a child can have become a care leaver.",
        AGE;
    TooOldForACareLeaver: "TOO_OLD_FOR_A_CARE_LEAVER", CareLeaverDeath,
        "The young person was over {to_age}, the age to which care leavers' deaths are reported.",
        AGE;
    StillLookedAfter: "STILL_LOOKED_AFTER", CareLeaverDeath,
        "The child is stated to have been looked after still, which a care leaver is not.",
        "If the child was no longer looked after, correct it, say whether the young person was a care leaver, and amend the \
         notification.";
    NoLongerLookedAfter: "NO_LONGER_LOOKED_AFTER", LookedAfterDeath,
        "The young person is stated to have been a care leaver, who is no longer looked after.",
        "If the child was looked after still, say so and amend the notification.";
    NeitherBeforeBirth: "NEITHER_BEFORE_BIRTH", Guidance,
        "The child was not yet born, and nobody says that the child was looked after or a care leaver.",
        "If the child was born at the incident, say so and amend the notification.";
    CareLeaversNotInEdition: "CARE_LEAVERS_NOT_IN_EDITION", Guidance,
        "The policy in force on the day of the incident did not yet ask for the deaths of care leavers.",
        "Nothing under Lapwing's policy; if the day of the incident is wrong, correct it and amend the notification.";

    // Advice.
    LocalLearningAdvised: "LOCAL_LEARNING_ADVISED", Guidance,
        "Outside the duty, local learning is advised all the same.",
        "Consider with the safeguarding partners what can be learned locally; nothing is due to the panel.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_is_one_of_its_own_and_easy_to_match_on() {
        let codes: BTreeSet<&str> = ReasonCode::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), ReasonCode::ALL.len());
        for code in codes {
            assert!(code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{code}");
        }
    }

    #[test]
    fn each_reason_says_what_it_means_and_what_to_do() {
        assert_eq!(catalogue::faults(&[CATALOGUE]), Vec::<String>::new());
        assert_eq!(CATALOGUE.entries.len(), ReasonCode::ALL.len());
    }

    #[test]
    fn each_sentence_starts_so_that_it_can_stand_inside_another() {
        for reason in ReasonCode::ALL {
            let text = reason.template();
            assert!(
                ["The ", "It ", "Abuse ", "Whether ", "What ", "Where ", "Outside "]
                    .iter()
                    .any(|start| text.starts_with(start)),
                "{text}"
            );
            assert!(text.ends_with('.') && !text.contains(". "), "one sentence: {text}");
        }
    }
}
