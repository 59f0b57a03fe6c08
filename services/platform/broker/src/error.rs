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
    /// A file that the settings name cannot be read.
    #[error("{file} cannot be read: {source}; correct `{setting}` in [broker], or let this user read it")]
    File {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: String,
        /// The system's own error.
        source: std::io::Error,
    },
    /// A certificate without its key, or a key without its certificate.
    #[error("[broker] has only one of `certificate` and `key`; name both files, or neither")]
    HalfACertificate,
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
    /// One end does not trust the other's certificate.
    #[error(
        "no TLS with the broker: {0}; `authority` in [broker] names the authority that vouches for the broker, the URL names \
         the host as the broker's certificate does, and where the broker asks for a certificate, `certificate` and `key` name \
         the one that its authority issued to this service"
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
    let text = text.to_lowercase();
    ["certificate", "unknownissuer", "notvalidforname", "unknownca"].iter().any(|word| text.contains(word))
}
