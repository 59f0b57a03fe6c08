//! Every reason a finding can give: its code, its sentence, and the provision it rests on. This is the catalogue.
//!
//! What a reader would get wrong: a code is for ever, because stored findings and senders' programs hold it; a
//! sentence may be bettered. `{adult_age}`, `{asked_from_age}` and `{to_age}` in a sentence are filled in from the
//! policy edition.

use super::finding::Provision;

/// Declares the reasons and their table in one place, so that neither can lack an entry.
macro_rules! reasons {
    ($($variant:ident: $code:literal, $source:ident, $text:literal;)+) => {
        /// A reason by its stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            $(#[doc = $text] $variant,)+
        }

        impl ReasonCode {
            /// Every reason.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// The stable code, such as `ABUSE_SUSPECTED`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What the reason rests on.
            pub fn source(self) -> Provision {
                match self { $(Self::$variant => Provision::$source,)+ }
            }

            /// The sentence, with ages still to be filled in.
            pub(super) fn template(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

reasons! {
    // Is abuse or neglect known or suspected?
    AbuseSuspected: "ABUSE_SUSPECTED", Section16C1,
        "Abuse or neglect of the child is known or suspected.";
    AbuseNotSuspected: "ABUSE_NOT_SUSPECTED", Section16C1,
        "It is stated that abuse or neglect of the child is neither known nor suspected.";
    AbuseNotYetKnown: "ABUSE_NOT_YET_KNOWN", Section16C1,
        "Whether abuse or neglect of the child is known or suspected has not been said yet, and a blank is never a no.";
    AbusePossible: "ABUSE_POSSIBLE", Guidance,
        "The death is unexplained or a suicide, so abuse or neglect is treated as possible until a person decides.";
    FamilyKnown: "FAMILY_KNOWN", Guidance,
        "The child's family was known before the incident.";

    // Did the child die, or come to serious harm?
    ChildDied: "CHILD_DIED", Section16C1,
        "The child died.";
    HarmJudgedSerious: "HARM_JUDGED_SERIOUS", Section16C1,
        "The child was harmed, and a person judged the harm to be serious.";
    HarmJudgedNotSerious: "HARM_JUDGED_NOT_SERIOUS", Section16C1,
        "The child was harmed, and a person judged the harm not to be serious.";
    HarmNotYetJudged: "HARM_NOT_YET_JUDGED", Guidance,
        "The child was harmed, and no person has judged yet whether seriously; Lapwing does not judge that.";
    ChildHarmedAnother: "CHILD_HARMED_ANOTHER", Guidance,
        "The child harmed another child, and whether that meets the test for this child is for a person.";
    SomethingElseHappened: "SOMETHING_ELSE_HAPPENED", Guidance,
        "What happened is told as neither a death nor harm, and whether it meets the test is for a person.";
    EventNotKnown: "EVENT_NOT_KNOWN", Section16C1,
        "What happened to the child has not been said yet.";

    // Is it a child?
    IsAChild: "IS_A_CHILD", Section16C1,
        "The child was under {adult_age}.";
    Adult: "ADULT", Section16C1,
        "The young person was {adult_age} or over, and the statute speaks of a child.";
    Unborn: "UNBORN", Section16C1,
        "The child was not yet born, and the statute does not settle whether it covers an unborn child.";
    AgeNotKnown: "AGE_NOT_KNOWN", Section16C1,
        "The age on the day of the incident is not known.";

    // Whose duty?
    InNotifiersArea: "IN_NOTIFIERS_AREA", Section16C1a,
        "It happened in the notifying authority's area.";
    InAnotherArea: "IN_ANOTHER_AREA", Section16C1a,
        "It happened in the area of another English authority, with which the duty rests.";
    HeldForHandOver: "HELD_FOR_HAND_OVER", Guidance,
        "The notification is held and both authorities are told; it is handed over when the other one accepts it.";
    InEngland: "IN_ENGLAND", Section16C1b,
        "It happened in England.";
    OutsideEngland: "OUTSIDE_ENGLAND", Section16C1b,
        "It happened outside England, which Wales, Scotland, Northern Ireland and abroad all are.";
    ResidentWithNotifier: "RESIDENT_WITH_NOTIFIER", Section16C1b,
        "The child is normally resident in the notifying authority's area.";
    NotResidentWithNotifier: "NOT_RESIDENT_WITH_NOTIFIER", Section16C1b,
        "The child is not normally resident in the notifying authority's area.";
    NoDutyFoundOutsideEngland: "NO_DUTY_FOUND_OUTSIDE_ENGLAND", Section16C1b,
        "It happened outside England to a child not normally resident in the notifying authority's area, for which \
         s.16C names no duty.";
    AreaNotKnown: "AREA_NOT_KNOWN", Section16C1,
        "Where it happened is not known, and with it whose duty it would be.";
    AuthorityOfAreaNotKnown: "AUTHORITY_OF_AREA_NOT_KNOWN", Section16C1a,
        "It happened in England, and in which authority's area is not known.";
    ResidenceNotKnown: "RESIDENCE_NOT_KNOWN", Section16C1b,
        "Where the child is normally resident is not known.";
    BeforeEarliestEdition: "BEFORE_EARLIEST_EDITION", Section16C1,
        "It happened before the earliest policy edition that Lapwing holds, so a person decides what applied then.";

    // Reports of deaths besides.
    NotADeath: "NOT_A_DEATH", Guidance,
        "The child did not die, and this report is of deaths.";
    LookedAfterChildDied: "LOOKED_AFTER_CHILD_DIED", LookedAfterDeath,
        "The child was looked after by the notifying authority and died, which DfE and Ofsted are told whether or \
         not abuse or neglect is known or suspected; the panel is told for information.";
    NotLookedAfter: "NOT_LOOKED_AFTER", LookedAfterDeath,
        "The child was not looked after by the notifying authority.";
    LookedAfterNotKnown: "LOOKED_AFTER_NOT_KNOWN", LookedAfterDeath,
        "Whether the child was looked after by the notifying authority has not been said yet.";
    CareLeaverDied: "CARE_LEAVER_DIED", CareLeaverDeath,
        "The young person was a care leaver of up to and including {to_age} and died, which DfE and Ofsted are told; \
         the panel is told for information.";
    NotACareLeaver: "NOT_A_CARE_LEAVER", CareLeaverDeath,
        "The young person was not a care leaver.";
    CareLeaverNotKnown: "CARE_LEAVER_NOT_KNOWN", CareLeaverDeath,
        "Whether the young person was a care leaver has not been said yet.";
    TooYoungForACareLeaver: "TOO_YOUNG_FOR_A_CARE_LEAVER", CareLeaverDeath,
        "The child was under {asked_from_age}, the age from which a child can have become a care leaver.";
    TooOldForACareLeaver: "TOO_OLD_FOR_A_CARE_LEAVER", CareLeaverDeath,
        "The young person was over {to_age}, the age to which care leavers' deaths are reported.";
    StillLookedAfter: "STILL_LOOKED_AFTER", CareLeaverDeath,
        "The child is stated to have been looked after still, which a care leaver is not.";
    NoLongerLookedAfter: "NO_LONGER_LOOKED_AFTER", LookedAfterDeath,
        "The young person is stated to have been a care leaver, who is no longer looked after.";
    NeitherBeforeBirth: "NEITHER_BEFORE_BIRTH", Guidance,
        "The child was not yet born, and nobody says that the child was looked after or a care leaver.";
    CareLeaversNotInEdition: "CARE_LEAVERS_NOT_IN_EDITION", Guidance,
        "The policy in force on the day of the incident did not yet ask for the deaths of care leavers.";

    // Advice.
    LocalLearningAdvised: "LOCAL_LEARNING_ADVISED", Guidance,
        "Outside the duty, local learning is advised all the same.";
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
