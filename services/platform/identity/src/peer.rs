//! The other end of a connection, as its certificate tells it. Worked out once, at the handshake.

use std::sync::Arc;

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Caller;
use crate::caller::caller_in;

/// Who is at the other end of a connection whose certificate has been verified. Cheap to clone: every call carries it.
#[derive(Debug, Clone)]
pub struct Peer {
    known: Arc<Known>,
}

#[derive(Debug)]
struct Known {
    caller: Result<Caller, String>,
    chain: Vec<CertificateDer<'static>>,
    until: Timestamp,
}

impl Peer {
    /// Reads a chain that a handshake has verified: the leaf first, then whoever vouches for it.
    pub fn of(chain: Vec<CertificateDer<'static>>) -> Self {
        let leaf = chain.first().map(AsRef::as_ref).unwrap_or_default();
        let until = chain.iter().map(|certificate| valid_until(certificate)).min();
        let known = Known { caller: caller_in(leaf), until: until.unwrap_or(Timestamp::UNIX_EPOCH), chain };
        Self { known: Arc::new(known) }
    }

    /// The one caller that it names, or a sentence that says why it names none.
    ///
    /// # Errors
    /// Where the certificate names no caller, or more than one.
    pub fn caller(&self) -> Result<&Caller, String> {
        self.known.caller.as_ref().map_err(Clone::clone)
    }

    /// The certificates that it has shown.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.known.chain
    }

    /// When the first of its certificates ceases to be valid.
    pub fn until(&self) -> Timestamp {
        self.known.until
    }
}

/// What cannot be read is valid no longer: a handshake has read it before, so this does not happen.
fn valid_until(certificate: &[u8]) -> Timestamp {
    X509Certificate::from_der(certificate)
        .ok()
        .and_then(|(_, parsed)| Timestamp::from_second(parsed.validity().not_after.timestamp()).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};
    use tonic::{Code, Request};
    use tonic_types::StatusExt;

    use super::*;
    use crate::caller_in_extensions;

    fn naming(uris: &[&str]) -> Peer {
        let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
        let uris = uris.iter().map(|uri| SanType::URI((*uri).try_into().expect("a URI")));
        parameters.subject_alt_names = uris.collect();
        let key = KeyPair::generate().expect("a key");
        Peer::of(vec![parameters.self_signed(&key).expect("a certificate").der().clone()])
    }

    #[expect(clippy::disallowed_methods, reason = "this is its test")]
    fn asked(peer: Option<Peer>) -> Result<Caller, String> {
        let mut request = Request::new(());
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        caller_in_extensions(request.extensions()).map_err(|status| {
            assert_eq!(status.code(), Code::Unauthenticated, "{status}");
            status.get_details_error_info().expect("a reason").reason
        })
    }

    #[test]
    fn whoever_is_named_by_one_uri_calls_and_nobody_else_does() {
        assert_eq!(asked(Some(naming(&["lapwing://authority/373"]))), Ok(Caller::authority("373")));
        for uris in [
            &[][..],
            &["lapwing://authority/373", "lapwing://authority/370"],
            &["lapwing://authority/373", "https://example.com"],
            &["https://example.com"],
        ] {
            let refused = asked(Some(naming(uris)));
            assert_eq!(refused, Err("NO_CALLER_IN_CERTIFICATE".into()), "{uris:?}");
        }
        assert_eq!(asked(None), Err("NO_CERTIFICATE".into()));
    }
}
