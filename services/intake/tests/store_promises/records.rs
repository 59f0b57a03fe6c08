//! Reading identities on the record, erasing, holding against erasure, and what is over its time.

use contracts::events::{HAND_OVER_LAPSED, HOLD_PLACED, HOLD_RELEASED, IDENTITIES_READ, NOTIFICATION_ERASED};
use contracts::intake::v1::{IdentitiesRead, NotificationErased};
use contracts::notification::v1::{ErasureReason, HandOverState, HoldReason, ReadingPurpose, Stage};
use delivery::Heard;
use ids::{EventId, Reference};
use intake::store::{
    Aside, Bound, Erased, Erasing, Hold, HoldPlaced, Holding, Key, OverTime, Overdue, Read, ReadingOf,
};
use jiff::{SignedDuration, Timestamp};
use prost::Message;

use crate::room::{NEW, On, Room, notification, queued};

on_both_stores![
    a_reading_is_on_record_and_told_before_it_is_answered,
    a_member_who_stood_aside_reads_nothing_and_is_not_on_record,
    an_authority_sees_the_readings_of_its_own_notification_alone,
    an_erasure_leaves_receipts_and_steps_and_nothing_that_a_sender_wrote,
    nothing_is_added_to_what_is_erased_and_what_was_sent_before_has_its_receipt,
    an_erasure_ends_an_open_offer_and_nobody_accepts_it_any_more,
    a_legal_hold_keeps_what_it_is_on_until_it_is_released,
    what_is_over_its_time_is_found_oldest_first_and_what_is_held_is_counted,
];

const MEMBER: &str = "lapwing://panel/member-7";
const RECORDS: &str = "lapwing://secretariat/records";

impl Room {
    async fn read(&self, reference: Reference, purpose: ReadingPurpose) -> Read {
        let reading = ReadingOf { reference, reader: MEMBER.into(), purpose, at: self.ambient.now() };
        self.records.read_identities(&reading).await.expect("reads")
    }

    async fn erase(&self, reference: Reference) -> Erased {
        let reason = ErasureReason::SentInError;
        let erasing = Erasing { reference, reason, by: RECORDS.into(), at: self.ambient.now() };
        self.records.erase(&erasing).await.expect("answers")
    }

    async fn place_hold(&self, reference: Reference, reason: HoldReason) -> HoldPlaced {
        let hold = Hold { reference, reason, by: RECORDS.into(), at: self.ambient.now() };
        self.records.place_hold(&hold).await.expect("answers")
    }

    async fn told_last(&self, kind: &str) -> Vec<u8> {
        let events = self.events().await;
        events.iter().rfind(|event| event.kind == kind).expect("was told").payload.to_vec()
    }

    fn unknown(&self) -> Reference {
        Reference::mint(&self.ambient)
    }
}

fn told_times(told: &[String], kind: &str) -> usize {
    told.iter().filter(|told| *told == kind).count()
}

async fn a_reading_is_on_record_and_told_before_it_is_answered(on: On) {
    let room = on.room().await;
    let sent = notification("373", "A-1", "a reason");
    let candidate = room.candidate(&sent);
    room.hold(&candidate).await;
    let reference = candidate.receipt.reference;
    let Read::Told { notification, reading } = room.read(reference, ReadingPurpose::Decision).await else {
        panic!("nothing was read")
    };
    assert_eq!(*notification, sent);
    assert_eq!((reading.reader.as_str(), reading.revision), (MEMBER, 1));
    let event = IdentitiesRead::decode(room.told_last(IDENTITIES_READ).await.as_slice()).expect("an event");
    assert_eq!((event.reader.as_str(), event.purpose()), (MEMBER, ReadingPurpose::Decision));
    let kept = room.records.kept(reference, None).await.expect("reads").expect("is there");
    assert_eq!(kept.readings, [reading]);
    // Each reading counts, newest first.
    room.read(reference, ReadingPurpose::Contact).await;
    let kept = room.records.kept(reference, None).await.expect("reads").expect("is there");
    let purposes: Vec<ReadingPurpose> = kept.readings.iter().map(|reading| reading.purpose()).collect();
    assert_eq!(purposes, [ReadingPurpose::Contact, ReadingPurpose::Decision]);
    assert!(matches!(room.read(room.unknown(), ReadingPurpose::Decision).await, Read::NotFound));
}

async fn a_member_who_stood_aside_reads_nothing_and_is_not_on_record(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let heard = |seconds: i64, lifted: bool| Heard {
        event: EventId::mint(&room.ambient),
        effect: Aside {
            reference,
            member: MEMBER.into(),
            at: Timestamp::from_second(seconds).expect("a time"),
            lifted,
        },
        outgoing: Vec::new(),
    };
    // In whatever order they are heard, the later one counts.
    let (first, again) = (heard(100, false), heard(300, false));
    let asides = [again, first, heard(200, true)];
    room.records.stood_aside(&asides, room.ambient.now()).await.expect("records");
    room.records.stood_aside(&asides, room.ambient.now()).await.expect("records once");

    assert!(matches!(room.read(reference, ReadingPurpose::Decision).await, Read::StoodAside));
    let kept = room.records.kept(reference, None).await.expect("reads").expect("is there");
    assert!(kept.readings.is_empty());
    assert_eq!(told_times(&room.told().await, IDENTITIES_READ), 0);
    room.records.stood_aside(&[heard(400, true)], room.ambient.now()).await.expect("records");
    assert!(matches!(room.read(reference, ReadingPurpose::Decision).await, Read::Told { .. }));
}

async fn an_authority_sees_the_readings_of_its_own_notification_alone(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    room.read(reference, ReadingPurpose::Review).await;
    let own = room.records.kept(reference, Some("373")).await.expect("reads").expect("is there");
    assert_eq!(own.readings.len(), 1);
    assert_eq!(room.records.kept(reference, Some("888")).await.expect("reads"), None);
    assert_eq!(room.records.kept(room.unknown(), None).await.expect("reads"), None);
}

async fn an_erasure_leaves_receipts_and_steps_and_nothing_that_a_sender_wrote(on: On) {
    let room = on.room().await;
    let candidate = room.candidate(&notification("373", "A-1", "a reason"));
    room.hold(&candidate).await;
    let (reference, key) = (candidate.receipt.reference, Key::Reference(candidate.receipt.reference));
    room.assess(reference, 1, "373", "").await;
    room.record(&[room.heard(reference, queued(1))]).await;

    let Erased::Now(erasure) = room.erase(reference).await else { panic!("it was not erased") };
    assert_eq!((erasure.reason(), erasure.erased_by.as_str()), (ErasureReason::SentInError, RECORDS));
    assert_eq!(room.erase(reference).await, Erased::Before(erasure.clone()));
    assert_eq!(room.erase(room.unknown()).await, Erased::NotFound);
    let event =
        NotificationErased::decode(room.told_last(NOTIFICATION_ERASED).await.as_slice()).expect("an event");
    assert_eq!(event.erasure.as_ref(), Some(&erasure));
    assert_eq!(told_times(&room.told().await, NOTIFICATION_ERASED), 1, "it is told once");

    let held = room.store.find("373", &key).await.expect("reads").expect("is there");
    assert!(held.notification.is_none());
    assert_eq!(
        (&held.receipt.receipt, &held.receipt.signed_note),
        (&candidate.receipt, &candidate.signed_note)
    );
    let status = room.status("373", reference).await;
    assert_eq!((status.stage(), status.erasure), (Stage::Queued, Some(erasure)));
    assert!(matches!(room.read(reference, ReadingPurpose::Decision).await, Read::Erased(_)));
    for select in
        ["SELECT record FROM revision", "SELECT wrapped FROM notification_key WHERE wrapped IS NOT NULL"]
    {
        let left = room.bytes(select).await;
        assert!(left.iter().all(Vec::is_empty), "{select}: {left:?}");
    }
}

async fn nothing_is_added_to_what_is_erased_and_what_was_sent_before_has_its_receipt(on: On) {
    let room = on.room().await;
    let sent = notification("373", "A-1", "");
    let first = room.candidate(&sent);
    room.hold(&first).await;
    let reference = first.receipt.reference;
    let second = room.amendment(reference, 2, &notification("373", "A-1", "second"));
    room.hold(&second).await;
    let under_way = async || room.store.under_way().await.expect("counted").notifications;
    assert_eq!(under_way().await, 1);
    room.erase(reference).await;
    assert_eq!(under_way().await, 0, "nobody can bring it to the panel any more");
    let again = room.hold(&room.candidate(&sent)).await;
    assert!(matches!(&again, Holding::Before { given, .. } if given.receipt == first.receipt), "{again:?}");
    assert!(matches!(room.hold(&second).await, Holding::Before { .. }));
    let third = room.amendment(reference, 3, &notification("373", "A-1", "third"));
    assert_eq!(room.hold(&third).await, Holding::Erased);
    assert_eq!(room.hold(&room.withdrawal(reference, 3, "words")).await, Holding::Erased);
    // What is heard late of it is a step like any other.
    room.assess(reference, 2, "373", "").await;
    assert_eq!(room.status("373", reference).await.stage(), Stage::Assessed);
}

async fn an_erasure_ends_an_open_offer_and_nobody_accepts_it_any_more(on: On) {
    let room = on.room().await;
    let reference = room.offered().await;
    let (acceptance, refusal) = (room.acceptance(reference).await, room.refusal(reference, "no").await);
    room.erase(reference).await;
    assert_eq!(told_times(&room.told().await, HAND_OVER_LAPSED), 1);
    for late in [acceptance, refusal] {
        assert!(!room.store.answer(&late).await.expect("answers"), "the offer has ended");
    }
    let offer = room.store.offer("888", reference).await.expect("reads").expect("was offered");
    assert_eq!((offer.hand_over.state(), offer.newest), (HandOverState::Lapsed, None));
}

async fn a_legal_hold_keeps_what_it_is_on_until_it_is_released(on: On) {
    let room = on.room().await;
    let reference = room.held().await;
    let HoldPlaced::On(hold) = room.place_hold(reference, HoldReason::Inquiry).await else {
        panic!("no hold was placed")
    };
    assert_eq!(room.place_hold(reference, HoldReason::Inquiry).await, HoldPlaced::On(hold.clone()));
    assert_eq!(room.erase(reference).await, Erased::OnHold(hold));
    let HoldPlaced::On(other) = room.place_hold(reference, HoldReason::Proceedings).await else {
        panic!("no hold was placed")
    };
    let kept = room.records.kept(reference, None).await.expect("reads").expect("is there");
    assert_eq!(kept.hold.as_ref(), Some(&other));
    let release = || room.records.release_hold(reference, RECORDS, room.ambient.now());
    assert_eq!(release().await.expect("releases"), Some(Some(other)));
    assert_eq!(release().await.expect("has nothing to do"), Some(None));
    let told = room.told().await;
    assert_eq!((told_times(&told, HOLD_PLACED), told_times(&told, HOLD_RELEASED)), (2, 1));
    assert!(matches!(room.erase(reference).await, Erased::Now(_)));
    assert!(matches!(room.place_hold(reference, HoldReason::Review).await, HoldPlaced::Erased(_)));
    assert_eq!(room.place_hold(room.unknown(), HoldReason::Review).await, HoldPlaced::NotFound);
}

async fn what_is_over_its_time_is_found_oldest_first_and_what_is_held_is_counted(on: On) {
    let room = on.room().await;
    let now = room.ambient.now();
    let received = |hours: i64| now - SignedDuration::from_hours(hours);
    let mut references = Vec::new();
    for (number, hours) in [(1, 10), (2, 30), (3, 20), (4, 40), (5, 50)] {
        let mut candidate = room.candidate(&notification("373", &format!("A-{number}"), ""));
        candidate.receipt.received_at = received(hours);
        assert_eq!(room.hold(&candidate).await, NEW);
        references.push(candidate.receipt.reference);
    }
    room.place_hold(references[3], HoldReason::Review).await;
    room.erase(references[4]).await;
    let within = |withdrawn, before: Timestamp| Bound { withdrawn, before };
    let found = room.records.over_time(within(false, received(15)), 10).await.expect("reads");
    let overdue =
        |number: usize, hours| Overdue { reference: references[number], last_received_at: received(hours) };
    assert_eq!(found, OverTime { overdue: vec![overdue(1, 30), overdue(2, 20)], held: 1 });
    let one = room.records.over_time(within(false, received(15)), 1).await.expect("reads");
    assert_eq!(one.overdue, [overdue(1, 30)]);
    // The newest revision counts, and a withdrawal is another kind.
    let mut withdrawal = room.withdrawal(references[1], 2, "words");
    withdrawal.receipt.received_at = received(16);
    room.hold(&withdrawal).await;
    let withdrawn = room.records.over_time(within(true, received(15)), 10).await.expect("reads");
    assert_eq!(withdrawn, OverTime { overdue: vec![overdue(1, 16)], held: 0 });
    let others = room.records.over_time(within(false, received(15)), 10).await.expect("reads");
    assert_eq!(others.overdue, [overdue(2, 20)]);
}
