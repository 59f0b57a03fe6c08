//! Hand-overs: offered by a finding, answered once, lapsed by a newer one, and decided in the transaction.

use contracts::notification::v1::{HandOverState, RevisionKind};
use intake::domain::status::Outcome;
use intake::store::{Holding, Key};

use crate::room::{On, Room, assessed, notification, record};

on_both_stores![
    a_finding_that_the_duty_is_anothers_offers_it_and_tells_both,
    a_finding_that_is_heard_again_offers_nothing_twice,
    a_finding_of_an_older_revision_offers_nothing,
    a_newer_revision_keeps_an_offer_open_that_it_is_found_to_call_for_and_else_lets_it_lapse,
    where_another_authority_is_found_the_first_offer_lapses_and_that_one_is_asked,
    a_withdrawal_ends_an_open_offer_and_tells_so,
    acceptance_makes_it_the_other_authoritys_with_its_identities_and_the_first_keeps_what_it_sent,
    after_acceptance_the_first_authority_amends_no_more_and_its_receipts_stand,
    a_refusal_is_kept_with_its_words_and_a_newer_revision_asks_again,
    the_words_of_a_refusal_may_have_any_character,
    of_two_answers_at_the_same_time_one_stands,
    an_acceptance_of_what_the_sender_has_amended_meanwhile_takes_nothing_until_that_is_found_upon_and_shown,
    an_acceptance_of_an_offer_that_lapsed_meanwhile_takes_nothing,
    an_authority_that_has_ended_is_offered_nothing,
    a_list_stops_before_it_is_larger_than_a_message_and_shows_one_at_least,
];

async fn state(room: &Room, reference: ids::Reference) -> (HandOverState, u32) {
    let hand_over = room.status("373", reference).await.hand_over.expect("a hand-over");
    (hand_over.state(), hand_over.revision)
}

async fn a_finding_that_the_duty_is_anothers_offers_it_and_tells_both(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    assert_eq!(state(&room, reference).await, (HandOverState::Offered, 1));
    assert_eq!(room.told().await, ["notification.received.v1", "handover.offered.v1"]);
    for authority in ["373", "888"] {
        let listed = room.store.hand_overs(authority, false).await.expect("reads");
        assert_eq!(listed.len(), 1, "{authority}");
        let assessment = listed[0].assessment.as_ref().expect("the finding");
        assert_eq!(assessment.duty_authority, "888");
        let coded = listed[0].notification.as_ref().expect("coded facts");
        assert!(coded.children[0].child_token.is_empty(), "match tokens stay with Lapwing's services");
    }
    assert!(room.store.hand_overs("370", true).await.expect("reads").is_empty());
    // Asked is not responsible: nothing of the record is seen before acceptance.
    assert!(room.store.find("888", &Key::Reference(reference)).await.expect("reads").is_none());
    assert!(room.store.status("888", reference).await.expect("reads").is_none());
    assert!(room.store.offer("370", reference).await.expect("reads").is_none());
}

async fn a_finding_that_is_heard_again_offers_nothing_twice(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let heard = room.heard(reference, assessed(1, "373", "888"));
    room.record(std::slice::from_ref(&heard)).await;
    // The same event again, and another event that says the same.
    room.record(&[heard]).await;
    room.assess(reference, 1, "373", "888").await;
    assert_eq!(room.store.hand_overs("888", true).await.expect("reads").len(), 1);
    assert_eq!(room.told().await.len(), 2);
}

async fn a_finding_of_an_older_revision_offers_nothing(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    room.assess(reference, 1, "373", "888").await;
    assert!(room.status("373", reference).await.hand_over.is_none());
    room.assess(reference, 2, "373", "888").await;
    assert_eq!(state(&room, reference).await, (HandOverState::Offered, 2));
}

async fn a_newer_revision_keeps_an_offer_open_that_it_is_found_to_call_for_and_else_lets_it_lapse(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    room.assess(reference, 2, "373", "888").await;
    assert_eq!(state(&room, reference).await, (HandOverState::Offered, 2));
    room.hold(&room.amendment(reference, 3, &notification("373", "A-1", "third"))).await;
    room.assess(reference, 3, "373", "").await;
    assert_eq!(state(&room, reference).await, (HandOverState::Lapsed, 2));
    assert_eq!(room.told().await.last().map(String::as_str), Some("handover.lapsed.v1"));
    assert!(room.store.hand_overs("888", false).await.expect("reads").is_empty());
    assert_eq!(room.store.hand_overs("888", true).await.expect("reads").len(), 1);

    room.hold(&room.amendment(reference, 4, &notification("373", "A-1", "fourth"))).await;
    room.assess(reference, 4, "373", "888").await;
    assert_eq!(state(&room, reference).await, (HandOverState::Offered, 4));
}

async fn where_another_authority_is_found_the_first_offer_lapses_and_that_one_is_asked(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    room.assess(reference, 2, "373", "370").await;
    let told = room.told().await;
    assert_eq!(told[told.len() - 2..], ["handover.lapsed.v1", "handover.offered.v1"]);
    assert!(room.store.hand_overs("888", false).await.expect("reads").is_empty());
    assert_eq!(room.store.hand_overs("370", false).await.expect("reads").len(), 1);
}

async fn a_withdrawal_ends_an_open_offer_and_tells_so(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    room.hold(&room.withdrawal(reference, 2, "")).await;
    assert_eq!(state(&room, reference).await, (HandOverState::Lapsed, 1));
    let told = room.told().await;
    assert_eq!(told[told.len() - 2..], ["notification.withdrawn.v1", "handover.lapsed.v1"]);
}

async fn acceptance_makes_it_the_other_authoritys_with_its_identities_and_the_first_keeps_what_it_sent(
    on: On,
) {
    let room = on.room().await;
    let reference = room.offered().await;
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    room.assess(reference, 2, "373", "888").await;
    assert!(room.store.answer(&room.acceptance(reference).await).await.expect("answers"));
    assert_eq!(state(&room, reference).await.0, HandOverState::Accepted);
    let told = room.told().await;
    assert_eq!(told[told.len() - 2..], ["notification.amended.v1", "handover.accepted.v1"]);

    let key = Key::Reference(reference);
    let theirs = room.store.find("888", &key).await.expect("reads").expect("it is theirs");
    assert_eq!((theirs.receipt.receipt.revision, record(&theirs).late_reason.as_str()), (3, "second"));
    let ours = room.store.find("373", &key).await.expect("reads").expect("it sent it");
    assert_eq!((ours.receipt.receipt.revision, record(&ours).notifying_authority.as_str()), (2, "373"));

    let status = room.status("373", reference).await;
    assert_eq!((status.notifying_authority.as_str(), status.revision), ("888", 3));
    let kinds: Vec<RevisionKind> = status.revisions.iter().map(|revision| revision.kind()).collect();
    assert_eq!(kinds, [RevisionKind::Submitted, RevisionKind::Amended, RevisionKind::HandedOver]);
    // Later records are the new authority's own.
    room.hold(&room.amendment(reference, 4, &notification("888", "A-1", "theirs"))).await;
    let ours = room.store.find("373", &key).await.expect("reads").expect("it sent it");
    assert_eq!(record(&ours).late_reason, "second");
}

async fn after_acceptance_the_first_authority_amends_no_more_and_its_receipts_stand(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    let second = notification("373", "A-1", "second");
    room.hold(&room.amendment(reference, 2, &second)).await;
    room.assess(reference, 2, "373", "888").await;
    assert!(room.store.answer(&room.acceptance(reference).await).await.expect("answers"));
    let late = room.hold(&room.amendment(reference, 4, &notification("373", "A-1", "fourth"))).await;
    assert_eq!(late, Holding::HandedOver);
    assert_eq!(room.hold(&room.withdrawal(reference, 4, "")).await, Holding::HandedOver);
    assert!(matches!(room.hold(&room.amendment(reference, 2, &second)).await, Holding::Before { .. }));
    let theirs = room.hold(&room.amendment(reference, 4, &notification("888", "A-1", "fourth"))).await;
    assert_eq!(theirs, Holding::New { follows: 3 });
}

async fn a_refusal_is_kept_with_its_words_and_a_newer_revision_asks_again(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    assert!(room.store.answer(&room.refusal(reference, "zeisig words").await).await.expect("answers"));
    assert_eq!(state(&room, reference).await, (HandOverState::Declined, 1));
    let offer = room.store.offer("888", reference).await.expect("reads").expect("is there");
    assert_eq!(offer.words, "zeisig words");
    let secret = b"zeisig";
    let leaks = |payload: &[u8]| payload.windows(secret.len()).any(|part| part == secret);
    assert!(!room.events().await.iter().any(|event| leaks(&event.payload)));
    assert!(room.store.find("373", &Key::Reference(reference)).await.expect("reads").is_some());

    room.assess(reference, 1, "373", "888").await;
    assert_eq!(room.store.hand_overs("888", true).await.expect("reads").len(), 1);
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    room.assess(reference, 2, "373", "888").await;
    let listed = room.store.hand_overs("888", true).await.expect("reads");
    let states: Vec<HandOverState> =
        listed.iter().map(|offer| offer.hand_over.as_ref().expect("a hand-over").state()).collect();
    assert_eq!(states, [HandOverState::Offered, HandOverState::Declined], "those that wait come first");
}

async fn of_two_answers_at_the_same_time_one_stands(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    let (accept, decline) = (room.acceptance(reference).await, room.refusal(reference, "").await);
    let (accepted, declined) = tokio::join!(room.store.answer(&accept), room.store.answer(&decline));
    let (accepted, declined) = (accepted.expect("answers"), declined.expect("answers"));
    assert!(accepted ^ declined, "accepted {accepted}, declined {declined}");
    let expected = if accepted { HandOverState::Accepted } else { HandOverState::Declined };
    assert_eq!(state(&room, reference).await.0, expected);
    // Only the answer that stands was told, and made a revision where it accepts.
    let told = room.told().await;
    assert_eq!(told.iter().filter(|kind| kind.ends_with("ed.v1") && kind.starts_with("handover")).count(), 2);
    assert_eq!(room.status("373", reference).await.revisions.len(), if accepted { 2 } else { 1 });
}

async fn an_acceptance_of_what_the_sender_has_amended_meanwhile_takes_nothing_until_that_is_found_upon_and_shown(
    on: On,
) {
    let room = on.room().await;
    let reference = room.offered().await;
    let stale = room.acceptance(reference).await;
    room.hold(&room.amendment(reference, 2, &notification("373", "A-1", "second"))).await;
    let before = room.told().await;
    assert!(!room.store.answer(&stale).await.expect("answers"));
    assert_eq!(state(&room, reference).await.0, HandOverState::Offered);
    // Read anew, but still offered on the finding of the revision before: what nobody was shown is not taken over.
    let unseen = room.acceptance(reference).await;
    assert!(!room.store.answer(&unseen).await.expect("answers"));
    assert_eq!(room.told().await, before);
    assert!(room.store.find("888", &Key::Reference(reference)).await.expect("reads").is_none());

    room.assess(reference, 2, "373", "888").await;
    assert!(room.store.answer(&room.acceptance(reference).await).await.expect("answers"));
    let key = Key::Reference(reference);
    let taken = room.store.find("888", &key).await.expect("reads").expect("it is theirs");
    assert_eq!(record(&taken).late_reason, "second");
    // An amendment that was under way with the number that the acceptance took is told whose it is now.
    let lost = room.hold(&room.amendment(reference, 3, &notification("373", "A-1", "third"))).await;
    assert_eq!(lost, Holding::HandedOver);
}

async fn an_acceptance_of_an_offer_that_lapsed_meanwhile_takes_nothing(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    let stale = room.acceptance(reference).await;
    room.hold(&room.withdrawal(reference, 2, "")).await;
    assert!(!room.store.answer(&stale).await.expect("answers"));
    assert_eq!(room.status("373", reference).await.notifying_authority, "373");
}

async fn an_authority_that_has_ended_is_offered_nothing(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    // Cumbria ended on 31 March 2023.
    room.assess(reference, 1, "373", "909").await;
    assert!(room.status("373", reference).await.hand_over.is_none());
    assert!(room.store.hand_overs("909", true).await.expect("reads").is_empty());
}

async fn a_list_stops_before_it_is_larger_than_a_message_and_shows_one_at_least(on: On) {
    let room = on.room().await;
    let long = |megabytes: usize| {
        let Outcome::Assessed(mut found) = assessed(1, "373", "888") else { panic!("a finding") };
        found.assessment.as_mut().expect("a finding").summary = "x".repeat(megabytes << 20);
        Outcome::Assessed(found)
    };
    let mut offered = Vec::new();
    for (key, megabytes) in [("A-1", 4), ("A-2", 1), ("A-3", 1), ("A-4", 1)] {
        let candidate = room.candidate(&notification("373", key, ""));
        room.hold(&candidate).await;
        room.record(&[room.heard(candidate.receipt.reference, long(megabytes))]).await;
        offered.push(candidate.receipt.reference.to_string());
    }
    let listed = async || -> Vec<String> {
        let offers = room.store.hand_overs("888", false).await.expect("reads");
        offers.into_iter().map(|offer| offer.hand_over.expect("a hand-over").reference).collect()
    };
    assert_eq!(listed().await, offered[..1], "the first, whatever its size");
    let first = offered[0].parse().expect("a reference");
    assert!(room.store.answer(&room.refusal(first, "").await).await.expect("answers"));
    assert_eq!(listed().await, offered[1..3], "answering makes room for those that wait after it");
}

async fn the_words_of_a_refusal_may_have_any_character(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    let words = "Kein\0Ort für 雛, 'quoted' and \\x00\r\n";
    assert!(room.store.answer(&room.refusal(reference, words).await).await.expect("answers"));
    let offer = room.store.offer("888", reference).await.expect("reads").expect("is there");
    assert_eq!(offer.words, words);
}
