//! Who may do what on the broker: one user for each service, one for whoever makes the topology, and one for each reader outside.
//!
//! What a reader would get wrong: a permission names exchanges and queues by a pattern that matches anywhere in a name, unless it
//! is tied to both ends. All of these are.

use contracts::topology::{EXCHANGE, PARKING_EXCHANGE, QUEUES, RETRY_EXCHANGE, TELLERS, told_by};
use serde_json::{Value, json};

/// Every user's name. `lapwing_topology` is for `lapwing topology`; the last three read queues that are not Lapwing's to read.
pub const USERS: [&str; 8] = [
    "lapwing_topology",
    "lapwing_intake",
    "lapwing_eligibility",
    "lapwing_triage",
    "lapwing_audit",
    "lapwing_panel",
    "lapwing_dfe",
    "lapwing_ofsted",
];

/// What a user may do in a virtual host: patterns of the exchanges and queues that it may make, write to and read from; and the
/// routing keys that it may publish, and bind queues to, by exchange. Every service may publish to no more than two exchanges:
/// events, by the names that it tells, and retries, to the queues that it keeps. It may bind these queues again, to what the table
/// has any of them bound to: the broker calls that writing to the queue and reading from the exchange, and lets it unbind as well.
pub fn permissions(vhost: &str, user: &str) -> (Value, Vec<Value>) {
    if user == "lapwing_topology" {
        return (of_topology(vhost, user), Vec::new());
    }
    let name = user.strip_prefix("lapwing_").unwrap_or(user);
    let service = TELLERS.iter().any(|(service, _)| *service == name);
    let read_by: Vec<String> =
        QUEUES.iter().filter(|queue| queue.reader() == name).map(|queue| queue.name.to_owned()).collect();
    let kept = QUEUES.iter().filter(|queue| queue.keeper == name);
    let collected = kept.clone().map(contracts::topology::Queue::parked);
    let retried: Vec<String> = kept.clone().map(|queue| queue.name.to_owned()).collect();
    let bound: Vec<String> = kept.flat_map(|queue| queue.bindings).map(|key| (*key).to_owned()).collect();
    let exchanges = |all: &[&str]| -> Vec<String> {
        if service { all.iter().map(|&exchange| exchange.to_owned()).collect() } else { Vec::new() }
    };
    let read = [read_by, collected.collect(), exchanges(&[EXCHANGE])].concat();
    let write = [exchanges(&[EXCHANGE, RETRY_EXCHANGE]), retried.clone()].concat();
    let told: Vec<String> =
        if service { told_by(name).into_iter().map(str::to_owned).collect() } else { Vec::new() };
    let topics = [(EXCHANGE, told, bound), (RETRY_EXCHANGE, retried, Vec::new())];
    let topics = topics.into_iter().map(|(exchange, written, read)| {
        json!({ "user": user, "vhost": vhost, "exchange": exchange, "write": one_of(&written), "read": one_of(&read) })
    });
    let permission = json!({
        "user": user, "vhost": vhost, "configure": one_of(&[]), "write": one_of(&write), "read": one_of(&read)
    });
    (permission, topics.collect())
}

/// Makes everything and binds it, and publishes no event.
fn of_topology(vhost: &str, user: &str) -> Value {
    let queues: Vec<String> =
        QUEUES.iter().flat_map(|queue| [queue.name.to_owned(), queue.parked()]).collect();
    let exchanges = [EXCHANGE, PARKING_EXCHANGE, RETRY_EXCHANGE].map(str::to_owned);
    let all = [&exchanges[..], &queues].concat();
    let written = [&[PARKING_EXCHANGE.to_owned()][..], &queues].concat();
    json!({ "user": user, "vhost": vhost, "configure": one_of(&all), "write": one_of(&written), "read": one_of(&all) })
}

/// A pattern that matches these names and no other. Of none, one that matches nothing that has a name.
pub(super) fn one_of(names: &[String]) -> String {
    match names {
        [] => "^$".to_owned(),
        names => format!("^({})$", names.join("|").replace('.', "\\.")),
    }
}
