//! `lapwing topology`: the broker's exchanges, queues and bindings, as this version needs them.

use std::path::Path;

use ambient::Ambient;
use anyhow::{Context as _, Error};
use broker::topology::{USERS, User};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::Context;
use crate::cli::{BrokerAt, ExportDefinitions, TopologyCommand};
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// Checks, makes or prints the topology. A difference is exit code 4: the broker stands otherwise than this version needs it.
///
/// # Errors
/// Where the broker cannot be reached, or does not let the user do it.
pub(crate) async fn topology(context: &Context, command: TopologyCommand) -> Result<Ending, Failure> {
    match command {
        TopologyCommand::Export(export) => {
            let text = format!("{:#}", definitions(&export)?);
            match &export.to {
                None => line(text),
                Some(file) => keyfile::write(file, &text)
                    .with_context(|| format!("{} cannot be written", file.display()))?,
            }
            Ok(Ending::Well)
        }
        TopologyCommand::Check(at) => {
            let differences = broker::topology::check(&config(at)).await.map_err(Error::from)?;
            let texts: Vec<String> = differences.iter().map(ToString::to_string).collect();
            Ok(say(context, &texts, "the broker has all that this version needs"))
        }
        TopologyCommand::Declare(at) => {
            broker::topology::declare(&config(at)).await.map_err(Error::from)?;
            Ok(say(context, &[], "declared: the broker has all that this version needs"))
        }
    }
}

fn definitions(export: &ExportDefinitions) -> Result<serde_json::Value, Error> {
    let Some(folder) = &export.passwords else { return Ok(broker::topology::export(&export.vhost, &[])) };
    let ambient = Ambient::system();
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let passwords: Vec<_> =
        USERS.iter().map(|user| password(&folder.join(user), &ambient)).collect::<Result<_, _>>()?;
    let users: Vec<User<'_>> = USERS
        .iter()
        .zip(&passwords)
        .map(|(name, password)| User { name, password, salt: ambient.bytes() })
        .collect();
    Ok(broker::topology::export(&export.vhost, &users))
}

/// What the file holds; where there is none, 32 bytes by chance are kept there first.
fn password(file: &Path, ambient: &Ambient) -> Result<SecretString, Error> {
    let draw = || Zeroizing::new(hex::encode(ambient.bytes::<32>()));
    let text = keyfile::drawn(file, draw).with_context(|| {
        format!("{} cannot be read or written; check who owns its folder", file.display())
    })?;
    let password = text.trim_end();
    anyhow::ensure!(
        !password.is_empty(),
        "{} is empty; write a password, or remove it to have one drawn",
        file.display()
    );
    Ok(SecretString::from(password.to_owned()))
}

fn config(at: BrokerAt) -> broker::Config {
    broker::Config {
        password_file: at.broker_password_file,
        authority: at.broker_authority,
        certificate: at.broker_certificate,
        key: at.broker_key,
        ..broker::Config::at(at.broker)
    }
}

fn say(context: &Context, differences: &[String], well: &str) -> Ending {
    if context.json {
        line(serde_json::json!({ "differences": differences }).to_string());
    } else if differences.is_empty() {
        line(well);
    } else {
        differences.iter().for_each(line);
    }
    if differences.is_empty() { Ending::Well } else { Ending::Conflict }
}
