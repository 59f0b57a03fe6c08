//! The topology, who may do what with it, and its bounds, as definitions for `rabbitmqctl import_definitions`.
//!
//! What a reader would get wrong: a user that is imported without a password loses the one it has. So definitions name users
//! only where their passwords are given; permissions, which do no such thing, are always there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contracts::topology::QUEUES;
use lapin::ExchangeKind;
use lapin::types::AMQPValue;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::users::{USERS, one_of, permissions};
use super::{EXCHANGES, bindings, queue_and_parked};

/// Messages that a queue takes before it refuses more, and events wait in the outbox instead: as many as an outbox holds.
const MESSAGES_AT_MOST: u32 = 1_000_000;

/// A user that is to be there, with its password.
pub struct User<'a> {
    /// Its name, one of [`USERS`].
    pub name: &'a str,
    /// Its password, which the definitions hold as a hash alone.
    pub password: &'a SecretString,
    /// Four bytes by chance, so that equal passwords do not look alike.
    pub salt: [u8; 4],
}

/// Definitions of a virtual host: exchanges, queues, bindings, bounds and permissions; and users, where there are any. Where
/// there are none, all of [`USERS`] must be on the broker already: it gives no permissions to whom it does not know.
pub fn export(vhost: &str, users: &[User<'_>]) -> Value {
    let (permissions, topics): (Vec<_>, Vec<_>) = USERS.iter().map(|user| permissions(vhost, user)).unzip();
    let topics: Vec<Value> = topics.into_iter().flatten().collect();
    let mut definitions = json!({
        "vhosts": [{ "name": vhost }],
        "permissions": permissions,
        "topic_permissions": topics,
        "policies": [policy(vhost)],
        "exchanges": exchanges(vhost),
        "queues": queues(vhost),
        "bindings": bound(vhost),
    });
    if !users.is_empty() {
        definitions["users"] = users.iter().map(user).collect();
    }
    definitions
}

/// As RabbitMQ keeps a password: `base64(salt + SHA-256(salt + password))`.
fn user(user: &User<'_>) -> Value {
    let digest = Sha256::new().chain_update(user.salt).chain_update(user.password.expose_secret()).finalize();
    let hash = STANDARD.encode([&user.salt[..], &digest].concat());
    json!({ "name": user.name, "password_hash": hash, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "" })
}

/// The queues alone, and none for what was given up: those have no rule for being full, and would drop their oldest.
fn policy(vhost: &str) -> Value {
    let names: Vec<String> = QUEUES.iter().map(|queue| queue.name.to_owned()).collect();
    json!({
        "name": "lapwing-bounds", "vhost": vhost, "pattern": one_of(&names), "apply-to": "queues", "priority": 0,
        "definition": { "max-length": MESSAGES_AT_MOST }
    })
}

fn exchanges(vhost: &str) -> Vec<Value> {
    let exchange = |(name, kind): &(&str, ExchangeKind)| {
        let kind = if *kind == ExchangeKind::Topic { "topic" } else { "direct" };
        json!({ "name": name, "vhost": vhost, "type": kind, "durable": true, "auto_delete": false, "internal": false,
                "arguments": {} })
    };
    EXCHANGES.iter().map(exchange).collect()
}

fn queues(vhost: &str) -> Vec<Value> {
    let queue = |(name, arguments): (String, lapin::types::FieldTable)| {
        let arguments: Map<String, Value> =
            arguments.inner().iter().map(|(key, value)| (key.to_string(), exported(value))).collect();
        json!({ "name": name, "vhost": vhost, "durable": true, "auto_delete": false, "arguments": arguments })
    };
    QUEUES.iter().flat_map(queue_and_parked).map(queue).collect()
}

fn bound(vhost: &str) -> Vec<Value> {
    let binding = |(exchange, key, queue): (&str, String, String)| {
        json!({ "source": exchange, "vhost": vhost, "destination": queue, "destination_type": "queue", "routing_key": key,
                "arguments": {} })
    };
    QUEUES.iter().flat_map(bindings).map(binding).collect()
}

fn exported(value: &AMQPValue) -> Value {
    match value {
        AMQPValue::LongInt(number) => json!(number),
        AMQPValue::LongString(text) => json!(text.to_string()),
        _ => Value::Null,
    }
}
