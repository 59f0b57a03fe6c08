//! What a certificate says of itself, and what those it is shown to will make of it: for whoever asks before they do.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::server::WebPkiClientVerifier;
use rustls::{CertificateError, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::caller::caller_in;
use crate::trust::{certificates, provider, unix};
use crate::{Caller, RevocationList, TrustError};

/// A certificate, read and not judged.
#[derive(Debug, Clone)]
pub struct Examined {
    chain: Vec<CertificateDer<'static>>,
    /// From when it is valid.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// The hosts that it names: DNS names and addresses.
    pub hosts: Vec<String>,
    /// The one caller that it names, or a sentence that says why it names none.
    pub caller: Result<Caller, String>,
}

/// Why a certificate is of no use at one end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// No authority of those named has signed it.
    Authority,
    /// Its authority has taken it back.
    Revoked,
    /// It is, or whoever vouches for it is, not valid at this time.
    Time,
    /// It names no host by which a client could call.
    NoHost,
    /// Something else, such as a purpose that it is not for, in the TLS library's words.
    Other(String),
}

impl Examined {
    /// Reads a certificate in PEM, the leaf first.
    ///
    /// # Errors
    /// [`TrustError::Certificate`].
    pub fn read(pem: &str) -> Result<Self, TrustError> {
        let chain = certificates(pem).ok_or(TrustError::Certificate)?;
        let leaf = chain.first().ok_or(TrustError::Certificate)?;
        let (_, parsed) = X509Certificate::from_der(leaf).map_err(|_| TrustError::Certificate)?;
        let time = |time: x509_parser::time::ASN1Time| {
            Timestamp::from_second(time.timestamp()).map_err(|_| TrustError::Certificate)
        };
        let (from, until) = (time(parsed.validity().not_before)?, time(parsed.validity().not_after)?);
        let (hosts, caller) = (hosts(&parsed), caller_in(leaf));
        Ok(Self { from, until, hosts, caller, chain })
    }

    /// What clients that trust `authority` (PEM), and go by the lists in `revoked` (PEM), will make of it as a server's.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn as_server(&self, authority: &str, revoked: Option<&str>, now: Timestamp) -> Result<(), Unfit> {
        let host = self.hosts.first().ok_or(Unfit::NoHost)?;
        let host = ServerName::try_from(host.clone()).map_err(|_| Unfit::NoHost)?;
        let lists = lists(revoked)?.into_iter().map(|list| list.der());
        let verifier = WebPkiServerVerifier::builder_with_provider(roots(authority)?.into(), provider())
            .with_crls(lists)
            .build()
            .map_err(|error| Unfit::Other(error.to_string()))?;
        let (leaf, others) = self.chain.split_first().ok_or(Unfit::Authority)?;
        let judged = verifier.verify_server_cert(leaf, others, &host, &[], unix(now));
        judged.map(drop).map_err(|error| unfit(&error))
    }

    /// What servers that trust `authority` (PEM), and go by the lists in `revoked` (PEM), will make of it as a client's.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn as_client(&self, authority: &str, revoked: Option<&str>, now: Timestamp) -> Result<(), Unfit> {
        let lists = lists(revoked)?.into_iter().map(|list| list.der());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots(authority)?.into(), provider())
            .with_crls(lists)
            .build()
            .map_err(|error| Unfit::Other(error.to_string()))?;
        let (leaf, others) = self.chain.split_first().ok_or(Unfit::Authority)?;
        let judged = verifier.verify_client_cert(leaf, others, unix(now));
        judged.map(drop).map_err(|error| unfit(&error))
    }
}

/// When each certificate of a PEM text ceases to be valid, such as those of several authorities.
///
/// # Errors
/// [`TrustError::Certificate`] where one cannot be read, or there is none.
pub fn ends(pem: &str) -> Result<Vec<Timestamp>, TrustError> {
    let read = certificates(pem).ok_or(TrustError::Certificate)?;
    let end = |certificate: &CertificateDer<'_>| {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()
    };
    read.iter().map(|certificate| end(certificate).ok_or(TrustError::Certificate)).collect()
}

fn hosts(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map(|names| names.value.general_names.as_slice()).unwrap_or_default();
    let host = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    };
    names.iter().filter_map(host).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn roots(authority: &str) -> Result<RootCertStore, Unfit> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(authority).ok_or(Unfit::Authority)? {
        roots.add(certificate).map_err(|_| Unfit::Authority)?;
    }
    Ok(roots)
}

fn lists(revoked: Option<&str>) -> Result<Vec<RevocationList>, Unfit> {
    let read = revoked.map(RevocationList::read).transpose();
    read.map(Option::unwrap_or_default).map_err(|error| Unfit::Other(error.to_string()))
}

fn unfit(error: &rustls::Error) -> Unfit {
    match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Unfit::Authority,
            CertificateError::Revoked => Unfit::Revoked,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Unfit::Time,
            other => Unfit::Other(other.to_string()),
        },
        other => Unfit::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use ambient::Ambient;
    use jiff::SignedDuration;

    use super::*;
    use crate::{Credentials, DevelopmentAuthority, Role};

    fn authority() -> (tempfile::TempDir, DevelopmentAuthority) {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens");
        (folder, authority)
    }

    fn judged(own: &Credentials, of: &Credentials) -> (Result<(), Unfit>, Result<(), Unfit>) {
        let examined = Examined::read(&own.certificate).expect("reads");
        let (now, revoked) = (Ambient::system().now(), of.revoked.as_deref());
        (examined.as_server(&of.authority, revoked, now), examined.as_client(&of.authority, revoked, now))
    }

    #[test]
    fn a_service_serves_and_calls_and_another_authority_knows_nothing_of_it() {
        let ((_folder, authority), (_other_folder, other)) = (authority(), self::authority());
        let service = authority.service("intake").expect("made");
        let examined = Examined::read(&service.certificate).expect("reads");
        assert_eq!(examined.hosts, ["localhost", "127.0.0.1", "::1", "intake"]);
        assert_eq!(examined.caller, Ok(Caller::new(Role::Service, "intake")));
        assert_eq!(judged(&service, &service), (Ok(()), Ok(())));
        let elsewhere = other.service("intake").expect("made");
        assert_eq!(judged(&service, &elsewhere), (Err(Unfit::Authority), Err(Unfit::Authority)));
    }

    #[test]
    fn a_purpose_a_revocation_and_an_end_are_told_apart() {
        let (_folder, authority) = authority();
        let server = authority.server().expect("made");
        assert!(matches!(judged(&server, &server), (Ok(()), Err(Unfit::Other(_)))));
        let caller = Caller::authority("373");
        let ended = Ambient::system().now() - SignedDuration::from_hours(1);
        let ended = authority.caller_until(&caller, ended).expect("made");
        assert_eq!(judged(&ended, &ended), (Err(Unfit::NoHost), Err(Unfit::Time)));
        authority.service("intake").expect("made");
        authority.revoke(&Caller::new(Role::Service, "intake")).expect("revokes");
        let revoked = authority.service("intake").expect("kept");
        assert_eq!(judged(&revoked, &revoked), (Err(Unfit::Revoked), Err(Unfit::Revoked)));
    }

    #[test]
    fn the_authority_of_a_folder_is_looked_at_and_nothing_is_written_there() {
        let empty = tempfile::tempdir().expect("a folder");
        assert!(DevelopmentAuthority::kept(empty.path(), &Ambient::system()).is_err());
        assert_eq!(std::fs::read_dir(empty.path()).expect("a folder").count(), 0);
        let (folder, _authority) = authority();
        let before = std::fs::read_dir(folder.path()).expect("a folder").count();
        let kept = DevelopmentAuthority::kept(folder.path(), &Ambient::system()).expect("opens");
        let until = Ambient::system().now() + SignedDuration::from_mins(5);
        let caller = kept.caller_until(&Caller::new(Role::Operator, "doctor"), until).expect("issues");
        assert_eq!(judged(&caller, &caller).1, Ok(()));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), before);
    }
}
