//! Every setting of the broker, with its unit and what it costs.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Where the broker is, and how it is used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A URL such as `amqps://lapwing:PASSWORD@mq.example:5671/lapwing`; the last part is the virtual host.
    /// It is never printed.
    pub url: SecretString,
    /// The file with the password of the user in `url`, where the URL has none. It is read with every new connection.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Whether this service makes what the broker lacks of exchanges, queues and bindings. Its user needs the right to; with
    /// `false` it looks whether exchanges and queues are there, which `lapwing topology declare` makes, and binds again the
    /// queues that it keeps, where its user may.
    #[serde(default = "declare")]
    pub declare: bool,
    /// The file with the certificate of the authority that vouches for the broker (PEM), where the system does not know it.
    #[serde(default)]
    pub authority: Option<PathBuf>,
    /// The file with the certificate that this service shows the broker (PEM), where the broker asks for one.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    /// The file with that certificate's private key (PEM).
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// Messages that the broker sends to a reader before it acknowledges. More keeps a reader busy; each costs its memory, and
    /// all of them are delivered again when the reader dies.
    #[serde(default = "prefetch", deserialize_with = "at_least_one")]
    pub prefetch: u16,
    /// Seconds between heartbeats. A connection that is dead without saying so is found after two of them.
    #[serde(default = "heartbeat_seconds", deserialize_with = "at_least_one")]
    pub heartbeat_seconds: u16,
    /// Seconds that the broker may take for an answer (a connection, a reader, an acknowledgement, the confirmation of a batch)
    /// before the session is given up and made anew.
    #[serde(default = "patience_seconds", deserialize_with = "at_least_one")]
    pub patience_seconds: u16,
}

/// To AMQP, zero means without any bound: every message at once, or a dead connection for ever.
fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    match u16::deserialize(deserializer)? {
        0 => Err(D::Error::custom("0 would be no bound at all; write 1 or more")),
        number => Ok(number),
    }
}

fn declare() -> bool {
    true
}

fn prefetch() -> u16 {
    512
}

fn heartbeat_seconds() -> u16 {
    10
}

fn patience_seconds() -> u16 {
    10
}

impl Config {
    /// A broker, with everything else as it is without being said.
    pub fn at(url: impl Into<SecretString>) -> Self {
        Self {
            url: url.into(),
            password_file: None,
            declare: declare(),
            authority: None,
            certificate: None,
            key: None,
            prefetch: prefetch(),
            heartbeat_seconds: heartbeat_seconds(),
            patience_seconds: patience_seconds(),
        }
    }
}
