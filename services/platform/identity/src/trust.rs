//! What one end of a connection goes by: its own certificate, and whom it trusts. Both are read from PEM, judged before they
//! are used, and can be changed one without the other while a server runs.

use std::fmt;
use std::sync::Arc;

use ambient::Ambient;
use jiff::Timestamp;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{CertificateError, ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tonic::{Code, Status};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::caller::{CERTIFICATE_EXPIRED, CERTIFICATE_NOT_TRUSTED, CERTIFICATE_REVOKED, denied};
use crate::revocation::RevocationList;
use crate::{Credentials, Peer};

/// The one protocol that is spoken over these connections.
const HTTP_2: &[u8] = b"h2";

/// Why a certificate, a key, an authority or a list cannot be used. None says what is in a key.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// No certificate can be read.
    #[error(
        "`certificate` holds no certificate that can be read; put there the leaf in PEM, and after it whoever vouches for it"
    )]
    Certificate,
    /// No key can be read.
    #[error(
        "`key` holds no private key that can be read; put there the certificate's own, in PEM and without a password"
    )]
    Key,
    /// The key is another certificate's.
    #[error("`certificate` and `key` do not fit together; put the certificate's own key in place")]
    Mismatch,
    /// It is not valid at this time.
    #[error(
        "`certificate` is valid from {from} until {until}, which is not now; ask the authority for a new one, or set the clock right"
    )]
    NotNow {
        /// From when.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// No authority can be read.
    #[error(
        "`authority` holds no certificate of an authority that can be read; put there, in PEM, whoever issues to callers"
    )]
    Authority,
    /// No list can be read.
    #[error(
        "`revoked` holds no list of revoked certificates that can be read; put there the authority's list (CRL) in PEM"
    )]
    List,
    /// A list that no trusted authority has signed.
    #[error(
        "a list in `revoked` is signed by none of those in `authority`; fetch it from the authority itself"
    )]
    ListUnsigned,
    /// A list that is no longer the newest.
    #[error("a list in `revoked` was to be replaced by {0}; fetch the authority's newest")]
    ListOutOfDate(Timestamp),
    /// Without its list an authority's certificates could not be told from revoked ones.
    #[error(
        "`revoked` holds no list of {0}, so all its certificates would be refused; add its list, or take it out of `authority`"
    )]
    AuthorityWithoutList(String),
    /// The TLS library refuses it.
    #[error("{0}; the certificate, its key or the authority cannot be used for TLS 1.3")]
    Tls(String),
}

impl From<rustls::Error> for TrustError {
    fn from(error: rustls::Error) -> Self {
        match error {
            rustls::Error::InconsistentKeys(_) => Self::Mismatch,
            other => Self::Tls(other.to_string()),
        }
    }
}

/// A certificate with its key: each belongs to the other, and it is valid.
#[derive(Clone)]
pub struct Pair {
    key: Arc<CertifiedKey>,
    until: Timestamp,
}

impl Pair {
    /// Reads and judges them.
    ///
    /// # Errors
    /// [`TrustError`], each with what to do.
    pub fn of(certificate: &str, key: &str, now: Timestamp) -> Result<Self, TrustError> {
        let chain = certificates(certificate).ok_or(TrustError::Certificate)?;
        let leaf = chain.first().ok_or(TrustError::Certificate)?;
        let (_, parsed) = X509Certificate::from_der(leaf).map_err(|_| TrustError::Certificate)?;
        let time = |time: x509_parser::time::ASN1Time| {
            Timestamp::from_second(time.timestamp()).map_err(|_| TrustError::Certificate)
        };
        let (from, until) = (time(parsed.validity().not_before)?, time(parsed.validity().not_after)?);
        if now < from || now >= until {
            return Err(TrustError::NotNow { from, until });
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TrustError::Key)?;
        let key = CertifiedKey::from_der(chain, key, &default_provider())?;
        Ok(Self { key: Arc::new(key), until })
    }

    /// When it ceases to be valid.
    pub fn until(&self) -> Timestamp {
        self.until
    }
}

/// Whom one end trusts: authorities, and what they have revoked.
#[derive(Clone)]
pub struct Anchors {
    roots: Arc<RootCertStore>,
    verifier: Arc<dyn ClientCertVerifier>,
    list_until: Option<Timestamp>,
}

impl Anchors {
    /// Reads and judges them. A list must be signed by one of the authorities and be the newest, and where there are lists,
    /// every authority must have one.
    ///
    /// # Errors
    /// [`TrustError`], each with what to do.
    pub fn of(authority: &str, revoked: Option<&str>, now: Timestamp) -> Result<Self, TrustError> {
        let authorities = certificates(authority).ok_or(TrustError::Authority)?;
        let mut roots = RootCertStore::empty();
        for certificate in &authorities {
            roots.add(certificate.clone()).map_err(|_| TrustError::Authority)?;
        }
        let lists = revoked.map(RevocationList::read).transpose()?.unwrap_or_default();
        if revoked.is_some() {
            RevocationList::judge(&lists, &authorities, now)?;
        }
        let roots = Arc::new(roots);
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider())
            .with_crls(lists.iter().map(RevocationList::der))
            .build()
            .map_err(|error| TrustError::Tls(error.to_string()))?;
        Ok(Self { roots, verifier, list_until: lists.iter().map(RevocationList::until).min() })
    }

    /// By when the lists are to be replaced.
    pub fn list_until(&self) -> Option<Timestamp> {
        self.list_until
    }
}

/// Why a certificate that was shown is not, or no longer, good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTrusted {
    /// Its time has passed.
    Expired,
    /// Its authority has taken it back.
    Revoked,
    /// Its authority is not, or no longer, trusted here.
    Authority,
}

impl NotTrusted {
    /// What the caller is told: `UNAUTHENTICATED`, and what to do.
    pub fn status(self) -> Status {
        let (reason, sentence) = match self {
            Self::Expired => (
                CERTIFICATE_EXPIRED,
                "the client certificate is no longer valid: its time has passed. To do: ask the operator's authority for a new \
                 one, and connect again with it",
            ),
            Self::Revoked => (
                CERTIFICATE_REVOKED,
                "the client certificate has been revoked by the authority that issued it. To do: ask the operator why, and \
                 connect again with the new certificate that the authority issues",
            ),
            Self::Authority => (
                CERTIFICATE_NOT_TRUSTED,
                "the authority that issued the client certificate is no longer trusted here. To do: ask the operator which one \
                 is, and connect again with a certificate of that one",
            ),
        };
        denied(Code::Unauthenticated, reason, sentence)
    }

    /// For log lines: what kind of refusal, and nothing of whom.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Authority => "not of a trusted authority",
        }
    }
}

impl From<&rustls::Error> for NotTrusted {
    fn from(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(CertificateError::Revoked) => Self::Revoked,
            rustls::Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            ) => Self::Expired,
            _ => Self::Authority,
        }
    }
}

/// All of it together, ready for either end of a connection: TLS 1.3 alone, HTTP/2 alone, and a certificate from both ends.
#[derive(Clone)]
pub struct Trust {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    verifier: Arc<dyn ClientCertVerifier>,
    until: Timestamp,
}

impl Trust {
    /// Makes both ends' configuration.
    ///
    /// # Errors
    /// Where the TLS library refuses it.
    pub fn new(pair: &Pair, anchors: &Anchors, ambient: &Ambient) -> Result<Self, TrustError> {
        let time = Arc::new(ByAmbient(ambient.clone()));
        let mut server = ServerConfig::builder_with_details(provider(), time.clone())
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(anchors.verifier.clone())
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(pair.key.clone())));
        server.alpn_protocols = vec![HTTP_2.to_vec()];
        // A session that is taken up again skips the certificate: a revoked caller would come back by it.
        server.session_storage = Arc::new(NoServerSessionStorage {});
        server.send_tls13_tickets = 0;
        let mut client = ClientConfig::builder_with_details(provider(), time)
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(anchors.roots.clone())
            .with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(pair.key.clone())));
        client.alpn_protocols = vec![HTTP_2.to_vec()];
        client.resumption = rustls::client::Resumption::disabled();
        let verifier = anchors.verifier.clone();
        Ok(Self { server: Arc::new(server), client: Arc::new(client), verifier, until: pair.until })
    }

    /// When the certificate that both ends show runs out.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// Reads, judges and puts together what is in PEM.
    ///
    /// # Errors
    /// [`TrustError`], each with what to do.
    pub fn of(credentials: &Credentials, ambient: &Ambient) -> Result<Self, TrustError> {
        let now = ambient.now();
        let pair = Pair::of(&credentials.certificate, &credentials.key, now)?;
        let anchors = Anchors::of(&credentials.authority, credentials.revoked.as_deref(), now)?;
        Self::new(&pair, &anchors, ambient)
    }

    /// For a server that asks every client for a certificate.
    pub fn server(&self) -> Arc<ServerConfig> {
        self.server.clone()
    }

    /// For a client that shows its own.
    pub fn client(&self) -> Arc<ClientConfig> {
        self.client.clone()
    }

    /// Whether a certificate that was good at its handshake still is, at this time and by these authorities and lists.
    ///
    /// # Errors
    /// [`NotTrusted`].
    pub fn admits(&self, peer: &Peer, now: Timestamp) -> Result<(), NotTrusted> {
        if now >= peer.until() {
            return Err(NotTrusted::Expired);
        }
        let (leaf, others) = peer.chain().split_first().ok_or(NotTrusted::Authority)?;
        let judged = self.verifier.verify_client_cert(leaf, others, unix(now));
        judged.map(drop).map_err(|error| NotTrusted::from(&error))
    }
}

impl fmt::Debug for Trust {
    /// The key never appears.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Trust")
    }
}

impl fmt::Debug for Pair {
    /// The key never appears.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pair(until {})", self.until)
    }
}

impl fmt::Debug for Anchors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Anchors({})", self.roots.len())
    }
}

/// The library's time is ours: promise 8.
struct ByAmbient(Ambient);

impl fmt::Debug for ByAmbient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ByAmbient")
    }
}

impl TimeProvider for ByAmbient {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix(self.0.now()))
    }
}

pub(crate) fn unix(time: Timestamp) -> UnixTime {
    let seconds = u64::try_from(time.as_second()).unwrap_or_default();
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(default_provider())
}

/// Every certificate of a PEM text; nothing where one of them cannot be read, or there is none.
pub(crate) fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    read.ok().filter(|certificates| !certificates.is_empty())
}
