//! An event that is nowhere any more: its notification is seen not to have come to its end, and is brought there.

use acceptance::{Production, Replica, http_get, notification, until};
use contracts::events::NOTIFICATION_RECEIVED;
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Stage;
use contracts::topology::EXCHANGE;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};

const QUEUE: &str = "eligibility.notifications";
const TELL_AGAIN: &str = include_str!("../../deploy/postgres/tell-again.sql");

/// A second replica of intake, whose measures are watched.
const WATCHED: Replica = ("intake", 1);

async fn submitted(world: &Production, sender_reference: &str) -> String {
    let request = SubmitRequest { notification: Some(notification("373", sender_reference)) };
    let held = world.clients().intake("373").await.submit(request).await.expect("held").into_inner();
    held.receipt.expect("a receipt").reference
}

async fn take_the_binding_away(world: &Production) {
    let connection = Connection::connect(world.broker(), ConnectionProperties::default());
    let connection = connection.await.expect("connects");
    let channel = connection.create_channel().await.expect("a channel");
    let key = NOTIFICATION_RECEIVED.into();
    let unbound = channel.queue_unbind(QUEUE.into(), EXCHANGE.into(), key, FieldTable::default());
    unbound.await.expect("unbound");
}

#[tokio::test]
async fn an_event_that_went_nowhere_is_seen_and_told_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut world = Production::start(folder.path()).await;
    let settings = world.settings(WATCHED).replace("[process]\n", "[process]\nwatch = \"127.0.0.1:0\"\n");
    let watched = world.run_with(WATCHED, "", &settings).await.expect("it starts");
    let address = watched.said("watch").replace("http://", "");
    let until_under_way = async |notifications: u32| {
        let line = format!("\nlapwing_notifications_under_way {notifications}\n");
        until(&format!("{notifications} to be under way"), async || {
            http_get(&address, "/metrics").await?.contains(&line).then_some(())
        })
        .await;
    };
    let first = submitted(&world, "CASE-1").await;
    world.clients().reached("373", &first, Stage::Queued).await;
    until_under_way(0).await;

    // Its reader is away, and so is the binding: what is told now goes to audit, and nowhere else.
    let reader = world.take(("eligibility", 0)).expect("it runs");
    reader.terminate().await;
    take_the_binding_away(&world).await;
    let gone = submitted(&world, "CASE-2").await;
    let entry = format!("SELECT count(*) FROM audit.entry WHERE reference = '{gone}'");
    until("audit to have it", async || (world.ask(&entry).await == "1").then_some(())).await;

    // The reader binds its queue again. What was told meanwhile does not come back by itself, and nothing waits anywhere.
    world.start_one(("eligibility", 0), "").await;
    let server = &world.ground().rabbitmq;
    until("the reader to bind its queue", async || {
        server.is_bound(world.broker(), EXCHANGE, NOTIFICATION_RECEIVED, QUEUE).await.then_some(())
    })
    .await;
    let later = submitted(&world, "CASE-3").await;
    world.clients().reached("373", &later, Stage::Queued).await;
    world.delivered().await;
    until_under_way(1).await;
    let case = format!("SELECT count(*) FROM triage.panel_case WHERE reference = '{gone}'");
    assert_eq!(world.ask(&case).await, "0", "the panel does not know of it");

    // Whoever looks after it tells it again, and once more, which has no effect.
    let mut entries = Vec::new();
    for _ in 0..2 {
        world.ask(TELL_AGAIN).await;
        world.clients().reached("373", &gone, Stage::Queued).await;
        world.settled().await;
        assert_eq!(world.ask(&case).await, "1");
        entries.push(world.ask(&entry).await);
    }
    until_under_way(0).await;
    assert_eq!(entries[0], entries[1], "its way is in the log once");
    watched.terminate().await;
}
