//! One connection, from its handshake to its first error.

use std::path::Path;
use std::time::Duration;

use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties, ErrorKind};
use secrecy::ExposeSecret;

use crate::{BrokerError, Config, topology};

/// How long a broker that answers takes to close. From one that does not answer nobody waits for more.
pub(crate) const TO_CLOSE: Duration = Duration::from_secs(2);

/// Whether the broker is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reachable {
    /// It is, and has all that is needed.
    Yes,
    /// Not just now, and why. Trying again is of use.
    NotNow(String),
}

/// Connects once, and sees to the topology as [`Config::declare`] says.
///
/// # Errors
/// What trying again does not mend: credentials, certificates, a virtual host that is not there, queues that are otherwise.
pub async fn probe(config: &Config) -> Result<Reachable, BrokerError> {
    match open(config, "probe").await {
        Ok(connection) => {
            close(&connection).await;
            Ok(Reachable::Yes)
        }
        Err(BrokerError::NotNow(reason)) => Ok(Reachable::NotNow(reason)),
        Err(error) => Err(error),
    }
}

/// Connects once, and makes nothing: whether the broker lets this user in.
///
/// # Errors
/// [`BrokerError`]; one that is away is [`BrokerError::NotNow`].
pub async fn reach(config: &Config) -> Result<(), BrokerError> {
    let connection = connect(config, "doctor").await?;
    close(&connection).await;
    Ok(())
}

/// Connects, and makes what is missing of the topology or looks whether it is there, each within the patience that is set.
pub(crate) async fn open(config: &Config, name: &str) -> Result<Connection, BrokerError> {
    let connection = connect(config, name).await?;
    within_patience(config, topology::see_to(config, &connection)).await?;
    Ok(connection)
}

/// Waits for the broker's answer as long as the settings allow, so that a session never waits for one that does not come.
pub(crate) async fn within_patience<T>(
    config: &Config,
    asking: impl Future<Output = Result<T, BrokerError>>,
) -> Result<T, BrokerError> {
    tokio::time::timeout(patience(config), asking).await.unwrap_or_else(|_| {
        Err(BrokerError::NotNow(format!("no answer within {} seconds", config.patience_seconds)))
    })
}

/// How often a broker that hangs up on TLS is asked for its reason.
const TIMES_ASKED_WHY: usize = 8;

/// Connects, within the patience that is set.
///
/// A broker that does not trust a certificate says so and hangs up at once (RFC 8446 section 6.2). Whether its word or the end of
/// the connection is found first is luck, so a connection that it hung up on is tried again.
pub(crate) async fn connect(config: &Config, name: &str) -> Result<Connection, BrokerError> {
    let mut uri: AMQPUri = config.url.expose_secret().parse().map_err(|_: String| {
        // The library's text repeats the URL, and with it the password.
        BrokerError::Url("it is no AMQP URL".to_owned())
    })?;
    if let Some(file) = &config.password_file {
        uri.authority.userinfo.password = text_of(file, "password_file")?.trim_end().to_owned();
    }
    uri.query.heartbeat = Some(config.heartbeat_seconds);
    let mut to_ask = if uri.scheme == AMQPScheme::AMQPS { TIMES_ASKED_WHY } else { 1 };
    loop {
        let tls = OwnedTLSConfig { identity: identity(config)?, cert_chain: authority(config)? };
        let properties =
            ConnectionProperties::default().with_connection_name(format!("lapwing {name}").into());
        let runtime = lapin::runtime::default_runtime()?;
        let connecting = Connection::connect_uri_with_config(uri.clone(), properties, tls, runtime);
        to_ask -= 1;
        match tokio::time::timeout(patience(config), connecting).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) if hung_up(&error) && to_ask > 0 => (),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                let reason = format!("no answer within {} seconds", config.patience_seconds);
                return Err(BrokerError::NotNow(reason));
            }
        }
    }
}

fn hung_up(error: &lapin::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let ErrorKind::IOError(error) = error.kind() else { return false };
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

pub(crate) fn patience(config: &Config) -> Duration {
    Duration::from_secs(config.patience_seconds.into())
}

fn authority(config: &Config) -> Result<Option<String>, BrokerError> {
    config.authority.as_ref().map(|file| text_of(file, "authority")).transpose()
}

/// What this service shows a broker that asks for a certificate.
fn identity(config: &Config) -> Result<Option<OwnedIdentity>, BrokerError> {
    let (certificate, key) = match (&config.certificate, &config.key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        _ => return Err(BrokerError::HalfACertificate),
    };
    let (pem, key) = (text_of(certificate, "certificate")?, text_of(key, "key")?);
    Ok(Some(OwnedIdentity::PKCS8 { pem: pem.into_bytes(), key: key.into_bytes() }))
}

fn text_of(file: &Path, setting: &'static str) -> Result<String, BrokerError> {
    let read = std::fs::read_to_string(file);
    read.map_err(|source| BrokerError::File { setting, file: file.display().to_string(), source })
}

/// Closes a connection that is done with. What goes wrong here is wrong with a connection that nobody needs any more.
pub(crate) async fn close(connection: &Connection) {
    let _closed = tokio::time::timeout(TO_CLOSE, connection.close(200, "done".into())).await;
}

/// Closes a channel, and then its connection: a channel dropped just before makes that an error.
pub(crate) async fn close_with(channel: &Channel, connection: &Connection) {
    let _closed = tokio::time::timeout(TO_CLOSE, channel.close(200, "done".into())).await;
    close(connection).await;
}
