//! What is for a person, and what is outside: rows 8 to 11.

mod row_8_child_harmed_another_child {
    use crate::*;

    const PERPETRATOR: ChildFacts = ChildFacts { event: Event::HarmedAnotherChild, ..CHILD };

    #[test]
    fn with_abuse_of_that_child_suspected_a_person_decides() {
        let finding = judge(PERPETRATOR, Where::NotifiersArea);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::NeedsJudgement, &[][..]));
        assert_eq!(finding.reasons[0].code, ReasonCode::ChildHarmedAnother);
    }

    #[test]
    fn with_abuse_of_that_child_left_blank_it_is_asked_for() {
        let finding =
            judge(ChildFacts { abuse_or_neglect: Answer::NotKnown, ..PERPETRATOR }, Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, &finding.missing[..]),
            (Outcome::NeedsJudgement, &[Fact::AbuseOrNeglect][..])
        );
    }

    #[test]
    fn what_only_a_person_settles_is_told_before_what_is_merely_missing() {
        let finding =
            judge(ChildFacts { abuse_or_neglect: Answer::NotKnown, ..PERPETRATOR }, Where::NotifiersArea);
        let open = [ReasonCode::ChildHarmedAnother, ReasonCode::AbuseNotYetKnown];
        assert_eq!(codes(&finding)[..2], open, "no fact makes the first go away");
    }

    #[test]
    fn a_finding_that_there_is_no_abuse_of_that_child_puts_it_outside() {
        let finding = judge(ChildFacts { abuse_or_neglect: Answer::No, ..PERPETRATOR }, Where::NotifiersArea);
        assert_eq!(finding.outcome, Outcome::Outside);
    }
}

mod row_9_unexplained_death_or_suicide_of_a_child_whose_family_was_known {
    use crate::*;

    const SUICIDE: ChildFacts = ChildFacts {
        abuse_or_neglect: Answer::NotKnown,
        cause_of_death: CauseOfDeath::Suicide,
        involvement: Involvement { previous: Answer::Yes, ..CHILD.involvement },
        ..DEAD
    };

    #[test]
    fn abuse_not_yet_known_is_treated_as_possible_and_a_person_decides() {
        for cause_of_death in [CauseOfDeath::Suicide, CauseOfDeath::Unexplained] {
            let finding = judge(ChildFacts { cause_of_death, ..SUICIDE }, Where::NotifiersArea);
            assert_eq!(
                (finding.outcome, &finding.missing[..]),
                (Outcome::NeedsJudgement, &[Fact::AbuseOrNeglect][..])
            );
            assert_eq!(codes(&finding)[..2], [ReasonCode::AbusePossible, ReasonCode::FamilyKnown]);
            assert_eq!(finding.reasons[1].facts, [Fact::PreviousInvolvement]);
        }
    }

    #[test]
    fn of_a_death_by_another_cause_or_of_a_child_who_did_not_die_nothing_is_presumed() {
        let by_accident = ChildFacts { cause_of_death: CauseOfDeath::Other, ..SUICIDE };
        let survived = ChildFacts { event: Event::Harm, serious_harm: Answer::Yes, ..SUICIDE };
        for child in [by_accident, survived] {
            let finding = judge(child, Where::NotifiersArea);
            assert_eq!(finding.outcome, Outcome::NeedsJudgement);
            assert_eq!(finding.reasons[0].code, ReasonCode::AbuseNotYetKnown, "{child:?}");
        }
    }

    #[test]
    fn of_a_family_not_known_it_is_simply_not_known_yet() {
        let finding = judge(ChildFacts { involvement: CHILD.involvement, ..SUICIDE }, Where::NotifiersArea);
        assert_eq!(finding.outcome, Outcome::NeedsJudgement);
        assert_eq!(finding.reasons[0].code, ReasonCode::AbuseNotYetKnown);
    }

    #[test]
    fn a_finding_that_there_is_no_abuse_is_believed() {
        let finding = judge(ChildFacts { abuse_or_neglect: Answer::No, ..SUICIDE }, Where::NotifiersArea);
        assert_eq!(finding.outcome, Outcome::Outside);
    }
}

mod row_10_serious_harm_without_abuse {
    use crate::*;

    #[test]
    fn it_is_outside_with_the_reasons_and_local_learning_is_advised() {
        for place in
            [Where::NotifiersArea, Where::AnotherArea(lancashire()), Where::OutsideEngland, Where::NotKnown]
        {
            let finding = judge(ChildFacts { abuse_or_neglect: Answer::No, ..HARMED }, place);
            assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::Outside, &[][..]));
            assert_eq!(codes(&finding), [ReasonCode::AbuseNotSuspected, ReasonCode::LocalLearningAdvised]);
        }
    }

    #[test]
    fn harm_that_a_person_judged_not_serious_is_outside_likewise() {
        let finding = judge(ChildFacts { serious_harm: Answer::No, ..HARMED }, Where::NotifiersArea);
        assert_eq!(finding.outcome, Outcome::Outside);
        assert_eq!(codes(&finding), [ReasonCode::HarmJudgedNotSerious, ReasonCode::LocalLearningAdvised]);
    }

    #[test]
    fn a_stated_fact_that_stands_against_it_outweighs_all_that_is_blank() {
        let child = ChildFacts { event: Event::Harm, abuse_or_neglect: Answer::No, ..ChildFacts::default() };
        let finding = judge(child, Where::NotKnown);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::Outside, &[][..]));
    }
}

mod row_11_adults_who_are_not_care_leavers_of_18_to_24 {
    use crate::*;

    #[test]
    fn they_are_out_of_scope_with_the_reason() {
        let adult = |years, care_leaver| ChildFacts { age: Age::Years(years), care_leaver, ..DEAD };
        let nineteen = judge(adult(19, Answer::No), Where::NotifiersArea);
        assert_eq!(nineteen.outcome, Outcome::Outside);
        assert_eq!(codes(&nineteen), [ReasonCode::Adult, ReasonCode::NotACareLeaver]);
        let twenty_five = judge(adult(25, Answer::Yes), Where::NotifiersArea);
        assert_eq!(twenty_five.outcome, Outcome::Outside);
        assert_eq!(
            why_rejected(&twenty_five, Considered::CareLeaverDeath),
            Some(ReasonCode::TooOldForACareLeaver)
        );
    }

    #[test]
    fn harm_to_a_care_leaver_of_20_is_out_of_scope_and_no_local_learning_is_advised() {
        let child = ChildFacts { age: Age::Years(20), care_leaver: Answer::Yes, ..HARMED };
        let finding = judge(child, Where::NotifiersArea);
        assert_eq!(finding.outcome, Outcome::Outside);
        assert_eq!(codes(&finding), [ReasonCode::Adult]);
    }
}
