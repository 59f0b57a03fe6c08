//! The files of the development authority: one user at a time, each written whole or not at all.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::PkiError;

/// A folder that nobody else writes to, for as long as this is held.
pub(super) struct Kept {
    folder: PathBuf,
    /// The system lets go of it however the process ends.
    _lock: fs::File,
}

impl Kept {
    /// Two commands may want the same certificate at once, and a key must belong to its certificate.
    pub(super) fn locked(folder: &Path) -> Result<Self, PkiError> {
        let lock_file = folder.join("lock");
        let lock = fs::File::create(&lock_file).map_err(file_error(&lock_file))?;
        lock.lock().map_err(file_error(&lock_file))?;
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }

    /// The certificate and key kept under a name, where they are still good, or those that `make` makes, which are kept from
    /// then on.
    pub(super) fn pair(
        &self,
        name: &str,
        valid: impl FnOnce(&str) -> bool,
        make: impl FnOnce() -> Result<(String, String), PkiError>,
    ) -> Result<(String, String), PkiError> {
        let (certificate_file, key_file) = self.files(name);
        // The certificate is written last: where it is, the key is too.
        if certificate_file.exists() {
            let certificate = read(&certificate_file)?;
            if valid(&certificate) {
                return Ok((certificate, read(&key_file)?));
            }
            self.forget(name)?;
        }
        let (certificate, key) = make()?;
        write_whole(&key_file, &key)?;
        write_whole(&certificate_file, &certificate)?;
        Ok((certificate, key))
    }

    /// Removes a certificate, and then its key.
    pub(super) fn forget(&self, name: &str) -> Result<(), PkiError> {
        let (certificate_file, key_file) = self.files(name);
        for file in [certificate_file, key_file] {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(file_error(&file)(error));
                }
                _ => (),
            }
        }
        Ok(())
    }

    fn files(&self, name: &str) -> (PathBuf, PathBuf) {
        (self.folder.join(format!("{name}.pem")), self.folder.join(format!("{name}.key")))
    }
}

/// Makes the folder, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> Result<(), PkiError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(file_error(folder))
}

/// Whether a certificate (PEM) is valid still, and of this authority (PEM), or else its own.
pub(super) fn is_valid(certificate: &str, authority: Option<&str>, now: Timestamp) -> bool {
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes());
    let (Ok(certificate), Ok(issuer)) = (der(certificate), der(authority.unwrap_or(certificate))) else {
        return false;
    };
    let parsed = (X509Certificate::from_der(&certificate), X509Certificate::from_der(&issuer));
    let (Ok((_, certificate)), Ok((_, issuer))) = parsed else { return false };
    certificate.verify_signature(Some(issuer.public_key())).is_ok()
        && certificate.validity().not_after.timestamp() > now.as_second()
}

/// A certificate's serial number.
pub(super) fn serial(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    X509Certificate::from_der(certificate).ok().map(|(_, parsed)| parsed.raw_serial().to_vec())
}

/// Reads a file.
pub(super) fn read(file: &Path) -> Result<String, PkiError> {
    fs::read_to_string(file).map_err(file_error(file))
}

/// Writes a file whole or not at all, readable by its owner alone.
pub(super) fn write_whole(file: &Path, text: &str) -> Result<(), PkiError> {
    keyfile::write(file, text).map_err(file_error(file))
}

fn file_error(file: &Path) -> impl FnOnce(std::io::Error) -> PkiError {
    let file = file.display().to_string();
    move |source| PkiError::File { file, source }
}
