//! How a command ends: the exit codes, which scripts rely on, and the sentence on standard error.

use std::io::Write;
use std::process::ExitCode;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// How a command ended that did what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is well: 0.
    Well,
    /// Some notifications were refused for their form, or would be: 3.
    Refused,
    /// Some are held with other content: 4.
    Conflict,
    /// Some could not be held now and may be sent again: 5.
    TryAgain,
    /// It serves, and something is to be seen to: 8.
    Warned,
    /// Nothing was found wrong, but not all could be looked at: 9.
    NotChecked,
    /// Something is wrong with this machine, as whoever looked has told: 1.
    Unwell,
}

impl Ending {
    /// The exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Well => 0,
            Self::Refused => 3,
            Self::Conflict => 4,
            Self::TryAgain => 5,
            Self::Warned => 8,
            Self::NotChecked => 9,
            Self::Unwell => 1,
        })
    }

    /// The graver of two.
    pub fn and(self, other: Self) -> Self {
        if (other as u8) > (self as u8) { other } else { self }
    }
}

/// A command that could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// Something is wrong with this machine or this call: 1.
    Failed(anyhow::Error),
    /// The server refused the call: 3 where the call is to be mended, 4 where it stands otherwise there, 6 where nothing
    /// was found, 7 where it may not be made, 5 where it may be repeated, else 1.
    Status(Box<Status>),
}

impl Failure {
    /// Says what went wrong on standard error, and returns the exit code.
    pub fn tell(&self) -> ExitCode {
        let (sentence, code) = match self {
            Self::Failed(error) => (format!("{error:#}"), 1),
            Self::Status(status) => (sentence(status), status_code(status)),
        };
        // Where standard error is gone there is nobody to tell.
        let _gone = writeln!(std::io::stderr(), "lapwing: {sentence}");
        ExitCode::from(code)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

fn status_code(status: &Status) -> u8 {
    match status.code() {
        Code::InvalidArgument => 3,
        Code::AlreadyExists | Code::FailedPrecondition => 4,
        Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded => 5,
        Code::NotFound => 6,
        Code::PermissionDenied | Code::Unauthenticated => 7,
        _ => 1,
    }
}

/// The server's sentence, and each field violation on a line of its own.
fn sentence(status: &Status) -> String {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    if violations.is_empty() {
        return status.message().to_owned();
    }
    let lines: Vec<String> = violations
        .iter()
        .map(|violation| format!("{}: {} [{}]", violation.field, violation.description, violation.reason))
        .collect();
    lines.join("\n         ")
}
