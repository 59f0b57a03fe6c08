//! A certificate authority for development and tests, which anybody who can read its folder can use. Its
//! certificates say so. Production certificates come from the operator's own authority.

mod kept;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use ambient::Ambient;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use time::OffsetDateTime;

use crate::revocation::Listed;
use crate::{Caller, Credentials, RevocationList, Role};
use kept::{Kept, write_whole};

const COMMON_NAME: &str = "Lapwing DEVELOPMENT authority - not for real data";
/// Every certificate says in its subject what it is not for.
const ORGANISATION: &str = "Lapwing development, not for real data";
const YEARS_VALID: i16 = 2;
/// The name of the file with the list of revoked certificates.
const REVOKED: &str = "revoked.pem";

/// Makes certificates, and keeps each in its folder for the next time.
pub struct DevelopmentAuthority {
    folder: PathBuf,
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
    ambient: Ambient,
}

/// Why certificates cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file cannot be read or written.
    #[error("{file}: {source}; check that the folder belongs to this user, or remove it to start afresh")]
    File {
        /// The file.
        file: String,
        /// The system's own error.
        source: std::io::Error,
    },
    /// A certificate or key cannot be made or read.
    #[error(
        "certificate {name}: {source}; remove the folder with the development certificates to start afresh"
    )]
    Certificate {
        /// Whose.
        name: String,
        /// Why.
        source: rcgen::Error,
    },
    /// What is to be revoked is not there, or cannot be read.
    #[error(
        "{0} holds no certificate that can be revoked; make one with `lapwing pki issue`, or check the name"
    )]
    NothingToRevoke(String),
}

impl DevelopmentAuthority {
    /// Takes the authority kept in `folder`, or makes one there. One whose time has passed is made anew, and with it
    /// whatever it has issued.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn open(folder: &Path, ambient: &Ambient) -> Result<Self, PkiError> {
        kept::make_folder(folder)?;
        let made = || make_authority(ambient).map_err(certificate_error("authority"));
        let valid = |certificate: &str| kept::is_valid(certificate, None, ambient.now());
        let (certificate, key) = Kept::locked(folder)?.pair("authority", valid, made)?;
        let key = KeyPair::from_pem(&key).map_err(certificate_error("authority"))?;
        let issuer = Issuer::from_ca_cert_pem(&certificate, key).map_err(certificate_error("authority"))?;
        let authority = Self { folder: folder.to_owned(), certificate, issuer, ambient: ambient.clone() };
        authority.keep_a_list()?;
        Ok(authority)
    }

    /// The authority that is kept in `folder`, for whoever looks: nothing is made, locked or written there. It issues what is
    /// not kept ([`DevelopmentAuthority::caller_until`]).
    ///
    /// # Errors
    /// [`PkiError`], also where none is kept.
    pub fn kept(folder: &Path, ambient: &Ambient) -> Result<Self, PkiError> {
        let certificate = kept::read(&folder.join("authority.pem"))?;
        let key = KeyPair::from_pem(&kept::read(&folder.join("authority.key"))?);
        let key = key.map_err(certificate_error("authority"))?;
        let issuer = Issuer::from_ca_cert_pem(&certificate, key).map_err(certificate_error("authority"))?;
        Ok(Self { folder: folder.to_owned(), certificate, issuer, ambient: ambient.clone() })
    }

    /// The credentials of a caller, taken from the folder or made.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn caller(&self, caller: &Caller) -> Result<Credentials, PkiError> {
        self.credentials(&file_name(caller), || self.of_caller(caller))
    }

    /// The credentials of a caller that cease to be valid at a moment, for tests. They are not kept.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn caller_until(&self, caller: &Caller, until: Timestamp) -> Result<Credentials, PkiError> {
        let name = file_name(caller);
        let parameters = || {
            let mut parameters = self.of_caller(caller)?;
            parameters.not_after = at(until);
            Ok(parameters)
        };
        let (certificate, key) = self.issue(&name, parameters)?;
        self.with_authority(certificate, key)
    }

    /// The credentials of a server on this machine: localhost, 127.0.0.1 and ::1.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn server(&self) -> Result<Credentials, PkiError> {
        self.credentials("server", || {
            let mut parameters = self.parameters("localhost")?;
            parameters.subject_alt_names = this_machine()?;
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            Ok(parameters)
        })
    }

    /// The credentials of one of Lapwing's services: a server that calls others too, on this machine or where it is called by its
    /// bare name, as containers call each other.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn service(&self, name: &str) -> Result<Credentials, PkiError> {
        let caller = Caller::new(Role::Service, name);
        self.credentials(&file_name(&caller), || {
            let mut parameters = self.of_caller(&caller)?;
            parameters.subject_alt_names.extend(this_machine()?);
            parameters.subject_alt_names.push(SanType::DnsName(name.try_into()?));
            parameters.extended_key_usages =
                vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
            Ok(parameters)
        })
    }

    /// Forgets a caller's kept certificate: the next one that is wanted is made anew. The old one stays good unless it is
    /// revoked.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn forget(&self, caller: &Caller) -> Result<(), PkiError> {
        Kept::locked(&self.folder)?.forget(&file_name(caller))
    }

    /// Revokes the certificate kept for a caller: servers of this folder refuse it within moments, on connections that they
    /// have already too.
    ///
    /// # Errors
    /// [`PkiError`]; where none is kept, [`PkiError::NothingToRevoke`].
    pub fn revoke(&self, caller: &Caller) -> Result<(), PkiError> {
        let file = self.folder.join(format!("{}.pem", file_name(caller)));
        if !file.exists() {
            return Err(PkiError::NothingToRevoke(file.display().to_string()));
        }
        self.revoke_certificate(&kept::read(&file)?)
    }

    /// Revokes a certificate (PEM) of this authority.
    ///
    /// # Errors
    /// [`PkiError`]; where the text holds none, [`PkiError::NothingToRevoke`].
    pub fn revoke_certificate(&self, certificate: &str) -> Result<(), PkiError> {
        let serial = CertificateDer::from_pem_slice(certificate.as_bytes())
            .ok()
            .and_then(|der| kept::serial(&der))
            .ok_or_else(|| PkiError::NothingToRevoke("the text".into()))?;
        let _lock = Kept::locked(&self.folder)?;
        let mut listed = self.listed()?.unwrap_or_default();
        if listed.iter().all(|(known, _)| *known != serial) {
            listed.push((serial, self.ambient.now()));
        }
        self.write_list(&listed)
    }

    /// A list is there from the start, so that servers need not wonder whether there is one.
    fn keep_a_list(&self) -> Result<(), PkiError> {
        let _lock = Kept::locked(&self.folder)?;
        if self.listed()?.is_none() {
            self.write_list(&[])?;
        }
        Ok(())
    }

    /// What is on the kept list; none where it is not there, is another authority's, or is to be replaced.
    fn listed(&self) -> Result<Option<Listed>, PkiError> {
        let file = self.folder.join(REVOKED);
        if !file.exists() {
            return Ok(None);
        }
        let text = kept::read(&file)?;
        let authority = CertificateDer::from_pem_slice(self.certificate.as_bytes()).ok();
        let lists = RevocationList::read(&text)
            .ok()
            .filter(|lists| RevocationList::judge(lists, authority.as_slice(), self.ambient.now()).is_ok());
        Ok(lists.and_then(|lists| {
            let serials: Result<Vec<_>, _> = lists.iter().map(RevocationList::serials).collect();
            serials.ok().map(|serials| serials.concat())
        }))
    }

    fn write_list(&self, listed: &[(Vec<u8>, Timestamp)]) -> Result<(), PkiError> {
        let now = self.ambient.now();
        let revoked = listed.iter().map(|(serial, since)| RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: at(*since),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: at(now),
            next_update: years_from(now),
            // Later lists have greater numbers (RFC 5280 section 5.2.3).
            crl_number: SerialNumber::from(now.as_microsecond().unsigned_abs()),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let pem = list.signed_by(&self.issuer).and_then(|list| list.pem());
        write_whole(&self.folder.join(REVOKED), &pem.map_err(certificate_error("revoked"))?)
    }

    fn credentials(
        &self,
        name: &str,
        parameters: impl FnOnce() -> Result<CertificateParams, rcgen::Error>,
    ) -> Result<Credentials, PkiError> {
        let valid =
            |certificate: &str| kept::is_valid(certificate, Some(&self.certificate), self.ambient.now());
        let made = || self.issue(name, parameters);
        let (certificate, key) = Kept::locked(&self.folder)?.pair(name, valid, made)?;
        self.with_authority(certificate, key)
    }

    fn with_authority(&self, certificate: String, key: String) -> Result<Credentials, PkiError> {
        let revoked = Some(kept::read(&self.folder.join(REVOKED))?);
        Ok(Credentials { certificate, key, authority: self.certificate.clone(), revoked })
    }

    fn issue(
        &self,
        name: &str,
        parameters: impl FnOnce() -> Result<CertificateParams, rcgen::Error>,
    ) -> Result<(String, String), PkiError> {
        let issue = || {
            let key = KeyPair::generate()?;
            let certificate = parameters()?.signed_by(&key, &self.issuer)?;
            Ok((certificate.pem(), key.serialize_pem()))
        };
        issue().map_err(certificate_error(name))
    }

    fn of_caller(&self, caller: &Caller) -> Result<CertificateParams, rcgen::Error> {
        let mut parameters = self.parameters(&caller.to_string())?;
        parameters.subject_alt_names = vec![SanType::URI(caller.to_string().try_into()?)];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        Ok(parameters)
    }

    fn parameters(&self, common_name: &str) -> Result<CertificateParams, rcgen::Error> {
        let mut parameters = parameters(common_name, &self.ambient)?;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        Ok(parameters)
    }
}

impl std::fmt::Debug for DevelopmentAuthority {
    /// The key never appears.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "DevelopmentAuthority({})", self.folder.display())
    }
}

/// The names by which programs on this machine call a server on it.
fn this_machine() -> Result<Vec<SanType>, rcgen::Error> {
    Ok(vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()),
        SanType::IpAddress(std::net::Ipv6Addr::LOCALHOST.into()),
    ])
}

/// The name, without its ending, of the files that hold a caller's certificate and key.
pub fn file_name(caller: &Caller) -> String {
    caller.to_string().trim_start_matches("lapwing://").replace('/', "-")
}

fn make_authority(ambient: &Ambient) -> Result<(String, String), rcgen::Error> {
    let mut parameters = parameters(COMMON_NAME, ambient)?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    Ok((parameters.self_signed(&key)?.pem(), key.serialize_pem()))
}

fn parameters(common_name: &str, ambient: &Ambient) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
    // Valid from long ago: a world whose clock a test has set to an earlier day accepts it too.
    parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
    parameters.not_after = years_from(ambient.now());
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

/// A time as the library that makes certificates wants it.
fn at(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.as_second()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn years_from(now: Timestamp) -> OffsetDateTime {
    let later = now.to_zoned(TimeZone::UTC).checked_add(Span::new().years(YEARS_VALID));
    at(later.map_or(now, |later| later.timestamp()))
}

fn certificate_error(name: &str) -> impl FnOnce(rcgen::Error) -> PkiError {
    let name = name.to_owned();
    move |source| PkiError::Certificate { name, source }
}
