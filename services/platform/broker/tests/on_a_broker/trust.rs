//! TLS with a broker: who is trusted, and what is said where one end does not trust the other.

use std::path::{Path, PathBuf};

use ambient::Ambient;
use broker::{BrokerError, Config, Publisher, Reachable, probe};
use contracts::events::NOTIFICATION_RECEIVED;
use identity::{Caller, DevelopmentAuthority, Role};
use testbed::rabbitmq::Server;

use crate::world::{event, publish_all, until_depth};

fn authority(folder: &Path) -> DevelopmentAuthority {
    DevelopmentAuthority::open(folder, &Ambient::system()).expect("an authority")
}

/// The files of a certificate that a service shows.
fn files(authority: &DevelopmentAuthority, folder: &Path) -> (Option<PathBuf>, Option<PathBuf>) {
    authority.caller(&Caller::new(Role::Service, "intake")).expect("a certificate");
    (Some(folder.join("service-intake.pem")), Some(folder.join("service-intake.key")))
}

async fn refusal(config: &Config) -> BrokerError {
    probe(config).await.expect_err("refused")
}

#[tokio::test]
async fn a_broker_is_used_over_tls_and_who_is_not_trusted_is_told_what_to_set() {
    let (ours, theirs) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let authority_of_ours = authority(ours.path());
    let server = Server::start_with_tls(&authority_of_ours.server().expect("a certificate")).await;
    let (certificate, key) = files(&authority_of_ours, ours.path());
    let trusting = Config {
        authority: Some(ours.path().join("authority.pem")),
        certificate,
        key,
        ..Config::at(server.vhost().await)
    };

    assert_eq!(probe(&trusting).await.expect("in order"), Reachable::Yes);
    publish_all(&Publisher::new(trusting.clone()), vec![event(1, NOTIFICATION_RECEIVED)]).await;
    until_depth(&server, &trusting, "audit.events", 1).await;

    let stranger = authority(theirs.path());
    let (certificate, key) = files(&stranger, theirs.path());
    let another_authority =
        Config { authority: Some(theirs.path().join("authority.pem")), ..trusting.clone() };
    let refused = refusal(&another_authority).await;
    assert!(matches!(refused, BrokerError::Tls(_)), "the broker is a stranger to us: {refused:?}");
    assert!(refused.to_string().contains("`authority` in [broker]"), "{refused}");

    let refused = refusal(&Config { authority: None, ..trusting.clone() }).await;
    assert!(matches!(refused, BrokerError::Tls(_)), "the system does not know the authority: {refused:?}");

    let refused = refusal(&Config { certificate, key, ..trusting.clone() }).await;
    assert!(matches!(refused, BrokerError::Tls(_)), "we are a stranger to the broker: {refused:?}");
    assert!(refused.to_string().contains("`certificate` and `key`"), "{refused}");

    let refused = refusal(&Config { certificate: None, key: None, ..trusting.clone() }).await;
    assert!(matches!(refused, BrokerError::Tls(_)), "we show the broker nothing: {refused:?}");

    let refused = refusal(&Config { key: None, ..trusting.clone() }).await;
    assert!(matches!(refused, BrokerError::HalfACertificate), "{refused:?}");

    let refused = refusal(&Config { key: Some("/nowhere/intake.key".into()), ..trusting }).await;
    assert!(
        refused.to_string().contains("/nowhere/intake.key") && refused.to_string().contains("`key`"),
        "{refused}"
    );
}
