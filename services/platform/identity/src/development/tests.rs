//! What is issued, kept, renewed and revoked.

use std::fs;

use ambient::{SetClock, SystemChance};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::*;
use crate::{NotTrusted, Peer, Role, Trust};

#[test]
fn a_certificate_names_its_caller_and_is_the_same_the_next_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens");
    let first = authority.caller(&Caller::authority("373")).expect("a certificate");
    let again = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens again");
    let second = again.caller(&Caller::authority("373")).expect("a certificate");
    assert_eq!(first.certificate, second.certificate);
    let other = again.caller(&Caller::new(Role::Secretariat, "desk")).expect("a certificate");
    assert_ne!(first.certificate, other.certificate);
}

#[test]
fn keys_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    DevelopmentAuthority::open(folder.path(), &Ambient::system())
        .expect("opens")
        .server()
        .expect("a certificate");
    for file in ["authority.key", "server.key"] {
        let mode = fs::metadata(folder.path().join(file)).expect("a key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

fn peer(credentials: &Credentials) -> Peer {
    let chain = CertificateDer::pem_slice_iter(credentials.certificate.as_bytes());
    Peer::of(chain.collect::<Result<_, _>>().expect("certificates"))
}

#[test]
fn every_certificate_says_in_its_subject_what_it_is_not_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens");
    let issued = [
        authority.caller(&Caller::authority("373")).expect("a certificate").certificate,
        authority.server().expect("a certificate").certificate,
        authority.service("intake").expect("a certificate").certificate,
        authority.certificate,
    ];
    for certificate in issued {
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate");
        let (_, parsed) = X509Certificate::from_der(&der).expect("a certificate");
        let subject = parsed.subject().to_string();
        assert!(subject.contains("development, not for real data"), "{subject}");
    }
}

#[test]
fn what_has_expired_is_made_anew_and_its_list_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = SetClock::at("2026-03-20T12:00:00Z".parse().expect("a time"));
    let ambient = Ambient::new(clock.clone(), SystemChance);
    let caller = Caller::authority("373");
    let open = || DevelopmentAuthority::open(folder.path(), &ambient).expect("opens");
    let first = open().caller(&caller).expect("a certificate");
    open().revoke(&caller).expect("revoked");
    clock.set("2028-03-20T12:00:01Z".parse().expect("a time"));
    let second = open().caller(&caller).expect("a certificate");
    assert_ne!(first.certificate, second.certificate);
    let trust = Trust::of(&second, &ambient).expect("fits together");
    trust.admits(&peer(&second), ambient.now()).expect("the new one is good");
    assert_eq!(trust.admits(&peer(&first), ambient.now()), Err(NotTrusted::Expired));
}

#[test]
fn what_is_revoked_is_told_from_what_is_not_and_stays_revoked() {
    let folder = tempfile::tempdir().expect("a folder");
    let ambient = Ambient::system();
    let authority = DevelopmentAuthority::open(folder.path(), &ambient).expect("opens");
    let (first, second) = (Caller::authority("373"), Caller::authority("370"));
    let shown = [&first, &second].map(|caller| peer(&authority.caller(caller).expect("a certificate")));
    let judged = || {
        let own = authority.server().expect("a certificate");
        let trust = Trust::of(&own, &ambient).expect("fits together");
        [0, 1].map(|which: usize| trust.admits(&shown[which], ambient.now()))
    };
    assert_eq!(judged(), [Ok(()), Ok(())]);
    authority.revoke(&first).expect("revoked");
    assert_eq!(judged(), [Err(NotTrusted::Revoked), Ok(())]);
    authority.revoke(&second).expect("revoked");
    assert_eq!(judged(), [Err(NotTrusted::Revoked), Err(NotTrusted::Revoked)]);
    authority.forget(&first).expect("forgotten");
    let anew = peer(&authority.caller(&first).expect("a certificate"));
    let trust = Trust::of(&authority.server().expect("a certificate"), &ambient).expect("fits together");
    trust.admits(&anew, ambient.now()).expect("the new one is good");
    let nobody = authority.revoke(&Caller::authority("999")).expect_err("refused").to_string();
    assert!(nobody.contains("authority-999.pem"), "{nobody}");
}
