//! What `doctor` is given.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ServiceName;

/// `doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    /// A service's settings file, as that service is given it; repeat it for each. Where its name does not say whose it is:
    /// intake=FILE. Left out, the data folder is looked at
    #[arg(long, value_name = "FILE", value_parser = settings_file)]
    pub config: Vec<SettingsFile>,
    /// A checkpoint of the audit log that somebody kept, as `lapwing checkpoint` printed it: the log is held to it too
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// How many seconds each check may take
    #[arg(long, default_value_t = 15, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub patience: u64,
}

/// A settings file, and whose it is where that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFile {
    /// Whose.
    pub service: Option<ServiceName>,
    /// The file.
    pub file: PathBuf,
}

fn settings_file(text: &str) -> Result<SettingsFile, std::convert::Infallible> {
    let named = text.split_once('=').and_then(|(service, file)| {
        let service = ServiceName::from_str(service, false).ok()?;
        Some(SettingsFile { service: Some(service), file: file.into() })
    });
    Ok(named.unwrap_or_else(|| SettingsFile { service: None, file: text.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_said_to_be_a_services() {
        let Ok(said) = settings_file("triage=/etc/a.toml");
        assert_eq!(said, SettingsFile { service: Some(ServiceName::Triage), file: "/etc/a.toml".into() });
        let Ok(unsaid) = settings_file("/etc/a=b/triage.toml");
        assert_eq!(unsaid, SettingsFile { service: None, file: "/etc/a=b/triage.toml".into() });
    }
}
