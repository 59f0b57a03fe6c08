//! What each user of the exported definitions may do on a real broker, and that it may do no more.

use std::path::Path;

use broker::topology::{USERS, export};
use broker::{
    BrokerError, Config, Publisher, Reachable, collect_parked, consume, observe_queues, probe, topology,
};
use contracts::events::{ALL, CASE_STAND_ASIDE_LIFTED, NOTIFICATION_ASSESSED, NOTIFICATION_RECEIVED};
use contracts::topology::{
    EXCHANGE, PARKING_EXCHANGE, QUEUES, RETRY_EXCHANGE, TELLERS, routing_keys, told_by,
};
use delivery::Route;
use lapin::options::{
    BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection};
use lifecycle::Lifecycle;
use testbed::rabbitmq::Server;

use crate::world::{PASSWORD, Reader, channel, event, import, publish_all, to_queue};

/// A broker with every user of the definitions, each with permissions in this virtual host alone.
async fn prepared(vhost: &str) -> std::sync::Arc<Server> {
    let server = Server::shared().await;
    import(&server, vhost, true).await;
    server
}

/// The settings of a user that makes nothing.
fn of_user(server: &Server, vhost: &str, user: &str) -> Config {
    let url = server.url(vhost).replace("guest:guest", &format!("{user}:{PASSWORD}"));
    Config { declare: false, ..Config::at(url) }
}

/// Whether the broker lets a message pass. A refusal ends the channel, so each attempt has its own.
async fn may_publish(connection: &Connection, exchange: &str, key: &str) -> bool {
    let channel = connection.create_channel().await.expect("a channel");
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
    let sent = channel.basic_publish(
        exchange.into(),
        key.into(),
        BasicPublishOptions::default(),
        b"x",
        BasicProperties::default(),
    );
    match sent.await {
        Ok(confirm) => confirm.await.is_ok_and(|confirmation| confirmation.is_ack()),
        Err(_) => false,
    }
}

async fn may_read(connection: &Connection, queue: &str) -> bool {
    let channel = connection.create_channel().await.expect("a channel");
    channel.basic_get(queue.into(), BasicGetOptions { no_ack: false }).await.is_ok()
}

fn service_of(user: &str) -> Option<&'static str> {
    let name = user.strip_prefix("lapwing_").expect("every user is one of Lapwing's");
    TELLERS.iter().map(|(service, _)| *service).find(|service| *service == name)
}

#[tokio::test]
async fn a_user_publishes_what_its_service_tells_and_nothing_else() {
    let server = prepared("rights-to-publish").await;
    for user in USERS {
        let (connection, _channel) = channel(&of_user(&server, "rights-to-publish", user)).await;
        let told = service_of(user).map(told_by).unwrap_or_default();
        for key in ALL.iter().flat_map(|event| routing_keys(event)).chain(["something.new.v1"]) {
            assert_eq!(may_publish(&connection, EXCHANGE, key).await, told.contains(&key), "{user}, {key}");
        }
        for queue in QUEUES {
            let keeps = service_of(user) == Some(queue.keeper);
            assert_eq!(
                may_publish(&connection, RETRY_EXCHANGE, queue.name).await,
                keeps,
                "{user}, {}",
                queue.name
            );
            assert!(
                !may_publish(&connection, "", queue.name).await,
                "{user} reaches {} past all rules",
                queue.name
            );
        }
        let parks = may_publish(&connection, PARKING_EXCHANGE, "audit.events.parked").await;
        assert_eq!(
            parks,
            user == "lapwing_topology",
            "{user}: queues park, and who makes them must be able to"
        );
    }
}

#[tokio::test]
async fn a_user_reads_its_own_queues_and_changes_none() {
    const VHOST: &str = "rights-to-read";
    let server = prepared(VHOST).await;
    for user in USERS.into_iter().filter(|user| *user != "lapwing_topology") {
        let name = user.strip_prefix("lapwing_").expect("one of Lapwing's");
        let (connection, _channel) = channel(&of_user(&server, VHOST, user)).await;
        for queue in QUEUES {
            assert_eq!(
                may_read(&connection, queue.name).await,
                queue.reader() == name,
                "{user}, {}",
                queue.name
            );
            assert_eq!(
                may_read(&connection, &queue.parked()).await,
                queue.keeper == name,
                "{user}, {}",
                queue.parked()
            );
            let channel = connection.create_channel().await.expect("a channel");
            let deleted = channel.queue_delete(queue.name.into(), QueueDeleteOptions::default()).await;
            assert!(deleted.is_err(), "{user} deleted {}", queue.name);
        }
        // A way by which a reader would get what is not its own: a queue that it made, bound to every event.
        let channel = connection.create_channel().await.expect("a channel");
        let own = QueueDeclareOptions { exclusive: true, ..Default::default() };
        assert!(
            channel.queue_declare(format!("{name}.own").into(), own, FieldTable::default()).await.is_err()
        );
    }
}

async fn may_bind(connection: &Connection, queue: &str, exchange: &str, key: &str) -> bool {
    let channel = connection.create_channel().await.expect("a channel");
    let (options, arguments) = (QueueBindOptions::default(), FieldTable::default());
    channel.queue_bind(queue.into(), exchange.into(), key.into(), options, arguments).await.is_ok()
}

#[tokio::test]
async fn a_service_binds_the_queues_that_it_keeps_to_what_they_take_and_nobody_binds_more() {
    const VHOST: &str = "rights-to-bind";
    let server = prepared(VHOST).await;
    for user in USERS.into_iter().filter(|user| *user != "lapwing_topology") {
        let (connection, _channel) = channel(&of_user(&server, VHOST, user)).await;
        let kept = QUEUES.iter().filter(|queue| service_of(user) == Some(queue.keeper));
        let taken: Vec<&str> = kept.flat_map(|queue| queue.bindings).copied().collect();
        for queue in QUEUES {
            let keeps = service_of(user) == Some(queue.keeper);
            for key in QUEUES.iter().flat_map(|queue| queue.bindings) {
                let may = may_bind(&connection, queue.name, EXCHANGE, key).await;
                // The broker asks about queue and key apart: of several queues, each may be bound to what any of them takes.
                assert_eq!(may, keeps && taken.contains(key), "{user}, {} to {key}", queue.name);
            }
            // What is given up, and what is tried again, is bound by whoever declares.
            for (exchange, bound) in
                [(PARKING_EXCHANGE, queue.parked()), (RETRY_EXCHANGE, queue.name.to_owned())]
            {
                assert!(
                    !may_bind(&connection, &bound, exchange, &bound).await,
                    "{user}, {bound} to {exchange}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_binding_that_somebody_took_away_is_made_again_by_a_service_that_may_not_declare() {
    const VHOST: &str = "rights-to-bind-again";
    const QUEUE: &str = "eligibility.notifications";
    let server = prepared(VHOST).await;
    let (_connection, maker) = channel(&of_user(&server, VHOST, "lapwing_topology")).await;
    let take_away = async || {
        let key = NOTIFICATION_RECEIVED.into();
        maker.queue_unbind(QUEUE.into(), EXCHANGE.into(), key, FieldTable::default()).await.expect("unbound");
    };
    let url = server.url(VHOST);
    let is_there = async || server.is_bound(&url, EXCHANGE, NOTIFICATION_RECEIVED, QUEUE).await;
    assert!(is_there().await, "the definitions have it");
    take_away().await;
    assert!(!is_there().await, "it is gone");
    let intake = Publisher::new(of_user(&server, VHOST, "lapwing_intake"));
    publish_all(&intake, vec![event(1, NOTIFICATION_RECEIVED)]).await;
    assert_eq!(server.depths(&server.url(VHOST)).await[QUEUE], 0, "audit has it, and so it is confirmed");
    let lifecycle = Lifecycle::new();
    observe_queues(&of_user(&server, VHOST, "lapwing_eligibility"), "eligibility", &lifecycle);
    // At the start, and then from time to time.
    for when in ["at its start", "later"] {
        let bound = async {
            while !is_there().await {
                tokio::task::yield_now().await;
            }
        };
        let bound = tokio::time::timeout(std::time::Duration::from_secs(60), bound).await;
        assert!(bound.is_ok(), "nobody bound the queue again {when}");
        take_away().await;
    }
}

#[tokio::test]
async fn a_service_that_declares_nothing_needs_no_right_to_and_publishes_and_retries() {
    const VHOST: &str = "rights-of-services";
    let server = prepared(VHOST).await;
    for (service, _) in TELLERS {
        let config = of_user(&server, VHOST, &format!("lapwing_{service}"));
        assert_eq!(probe(&config).await.expect("in order"), Reachable::Yes, "{service}");
        let refused = probe(&Config { declare: true, ..config }).await.expect_err("no right to declare");
        assert!(matches!(refused, BrokerError::Credentials(_)), "{service}: {refused}");
    }
    let intake = Publisher::new(of_user(&server, VHOST, "lapwing_intake"));
    publish_all(&intake, vec![event(1, NOTIFICATION_RECEIVED)]).await;
    let triage = Publisher::new(of_user(&server, VHOST, "lapwing_triage"));
    publish_all(&triage, vec![to_queue(event(2, NOTIFICATION_RECEIVED), "triage.findings")]).await;
    let depths = server.depths(&server.url(VHOST)).await;
    assert_eq!((depths["eligibility.notifications"], depths["triage.findings"]), (1, 1), "{depths:?}");
    // Whoever makes the topology is another user, and finds nothing to make.
    let maker = of_user(&server, VHOST, "lapwing_topology");
    assert_eq!(topology::check(&maker).await.expect("checked"), []);
    topology::declare(&maker).await.expect("declared");
}

#[tokio::test]
async fn what_a_service_says_in_anothers_name_is_not_heard_and_kept_with_its_reason() {
    const VHOST: &str = "rights-to-a-name";
    const QUEUE: &str = "intake.outcomes";
    let server = prepared(VHOST).await;
    let eligibility = Publisher::new(of_user(&server, VHOST, "lapwing_eligibility"));
    let route = Route { key: NOTIFICATION_ASSESSED.to_owned(), ..Route::default() };
    let forged = event(1, CASE_STAND_ASIDE_LIFTED).routed(route);
    publish_all(&eligibility, vec![forged, event(2, NOTIFICATION_ASSESSED)]).await;
    let (reader, keeper, lifecycle) = (Reader::of(QUEUE), Reader::of(QUEUE), Lifecycle::new());
    let config = of_user(&server, VHOST, "lapwing_intake");
    consume(&config, reader.receiving(), &lifecycle);
    collect_parked(&config, QUEUE, keeper.clone(), &lifecycle);
    keeper.until("the forged event", |taken| !taken.parked.is_empty()).await;
    reader.until("its own", |taken| !taken.effects.is_empty()).await;
    let (kept, reason) = keeper.look(|taken| taken.parked[0].clone());
    assert_eq!(kept.kind, CASE_STAND_ASIDE_LIFTED);
    assert!(reason.contains("another name than its own"), "{reason}");
    let heard =
        reader.look(|taken| taken.effects.values().map(|event| event.kind.clone()).collect::<Vec<_>>());
    assert_eq!(heard, [NOTIFICATION_ASSESSED]);
}

#[tokio::test]
async fn what_a_service_sends_to_anothers_queue_by_further_keys_is_not_heard() {
    const VHOST: &str = "rights-by-further-keys";
    const QUEUE: &str = "triage.findings";
    let server = prepared(VHOST).await;
    let (_connection, channel) = channel(&of_user(&server, VHOST, "lapwing_intake")).await;
    // As a retry to its own queue, and with it to triage's; the broker lets it.
    let text = |text: &str| AMQPValue::LongString(text.into());
    let mut headers = FieldTable::default();
    for (name, value) in [
        ("ce-specversion", "1.0"),
        ("ce-id", "00000000-0000-0000-0000-000000000001"),
        ("ce-type", NOTIFICATION_ASSESSED),
        ("ce-source", "eligibility"),
        ("ce-subject", "LW-7K4-MXP-2R9"),
        ("ce-time", "2026-03-14T10:00:00Z"),
        ("ce-owner", "373"),
    ] {
        headers.insert(name.into(), text(value));
    }
    headers.insert("CC".into(), AMQPValue::FieldArray(vec![text(QUEUE)].into()));
    let sent = channel.basic_publish(
        RETRY_EXCHANGE.into(),
        "intake.outcomes".into(),
        BasicPublishOptions::default(),
        b"x",
        BasicProperties::default().with_headers(headers),
    );
    sent.await.expect("sent");
    let (reader, keeper, lifecycle) = (Reader::of(QUEUE), Reader::of(QUEUE), Lifecycle::new());
    let config = of_user(&server, VHOST, "lapwing_triage");
    consume(&config, reader.receiving(), &lifecycle);
    collect_parked(&config, QUEUE, keeper.clone(), &lifecycle);
    keeper.until("the forged event", |taken| !taken.parked.is_empty()).await;
    let (kept, reason) = keeper.look(|taken| taken.parked[0].clone());
    assert_eq!(kept.kind, NOTIFICATION_ASSESSED);
    assert!(reason.contains("another name than its own"), "{reason}");
    assert!(reader.look(|taken| taken.effects.is_empty()), "triage heard what intake said");
}

#[tokio::test]
async fn a_service_that_declares_nothing_says_what_the_broker_lacks() {
    let (_server, config) = crate::world::fresh().await;
    let refused = probe(&Config { declare: false, ..config }).await.expect_err("nothing is there");
    assert!(matches!(refused, BrokerError::Topology(_)), "{refused}");
    assert!(refused.to_string().contains("lapwing topology declare"), "{refused}");
}

#[tokio::test]
async fn definitions_without_users_leave_passwords_as_they_are_and_a_file_may_hold_one() {
    const VHOST: &str = "rights-again";
    let server = prepared(VHOST).await;
    import(&server, VHOST, false).await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), format!("{PASSWORD}\n")).expect("written");
    let url = server.url(VHOST).replace("guest:guest", "lapwing_audit");
    let password_file = Some(file.path().to_owned());
    let config = Config { declare: false, password_file, ..Config::at(url) };
    assert_eq!(probe(&config).await.expect("lets it in"), Reachable::Yes);
    std::fs::write(file.path(), "another").expect("written");
    let refused = probe(&config).await.expect_err("another password");
    assert!(matches!(refused, BrokerError::Credentials(_)), "{refused}");
}

#[test]
fn the_definitions_that_are_deployed_are_those_of_the_code_and_hold_no_user() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../deploy/rabbitmq/definitions.json");
    let text = std::fs::read_to_string(&file).expect("deploy/rabbitmq/definitions.json");
    let deployed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        deployed,
        export("lapwing", &[]),
        "run: cargo run -q -- topology export > deploy/rabbitmq/definitions.json"
    );
    assert!(deployed.get("users").is_none() && !text.contains("password"));
}
