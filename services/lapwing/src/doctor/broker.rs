//! The broker: whether it lets each service in, has everything as the table in code wants it, and whether somebody reads.

use broker::{BrokerError, Config, Standing};
use contracts::topology::QUEUES;
use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::certificates;
use super::finding::{Finding, Group};

/// Messages from which a queue is called long: England's authorities notify some hundreds of incidents a year, so so many wait on
/// no ordinary day.
const LONG: u32 = 10_000;

/// Looks at the broker as one service sees it.
pub(super) async fn look(config: &Config, now: Timestamp) -> Vec<Finding> {
    let (authority, certificate, key) =
        (config.authority.as_deref(), config.certificate.as_deref(), config.key.as_deref());
    let mut found = certificates::towards("broker certificates", authority, certificate, key, now);
    match broker::reach(config).await {
        Ok(()) => {
            found.push(Finding::well("broker", "it can be reached and lets this user in"));
            found.push(judge_tls(config.url.expose_secret()));
        }
        Err(error) => found.push(judge(&error)),
    }
    found
}

/// What the error says is what a service would say; what follows its first semicolon is what to do.
fn judge(error: &BrokerError) -> Finding {
    let why = match error {
        BrokerError::NotNow(_) => {
            "events wait in the outboxes: receipts are given, and cases do not reach the panel"
        }
        _ => "the service does not start",
    };
    let said = error.to_string();
    let (what, to_do) = match error {
        BrokerError::NotNow(_) => (
            said.as_str(),
            "start it, or correct its address in `url` of [broker]; services find it again by themselves",
        ),
        _ => said.rsplit_once("; ").unwrap_or((&said, "correct [broker] in the settings")),
    };
    Finding::failure("broker", what, why, to_do)
}

fn judge_tls(url: &str) -> Finding {
    const CHECK: &str = "broker TLS";
    let host = host(url);
    let local =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match (url.starts_with("amqps://"), local) {
        (true, _) => {
            Finding::well(CHECK, "the connection is encrypted, and the server's certificate is checked")
        }
        (false, true) => Finding::well(CHECK, "there is none, and the connection stays on this machine"),
        (false, false) => Finding::warning(
            CHECK,
            "there is none",
            "coded facts and the password go over the network in clear",
            "write amqps:// in `url` of [broker], with `authority` where the system does not know who vouches for the broker",
        ),
    }
}

/// The host in a URL, without user and password.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let place = rest.split('/').next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
    let host = match place.strip_prefix('[') {
        Some(six) => six.split(']').next(),
        None => place.split(':').next(),
    };
    host.unwrap_or_default().to_owned()
}

/// One of several settings that name the same virtual host is enough to look at its queues: who logs in is no part of that.
pub(super) fn distinct<'a>(configs: impl IntoIterator<Item = &'a Config>) -> Vec<&'a Config> {
    let place = |config: &Config| config.url.expose_secret().rsplit('@').next().map(str::to_owned);
    let mut seen = Vec::new();
    configs
        .into_iter()
        .filter(|config| {
            let new = !seen.contains(&place(config));
            seen.push(place(config));
            new
        })
        .collect()
}

/// Looks at exchanges and queues, and at who reads them.
pub(super) async fn queues(config: &Config) -> Group {
    let (topology, standing) = tokio::join!(broker::topology::check(config), broker::standing(config));
    let mut findings = match topology {
        Ok(differences) if differences.is_empty() => vec![Finding::well(
            "topology",
            match config.declare {
                true => {
                    "exchanges and queues are as this version needs them; bindings, which cannot be asked for, services make when \
                         they connect"
                }
                false => {
                    "exchanges and queues are there; whether they are as this version needs them, `lapwing topology check` says as a \
                          user that may declare; bindings, which cannot be asked for, services make again by themselves"
                }
            },
        )],
        Ok(differences) => differences.iter().map(differs).collect(),
        Err(error) => vec![not_asked("topology", &error)],
    };
    match standing {
        Ok(standing) => findings.extend(judge_all(&standing)),
        Err(error) => findings.push(not_asked("queues", &error)),
    }
    Group { name: "broker".to_owned(), findings }
}

fn not_asked(check: &'static str, error: &BrokerError) -> Finding {
    let reason = match error {
        BrokerError::NotNow(_) => "the broker cannot be reached".to_owned(),
        other => first_part(&other.to_string()),
    };
    Finding::not_checked(check, reason, "see to the broker first, then run this again")
}

fn first_part(text: &str) -> String {
    text.split("; ").next().unwrap_or_default().to_owned()
}

fn differs(difference: &broker::topology::Difference) -> Finding {
    // In the broker's own words.
    let missing = ["no queue", "no exchange"].iter().any(|words| difference.how.contains(words));
    let (what, why, to_do) = if missing {
        (
            format!("{} is missing", difference.what),
            "what is to go there is refused, and waits in the outbox of whoever tells it",
            "`lapwing topology declare` makes what is missing; so does any service that may declare, when it connects",
        )
    } else {
        (
            format!("{} is otherwise than this version needs it: {}", difference.what, difference.how),
            "no service starts, and messages may be lost where a queue is not durable",
            "a queue cannot be changed: let it run dry, delete it, and `lapwing topology declare`",
        )
    };
    Finding::failure("topology", what, why, to_do).at(&difference.what)
}

fn judge_all(standing: &[Standing]) -> Vec<Finding> {
    let mut found: Vec<Finding> = standing.iter().flat_map(judge_queue).collect();
    if found.is_empty() {
        let waiting: u64 = standing.iter().map(|standing| u64::from(standing.messages)).sum();
        found.push(Finding::well(
            "queues",
            format!("{} have their readers; {waiting} messages wait", standing.len()),
        ));
    }
    found
}

/// Whose a queue is.
enum Readers {
    /// A service of Lapwing's: it is always to be read.
    Service(&'static str),
    /// Somebody else, such as the panel.
    Others(&'static str),
    /// Whoever keeps what a queue gave up.
    Parked(&'static str),
}

fn readers(name: &str) -> Option<Readers> {
    let parked = name.strip_suffix(".parked");
    let queue = QUEUES.iter().find(|queue| queue.name == parked.unwrap_or(name))?;
    let whose = queue.name.split('.').next().unwrap_or_default();
    Some(match parked {
        Some(_) => Readers::Parked(queue.keeper),
        None if whose == queue.keeper => Readers::Service(queue.keeper),
        None => Readers::Others(whose),
    })
}

fn judge_queue(standing: &Standing) -> Vec<Finding> {
    const CHECK: &str = "queues";
    let Standing { queue, messages, readers: read_by } = standing;
    let mut found = Vec::new();
    match (readers(queue), *read_by) {
        (Some(Readers::Service(service)), 0) => found.push(Finding::failure(
            CHECK,
            format!("nobody reads {queue}; {messages} messages wait"),
            format!("what {service} is to hear waits: cases do not go on"),
            format!("start {service}, and read its log if it runs"),
        )),
        (Some(Readers::Others(whose)), 0) => found.push(Finding::warning(
            CHECK,
            format!("nobody reads {queue}; {messages} messages wait"),
            format!("{whose} may not know of what waits there; nothing is lost, and the panel reads its lanes by gRPC too"),
            format!("ask whoever runs the reader of {whose} whether it is meant to be away"),
        )),
        (Some(Readers::Parked(keeper)), 0) if *messages == 0 => found.push(Finding::warning(
            CHECK,
            format!("nobody reads {queue}"),
            "what the broker gives up would lie there unseen",
            format!("start {keeper}, which takes it into its store"),
        )),
        _ => (),
    }
    if let (Some(Readers::Parked(keeper)), 1..) = (readers(queue), *messages) {
        found.push(Finding::warning(
            CHECK,
            format!("{messages} messages that the broker gave up are in {queue}"),
            "what could not be handled has had no effect",
            format!("start {keeper}, which takes them into its store; then `lapwing parked list`"),
        ));
    } else if *messages >= LONG {
        found.push(Finding::warning(
            CHECK,
            format!("{messages} messages wait in {queue}"),
            "its reader does not keep up, or fails at each",
            "read the log of its reader; start another replica",
        ));
    }
    found.into_iter().map(|found| found.at(queue)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_queue_is_judged_by_whose_it_is() {
        for (queue, messages, readers, levels, words) in [
            ("triage.findings", 0, 1, &[][..], ""),
            ("triage.findings", 3, 0, &[Level::Failure], "nobody reads triage.findings; 3 messages wait"),
            ("triage.findings", 10_000, 1, &[Level::Warning], "10000 messages wait in triage.findings"),
            ("panel.decisions", 0, 0, &[Level::Warning], "nobody reads panel.decisions"),
            ("dfe.notices", 10_000, 0, &[Level::Warning, Level::Warning], "nobody reads dfe.notices"),
            ("panel.decisions", 5, 1, &[], ""),
            ("audit.events.parked", 0, 1, &[], ""),
            ("audit.events.parked", 0, 0, &[Level::Warning], "nobody reads audit.events.parked"),
            ("audit.events.parked", 2, 0, &[Level::Warning], "2 messages that the broker gave up"),
        ] {
            let found = judge_queue(&Standing { queue: queue.into(), messages, readers });
            assert_eq!(found.iter().map(|found| found.level).collect::<Vec<_>>(), levels, "{queue}");
            assert!(found.first().is_none_or(|found| found.what.contains(words)), "{found:?}");
        }
    }

    #[test]
    fn a_connection_over_a_network_is_encrypted_and_no_password_is_told() {
        for (url, level) in [
            ("amqp://a:s3cret@127.0.0.1:5672/x", Level::Well),
            ("amqp://a:s3cret@[::1]:5672/x", Level::Well),
            ("amqps://a:s3cret@mq.example/x", Level::Well),
            ("amqp://a:s3cret@mq.example:5672/x", Level::Warning),
        ] {
            let found = judge_tls(url);
            assert_eq!(found.level, level, "{url}");
            assert!(!format!("{found:?}").contains("s3cret"));
        }
        let configs = ["amqp://a:b@mq/x", "amqp://c:d@mq/x", "amqp://a:b@mq/y"].map(Config::at);
        assert_eq!(distinct(&configs).len(), 2);
    }
}
