//! Invented reference numbers of settings, providers and schools, in the form that real ones have.
//!
//! What a reader would get wrong: they are not arbitrary. The first digit is a 9, with which no series in use
//! known to us begins; the number of the authority in whose area the setting is follows, so that one number
//! always stands for one setting in one place, and settings recur as real ones do.

use registers::AuthorityNumber;

use crate::draws::Draws;

/// How many children's homes and schools each authority's area has in the samples. Few, so that in a large
/// sample several authorities name the same home, which triage is to notice.
const HOMES_IN_AN_AREA: u64 = 20;
/// How many homes one provider runs.
const HOMES_OF_A_PROVIDER: u64 = 4;

/// A registered setting and the provider that runs it.
pub(crate) struct Registration {
    /// Ofsted unique reference number of the setting.
    pub(crate) setting_urn: String,
    /// Ofsted reference of the provider.
    pub(crate) provider_reference: String,
}

/// A children's home, or a residential school registered as one: SC and six digits.
pub(crate) fn draw_home(draws: &mut Draws, host: AuthorityNumber) -> Registration {
    let home = draws.below(HOMES_IN_AN_AREA);
    registration(format!("SC9{host}{home:02}"), host, home)
}

/// A fostering agency or supported accommodation: seven digits, as newer registrations have.
pub(crate) fn draw_service(draws: &mut Draws, host: AuthorityNumber) -> Registration {
    let service = draws.below(HOMES_IN_AN_AREA);
    registration(format!("9{host}{service:03}"), host, service)
}

/// A school: six digits.
pub(crate) fn draw_school(draws: &mut Draws, area: AuthorityNumber) -> String {
    let school = draws.below(100);
    format!("9{area}{school:02}")
}

fn registration(setting_urn: String, host: AuthorityNumber, setting: u64) -> Registration {
    let provider = setting / HOMES_OF_A_PROVIDER;
    Registration { setting_urn, provider_reference: format!("RP9{host}{provider:02}") }
}
