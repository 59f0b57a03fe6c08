//! Lists of revoked certificates (CRL, RFC 5280 section 5), read and judged before they are gone by.

use jiff::Timestamp;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use crate::trust::TrustError;

/// What is on a list: serial numbers as their bytes, and since when each is there.
pub(crate) type Listed = Vec<(Vec<u8>, Timestamp)>;

/// One list.
#[derive(Debug, Clone)]
pub struct RevocationList {
    der: CertificateRevocationListDer<'static>,
    until: Timestamp,
}

impl RevocationList {
    /// Reads every list of a PEM text.
    ///
    /// # Errors
    /// Where one cannot be read, does not say by when it is to be replaced, or there is none: a file that is being written
    /// must not pass for an empty list.
    pub fn read(pem: &str) -> Result<Vec<Self>, TrustError> {
        let lists = CertificateRevocationListDer::pem_slice_iter(pem.as_bytes()).map(|der| {
            let der = der.map_err(|_| TrustError::List)?;
            let until = parsed(&der)?.next_update().ok_or(TrustError::List)?.timestamp();
            Ok(Self { until: Timestamp::from_second(until).map_err(|_| TrustError::List)?, der })
        });
        let lists: Vec<Self> = lists.collect::<Result<_, TrustError>>()?;
        if lists.is_empty() { Err(TrustError::List) } else { Ok(lists) }
    }

    /// Refuses a list that is out of date or that none of the authorities has signed, and an authority without a list.
    pub(crate) fn judge(
        lists: &[Self],
        authorities: &[CertificateDer<'_>],
        now: Timestamp,
    ) -> Result<(), TrustError> {
        let mut listed = vec![false; authorities.len()];
        for list in lists {
            if now >= list.until {
                return Err(TrustError::ListOutOfDate(list.until));
            }
            let mut signed = false;
            for (authority, listed) in authorities.iter().zip(&mut listed) {
                if list.is_signed_by(authority)? {
                    (*listed, signed) = (true, true);
                }
            }
            if !signed {
                return Err(TrustError::ListUnsigned);
            }
        }
        match authorities.iter().zip(listed).find(|(_, listed)| !listed) {
            Some((authority, _)) => Err(TrustError::AuthorityWithoutList(subject(authority)?)),
            None => Ok(()),
        }
    }

    fn is_signed_by(&self, authority: &CertificateDer<'_>) -> Result<bool, TrustError> {
        let (_, authority) = X509Certificate::from_der(authority).map_err(|_| TrustError::Authority)?;
        let list = parsed(&self.der)?;
        Ok(list.issuer() == authority.subject() && list.verify_signature(authority.public_key()).is_ok())
    }

    /// By when it is to be replaced by a newer one.
    pub fn until(&self) -> Timestamp {
        self.until
    }

    /// The list itself.
    pub fn der(&self) -> CertificateRevocationListDer<'static> {
        self.der.clone()
    }

    /// The serial numbers on it, as their bytes, with when each was put there.
    pub(crate) fn serials(&self) -> Result<Listed, TrustError> {
        let list = parsed(&self.der)?;
        let entries = list.iter_revoked_certificates().map(|entry| {
            let since = Timestamp::from_second(entry.revocation_date.timestamp());
            Ok((entry.raw_serial().to_vec(), since.map_err(|_| TrustError::List)?))
        });
        entries.collect()
    }
}

fn parsed<'list>(
    der: &'list CertificateRevocationListDer<'_>,
) -> Result<CertificateRevocationList<'list>, TrustError> {
    CertificateRevocationList::from_der(der).map(|(_, list)| list).map_err(|_| TrustError::List)
}

fn subject(authority: &CertificateDer<'_>) -> Result<String, TrustError> {
    let (_, authority) = X509Certificate::from_der(authority).map_err(|_| TrustError::Authority)?;
    Ok(format!("{:?}", authority.subject().to_string()))
}
