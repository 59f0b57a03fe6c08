//! The command `lapwing`: all four services in one process, and what a person does with them.
//!
//! [`embedded`] is the one place that wires every service; most verbs see gRPC alone, with the development certificates
//! of a data folder.

pub mod catalogue;
pub mod cli;
pub mod embedded;
pub mod ending;
pub mod measures;

mod connection;
mod doctor;
mod kept_receipts;
mod notification_files;
pub mod page;
mod printing;
mod verbs;

use telemetry::LookedAt;

use crate::cli::{Command, Lapwing};
use crate::ending::Ending;

/// Runs one command to its end. `looked_at` is what this process measures and traces of itself.
///
/// # Errors
/// What went wrong, in words that say what to do; [`Ending`] turns it into an exit code.
pub async fn run(lapwing: Lapwing, looked_at: LookedAt) -> Result<Ending, ending::Failure> {
    let collector = lapwing.collector();
    let Lapwing { folder, server, json, command, .. } = lapwing;
    let context = verbs::Context { folder, server, json, looked_at, collector };
    match command {
        None => Err(anyhow::anyhow!("no verb was given").into()),
        Some(command) => verb(&context, command).await,
    }
}

async fn verb(context: &verbs::Context, command: Command) -> Result<Ending, ending::Failure> {
    match command {
        Command::Up(up) => verbs::up(context, up).await,
        Command::Notify(notify) => verbs::notify(context, notify).await,
        Command::Check(check) => verbs::check(context, check).await,
        Command::Doctor(asked) => verbs::doctor(context, asked).await,
        Command::Amend(amend) => verbs::amend(context, amend).await,
        Command::Withdraw(withdraw) => verbs::withdraw(context, withdraw).await,
        Command::HandOvers(asked) => verbs::hand_overs(context, asked).await,
        Command::Accept(accept) => verbs::accept(context, accept).await,
        Command::Decline(decline) => verbs::decline(context, decline).await,
        Command::Link(link) => verbs::link(context, link).await,
        Command::StandAside(aside) => verbs::stand_aside(context, aside).await,
        Command::LiftStandAside(lift) => verbs::lift_stand_aside(context, lift).await,
        Command::Notices(asked) => verbs::notices(context, asked).await,
        Command::Identities(asked) => verbs::identities(context, asked).await,
        Command::Readings(asked) => verbs::readings(context, asked).await,
        Command::Erase(asked) => verbs::erase(context, asked).await,
        Command::Hold(asked) => verbs::hold(context, asked).await,
        Command::Release(of) => verbs::release(context, of).await,
        Command::Retention(asked) => verbs::retention(context, asked).await,
        Command::RotateKeys(asked) => verbs::rotate_keys(context, asked).await,
        Command::Backup(asked) => verbs::backup(context, asked).await,
        Command::Restore(asked) => verbs::restore(context, asked).await,
        Command::Policy(policy) => verbs::policy(context, &policy.command),
        Command::Explain(explain) => verbs::explain(context, &explain),
        Command::Status(status) => verbs::status(context, status).await,
        Command::Queue(queue) => verbs::queue(context, queue).await,
        Command::Case(reference) => verbs::case(context, reference).await,
        Command::Take(take) => verbs::take(context, take).await,
        Command::Acknowledge(acknowledge) => verbs::acknowledge(context, acknowledge).await,
        Command::Timeline(reference) => verbs::timeline(context, reference).await,
        Command::Checkpoint => verbs::checkpoint(context).await,
        Command::Rights => Ok(verbs::rights()),
        Command::Measures => Ok(verbs::measures()),
        Command::Sample(sample) => verbs::sample(context, &sample),
        Command::Pki(pki) => verbs::pki(context, &pki),
        Command::Certificate(certificate) => verbs::certificate(context, &certificate),
        Command::Migrate(migrate) => verbs::migrate(context, migrate).await,
        Command::Topology(topology) => verbs::topology(context, topology.command).await,
        Command::Parked(parked) => verbs::parked(context, parked).await,
        Command::Completions { shell } => Ok(verbs::completions(shell)),
    }
}
