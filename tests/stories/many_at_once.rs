//! Many in one stream: one typed answer for each, and one bad item never fails another.

use acceptance::{World, both_worlds, notification};
use contracts::intake::v1::submit_many_response::Answer;
use contracts::intake::v1::{SubmitManyRequest, SubmitManyResponse, SubmitRequest};
use futures::stream;
use tonic::Code;

async fn send(
    world: &World,
    items: Vec<SubmitManyRequest>,
) -> (Vec<SubmitManyResponse>, Option<tonic::Status>) {
    let mut intake = world.clients().intake("373").await;
    let mut stream = intake.submit_many(stream::iter(items)).await.expect("answered").into_inner();
    let mut answers = Vec::new();
    let broken = loop {
        match stream.message().await {
            Ok(Some(answer)) => answers.push(answer),
            Ok(None) => break None,
            Err(status) => break Some(status),
        }
    };
    answers.sort_by_key(|answer| answer.position);
    (answers, broken)
}

fn item(notification: contracts::notification::v1::Notification) -> SubmitManyRequest {
    SubmitManyRequest { notification: Some(notification) }
}

both_worlds!(each_item_gets_its_own_answer_keyed_by_the_senders_own_reference);

async fn each_item_gets_its_own_answer_keyed_by_the_senders_own_reference(world: World) {
    world
        .clients()
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(notification("373", "HELD")) })
        .await
        .expect("held");
    let mut contradiction = notification("373", "HELD");
    contradiction.late_reason = "other".into();
    let mut broken = notification("373", "BROKEN");
    broken.became_aware_on = "2026-02-30".into();
    let items = vec![
        item(notification("373", "NEW")),
        item(broken),
        item(contradiction),
        item(notification("370", "NOT-MINE")),
        SubmitManyRequest { notification: None },
        item(notification("373", "HELD")),
        item(notification("373", "NEWER")),
    ];
    let (answers, ending) = send(&world, items).await;
    assert!(ending.is_none(), "{ending:?}");
    let told: Vec<(u64, &str, &str)> = answers
        .iter()
        .map(|answer| (answer.position, answer.sender_reference.as_str(), word(answer.answer.as_ref())))
        .collect();
    assert_eq!(
        told,
        [
            (1, "NEW", "held"),
            (2, "BROKEN", "refused: became_aware_on"),
            (3, "HELD", "conflict"),
            (4, "NOT-MINE", "refused: notifying_authority"),
            (5, "", "refused: sender_reference"),
            (6, "HELD", "held before"),
            (7, "NEWER", "held"),
        ]
        .map(|(position, reference, word)| (position, reference, word))
    );
    world.settled().await;
}

fn word(answer: Option<&Answer>) -> &'static str {
    match answer {
        Some(Answer::Held(held)) if held.already_held => "held before",
        Some(Answer::Held(_)) => "held",
        Some(Answer::Conflict(_)) => "conflict",
        Some(Answer::Refused(refused)) => match refused.violations[0].field.as_str() {
            "became_aware_on" => "refused: became_aware_on",
            "notifying_authority" => "refused: notifying_authority",
            "sender_reference" => "refused: sender_reference",
            _ => "refused",
        },
        Some(Answer::TryAgain(_)) | None => "no answer",
    }
}

fn of_size(reference: &str, megabytes: usize) -> SubmitManyRequest {
    let mut large = notification("373", reference);
    large.late_reason = "x".repeat(megabytes * 1024 * 1024);
    item(large)
}

both_worlds!(an_item_over_the_size_limit_is_refused_and_fails_no_other);

async fn an_item_over_the_size_limit_is_refused_and_fails_no_other(world: World) {
    let items = vec![item(notification("373", "A")), of_size("HUGE", 5), item(notification("373", "C"))];
    let (answers, ending) = send(&world, items).await;
    assert!(ending.is_none(), "{ending:?}");
    let told: Vec<&str> = answers.iter().map(|answer| word(answer.answer.as_ref())).collect();
    assert_eq!(told, ["held", "refused", "held"]);
    world.settled().await;
}

both_worlds!(an_item_beyond_all_reading_ends_the_stream_after_the_others_are_answered);

async fn an_item_beyond_all_reading_ends_the_stream_after_the_others_are_answered(world: World) {
    let items = vec![item(notification("373", "A")), item(notification("373", "B")), of_size("HUGE", 20)];
    let (answers, ending) = send(&world, items).await;
    let held: Vec<&str> = answers.iter().map(|answer| answer.sender_reference.as_str()).collect();
    assert_eq!(held, ["A", "B"]);
    let ending = ending.expect("the stream ends with a reason");
    assert_eq!(ending.code(), Code::OutOfRange);
    assert!(ending.message().contains("To do:"), "{}", ending.message());
    world.settled().await;
}

both_worlds!(a_client_that_goes_away_half_way_disturbs_nobody_and_can_ask_what_was_held);

async fn a_client_that_goes_away_half_way_disturbs_nobody_and_can_ask_what_was_held(world: World) {
    let mut intake = world.clients().intake("373").await;
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let answers =
        intake.submit_many(tokio_stream::wrappers::ReceiverStream::new(receiver)).await.expect("answered");
    let mut answers = answers.into_inner();
    sender.send(item(notification("373", "FIRST"))).await.expect("sent");
    answers.message().await.expect("answered").expect("an answer");
    sender.send(item(notification("373", "SECOND"))).await.expect("sent");
    drop((answers, sender, intake));

    let again = world
        .clients()
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(notification("373", "FIRST")) })
        .await;
    assert!(again.expect("held").into_inner().already_held);
    let second = world
        .clients()
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(notification("373", "SECOND")) })
        .await;
    second.expect("held, before or now");
    world.settled().await;
}

both_worlds!(a_thousand_in_one_stream_are_all_queued);

async fn a_thousand_in_one_stream_are_all_queued(world: World) {
    let items = (0..1000).map(|number| item(notification("373", &format!("CASE-{number}")))).collect();
    let (answers, ending) = send(&world, items).await;
    assert!(ending.is_none());
    assert_eq!(answers.iter().filter(|answer| matches!(answer.answer, Some(Answer::Held(_)))).count(), 1000);
    world.settled().await;
    let lane = contracts::notification::v1::Lane::Decision.into();
    let request = contracts::triage::v1::ListQueueRequest { lane, ..Default::default() };
    assert_eq!(
        world.clients().triage().await.list_queue(request).await.expect("listed").into_inner().waiting,
        1000
    );
}
