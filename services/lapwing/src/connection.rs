//! A connection to the server that runs in a folder, as one of its development callers.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ambient::Ambient;
use anyhow::{Context, Result, bail};
use identity::{Caller, DevelopmentAuthority, Role};
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};

/// Where the development certificates of a folder are.
pub(crate) fn pki_folder(folder: &Path) -> PathBuf {
    folder.join("pki")
}

/// Where a running server writes its address.
pub(crate) fn address_file(folder: &Path) -> PathBuf {
    folder.join("address")
}

/// A panel member, by the short name in their certificate.
pub(crate) fn member(name: &str) -> Result<Caller> {
    let of_a_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    // What has not the form of one is not repeated: it may be anybody's name.
    if !name.bytes().all(of_a_name) {
        bail!("that is no panel member's name; write the last part of lapwing://panel/ada");
    }
    Ok(format!("lapwing://panel/{name}").parse()?)
}

/// The caller as whom the panel's verbs call.
pub(crate) fn secretariat() -> Caller {
    Caller::new(Role::Secretariat, "desk")
}

/// Connects to the server of a folder, or to `server`, with a certificate of the folder's own authority.
pub(crate) async fn connect(folder: &Path, server: Option<&str>, caller: &Caller) -> Result<Channel> {
    let address = match server {
        Some(address) => address.to_owned(),
        None => running(folder)?,
    };
    let credentials = development(folder)?.caller(caller)?;
    let host = server_name(&address)?;
    let endpoint = Endpoint::from_shared(address.clone())
        .with_context(|| format!("{address} is no address; write it like https://127.0.0.1:7443"))?
        .tls_config(credentials.client_tls(&host))?
        .connect_timeout(Duration::from_secs(10))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_while_idle(true);
    endpoint.connect().await.map_err(|error| {
        let reason = innermost(&error);
        anyhow::anyhow!(
            "{address} cannot be reached as {caller}: {reason}. Start it with `cargo run` in this folder, or name another \
             with --server; a certificate that is revoked or of another folder's authority is refused too"
        )
    })
}

/// The address of the server that runs in a folder.
fn running(folder: &Path) -> Result<String> {
    let file = address_file(folder);
    match fs::read_to_string(&file) {
        Ok(address) => Ok(address.trim().to_owned()),
        Err(_) => bail!(
            "no server runs in {}. Start one with `cargo run` (or `lapwing up`), or name the folder with --folder",
            folder.display()
        ),
    }
}

/// The development authority of a folder, which must be there: a new one would be trusted by no server.
pub(crate) fn development(folder: &Path) -> Result<DevelopmentAuthority> {
    let pki = pki_folder(folder);
    if !pki.join("authority.pem").exists() {
        bail!(
            "{} has no development authority. Start a server there with `cargo run` (or `lapwing up`), or name the folder \
             with --folder",
            folder.display()
        );
    }
    Ok(DevelopmentAuthority::open(&pki, &Ambient::system())?)
}

/// The host part of an address, which must be in the server's certificate.
fn server_name(address: &str) -> Result<String> {
    let uri: tonic::transport::Uri = address.parse().with_context(|| format!("{address} is no address"))?;
    uri.host()
        .map(|host| host.trim_matches(['[', ']']).to_owned())
        .with_context(|| format!("{address} names no host"))
}

/// The trace context of this command, so that the server's spans join it.
pub(crate) fn traced<T>(message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    let metadata: &mut MetadataMap = request.metadata_mut();
    telemetry::carry_context(metadata);
    request
}

/// What is at the bottom of an error.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
