//! A caller, read from the certificate that the TLS handshake has verified.

use std::fmt;
use std::str::FromStr;

use catalogue::Entry;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::Peer;

catalogue::entries! {
    /// Codes of callers who are not let in.
    pub CATALOGUE = "Callers who are not let in";
    NO_CERTIFICATE: "No client certificate was shown.",
        "Call with mutual TLS and the certificate issued to you.";
    NO_CALLER_IN_CERTIFICATE: "The client certificate names no caller, or more than one.",
        "Ask the operator's certificate authority for one with a single URI such as lapwing://authority/373.";
    CERTIFICATE_EXPIRED: "The client certificate, or one of those that vouch for it, is no longer valid.",
        "Ask the operator's certificate authority for a new one, then connect again with it.";
    CERTIFICATE_REVOKED: "The client certificate has been revoked by the authority that issued it.",
        "Ask the operator why; call again with the new certificate that the authority issues.";
    CERTIFICATE_NOT_TRUSTED: "The authority that issued the client certificate is no longer trusted by this server.",
        "Ask the operator which authority is, then connect again with a certificate of that one.";
}

/// What kind of caller it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A local authority's case system; its name is the DfE number.
    Authority,
    /// A panel member.
    Panel,
    /// The panel's secretariat, which works the queue for all members.
    Secretariat,
    /// Somebody who keeps Lapwing running: sees state, never content.
    Operator,
    /// Somebody who reads the log.
    Auditor,
    /// One of Lapwing's own services.
    Service,
}

impl Role {
    const WORDS: [(Self, &'static str); 6] = [
        (Self::Authority, "authority"),
        (Self::Panel, "panel"),
        (Self::Secretariat, "secretariat"),
        (Self::Operator, "operator"),
        (Self::Auditor, "auditor"),
        (Self::Service, "service"),
    ];

    /// The role as a caller's URI has it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(role, _)| *role == self).map_or("", |(_, word)| *word)
    }
}

/// Somebody who calls, as the certificate names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caller {
    /// What kind of caller.
    pub role: Role,
    /// Which one: a DfE number, or a short name of lower-case letters, digits and hyphens.
    pub name: String,
}

/// The name that no panel member may have: the secretariat called under it before it had a role of its own, and an old
/// certificate must not become a member's in silence.
const NO_MEMBERS_NAME: &str = "secretariat";

/// A URI that names no caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCaller {
    /// It has another form.
    #[error(
        "{0:?} names no caller; a certificate's URI reads like lapwing://authority/373, lapwing://panel/ada or \
         lapwing://secretariat/desk"
    )]
    AnotherForm(String),
    /// It is the name under which the secretariat called before it had a role of its own.
    #[error(
        "lapwing://panel/secretariat names nobody any more: the secretariat has a role of its own, with rights that no \
         panel member has. To do: ask the operator's certificate authority for a certificate with a URI such as \
         lapwing://secretariat/desk"
    )]
    SecretariatOfBefore,
}

impl Caller {
    /// An authority by its DfE number.
    pub fn authority(number: impl Into<String>) -> Self {
        Self { role: Role::Authority, name: number.into() }
    }

    /// Somebody of another role.
    pub fn new(role: Role, name: impl Into<String>) -> Self {
        Self { role, name: name.into() }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "lapwing://{}/{}", self.role.word(), self.name)
    }
}

impl FromStr for Caller {
    type Err = NoCaller;

    fn from_str(uri: &str) -> Result<Self, NoCaller> {
        let no_caller = || NoCaller::AnotherForm(uri.to_owned());
        let (word, name) =
            uri.strip_prefix("lapwing://").and_then(|rest| rest.split_once('/')).ok_or_else(no_caller)?;
        let (role, _) = Role::WORDS.into_iter().find(|(_, known)| *known == word).ok_or_else(no_caller)?;
        let well_formed = match role {
            Role::Authority => name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_digit()),
            _ => {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            }
        };
        if role == Role::Panel && name == NO_MEMBERS_NAME {
            return Err(NoCaller::SecretariatOfBefore);
        }
        if well_formed { Ok(Self { role, name: name.to_owned() }) } else { Err(no_caller()) }
    }
}

/// Who makes the call with these extensions: from the verified certificate, or, between services of one process, from
/// the extension that the calling service has put there. Extensions do not come in over the network.
///
/// What a reader would get wrong: this is for the layer that looks rights up, and for nobody else. A handler is told by
/// that layer who calls and what was granted.
///
/// # Errors
/// `UNAUTHENTICATED` where there is no certificate, or it names no caller or more than one.
pub fn caller_in_extensions(extensions: &http::Extensions) -> Result<Caller, Status> {
    if let Some(caller) = extensions.get::<Caller>() {
        return Ok(caller.clone());
    }
    let peer = extensions.get::<Peer>().ok_or_else(|| {
        denied(
            Code::Unauthenticated,
            NO_CERTIFICATE,
            "no client certificate was shown; call with mutual TLS and the certificate issued to you",
        )
    })?;
    let named = peer.caller().cloned();
    named.map_err(|sentence| denied(Code::Unauthenticated, NO_CALLER_IN_CERTIFICATE, sentence))
}

/// Takes out of extensions all from which [`caller_in_extensions`] learns who calls.
pub fn forget_caller_in(extensions: &mut http::Extensions) {
    extensions.remove::<Caller>();
    extensions.remove::<Peer>();
}

/// The one caller that a certificate (DER) names.
pub(crate) fn caller_in(certificate: &[u8]) -> Result<Caller, String> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|_| "the client certificate cannot be read".to_owned())?;
    let names = parsed.subject_alternative_name().ok().flatten();
    let uris: Vec<&str> = names
        .iter()
        .flat_map(|extension| &extension.value.general_names)
        .filter_map(|name| if let GeneralName::URI(uri) = name { Some(*uri) } else { None })
        .collect();
    match uris.as_slice() {
        [uri] => uri.parse().map_err(|error: NoCaller| error.to_string()),
        other => Err(format!(
            "the client certificate must name one caller by URI and names {}; ask for a new one",
            other.len()
        )),
    }
}

pub(crate) fn denied(code: Code, reason: Entry, sentence: impl Into<String>) -> Status {
    let details = ErrorDetails::with_error_info(reason.code(), "lapwing", [] as [(String, String); 0]);
    Status::with_error_details(code, sentence, details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_read_as_it_is_written() {
        for uri in [
            "lapwing://authority/373",
            "lapwing://panel/ada",
            "lapwing://secretariat/desk",
            "lapwing://service/intake",
        ] {
            assert_eq!(uri.parse::<Caller>().expect("a caller").to_string(), uri);
        }
    }

    #[test]
    fn a_uri_that_only_looks_like_one_is_refused() {
        for uri in [
            "",
            "lapwing://authority/37",
            "lapwing://authority/3730",
            "lapwing://authority/3x3",
            "https://authority/373",
            "lapwing://king/arthur",
            "lapwing://panel/",
            "lapwing://panel/a/b",
        ] {
            assert!(uri.parse::<Caller>().is_err(), "{uri}");
        }
    }

    #[test]
    fn the_secretariats_certificate_of_before_is_nobodys_and_says_what_to_ask_for() {
        let refused = "lapwing://panel/secretariat".parse::<Caller>().expect_err("refused");
        assert!(refused.to_string().contains("lapwing://secretariat/desk"), "{refused}");
    }
}
