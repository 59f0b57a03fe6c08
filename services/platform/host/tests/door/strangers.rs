//! Those who do not get in, and that nobody else notices them.

use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use host::Limits;
use identity::{Caller, DevelopmentAuthority};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;

use crate::world::{World, healthy, until};

#[tokio::test]
async fn a_forged_name_does_not_get_through_the_handshake() {
    let world = World::new(Limits::default()).await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let forger = DevelopmentAuthority::open(elsewhere.path(), &Ambient::system()).expect("opens");
    let mut forged = forger.caller(&Caller::authority("373")).expect("a certificate");
    forged.authority = world.credentials("373").authority;
    assert!(!world.lets_in(&forged).await);
    assert!(world.lets_in(&world.credentials("373")).await);
}

#[tokio::test]
async fn whoever_speaks_without_tls_or_with_an_old_one_does_not_get_in() {
    let world = World::new(Limits::default()).await;
    let plain = Endpoint::from_shared(format!("http://{}", world.address)).expect("an address");
    match plain.connect().await {
        Ok(channel) => drop(healthy(channel).await.expect_err("refused")),
        Err(_refused) => (),
    }
    let credentials = world.credentials("373");
    let config = |versions: &[&'static rustls::SupportedProtocolVersion]| {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(credentials.authority.as_bytes()).expect("a certificate"))
            .expect("an authority");
        let chain =
            vec![CertificateDer::from_pem_slice(credentials.certificate.as_bytes()).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_slice(credentials.key.as_bytes()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("a version")
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .expect("fits together");
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    };
    assert!(world.tls_with(config(&[&rustls::version::TLS12])).await.is_err());
    assert!(world.tls_with(config(&[&rustls::version::TLS13])).await.is_ok());
}

#[tokio::test]
async fn half_open_connections_by_the_hundred_hold_up_nobody() {
    let world = World::new(Limits::default()).await;
    let kept = world.channel("373").await;
    let mut half_open = Vec::new();
    for number in 0..300 {
        half_open.push(TcpStream::connect(world.address).await.expect("taken"));
        if number % 50 == 0 {
            healthy(kept.clone()).await.expect("a connection that is there");
            assert!(world.lets_in(&world.credentials("370")).await, "a new one");
        }
    }
    assert!(world.lets_in(&world.credentials("370")).await, "a new one");
    // The oldest were given up to make room, long before their time.
    let mut oldest = half_open.swap_remove(0);
    let ended = oldest.read_u8().await.expect_err("closed");
    assert!(!world.shown().await.is_empty(), "{ended}");
}

#[tokio::test]
async fn a_handshake_that_is_not_brought_to_its_end_is_given_up() {
    let world = World::new(Limits { handshake_seconds: 1, ..Limits::default() }).await;
    let mut silent = TcpStream::connect(world.address).await.expect("taken");
    assert!(silent.read_u8().await.is_err(), "nothing was said");
    let mut half = TcpStream::connect(world.address).await.expect("taken");
    half.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00]).await.expect("sent");
    assert!(half.read_u8().await.is_err(), "a record that does not go on");
    let mut silent = world.tls("373").await.expect("through the handshake");
    // The server's own first words come, and then the end.
    let closed = tokio::time::timeout(Duration::from_secs(30), silent.read_to_end(&mut Vec::new())).await;
    assert!(closed.is_ok(), "nothing was said after it");
}

#[tokio::test]
async fn one_callers_connections_are_bounded_and_nobody_elses() {
    let world = World::new(Limits { connections_of_caller: 3, ..Limits::default() }).await;
    let (own, other) = (world.credentials("373"), world.credentials("370"));
    let mut held = Vec::new();
    for _ in 0..3 {
        let channel = world.channel_with(&own).await.expect("connects");
        healthy(channel.clone()).await.expect("within its bound");
        held.push(channel);
    }
    assert!(!world.lets_in(&own).await, "one too many");
    assert!(world.lets_in(&other).await);
    held.clear();
    until("room again", async || world.lets_in(&own).await.then_some(())).await;
}

#[tokio::test]
async fn all_connections_together_are_bounded() {
    let world = World::new(Limits { connections: 2, ..Limits::default() }).await;
    let held = [world.channel("373").await, world.channel("370").await];
    for channel in &held {
        healthy(channel.clone()).await.expect("within the bound");
    }
    assert!(!world.lets_in(&world.credentials("371")).await, "one too many");
    drop(held);
    until("room again", async || world.lets_in(&world.credentials("371")).await.then_some(())).await;
}
