//! Whether a broker stands as this version needs it, and what is said where it does not.

use broker::{BrokerError, Config, Publisher, Reachable, probe, topology};
use contracts::events::NOTIFICATION_RECEIVED;
use contracts::topology::{EXCHANGE, QUEUES};
use lapin::options::{
    BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Confirmation, ExchangeKind};
use secrecy::ExposeSecret;
use testbed::rabbitmq::Server;

use crate::world::{channel, event, fresh, import, publish_all, until_depth};

#[tokio::test]
async fn a_broker_that_lacks_everything_is_said_to_and_a_probe_makes_it() {
    let (_server, config) = fresh().await;
    let lacking = topology::check(&config).await.expect("checked");
    assert_eq!(lacking.len(), 3 + 2 * QUEUES.len(), "{lacking:?}");
    assert_eq!(probe(&config).await.expect("in order"), Reachable::Yes);
    assert_eq!(topology::check(&config).await.expect("checked"), []);
    topology::declare(&config).await.expect("declared again");
}

#[tokio::test]
async fn a_queue_that_somebody_made_otherwise_is_named_and_refused() {
    let (_server, config) = fresh().await;
    let (_connection, channel) = channel(&config).await;
    let durable = QueueDeclareOptions { durable: true, ..Default::default() };
    channel
        .queue_declare("panel.decisions".into(), durable, FieldTable::default())
        .await
        .expect("a classic queue");
    let differences = topology::check(&config).await.expect("checked");
    let said: Vec<&str> = differences
        .iter()
        .filter(|difference| difference.how.contains("inequivalent"))
        .map(|difference| difference.what.as_str())
        .collect();
    assert_eq!(said, ["panel.decisions"], "{differences:?}");
    let refused = probe(&config).await.expect_err("another topology");
    assert!(matches!(refused, BrokerError::Topology(_)), "{refused}");
    assert!(refused.to_string().contains("panel.decisions"), "{refused}");
}

#[tokio::test]
async fn an_exchange_of_another_type_is_named() {
    let (_server, config) = fresh().await;
    let (_connection, channel) = channel(&config).await;
    let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
    channel
        .exchange_declare(EXCHANGE.into(), ExchangeKind::Direct, durable, FieldTable::default())
        .await
        .expect("a direct exchange");
    let differences = topology::check(&config).await.expect("checked");
    assert!(differences.iter().any(|difference| difference.what == EXCHANGE), "{differences:?}");
}

#[tokio::test]
async fn several_that_declare_for_the_first_time_at_once_all_succeed() {
    let (_server, config) = fresh().await;
    let declared = futures::future::join_all((0..6).map(|_| topology::declare(&config))).await;
    for declared in declared {
        declared.expect("declared");
    }
    assert_eq!(topology::check(&config).await.expect("checked"), []);
}

#[tokio::test]
async fn exported_definitions_make_a_broker_that_passes_and_delivers() {
    let server = Server::start().await;
    import(&server, "lapwing", true).await;
    server.ctl(&["set_permissions", "-p", "lapwing", "guest", ".*", ".*", ".*"]).await;
    let config = Config::at(server.url("lapwing"));
    assert_eq!(topology::check(&config).await.expect("checked"), []);
    // Not by a publisher of ours: it would make whatever binding is missing.
    let (_connection, channel) = channel(&config).await;
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
    for key in QUEUES.iter().flat_map(|queue| queue.bindings).map(|key| key.replace('#', "some.new.event.v1"))
    {
        let mandatory = BasicPublishOptions { mandatory: true, ..Default::default() };
        let properties = BasicProperties::default();
        let sent = channel.basic_publish(EXCHANGE.into(), key.into(), mandatory, b"x", properties).await;
        assert_eq!(sent.expect("sent").await.expect("confirmed"), Confirmation::Ack(None));
    }
    for queue in QUEUES {
        let keys =
            QUEUES.iter().flat_map(|other| other.bindings).map(|key| key.replace('#', "some.new.event.v1"));
        until_depth(&server, &config, queue.name, keys.filter(|key| queue.takes(key)).count()).await;
    }
}

#[tokio::test]
async fn what_trying_again_does_not_mend_is_refused_with_what_to_do() {
    let (server, config) = fresh().await;
    let refused =
        probe(&Config::at(config.url.expose_secret().replace("guest:guest", "guest:wr0ng-s3cret"))).await;
    let refused = refused.expect_err("a wrong password");
    assert!(matches!(refused, BrokerError::Credentials(_)), "{refused:?}");
    assert!(refused.to_string().contains("password") && !refused.to_string().contains("wr0ng"), "{refused}");
    let refused = probe(&Config::at(server.url("nowhere"))).await.expect_err("no such virtual host");
    assert!(matches!(refused, BrokerError::VirtualHost(_)), "{refused:?}");
    assert!(refused.to_string().contains("rabbitmqctl"), "{refused}");
    let refused = probe(&Config::at("mq.example:s3cret")).await.expect_err("no URL");
    assert!(matches!(refused, BrokerError::Url(_)) && !refused.to_string().contains("s3cret"), "{refused:?}");
}

#[tokio::test]
async fn a_user_without_permissions_is_refused_with_what_to_do() {
    let (server, config) = fresh().await;
    let name = format!("reader-{}", config.url.expose_secret().rsplit('/').next().expect("a virtual host"));
    let vhost = config.url.expose_secret().rsplit('/').next().expect("a virtual host");
    server.ctl(&["add_user", &name, "s3cret"]).await;
    server.ctl(&["set_permissions", "-p", vhost, &name, "^$", "^$", ".*"]).await;
    let refused =
        probe(&Config::at(config.url.expose_secret().replace("guest:guest", &format!("{name}:s3cret"))))
            .await;
    let refused = refused.expect_err("no permission to declare");
    assert!(matches!(refused, BrokerError::Credentials(_)), "{refused:?}");
    assert!(refused.to_string().contains("set_permissions") && !refused.to_string().contains("s3cret"));
}

#[tokio::test]
async fn a_broker_that_is_away_is_not_refused_for_it_comes_back() {
    let nobody = Config::at(format!("amqp://guest:s3cret@127.0.0.1:{}/x", testbed::free_port()));
    match probe(&nobody).await.expect("trying again is of use") {
        Reachable::NotNow(reason) => assert!(!reason.contains("s3cret"), "{reason}"),
        Reachable::Yes => panic!("nobody listens there"),
    }
}

#[tokio::test]
async fn settings_show_no_password_and_refuse_unknown_keys() {
    let config: Config = toml::from_str("url = \"amqp://lapwing:s3cret@mq/lapwing\"").expect("settings");
    assert!(!format!("{config:?}").contains("s3cret"));
    assert!(toml::from_str::<Config>("url = \"amqp://mq\"\nprefetsch = 1").is_err());
    assert!(
        toml::from_str::<Config>("url = \"amqp://mq\"\nprefetch = 0").is_err(),
        "0 means no bound at all"
    );
}

#[tokio::test]
async fn a_publisher_works_where_the_topology_was_never_declared() {
    let (server, config) = fresh().await;
    let publisher = Publisher::new(config.clone());
    publish_all(&publisher, vec![event(1, NOTIFICATION_RECEIVED)]).await;
    until_depth(&server, &config, "audit.events", 1).await;
    assert_eq!(topology::check(&config).await.expect("checked"), []);
}
