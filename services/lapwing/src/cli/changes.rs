//! What the verbs are given that change a notification after it was sent, or bring cases together.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use contracts::notification::v1::{DeclineReason, WithdrawalReason};
use contracts::triage::v1::Recipient;
use jiff::civil::Date;
use registers::{AuthorityNumber, authorities};
use secrecy::SecretString;

use super::secret;

/// An authority by its DfE number, or by a GSS code that it has or had.
pub(super) fn authority(text: &str) -> Result<String, String> {
    let by_code = authorities().find_by_gss(text).map(|authority| authority.number);
    let number = by_code.or_else(|| text.parse::<AuthorityNumber>().ok());
    number
        .map(|number| number.to_string())
        .ok_or_else(|| "give the authority's three-digit DfE number, such as 373, or its GSS code".to_owned())
}

/// `amend`
#[derive(Debug, Args)]
pub struct Amend {
    /// The reference from the receipt; case, spaces and hyphens do not matter
    pub reference: String,
    /// The file with the notification as it is now, whole (proto3 JSON); - reads standard input
    pub file: PathBuf,
    /// The number of the revision [default: one more than the newest]
    #[arg(long, value_name = "NUMBER")]
    pub revision: Option<u32>,
}

/// Why a notification is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WithdrawalName {
    /// It was determined afterwards that the case does not meet the criteria
    CriteriaNotMet,
    /// The same incident is notified under another reference
    NotifiedTwice,
    /// It was sent by mistake
    SentByMistake,
    /// Another reason, told in words
    Other,
}

impl From<WithdrawalName> for WithdrawalReason {
    fn from(name: WithdrawalName) -> Self {
        match name {
            WithdrawalName::CriteriaNotMet => Self::CriteriaNotMet,
            WithdrawalName::NotifiedTwice => Self::NotifiedTwice,
            WithdrawalName::SentByMistake => Self::SentByMistake,
            WithdrawalName::Other => Self::Other,
        }
    }
}

/// `withdraw`
#[derive(Debug, Args)]
pub struct WithdrawNotification {
    /// The reference from the receipt; case, spaces and hyphens do not matter
    pub reference: String,
    /// Why
    #[arg(long)]
    pub reason: WithdrawalName,
    /// The same in your words; they stay with intake
    #[arg(long, default_value = "", hide_default_value = true, value_parser = secret)]
    pub words: SecretString,
    /// The number of the revision [default: one more than the newest]
    #[arg(long, value_name = "NUMBER")]
    pub revision: Option<u32>,
    /// The authority that holds it (DfE number), where the receipt was not given in this folder
    #[arg(long, value_name = "NUMBER", value_parser = authority)]
    pub authority: Option<String>,
}

/// `hand-overs`
#[derive(Debug, Args)]
pub struct HandOvers {
    /// The authority (DfE number)
    #[arg(long, value_name = "NUMBER", value_parser = authority)]
    pub authority: String,
    /// Also those that were answered or have lapsed
    #[arg(long)]
    pub all: bool,
}

/// `accept`
#[derive(Debug, Args)]
pub struct AcceptHandOver {
    /// The reference
    pub reference: String,
    /// The authority that takes it over (DfE number)
    #[arg(long, value_name = "NUMBER", value_parser = authority)]
    pub authority: String,
    /// The day on which that authority became aware [default: the day of the offer]
    #[arg(long, value_name = "DATE")]
    pub aware_on: Option<Date>,
}

/// Why an authority does not take a notification over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeclineName {
    /// It did not happen in its area
    NotInOurArea,
    /// It has notified the same incident itself
    NotifiedByUs,
    /// Another reason, told in words
    Other,
}

impl From<DeclineName> for DeclineReason {
    fn from(name: DeclineName) -> Self {
        match name {
            DeclineName::NotInOurArea => Self::NotInOurArea,
            DeclineName::NotifiedByUs => Self::NotifiedByUs,
            DeclineName::Other => Self::Other,
        }
    }
}

/// `decline`
#[derive(Debug, Args)]
pub struct DeclineHandOver {
    /// The reference
    pub reference: String,
    /// The authority that declines (DfE number)
    #[arg(long, value_name = "NUMBER", value_parser = authority)]
    pub authority: String,
    /// Why
    #[arg(long)]
    pub reason: DeclineName,
    /// The same in your words; they stay with intake
    #[arg(long, default_value = "", hide_default_value = true, value_parser = secret)]
    pub words: SecretString,
}

/// `link`
#[derive(Debug, Args)]
pub struct LinkCases {
    /// One case's reference
    pub reference: String,
    /// The other case's
    pub other: String,
    /// Neither is a duplicate of the other; left out, they are of the same incident
    #[arg(long)]
    pub not_a_duplicate: bool,
}

pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse::<usize>().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "give a number from 1 on".to_owned())
}

/// Who is told besides the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecipientName {
    /// The Department for Education
    Dfe,
    /// Ofsted
    Ofsted,
}

impl From<RecipientName> for Recipient {
    fn from(name: RecipientName) -> Self {
        match name {
            RecipientName::Dfe => Self::Dfe,
            RecipientName::Ofsted => Self::Ofsted,
        }
    }
}

/// `notices`
#[derive(Debug, Args)]
pub struct NoticesFor {
    /// Who was told
    pub recipient: RecipientName,
    /// How many to print, newest first
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = at_least_one)]
    pub most: usize,
}
