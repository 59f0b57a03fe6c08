//! Certificates that are replaced, revoked, or whose time passes, while connections are open.

use ambient::Ambient;
use host::{Files, Limits, Trusted};
use identity::{Anchors, Caller, Credentials, DevelopmentAuthority};
use jiff::ToSpan;
use lifecycle::CancellationToken;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::world::{World, code, healthy, named, service, until};

/// Another certificate for the server, of the same authority.
fn second_server_certificate(world: &World) -> Credentials {
    let elsewhere = tempfile::tempdir().expect("a folder");
    for file in ["authority.pem", "authority.key"] {
        std::fs::copy(world.file(file), elsewhere.path().join(file)).expect("copied");
    }
    let pki = DevelopmentAuthority::open(elsewhere.path(), &Ambient::system()).expect("opens");
    pki.server().expect("a certificate")
}

#[tokio::test]
async fn a_pair_that_is_half_replaced_serves_on_and_holds_up_no_revocation() {
    let world = World::new(Limits::default()).await;
    let old = world.shown().await;
    let kept = world.channel("373").await;
    let new = second_server_certificate(&world);
    std::fs::write(world.file("server.key"), &new.key).expect("written");
    let revoked = world.credentials("370");
    world.pki.revoke(&Caller::authority("370")).expect("revoked");
    until("the revoked one to be refused", async || (!world.lets_in(&revoked).await).then_some(())).await;
    assert_eq!(world.shown().await, old, "the key alone has changed");
    std::fs::write(world.file("server.pem"), &new.certificate).expect("written");
    until("the new certificate", async || (world.shown().await != old).then_some(())).await;
    healthy(kept).await.expect("a connection that was made before is as good as it was");
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_on_the_connection_it_has_and_gets_no_other() {
    let world = World::new(Limits::default()).await;
    let (revoked, other) = (world.channel("373").await, world.channel("370").await);
    let mut stream = HealthClient::new(revoked.clone())
        .watch(HealthCheckRequest::default())
        .await
        .expect("a stream")
        .into_inner();
    assert!(stream.message().await.expect("a first answer").is_some());
    world.pki.revoke(&Caller::authority("373")).expect("revoked");
    let status = until("a refusal", async || healthy(revoked.clone()).await.err()).await;
    assert_eq!((status.code(), code(&status).as_str()), (Code::Unauthenticated, "CERTIFICATE_REVOKED"));
    assert!(status.message().contains("To do: "), "{}", status.message());
    let ended = stream.message().await.expect_err("the stream ends too");
    assert_eq!((ended.code(), code(&ended).as_str()), (Code::Unauthenticated, "CERTIFICATE_REVOKED"));
    assert!(!world.lets_in(&world.credentials("373")).await, "a new handshake");
    healthy(other).await.expect("nobody else is concerned");
}

#[tokio::test]
async fn an_expired_certificate_is_refused_on_the_connection_it_has_and_gets_no_other() {
    let world = World::new(Limits::default()).await;
    let until_then = Ambient::system().now() + 1.hour();
    let short = world.pki.caller_until(&Caller::authority("373"), until_then).expect("a certificate");
    let channel = world.channel_with(&short).await.expect("connects");
    let other = world.channel("370").await;
    healthy(channel.clone()).await.expect("it is good still");
    world.clock.set(until_then);
    let status = healthy(channel).await.expect_err("at once");
    assert_eq!((status.code(), code(&status).as_str()), (Code::Unauthenticated, "CERTIFICATE_EXPIRED"));
    assert!(!world.lets_in(&short).await, "a new handshake");
    healthy(other).await.expect("nobody else is concerned");
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_is_no_longer_trusted_is_refused_on_the_connection_it_has() {
    let world = World::new(Limits::default()).await;
    let channel = world.channel("373").await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    DevelopmentAuthority::open(elsewhere.path(), &Ambient::system()).expect("opens");
    for file in ["revoked.pem", "authority.pem"] {
        std::fs::copy(elsewhere.path().join(file), world.file(file)).expect("copied");
    }
    let status = until("a refusal", async || healthy(channel.clone()).await.err()).await;
    assert_eq!((status.code(), code(&status).as_str()), (Code::Unauthenticated, "CERTIFICATE_NOT_TRUSTED"));
}

#[tokio::test]
async fn a_list_that_cannot_be_gone_by_leaves_the_old_one_in_force() {
    let world = World::new(Limits::default()).await;
    let old = world.shown().await;
    let (revoked, good) = (world.credentials("370"), world.channel("371").await);
    world.pki.revoke(&Caller::authority("370")).expect("revoked");
    until("the revoked one to be refused", async || (!world.lets_in(&revoked).await).then_some(())).await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    DevelopmentAuthority::open(elsewhere.path(), &Ambient::system()).expect("opens");
    for list in [std::fs::read(elsewhere.path().join("revoked.pem")).expect("a list"), Vec::new()] {
        std::fs::write(world.file("revoked.pem"), list).expect("written");
        // The new certificate is taken by the same look that finds the list bad.
        let before = world.shown().await;
        let new = second_server_certificate(&world);
        std::fs::write(world.file("server.key"), &new.key).expect("written");
        std::fs::write(world.file("server.pem"), &new.certificate).expect("written");
        until("the new certificate", async || {
            let shown = world.shown().await;
            (shown != old && shown != before).then_some(())
        })
        .await;
        assert!(!world.lets_in(&revoked).await, "what was revoked stays so");
        healthy(good.clone()).await.expect("nobody else is concerned");
    }
}

#[tokio::test]
async fn what_cannot_be_gone_by_at_the_start_is_refused_with_its_file() {
    let (ours, theirs) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for folder in [&ours, &theirs] {
        let pki = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens");
        pki.server().expect("a certificate");
    }
    let files = Files::of_development(ours.path(), "server");
    let refusal = |files: Files| {
        let read = Trusted::from_files(files, &Ambient::system(), CancellationToken::new());
        read.map(drop).expect_err("refused").to_string()
    };
    let theirs = Files::of_development(theirs.path(), "server");
    let unsigned = refusal(Files { revoked: theirs.revoked.clone(), ..files.clone() });
    assert!(unsigned.contains("revoked.pem") && unsigned.contains("signed by none"), "{unsigned}");
    let mixed = refusal(Files { key: theirs.key.clone(), ..files.clone() });
    assert!(mixed.contains("server.pem") && mixed.contains("do not fit together"), "{mixed}");
    let empty = ours.path().join("empty.pem");
    std::fs::write(&empty, "").expect("written");
    let unreadable = refusal(Files { revoked: Some(empty), ..files.clone() });
    assert!(unreadable.contains("empty.pem") && unreadable.contains("`revoked`"), "{unreadable}");
    let bundle = ours.path().join("bundle.pem");
    let both = [&files.authority, &theirs.authority].map(|file| std::fs::read_to_string(file).expect("read"));
    std::fs::write(&bundle, both.concat()).expect("written");
    let without = refusal(Files { authority: bundle, ..files.clone() });
    assert!(without.contains("no list of") && without.contains("DEVELOPMENT"), "{without}");
    let read = Trusted::from_files(files, &Ambient::system(), CancellationToken::new());
    assert!(read.is_ok(), "{:?}", read.map(drop).err());
}

#[test]
fn a_list_that_is_out_of_date_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let pki = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens");
    let Credentials { authority, revoked, .. } = pki.server().expect("a certificate");
    let now = Ambient::system().now();
    Anchors::of(&authority, revoked.as_deref(), now).expect("it is the newest");
    let later = now + (3 * 366 * 24).hours();
    let refused = Anchors::of(&authority, revoked.as_deref(), later).expect_err("refused").to_string();
    assert!(refused.contains("was to be replaced by") && refused.contains("newest"), "{refused}");
}

#[tokio::test]
async fn a_channel_shows_the_new_certificate_at_its_next_connection() {
    let world = World::new(Limits { connection_age_seconds: Some(1), ..Limits::default() }).await;
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str| {
        let credentials = world.pki.service(name).expect("a certificate");
        let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).expect("written");
        write("own.key", &credentials.key);
        write("own.pem", &credentials.certificate);
        write("authority.pem", &credentials.authority);
        write("revoked.pem", &credentials.revoked.expect("a list"));
    };
    put("intake");
    let lifecycle = lifecycle::Lifecycle::new();
    let files = Files::of_development(folder.path(), "own");
    let (trusted, looking) =
        Trusted::from_files(files, &Ambient::system(), lifecycle.stopping()).expect("fits together");
    lifecycle.run(looking);
    let channel = host::channel(&format!("https://{}", world.address), &trusted).expect("an address");
    // A service has no right to the call, and the refusal begins with its name.
    let is = async |name| named(channel.clone()).await.starts_with(&format!("{} ", service(name)));
    assert!(is("intake").await);
    put("triage");
    // A connection that is ended under a call fails it, so a call may be between two connections.
    until("the new certificate to be shown", async || is("triage").await.then_some(())).await;
    assert!(host::channel("http://127.0.0.1:1", &trusted).is_err(), "never without TLS");
    world.stop().await;
}
