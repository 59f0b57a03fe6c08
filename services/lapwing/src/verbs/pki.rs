//! `lapwing pki` and `lapwing completions`: for those who write their own clients, and shells.
//!
//! What a reader would get wrong: these certificates are for development and tests, and say so in their subjects. Nothing here
//! makes one for real data: those come from the operator's own authority.

use ambient::Ambient;
use clap::CommandFactory;
use clap_complete::Shell;
use identity::{Caller, DevelopmentAuthority, Role};

use super::Context;
use crate::cli::{IssueCertificate, Lapwing, Pki, PkiCommand, RevokeCertificate};
use crate::connection::{development, pki_folder};
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// Does what is asked of the folder's development authority.
///
/// # Errors
/// Where there is none, or its files cannot be read or written.
pub(crate) fn pki(context: &Context, pki: &Pki) -> Result<Ending, Failure> {
    match &pki.command {
        PkiCommand::Issue(issue) => certificate(context, issue),
        PkiCommand::Revoke(revoked) => revoke(context, revoked),
    }
}

/// Makes development certificates, where there are none yet, and prints the three files that each client needs.
///
/// # Errors
/// Where the folder has no development authority, and none is to be made.
pub(crate) fn certificate(context: &Context, certificate: &IssueCertificate) -> Result<Ending, Failure> {
    let authority = if certificate.new_authority {
        DevelopmentAuthority::open(&pki_folder(&context.folder), &Ambient::system())
            .map_err(anyhow::Error::from)?
    } else {
        development(&context.folder)?
    };
    for caller in &certificate.callers {
        if certificate.anew {
            authority.forget(caller).map_err(anyhow::Error::from)?;
        }
        match caller.role {
            Role::Service => authority.service(&caller.name),
            _ => authority.caller(caller),
        }
        .map_err(anyhow::Error::from)?;
        say_files(context, caller);
    }
    Ok(Ending::Well)
}

fn say_files(context: &Context, caller: &Caller) {
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
}

/// Revokes a caller's development certificate, and prints the list that servers of the folder go by.
///
/// # Errors
/// Where the folder has no development authority, or no certificate of the caller.
fn revoke(context: &Context, revoked: &RevokeCertificate) -> Result<Ending, Failure> {
    development(&context.folder)?.revoke(&revoked.caller).map_err(anyhow::Error::from)?;
    let list = pki_folder(&context.folder).join("revoked.pem").display().to_string();
    if context.json {
        line(serde_json::json!({ "revoked": list }).to_string());
    } else {
        line(format!("{:12} {list}", "revoked"));
        line(format!(
            "A server of this folder refuses it within a second, and processes whose `revoked` names this file. \
             `lapwing pki issue --anew {}` makes a new one.",
            revoked.caller
        ));
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
