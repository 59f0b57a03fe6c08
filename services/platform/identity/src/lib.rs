//! Who calls. A caller is one URI in the subject alternative names of a verified client certificate, such as
//! `lapwing://authority/373`; nothing in a request can claim to be somebody else.

mod caller;
mod credentials;
mod development;
mod examined;
mod peer;
mod revocation;
mod trust;

pub use caller::{CATALOGUE, Caller, NoCaller, Role, caller_in_extensions, forget_caller_in};
pub use credentials::Credentials;
pub use development::{DevelopmentAuthority, PkiError, file_name};
pub use examined::{Examined, Unfit, ends};
pub use peer::Peer;
pub use revocation::RevocationList;
pub use trust::{Anchors, NotTrusted, Pair, Trust, TrustError};
