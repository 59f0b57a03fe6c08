//! What can be wrong with a broker, told by what can be done about it.

use lapin::ErrorKind;
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use thiserror::Error;

/// Why the broker cannot be used.
#[derive(Debug, Error)]
pub enum BrokerError {
    /// The URL is none.
    #[error(
        "the broker's URL cannot be read: {0}; write it like amqps://lapwing:PASSWORD@mq.example:5671/lapwing"
    )]
    Url(String),
    /// The file with the authority's certificate cannot be read.
    #[error("{file} cannot be read: {source}; correct `authority` in [broker], or let this user read it")]
    Authority {
        /// The file.
        file: String,
        /// The system's own error.
        source: std::io::Error,
    },
    /// The broker does not let this user in.
    #[error(
        "the broker refuses this user: {0}; check user and password in the URL, and that the user has permissions on the \
         virtual host (rabbitmqctl set_permissions)"
    )]
    Credentials(String),
    /// The virtual host is not there.
    #[error(
        "the broker has no such virtual host: {0}; make it (rabbitmqctl add_vhost), or correct the end of the URL"
    )]
    VirtualHost(String),
    /// The broker's certificate is not trusted.
    #[error(
        "the broker's certificate is not trusted: {0}; name the authority that vouches for it as `authority` in [broker], and \
         the host as its certificate does"
    )]
    Tls(String),
    /// Something is declared otherwise.
    #[error(
        "the broker has it otherwise than this version needs it: {0}; `lapwing topology check` says what. A queue cannot be \
         changed: let it run dry, delete it, and `lapwing topology declare`"
    )]
    Topology(String),
    /// It cannot be reached, or a session with it broke: trying again by itself is of use.
    #[error("the broker cannot be reached: {0}")]
    NotNow(String),
}

impl BrokerError {
    /// The end of a session that had begun. Whatever its error, the next session may do: what the broker has otherwise than
    /// is needed, it says when that one declares it.
    pub(crate) fn ended(error: &lapin::Error) -> Self {
        Self::NotNow(error.to_string())
    }
}

impl From<lapin::Error> for BrokerError {
    fn from(error: lapin::Error) -> Self {
        let text = error.to_string();
        match error.kind() {
            ErrorKind::ProtocolError(protocol) => match protocol.kind() {
                AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => Self::Credentials(text),
                AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED | AMQPSoftError::NOTFOUND) => {
                    Self::Topology(text)
                }
                // A virtual host that is not there, or that this user may not enter.
                AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED) => Self::VirtualHost(text),
                _ => Self::NotNow(text),
            },
            ErrorKind::IOError(_) if speaks_of_certificates(&text) => Self::Tls(text),
            _ => Self::NotNow(text),
        }
    }
}

/// A TLS library's errors come as errors of input and output: only their words tell.
fn speaks_of_certificates(text: &str) -> bool {
    ["certificate", "UnknownIssuer", "NotValidForName"].iter().any(|word| text.contains(word))
}
