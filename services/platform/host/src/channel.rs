//! Connections to other services, which show whatever certificate is the present one at the time they are made.

use std::io;
use std::time::Duration;

use anyhow::{Context, Result};
use http::Uri;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};

use crate::trusted::Trusted;

/// The port of an address that names none.
const HTTPS: u16 = 443;

/// A connection that is made when it is first used, and made again when it breaks; each time with the certificate of then.
///
/// # Errors
/// Where `address` is none, or not one by `https`.
pub fn channel(address: &str, trusted: &Trusted) -> Result<Channel> {
    let no_address = || format!("{address:?} is no address; write it like https://eligibility.example:7442");
    let origin: Uri = address.parse().with_context(no_address)?;
    let host = origin.host().filter(|_| origin.scheme_str() == Some("https")).with_context(no_address)?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host.clone()).with_context(no_address)?;
    let port = origin.port_u16().unwrap_or(HTTPS);
    // The library is told `http`, for it would do the TLS itself, with a certificate for ever; callers still see `https`.
    let authority = origin.authority().with_context(no_address)?;
    let endpoint = Endpoint::from_shared(format!("http://{authority}"))
        .with_context(no_address)?
        .origin(origin.clone())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_while_idle(true);
    let trusted = trusted.clone();
    let connector = tower::service_fn(move |_: Uri| {
        connect(host.clone(), port, name.clone(), TlsConnector::from(trusted.present().trust.client()))
    });
    Ok(endpoint.connect_with_connector_lazy(connector))
}

async fn connect(
    host: String,
    port: u16,
    name: ServerName<'static>,
    connector: TlsConnector,
) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(TokioIo::new(connector.connect(name, stream).await?))
}
