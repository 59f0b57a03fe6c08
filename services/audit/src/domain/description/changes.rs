//! Words for what changes a notification after it was sent, and for what brings cases together.
//!
//! What a reader would get wrong: an authority reads these words about its own notification, so they count other
//! authorities and never name their cases, and they name no panel member.

use contracts::intake::v1::{HandOverChanged, NotificationAmended, NotificationWithdrawn};
use contracts::notification::v1::{DeclineReason, HandOver, HandOverState, RevisionKind, WithdrawalReason};
use contracts::triage::v1::{
    CaseStandAsideLifted, CaseStoodAside, ClusterKind, ClusterRaised, LinkDecided, LinkProposed, LinkState,
    Notice, NoticeIssued, Recipient,
};

use super::{authority, found_outcome};

pub(super) fn amended(event: NotificationAmended) -> String {
    let kind = event.kind();
    let notification = event.notification.unwrap_or_default();
    let (revision, whose) = (notification.revision, authority(&notification.notifying_authority));
    let late = if event.follows > revision {
        format!(", after revision {}, which goes on counting", event.follows)
    } else {
        String::new()
    };
    match kind {
        RevisionKind::HandedOver => format!("taken over by {whose}, revision {revision}{late}"),
        _ => format!("amended by {whose}, revision {revision}{late}"),
    }
}

pub(super) fn withdrawn(event: &NotificationWithdrawn) -> String {
    let why = match event.reason() {
        WithdrawalReason::CriteriaNotMet => ": the criteria are not met",
        WithdrawalReason::NotifiedTwice => ": the incident is notified under another reference",
        WithdrawalReason::SentByMistake => ": it was sent by mistake",
        WithdrawalReason::Other | WithdrawalReason::Unspecified => "",
    };
    format!("withdrawn by {}, revision {}{why}", authority(&event.notifying_authority), event.revision)
}

pub(super) fn hand_over(event: HandOverChanged) -> String {
    let hand_over = event.hand_over.unwrap_or_default();
    let to = authority(&hand_over.to_authority);
    match hand_over.state() {
        HandOverState::Offered => format!("offered to {to}, with which the duty was found to rest"),
        HandOverState::Accepted => format!("accepted by {to}"),
        HandOverState::Declined => format!("declined by {to}{}", declined_because(&hand_over)),
        HandOverState::Lapsed => format!("no longer offered to {to}: a newer revision is found otherwise"),
        HandOverState::Unspecified => {
            "handed over in a way that this version of Lapwing does not know".to_owned()
        }
    }
}

fn declined_because(hand_over: &HandOver) -> &'static str {
    match hand_over.declined_because() {
        DeclineReason::NotInOurArea => ": it did not happen in its area",
        DeclineReason::NotifiedByUs => ": it has notified the incident itself",
        DeclineReason::Other | DeclineReason::Unspecified => "",
    }
}

pub(super) fn link_proposed(event: &LinkProposed) -> String {
    let codes: Vec<&str> = event.reasons.iter().map(|reason| reason.code.as_str()).collect();
    format!("another case may be of the same incident: {}", codes.join(", "))
}

pub(super) fn link_decided(event: LinkDecided) -> String {
    let decision = event.decision.unwrap_or_default();
    match decision.state() {
        LinkState::SameIncident => "linked by a person to another case of the same incident".to_owned(),
        LinkState::NotADuplicate => "found by a person to be no duplicate of another case".to_owned(),
        LinkState::Proposed | LinkState::Unspecified => "decided on beside another case".to_owned(),
    }
}

/// The reason is about a member and a family: it is in the log, and not in the words.
pub(super) fn stood_aside(_event: &CaseStoodAside) -> String {
    "a panel member stood aside from the case".to_owned()
}

pub(super) fn stand_aside_lifted(_event: &CaseStandAsideLifted) -> String {
    "the secretariat let a panel member see the case again".to_owned()
}

pub(super) fn cluster_raised(event: ClusterRaised) -> String {
    let cluster = event.cluster.unwrap_or_default();
    let what = match cluster.kind() {
        ClusterKind::Setting => "setting",
        ClusterKind::Provider => "provider",
        ClusterKind::Unspecified => "setting or provider",
    };
    format!("one {what} is named by {} authorities in {} cases", cluster.authorities, cluster.members.len())
}

pub(super) fn notice(event: NoticeIssued) -> String {
    let notice: Notice = event.notice.unwrap_or_default();
    let who = match notice.recipient() {
        Recipient::Dfe => "the Department for Education is",
        Recipient::Ofsted => "Ofsted is",
        Recipient::Panel => "the panel is",
        Recipient::SafeguardingPartners => "the safeguarding partners are",
        Recipient::Unspecified => "somebody is",
    };
    if notice.withdrawn {
        format!("{who} told that revision {} withdraws it", notice.revision)
    } else {
        format!("{who} told of revision {}: {}", notice.revision, found_outcome(notice.outcome()))
    }
}

#[cfg(test)]
mod tests {
    use contracts::notification::v1::{CodedNotification, Outcome, Reason};
    use contracts::triage::v1::{Cluster, ClusterMember, LinkDecision};
    use prost::Message;

    use super::super::describe;
    use super::*;

    fn amendment(kind: RevisionKind, revision: u32, follows: u32) -> Vec<u8> {
        let notification =
            CodedNotification { notifying_authority: "373".into(), revision, ..Default::default() };
        NotificationAmended { notification: Some(notification), kind: kind.into(), follows }.encode_to_vec()
    }

    #[test]
    fn a_revision_that_came_late_says_which_one_counts() {
        let words = |kind, revision, follows| {
            describe("notification.amended.v1", &amendment(kind, revision, follows))
        };
        assert_eq!(words(RevisionKind::Amended, 2, 1), "amended by authority 373 (Sheffield), revision 2");
        assert!(words(RevisionKind::Amended, 2, 3).ends_with("after revision 3, which goes on counting"));
        assert!(words(RevisionKind::HandedOver, 2, 1).starts_with("taken over by authority 373"));
    }

    #[test]
    fn a_withdrawal_says_why() {
        let event = NotificationWithdrawn {
            notifying_authority: "373".into(),
            revision: 2,
            reason: WithdrawalReason::CriteriaNotMet.into(),
            ..Default::default()
        };
        assert_eq!(
            describe("notification.withdrawn.v1", &event.encode_to_vec()),
            "withdrawn by authority 373 (Sheffield), revision 2: the criteria are not met"
        );
    }

    #[test]
    fn each_state_of_a_hand_over_has_words_of_its_own() {
        let words = |state: HandOverState, kind| {
            let hand_over = HandOver {
                to_authority: "370".into(),
                state: state.into(),
                declined_because: DeclineReason::NotInOurArea.into(),
                ..Default::default()
            };
            describe(kind, &HandOverChanged { hand_over: Some(hand_over) }.encode_to_vec())
        };
        let offered = words(HandOverState::Offered, "handover.offered.v1");
        assert_eq!(offered, "offered to authority 370 (Barnsley), with which the duty was found to rest");
        assert_eq!(
            words(HandOverState::Accepted, "handover.accepted.v1"),
            "accepted by authority 370 (Barnsley)"
        );
        let declined = words(HandOverState::Declined, "handover.declined.v1");
        assert!(declined.ends_with(": it did not happen in its area"), "{declined}");
        assert!(words(HandOverState::Lapsed, "handover.lapsed.v1").starts_with("no longer offered"));
    }

    #[test]
    fn cases_brought_together_are_counted_and_never_named() {
        let reason = Reason { code: "SAME_HOUSEHOLD".into(), ..Default::default() };
        let proposed = LinkProposed {
            reference: "LW-7K4-MXP-2R9".into(),
            other_reference: "LW-222-222-222".into(),
            reasons: vec![reason],
        };
        let decided = LinkDecided {
            other_reference: "LW-222-222-222".into(),
            decision: Some(LinkDecision { state: LinkState::SameIncident.into(), ..Default::default() }),
            ..Default::default()
        };
        let member = ClusterMember { reference: "LW-222-222-222".into(), ..Default::default() };
        let cluster = Cluster {
            kind: ClusterKind::Setting.into(),
            members: vec![member; 3],
            authorities: 2,
            ..Default::default()
        };
        let told = [
            (
                describe("link.proposed.v1", &proposed.encode_to_vec()),
                "another case may be of the same incident: SAME_HOUSEHOLD",
            ),
            (
                describe("link.decided.v1", &decided.encode_to_vec()),
                "linked by a person to another case of the same incident",
            ),
            (
                describe("cluster.raised.v1", &ClusterRaised { cluster: Some(cluster) }.encode_to_vec()),
                "one setting is named by 2 authorities in 3 cases",
            ),
        ];
        for (words, expected) in told {
            assert_eq!(words, expected);
            assert!(!words.contains("LW-"), "{words}");
        }
    }

    #[test]
    fn a_notice_says_who_is_told_of_what() {
        let notice = Notice {
            recipient: Recipient::Ofsted.into(),
            revision: 1,
            outcome: Outcome::CareLeaverDeath.into(),
            ..Default::default()
        };
        let words =
            |notice| describe("notice.ofsted.v1", &NoticeIssued { notice: Some(notice) }.encode_to_vec());
        assert_eq!(
            words(notice.clone()),
            "Ofsted is told of revision 1: the death of a care leaver, for information"
        );
        assert_eq!(
            words(Notice { withdrawn: true, revision: 2, ..notice }),
            "Ofsted is told that revision 2 withdraws it"
        );
    }
}
