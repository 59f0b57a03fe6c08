//! The duty to notify, by place: rows 1 to 4.

mod row_1_in_the_notifiers_area {
    use crate::*;

    #[test]
    fn a_death_with_abuse_suspected_is_a_duty_under_a() {
        let finding = judge(DEAD, Where::NotifiersArea);
        assert_eq!((finding.outcome, finding.provision), (Outcome::DutyInArea, Provision::Section16C1a));
        assert_eq!(
            codes(&finding),
            [
                ReasonCode::IsAChild,
                ReasonCode::AbuseSuspected,
                ReasonCode::ChildDied,
                ReasonCode::InNotifiersArea
            ]
        );
        assert_eq!(finding.missing, []);
        assert_eq!(why_rejected(&finding, Considered::DutyOutsideEngland), Some(ReasonCode::InEngland));
        assert_eq!(why_rejected(&finding, Considered::LookedAfterDeath), Some(ReasonCode::NotLookedAfter));
    }

    #[test]
    fn serious_harm_with_abuse_suspected_is_a_duty_under_a_wherever_the_child_lives() {
        for normal_residence in [Residence::NotifiersArea, Residence::Elsewhere, Residence::NotKnown] {
            let finding = judge(ChildFacts { normal_residence, ..HARMED }, Where::NotifiersArea);
            assert_eq!((finding.outcome, finding.missing), (Outcome::DutyInArea, vec![]));
        }
    }

    #[test]
    fn the_last_day_of_seventeen_is_a_childs_and_the_first_of_eighteen_is_not() {
        let of_age =
            |years| judge(ChildFacts { age: Age::Years(years), ..DEAD }, Where::NotifiersArea).outcome;
        assert_eq!((of_age(17), of_age(18)), (Outcome::DutyInArea, Outcome::Outside));
    }

    #[test]
    fn abuse_left_blank_is_for_a_person_and_named_as_missing() {
        let finding =
            judge(ChildFacts { abuse_or_neglect: Answer::NotKnown, ..HARMED }, Where::NotifiersArea);
        assert_eq!((finding.outcome, finding.provision), (Outcome::NeedsJudgement, Provision::Section16C1));
        assert_eq!(finding.missing, [Fact::AbuseOrNeglect]);
        assert_eq!(finding.reasons[0].code, ReasonCode::AbuseNotYetKnown);
    }

    #[test]
    fn seriousness_left_blank_is_for_a_person_and_named_as_missing() {
        let finding = judge(ChildFacts { serious_harm: Answer::NotKnown, ..HARMED }, Where::NotifiersArea);
        assert_eq!(
            (finding.outcome, &finding.missing[..]),
            (Outcome::NeedsJudgement, &[Fact::SeriousHarm][..])
        );
        assert_eq!(finding.reasons[0].code, ReasonCode::HarmNotYetJudged);
    }

    #[test]
    fn a_place_left_blank_asks_for_the_area_and_for_residence_only_where_that_is_blank_too() {
        let finding = judge(HARMED, Where::NotKnown);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::NeedsJudgement, &[Fact::Area][..]));
        let finding = judge(ChildFacts { normal_residence: Residence::NotKnown, ..HARMED }, Where::NotKnown);
        assert_eq!(finding.missing, [Fact::Area, Fact::NormalResidence]);
    }

    #[test]
    fn england_without_an_authority_asks_whose_area_it_was() {
        let finding = judge(HARMED, Where::SomewhereInEngland);
        assert_eq!(
            (finding.outcome, &finding.missing[..]),
            (Outcome::NeedsJudgement, &[Fact::AreaAuthority][..])
        );
        assert_eq!(why_rejected(&finding, Considered::DutyOutsideEngland), Some(ReasonCode::InEngland));
        assert_eq!(why_rejected(&finding, Considered::DutyInArea), None);
    }

    #[test]
    fn an_age_left_blank_is_for_a_person() {
        let finding = judge(ChildFacts { age: Age::NotKnown, ..HARMED }, Where::NotifiersArea);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::NeedsJudgement, &[Fact::Age][..]));
    }

    #[test]
    fn an_unborn_child_is_for_a_person_and_no_fact_settles_it() {
        let finding = judge(ChildFacts { age: Age::Unborn, ..HARMED }, Where::NotifiersArea);
        assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::NeedsJudgement, &[][..]));
        assert_eq!(finding.reasons[0].code, ReasonCode::Unborn);
    }

    #[test]
    fn something_else_that_happened_is_for_a_person_whatever_is_said_of_harm() {
        for serious_harm in [Answer::Yes, Answer::No, Answer::NotKnown] {
            let finding = judge(ChildFacts { serious_harm, ..CHILD }, Where::NotifiersArea);
            assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::NeedsJudgement, &[][..]));
            assert_eq!(finding.reasons[0].code, ReasonCode::SomethingElseHappened);
        }
    }

    #[test]
    fn an_event_left_blank_asks_for_it_and_for_what_would_follow_from_it() {
        let blank = ChildFacts { event: Event::NotKnown, looked_after: Answer::NotKnown, ..CHILD };
        let finding = judge(blank, Where::NotifiersArea);
        assert_eq!(finding.outcome, Outcome::NeedsJudgement);
        assert_eq!(finding.missing, [Fact::Event, Fact::SeriousHarm, Fact::LookedAfter]);
    }

    #[test]
    fn what_happened_before_the_earliest_edition_is_for_a_person() {
        let finding = judge_on(DEAD, Where::NotifiersArea, date(2015, 5, 1));
        assert_eq!(finding.outcome, Outcome::NeedsJudgement);
        assert_eq!(finding.reasons[0].code, ReasonCode::BeforeEarliestEdition);
    }

    #[test]
    fn from_the_first_day_of_the_earliest_edition_it_is_a_duty() {
        let finding = judge_on(DEAD, Where::NotifiersArea, date(2018, 6, 29));
        assert_eq!(finding.outcome, Outcome::DutyInArea);
    }
}

mod row_2_outside_england_and_resident {
    use crate::*;

    #[test]
    fn death_and_serious_harm_are_a_duty_under_b() {
        for child in [DEAD, HARMED] {
            let finding = judge(child, Where::OutsideEngland);
            assert_eq!(
                (finding.outcome, finding.provision),
                (Outcome::DutyOutsideEngland, Provision::Section16C1b)
            );
            assert!(codes(&finding).contains(&ReasonCode::ResidentWithNotifier));
            assert_eq!(why_rejected(&finding, Considered::DutyInArea), Some(ReasonCode::OutsideEngland));
            assert_eq!(finding.missing, []);
        }
    }

    #[test]
    fn residence_left_blank_is_for_a_person_and_named_as_missing() {
        let finding =
            judge(ChildFacts { normal_residence: Residence::NotKnown, ..DEAD }, Where::OutsideEngland);
        assert_eq!(
            (finding.outcome, &finding.missing[..]),
            (Outcome::NeedsJudgement, &[Fact::NormalResidence][..])
        );
    }
}

mod row_3_in_another_english_authoritys_area {
    use crate::*;

    #[test]
    fn the_duty_is_the_other_authoritys_and_the_notification_is_held() {
        let finding = judge(HARMED, Where::AnotherArea(lancashire()));
        assert_eq!(finding.outcome, Outcome::DutyOfAnotherAuthority(lancashire()));
        assert!(codes(&finding).ends_with(&[ReasonCode::InAnotherArea, ReasonCode::HeldForHandOver]));
        assert_eq!(why_rejected(&finding, Considered::DutyInArea), Some(ReasonCode::InAnotherArea));
    }

    #[test]
    fn the_notifiers_looked_after_child_who_died_there_is_reported_besides() {
        let finding =
            judge(ChildFacts { looked_after: Answer::Yes, ..DEAD }, Where::AnotherArea(lancashire()));
        assert_eq!(finding.outcome, Outcome::DutyOfAnotherAuthority(lancashire()));
        assert_eq!(finding.also, [Outcome::LookedAfterDeath]);
    }

    #[test]
    fn looked_after_left_blank_does_not_unsettle_the_duty_but_is_asked_for() {
        let finding =
            judge(ChildFacts { looked_after: Answer::NotKnown, ..DEAD }, Where::AnotherArea(lancashire()));
        assert_eq!(finding.outcome, Outcome::DutyOfAnotherAuthority(lancashire()));
        assert_eq!(finding.missing, [Fact::LookedAfter]);
    }

    #[test]
    fn abuse_left_blank_is_for_a_person() {
        let child = ChildFacts { abuse_or_neglect: Answer::NotKnown, ..HARMED };
        let finding = judge(child, Where::AnotherArea(lancashire()));
        assert_eq!(
            (finding.outcome, &finding.missing[..]),
            (Outcome::NeedsJudgement, &[Fact::AbuseOrNeglect][..])
        );
    }
}

mod row_4_outside_england_and_not_resident {
    use crate::*;

    #[test]
    fn no_duty_is_found_and_a_person_decides() {
        for child in [DEAD, HARMED] {
            let finding =
                judge(ChildFacts { normal_residence: Residence::Elsewhere, ..child }, Where::OutsideEngland);
            assert_eq!((finding.outcome, &finding.missing[..]), (Outcome::NeedsJudgement, &[][..]));
            assert_eq!(finding.reasons[0].code, ReasonCode::NoDutyFoundOutsideEngland);
            let why = why_rejected(&finding, Considered::DutyOutsideEngland);
            assert_eq!(why, Some(ReasonCode::NotResidentWithNotifier));
        }
    }

    #[test]
    fn a_finding_that_there_is_no_abuse_puts_it_outside() {
        let child =
            ChildFacts { normal_residence: Residence::Elsewhere, abuse_or_neglect: Answer::No, ..HARMED };
        assert_eq!(judge(child, Where::OutsideEngland).outcome, Outcome::Outside);
    }
}
