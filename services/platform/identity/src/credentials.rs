//! A certificate with its key and the authority that vouches for it, ready for either end of a connection.

use std::fmt;

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// Certificate, key and the authority's certificate, as PEM.
#[derive(Clone)]
pub struct Credentials {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
    /// The certificate of the authority that both ends trust.
    pub authority: String,
    /// What the authority has revoked (one list or more), where it keeps a list.
    pub revoked: Option<String>,
}

impl Credentials {
    /// For a client that expects the server to be called `server_name`.
    pub fn client_tls(&self, server_name: &str) -> ClientTlsConfig {
        ClientTlsConfig::new()
            .identity(Identity::from_pem(&self.certificate, &self.key))
            .ca_certificate(Certificate::from_pem(&self.authority))
            .domain_name(server_name)
    }
}

impl fmt::Debug for Credentials {
    /// The key never appears.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials")
    }
}
