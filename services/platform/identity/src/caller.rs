//! A caller, read from the certificate that the TLS handshake has verified.

use std::fmt;
use std::str::FromStr;

use catalogue::Entry;
use tonic::{Code, Request, Status};
use tonic_types::{ErrorDetails, StatusExt};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::Peer;

catalogue::entries! {
    /// Codes of callers who are not let in.
    pub CATALOGUE = "Callers who are not let in";
    ROLE_NOT_ALLOWED: "The call is for other roles than the caller's.",
        "Use a certificate of a role that the sentence names.";
    ANOTHER_AUTHORITY: "The certificate is one authority's and the notification another's; the duty is each \
                        authority's own (Children Act 2004 s.16C(1)).",
        "Send it with the other authority's certificate, or correct notifying_authority.";
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
    /// A panel member or the panel's secretariat.
    Panel,
    /// Somebody who keeps Lapwing running: sees state, never content.
    Operator,
    /// Somebody who reads the log.
    Auditor,
    /// One of Lapwing's own services.
    Service,
}

impl Role {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Authority, "authority"),
        (Self::Panel, "panel"),
        (Self::Operator, "operator"),
        (Self::Auditor, "auditor"),
        (Self::Service, "service"),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(role, _)| *role == self).map_or("", |(_, word)| *word)
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

/// A URI that names no caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no caller; a certificate's URI reads like lapwing://authority/373 or lapwing://panel/secretariat"
)]
pub struct NoCaller(String);

impl Caller {
    /// An authority by its DfE number.
    pub fn authority(number: impl Into<String>) -> Self {
        Self { role: Role::Authority, name: number.into() }
    }

    /// Somebody of another role.
    pub fn new(role: Role, name: impl Into<String>) -> Self {
        Self { role, name: name.into() }
    }

    /// Refuses callers of other roles, and says which roles may call.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` with reason `ROLE_NOT_ALLOWED`.
    pub fn require(&self, roles: &[Role]) -> Result<(), Status> {
        if roles.contains(&self.role) {
            return Ok(());
        }
        let allowed: Vec<&str> = roles.iter().map(|role| role.word()).collect();
        let sentence = format!(
            "{self} may not call this; it is for: {}. Use a certificate of that role",
            allowed.join(", ")
        );
        Err(denied(Code::PermissionDenied, ROLE_NOT_ALLOWED, sentence))
    }

    /// Refuses a caller who acts for an authority that is not its own.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` with reason `ANOTHER_AUTHORITY`.
    pub fn require_authority(&self, number: &str) -> Result<(), Status> {
        self.require(&[Role::Authority])?;
        if self.name == number {
            return Ok(());
        }
        let sentence = format!(
            "the certificate is authority {}'s and the notification is authority {number}'s: the duty is each \
             authority's own (Children Act 2004 s.16C(1)). Send it with authority {number}'s certificate, or correct \
             notifying_authority",
            self.name
        );
        Err(denied(Code::PermissionDenied, ANOTHER_AUTHORITY, sentence))
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
        let no_caller = || NoCaller(uri.to_owned());
        let (word, name) =
            uri.strip_prefix("lapwing://").and_then(|rest| rest.split_once('/')).ok_or_else(no_caller)?;
        let (role, _) = Role::ALL.into_iter().find(|(_, known)| *known == word).ok_or_else(no_caller)?;
        let well_formed = match role {
            Role::Authority => name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_digit()),
            _ => {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            }
        };
        if well_formed { Ok(Self { role, name: name.to_owned() }) } else { Err(no_caller()) }
    }
}

/// Who makes this call: from the verified certificate, or, between services of one process, from the extension
/// that the calling service has put there. Extensions do not come in over the network.
///
/// # Errors
/// `UNAUTHENTICATED` where there is no certificate, or it names no caller or more than one.
pub fn caller_of<T>(request: &Request<T>) -> Result<Caller, Status> {
    caller_in_extensions(request.extensions())
}

/// The same, for whoever sees a call before its message has been read.
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
        for uri in ["lapwing://authority/373", "lapwing://panel/secretariat", "lapwing://service/intake"] {
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
    fn an_authority_acts_for_itself_alone() {
        let barnsley = Caller::authority("370");
        assert!(barnsley.require_authority("370").is_ok());
        let refused = barnsley.require_authority("373").expect_err("refused");
        assert_eq!(refused.code(), Code::PermissionDenied);
        assert!(refused.message().contains("373"), "{}", refused.message());
        assert!(Caller::new(Role::Panel, "370").require_authority("370").is_err());
    }
}
