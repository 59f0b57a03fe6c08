//! Deaths that are reported in any case: rows 5 to 7.

mod row_5_looked_after_death {
    use crate::*;

    const LOOKED_AFTER: ChildFacts =
        ChildFacts { looked_after: Answer::Yes, abuse_or_neglect: Answer::No, ..DEAD };

    #[test]
    fn without_abuse_it_is_reported_wherever_it_happened() {
        let places =
            [Where::NotifiersArea, Where::AnotherArea(lancashire()), Where::OutsideEngland, Where::NotKnown];
        for place in places {
            let finding = judge(LOOKED_AFTER, place);
            assert_eq!(
                (finding.outcome, finding.provision),
                (Outcome::LookedAfterDeath, Provision::LookedAfterDeath)
            );
            assert_eq!(codes(&finding), [ReasonCode::LookedAfterChildDied, ReasonCode::AbuseNotSuspected]);
            assert_eq!(why_rejected(&finding, Considered::DutyInArea), Some(ReasonCode::AbuseNotSuspected));
            assert_eq!(finding.missing, []);
        }
    }

    #[test]
    fn with_abuse_suspected_in_the_notifiers_area_it_is_a_duty_and_the_report_besides() {
        let finding =
            judge(ChildFacts { abuse_or_neglect: Answer::Yes, ..LOOKED_AFTER }, Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, &finding.also[..]),
            (Outcome::DutyInArea, &[Outcome::LookedAfterDeath][..])
        );
        assert_eq!(codes(&finding).last(), Some(&ReasonCode::LookedAfterChildDied));
    }

    #[test]
    fn with_abuse_left_blank_a_person_decides_and_the_report_is_due_all_the_same() {
        let finding =
            judge(ChildFacts { abuse_or_neglect: Answer::NotKnown, ..LOOKED_AFTER }, Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, &finding.also[..]),
            (Outcome::NeedsJudgement, &[Outcome::LookedAfterDeath][..])
        );
        assert_eq!(finding.missing, [Fact::AbuseOrNeglect]);
    }

    #[test]
    fn looked_after_left_blank_is_for_a_person() {
        let finding =
            judge(ChildFacts { looked_after: Answer::NotKnown, ..LOOKED_AFTER }, Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, finding.provision),
            (Outcome::NeedsJudgement, Provision::LookedAfterDeath)
        );
        assert_eq!(finding.missing, [Fact::LookedAfter]);
        assert_eq!(codes(&finding), [ReasonCode::LookedAfterNotKnown, ReasonCode::AbuseNotSuspected]);
    }

    #[test]
    fn without_the_age_the_report_stands_and_the_age_is_asked_for() {
        let finding = judge(ChildFacts { age: Age::NotKnown, ..LOOKED_AFTER }, Where::NotifiersArea);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::LookedAfterDeath, &[Fact::Age][..]));
    }

    #[test]
    fn harm_to_a_looked_after_child_without_abuse_is_not_a_death() {
        let finding = judge(ChildFacts { event: Event::Harm, ..LOOKED_AFTER }, Where::NotifiersArea);
        assert_eq!(finding.outcome, Outcome::Outside);
        assert_eq!(why_rejected(&finding, Considered::LookedAfterDeath), Some(ReasonCode::NotADeath));
    }
}

mod rows_6_and_7_care_leavers_death {
    use crate::*;

    fn of_age(years: u32, abuse_or_neglect: Answer) -> ChildFacts {
        ChildFacts { age: Age::Years(years), care_leaver: Answer::Yes, abuse_or_neglect, ..DEAD }
    }

    #[test]
    fn from_18_to_24_it_is_reported_whatever_is_known_of_abuse_and_wherever() {
        for years in [18, 24] {
            for abuse in [Answer::Yes, Answer::No, Answer::NotKnown] {
                for place in [Where::NotifiersArea, Where::AnotherArea(lancashire()), Where::NotKnown] {
                    let finding = judge(of_age(years, abuse), place);
                    assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::CareLeaverDeath, &[][..]));
                    assert_eq!(finding.provision, Provision::CareLeaverDeath);
                    assert_eq!(why_rejected(&finding, Considered::DutyInArea), Some(ReasonCode::Adult));
                }
            }
        }
    }

    #[test]
    fn under_18_without_abuse_it_is_reported() {
        assert_eq!(judge(of_age(17, Answer::No), Where::NotifiersArea).outcome, Outcome::CareLeaverDeath);
    }

    #[test]
    fn under_18_with_abuse_suspected_the_duty_comes_first() {
        let finding = judge(of_age(17, Answer::Yes), Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, &finding.also[..]),
            (Outcome::DutyInArea, &[Outcome::CareLeaverDeath][..])
        );
    }

    #[test]
    fn under_18_with_abuse_left_blank_a_person_decides_and_the_report_is_due_all_the_same() {
        let finding = judge(of_age(17, Answer::NotKnown), Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, &finding.also[..]),
            (Outcome::NeedsJudgement, &[Outcome::CareLeaverDeath][..])
        );
        assert_eq!(finding.missing, [Fact::AbuseOrNeglect]);
    }

    #[test]
    fn care_leaver_left_blank_is_asked_for_from_16_to_24_only() {
        let missing = |years| {
            let blank = ChildFacts { care_leaver: Answer::NotKnown, ..of_age(years, Answer::No) };
            let finding = judge(blank, Where::NotifiersArea);
            (finding.outcome, finding.missing)
        };
        for years in [16, 17, 18, 24] {
            assert_eq!(missing(years), (Outcome::NeedsJudgement, vec![Fact::CareLeaver]), "{years}");
        }
        for years in [15, 25] {
            assert_eq!(missing(years), (Outcome::Outside, vec![]), "{years}");
        }
    }

    #[test]
    fn being_looked_after_answers_for_a_care_leaver_left_blank_and_the_other_way_round() {
        let child =
            ChildFacts { looked_after: Answer::Yes, care_leaver: Answer::NotKnown, ..of_age(17, Answer::No) };
        let finding = judge(child, Where::NotifiersArea);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::LookedAfterDeath, &[][..]));
        let child = ChildFacts { looked_after: Answer::NotKnown, ..of_age(17, Answer::No) };
        let finding = judge(child, Where::NotifiersArea);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::CareLeaverDeath, &[][..]));
    }

    #[test]
    fn where_both_are_stated_both_are_told() {
        let child = ChildFacts { looked_after: Answer::Yes, ..of_age(17, Answer::No) };
        let finding = judge(child, Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, &finding.also[..]),
            (Outcome::LookedAfterDeath, &[Outcome::CareLeaverDeath][..])
        );
    }

    #[test]
    fn before_the_edition_of_2023_it_is_not_reported() {
        let finding = judge_on(of_age(20, Answer::No), Where::NotifiersArea, date(2022, 6, 1));
        assert_eq!(finding.outcome, Outcome::Outside);
        assert_eq!(
            why_rejected(&finding, Considered::CareLeaverDeath),
            Some(ReasonCode::CareLeaversNotInEdition)
        );
    }
}
