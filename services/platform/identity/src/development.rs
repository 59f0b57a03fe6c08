//! A certificate authority for development and tests, which anybody who can read its folder can use. Its
//! certificates say so. Production certificates come from the operator's own authority.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ambient::Ambient;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};

use crate::{Caller, Credentials, Role};

const COMMON_NAME: &str = "Lapwing DEVELOPMENT authority - not for real data";
const YEARS_VALID: i16 = 2;

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
}

impl DevelopmentAuthority {
    /// Takes the authority kept in `folder`, or makes one there.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn open(folder: &Path, ambient: &Ambient) -> Result<Self, PkiError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(file_error(folder))?;
        let made = || make_authority(ambient).map_err(certificate_error("authority"));
        let (certificate, key) = kept_or_made(folder, "authority", made)?;
        let key = KeyPair::from_pem(&key).map_err(certificate_error("authority"))?;
        let issuer = Issuer::from_ca_cert_pem(&certificate, key).map_err(certificate_error("authority"))?;
        Ok(Self { folder: folder.to_owned(), certificate, issuer, ambient: ambient.clone() })
    }

    /// The credentials of a caller, taken from the folder or made.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn caller(&self, caller: &Caller) -> Result<Credentials, PkiError> {
        self.credentials(&file_name(caller), || {
            let mut parameters = self.parameters(&caller.to_string())?;
            parameters.subject_alt_names = vec![SanType::URI(caller.to_string().try_into()?)];
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            Ok(parameters)
        })
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

    /// The credentials of one of Lapwing's services as a process on this machine: a server that calls others too.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn service(&self, name: &str) -> Result<Credentials, PkiError> {
        let caller = Caller::new(Role::Service, name);
        self.credentials(&file_name(&caller), || {
            let mut parameters = self.parameters(&caller.to_string())?;
            parameters.subject_alt_names = this_machine()?;
            parameters.subject_alt_names.push(SanType::URI(caller.to_string().try_into()?));
            parameters.extended_key_usages =
                vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
            Ok(parameters)
        })
    }

    fn credentials(
        &self,
        name: &str,
        parameters: impl FnOnce() -> Result<CertificateParams, rcgen::Error>,
    ) -> Result<Credentials, PkiError> {
        let made = || {
            let issue = || {
                let key = KeyPair::generate()?;
                let certificate = parameters()?.signed_by(&key, &self.issuer)?;
                Ok((certificate.pem(), key.serialize_pem()))
            };
            issue().map_err(certificate_error(name))
        };
        let (certificate, key) = kept_or_made(&self.folder, name, made)?;
        Ok(Credentials { certificate, key, authority: self.certificate.clone() })
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
    parameters.distinguished_name.push(DnType::OrganizationName, "Lapwing development");
    let today: Date = ambient.now().to_zoned(TimeZone::UTC).date();
    // A day back, so that a machine whose clock is a little slow accepts it.
    let from = today.yesterday().unwrap_or(today);
    let date = |date: Date, years: i16| {
        rcgen::date_time_ymd(
            i32::from(date.year() + years),
            date.month().unsigned_abs(),
            date.day().unsigned_abs().min(28),
        )
    };
    parameters.not_before = date(from, 0);
    parameters.not_after = date(today, YEARS_VALID);
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

/// The certificate and key kept under a name, or those that `make` makes, which are kept from then on.
fn kept_or_made(
    folder: &Path,
    name: &str,
    make: impl FnOnce() -> Result<(String, String), PkiError>,
) -> Result<(String, String), PkiError> {
    let (certificate_file, key_file) =
        (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
    // Two commands may want the same certificate at once, and a key must belong to its certificate.
    let lock_file = folder.join("lock");
    let lock = fs::File::create(&lock_file).map_err(file_error(&lock_file))?;
    lock.lock().map_err(file_error(&lock_file))?;
    // The certificate is written last: where it is, the key is too.
    if !certificate_file.exists() {
        let (certificate, key) = make()?;
        write_whole(&key_file, &key)?;
        write_whole(&certificate_file, &certificate)?;
    }
    let read = |file: &Path| fs::read_to_string(file).map_err(file_error(file));
    Ok((read(&certificate_file)?, read(&key_file)?))
}

/// Writes a file whole or not at all, readable by its owner alone.
fn write_whole(file: &Path, text: &str) -> Result<(), PkiError> {
    let unfinished = file.with_added_extension("part");
    let mut options = fs::OpenOptions::new();
    let mut opened = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(file_error(&unfinished))?;
    opened.write_all(text.as_bytes()).and_then(|()| opened.sync_all()).map_err(file_error(&unfinished))?;
    fs::rename(&unfinished, file).map_err(file_error(file))
}

fn file_error(file: &Path) -> impl FnOnce(std::io::Error) -> PkiError {
    let file = file.display().to_string();
    move |source| PkiError::File { file, source }
}

fn certificate_error(name: &str) -> impl FnOnce(rcgen::Error) -> PkiError {
    let name = name.to_owned();
    move |source| PkiError::Certificate { name, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    #[test]
    fn a_certificate_names_its_caller_and_is_the_same_the_next_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens");
        let first = authority.caller(&Caller::authority("373")).expect("a certificate");
        let again = DevelopmentAuthority::open(folder.path(), &Ambient::system()).expect("opens again");
        let second = again.caller(&Caller::authority("373")).expect("a certificate");
        assert_eq!(first.certificate, second.certificate);
        let other = again.caller(&Caller::new(Role::Secretariat, "desk")).expect("a certificate");
        assert_ne!(first.certificate, other.certificate);
    }

    #[test]
    fn keys_are_readable_by_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        DevelopmentAuthority::open(folder.path(), &Ambient::system())
            .expect("opens")
            .server()
            .expect("a certificate");
        for file in ["authority.key", "server.key"] {
            let mode = fs::metadata(folder.path().join(file)).expect("a key").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }
}
