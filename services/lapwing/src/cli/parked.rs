//! What the verbs about parked events are given.

use clap::{ArgGroup, Args, Subcommand};

use super::changes::at_least_one;

/// `parked`
#[derive(Debug, Args)]
pub struct Parked {
    /// The operator as whom it is done; the audit log records it. Lower-case letters, digits and hyphens
    #[arg(long, global = true, env = "LAPWING_OPERATOR", default_value = "duty", value_name = "NAME", value_parser = operator)]
    pub operator: identity::Caller,
    /// What to do
    #[command(subcommand)]
    pub command: ParkedCommand,
}

/// What to do with parked events.
#[derive(Debug, Subcommand)]
pub enum ParkedCommand {
    /// List parked events, oldest first within each service; never what is in them
    List(ListParked),
    /// Show where events stand
    Show(ShowParked),
    /// Send parked events to their queues again, once the cause is mended
    Retry(RetryParked),
    /// Give parked events up for ever; it cannot be taken back
    Discard(DiscardParked),
}

/// `parked list`
#[derive(Debug, Args)]
pub struct ListParked {
    /// One queue alone, such as eligibility.notifications
    #[arg(long, value_name = "QUEUE")]
    pub queue: Option<String>,
    /// How many to print
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = at_least_one)]
    pub most: usize,
}

/// `parked show`
#[derive(Debug, Args)]
pub struct ShowParked {
    /// The events' ids, as `parked list` prints them
    #[arg(required = true, value_name = "EVENT")]
    pub events: Vec<String>,
}

/// `parked retry`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["events", "queue"]))]
#[command(group = ArgGroup::new("how many").args(["oldest", "all"]))]
pub struct RetryParked {
    /// The events' ids, as `parked list` prints them
    #[arg(value_name = "EVENT")]
    pub events: Vec<String>,
    /// The events of a queue, with --oldest or --all
    #[arg(long, value_name = "QUEUE", requires = "how many")]
    pub queue: Option<String>,
    /// So many of the queue, the oldest first
    #[arg(long, value_name = "NUMBER", value_parser = at_least_one, requires = "queue")]
    pub oldest: Option<usize>,
    /// All that are parked on the queue when it begins
    #[arg(long, requires = "queue")]
    pub all: bool,
    /// First 1, then 2, 5, 20, then 100 at a time; goes on once all of a step were taken, and stops where one is parked again
    #[arg(long)]
    pub canary: bool,
    /// How many events a second at most
    #[arg(long, value_name = "NUMBER", value_parser = at_least_one)]
    pub rate: Option<usize>,
    /// How many seconds --canary waits for one step
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub wait: u32,
    /// Why, in your words, for the audit log, which keeps them: write no name and no other fact of a child or family
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
}

/// `parked discard`
#[derive(Debug, Args)]
pub struct DiscardParked {
    /// The events' ids, as `parked list` prints them
    #[arg(required = true, value_name = "EVENT")]
    pub events: Vec<String>,
    /// Why, in your words, for the audit log, which keeps them: write no name and no other fact of a child or family
    #[arg(long, value_name = "WORDS")]
    pub reason: String,
}

pub(super) fn operator(name: &str) -> Result<identity::Caller, String> {
    let caller = format!("lapwing://operator/{name}").parse();
    caller.map_err(|_| {
        "an operator's name is lower-case letters, digits and hyphens, such as night-shift".to_owned()
    })
}
