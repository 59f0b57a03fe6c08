//! `lapwing certificate` and `lapwing completions`: for those who write their own clients, and shells.

use ambient::Ambient;
use clap::CommandFactory;
use clap_complete::Shell;
use identity::{DevelopmentAuthority, Role};

use super::Context;
use crate::cli::{Certificate, Lapwing};
use crate::connection::{development, pki_folder};
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// Makes a development certificate, where there is none yet, and prints the three files that a client needs.
///
/// # Errors
/// Where the folder has no development authority, and none is to be made.
pub(crate) fn certificate(context: &Context, certificate: &Certificate) -> Result<Ending, Failure> {
    let caller = &certificate.caller;
    let authority = if certificate.new_authority {
        DevelopmentAuthority::open(&pki_folder(&context.folder), &Ambient::system())
            .map_err(anyhow::Error::from)?
    } else {
        development(&context.folder)?
    };
    match caller.role {
        Role::Service => authority.service(&caller.name),
        _ => authority.caller(caller),
    }
    .map_err(anyhow::Error::from)?;
    let pki = pki_folder(&context.folder);
    let name = identity::file_name(caller);
    let files = [
        ("authority", "authority.pem".to_owned()),
        ("certificate", format!("{name}.pem")),
        ("key", format!("{name}.key")),
    ];
    if context.json {
        let paths: serde_json::Map<String, serde_json::Value> = files
            .iter()
            .map(|(kind, file)| ((*kind).to_owned(), pki.join(file).display().to_string().into()))
            .collect();
        line(serde_json::Value::Object(paths).to_string());
    } else {
        files.iter().for_each(|(kind, file)| line(format!("{kind:12} {}", pki.join(file).display())));
    }
    Ok(Ending::Well)
}

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Lapwing::command(), "lapwing", &mut script);
    line(String::from_utf8_lossy(&script).trim_end());
    Ending::Well
}
