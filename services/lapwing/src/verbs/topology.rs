//! `lapwing topology`: the broker's exchanges, queues and bindings, as this version needs them.

use anyhow::Error;

use super::Context;
use crate::cli::{BrokerAt, TopologyCommand};
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// Checks, makes or prints the topology. A difference is exit code 4: the broker stands otherwise than this version needs it.
///
/// # Errors
/// Where the broker cannot be reached, or does not let the user do it.
pub(crate) async fn topology(context: &Context, command: TopologyCommand) -> Result<Ending, Failure> {
    match command {
        TopologyCommand::Export => {
            line(format!("{:#}", broker::topology::export()));
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

fn config(at: BrokerAt) -> broker::Config {
    broker::Config {
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
