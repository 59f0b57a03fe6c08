//! Who may call what, and whose data that reaches: one [table](TABLE), looked up in one place, the layer in front of every
//! server ([`RightsLayer`]).
//!
//! What a reader would get wrong: a handler asks nobody who calls. It takes what the layer has granted ([`granted`]), in
//! which the scope is a value of a type: an authority's own number cannot be had but by a right to one's own data. A call
//! that did not come through the layer has no such value, and is refused.

mod check;
mod document;
mod granted;
mod layer;
mod row;
mod table;

pub use check::{TableFaults, check, faults};
pub use document::document;
pub use granted::{Granted, Member, OwnAuthority, Reach, granted, stood_aside};
pub use layer::{Enforced, RightsLayer};
pub use row::{Row, Who, Whose, rows_of};
pub use table::TABLE;

catalogue::entries! {
    /// Codes of calls that the caller has no right to.
    pub CATALOGUE = "Calls without a right";
    ROLE_NOT_ALLOWED: "The call is for other roles than the caller's.",
        "Use a certificate of a role that the sentence names.";
    ANOTHER_AUTHORITY: "The certificate is one authority's and the notification another's; the duty is each \
                        authority's own (Children Act 2004 s.16C(1)).",
        "Send it with the other authority's certificate, or correct notifying_authority.";
    STOOD_ASIDE: "The panel member stood aside from the case, so nothing of it is shown to them or done by them.",
        "Leave it to the other members; where it was a mistake, ask the secretariat to lift it.";
    CALL_NOT_IN_TABLE: "No right to a call of that name is written down, so nobody may call it.",
        "Compare the call's name with the contract; it may be of a newer version of Lapwing than this server.";
    RIGHT_NOT_GRANTED: "The call reached its service with no right, or with one that the service cannot serve. Nothing \
                        was done.",
        "Tell the operator: the table of rights and the service do not agree.";
}
