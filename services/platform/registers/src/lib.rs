//! The public registers Lapwing judges by, compiled in: children's-services authorities, bank holidays, code
//! sets and published volumes. Nothing is read from disk at run time, so a register is as old as the build.
//!
//! What a reader would get wrong: a register has an edge. Past it the answer is an error that says how far
//! the register reaches ([`BeyondRegister`]), never a guess.

pub mod authorities;
pub mod code_sets;
mod data_file;
mod register_error;
pub mod volumes;
pub mod working_days;

pub use authorities::{Authority, AuthorityNumber, AuthorityRegister, authorities};
pub use code_sets::{CodeRegister, CodeSet, CodeVerdict, CollectionYear, code_sets};
pub use register_error::{Flaw, Place, RegisterError};
pub use volumes::{YearVolume, notification_volumes};
pub use working_days::{BankHolidays, BeyondRegister, bank_holidays};
