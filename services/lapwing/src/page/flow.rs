//! The flow in numbers, read from what is measured.

use contracts::audit::v1::CheckpointRequest;
use host::Stands;
use telemetry::{Measured, Sample};

use super::Shown;
use super::pictures::{length_of_seconds, number};
use crate::measures;

/// How everything stands.
pub(super) struct Flow {
    pub(super) stands: String,
    pub(super) serves: bool,
    pub(super) under_way: String,
    pub(super) rooms: Vec<Room>,
    pub(super) lanes: Vec<LaneLine>,
    pub(super) held: Vec<Counted>,
    pub(super) findings: Vec<Counted>,
    pub(super) overdue: Vec<Counted>,
    pub(super) late: String,
    pub(super) times: Vec<Counted>,
    pub(super) queues: Vec<QueueLine>,
    pub(super) calls: Vec<CallLine>,
}

/// A service.
pub(super) struct Room {
    pub(super) name: String,
    pub(super) outbox: String,
    pub(super) age: String,
    pub(super) parked: String,
    pub(super) is_parked: bool,
}

/// A lane of the panel's queue.
pub(super) struct LaneLine {
    pub(super) name: String,
    pub(super) cases: String,
    pub(super) age: String,
}

/// Something counted by name.
pub(super) struct Counted {
    pub(super) name: String,
    pub(super) number: String,
}

/// A queue's receiver.
pub(super) struct QueueLine {
    pub(super) name: String,
    pub(super) outcome: String,
    pub(super) batches: u64,
    pub(super) mean: String,
}

/// Calls of one name that ended alike.
pub(super) struct CallLine {
    pub(super) method: String,
    pub(super) code: String,
    pub(super) calls: u64,
    pub(super) mean: String,
}

/// The newest checkpoint, or why there is none.
pub(super) struct CheckpointStands {
    pub(super) note: String,
    pub(super) fault: String,
}

impl Flow {
    pub(super) fn of(shown: &Shown) -> Self {
        let measured = &shown.looked_at.measured;
        let (serves, stands) = match shown.standing.now() {
            Stands::Serving => (true, "takes calls".to_owned()),
            Stands::Starting => (false, "is starting".to_owned()),
            Stands::NotServing(why) => (false, format!("takes no calls: {why}")),
        };
        Self {
            stands,
            serves,
            under_way: under_way(measured),
            rooms: rooms(measured),
            lanes: lanes(measured),
            held: counted(measured, "lapwing.revisions.held", "lapwing_revision_kind"),
            findings: counted(measured, "lapwing.findings", "lapwing_outcome"),
            overdue: counted(measured, "lapwing.clocks.overdue", "lapwing_clock"),
            late: samples(measured, "lapwing.notifications.late")
                .first()
                .map_or_else(|| "0".to_owned(), |sample| number(sample.value)),
            times: times(measured),
            queues: queues(measured),
            calls: calls(measured),
        }
    }
}

/// Asked of audit as an operator asks.
pub(super) async fn checkpoint(shown: &Shown) -> CheckpointStands {
    match shown.calls.audit().checkpoint(CheckpointRequest::default()).await {
        Ok(answer) => CheckpointStands { note: answer.into_inner().signed_note, fault: String::new() },
        Err(status) => CheckpointStands { note: String::new(), fault: status.message().to_owned() },
    }
}

/// The samples of a measure by its name. A name that no room declares is a slip of ours, and a test finds it.
fn samples(measured: &Measured, name: &str) -> Vec<Sample> {
    let mut all = measures::sections().into_iter().flat_map(|(_, room)| room);
    all.find(|measure| measure.name == name).map(|measure| measured.samples(measure)).unwrap_or_default()
}

fn label(sample: &Sample, name: &str) -> String {
    sample.by.get(name).cloned().unwrap_or_default()
}

/// What has its receipt and is not yet before the panel, wherever it is.
fn under_way(measured: &Measured) -> String {
    let value = |name: &str| samples(measured, name).first().map(|sample| sample.value);
    match value("lapwing.notifications.under_way") {
        None => "How many notifications are on their way has not been looked at yet.".to_owned(),
        Some(0.0) => "Every notification that is held is queued for the panel.".to_owned(),
        Some(notifications) => {
            let age = age(value("lapwing.notifications.under_way.age").unwrap_or_default());
            format!("Held, and not yet queued for the panel: {} ({age}).", number(notifications))
        }
    }
}

fn rooms(measured: &Measured) -> Vec<Room> {
    let ages = samples(measured, "lapwing.outbox.age");
    let parked = samples(measured, "lapwing.parked.events");
    let value = |of: &[Sample], service: &str| {
        of.iter()
            .find(|sample| label(sample, "lapwing_service") == service)
            .map_or(0.0, |sample| sample.value)
    };
    let mut rooms: Vec<Room> = samples(measured, "lapwing.outbox.events")
        .iter()
        .map(|sample| {
            let name = label(sample, "lapwing_service");
            Room {
                outbox: number(sample.value),
                age: age(value(&ages, &name)),
                parked: number(value(&parked, &name)),
                is_parked: value(&parked, &name) > 0.0,
                name,
            }
        })
        .collect();
    // In the direction of the facts.
    let order = [intake::SERVICE, eligibility::SERVICE, triage::SERVICE, audit::SERVICE];
    rooms.sort_by_key(|room| order.iter().position(|name| *name == room.name));
    rooms
}

fn lanes(measured: &Measured) -> Vec<LaneLine> {
    let ages = samples(measured, "lapwing.queue.age");
    let lane = |sample: &Sample| {
        let name = label(sample, "lapwing_lane");
        let of_lane = ages.iter().find(|age| label(age, "lapwing_lane") == name);
        LaneLine { name, cases: number(sample.value), age: age(of_lane.map_or(0.0, |age| age.value)) }
    };
    samples(measured, "lapwing.queue.cases").iter().map(lane).collect()
}

/// How old the oldest is, where there is one.
fn age(seconds: f64) -> String {
    if seconds > 0.0 { format!("oldest: {}", length_of_seconds(seconds)) } else { "nothing waits".to_owned() }
}

/// A name of the contract or of a label, as a person writes it.
fn in_words(name: &str) -> String {
    name.trim_start_matches("OUTCOME_").to_lowercase().replace('_', " ")
}

fn counted(measured: &Measured, name: &str, by: &str) -> Vec<Counted> {
    let counted =
        |sample: &Sample| Counted { name: in_words(&label(sample, by)), number: number(sample.value) };
    samples(measured, name).iter().map(counted).collect()
}

/// The means of the time that counts.
fn times(measured: &Measured) -> Vec<Counted> {
    let mean = |sample: &Sample| Counted {
        name: label(sample, "lapwing_step"),
        number: format!("{} on average of {}", mean(sample), sample.times),
    };
    samples(measured, "lapwing.critical.time").iter().map(mean).collect()
}

fn queues(measured: &Measured) -> Vec<QueueLine> {
    let line = |sample: &Sample| QueueLine {
        name: label(sample, "messaging_destination_name"),
        outcome: label(sample, "lapwing_outcome"),
        batches: sample.times,
        mean: mean(sample),
    };
    samples(measured, "messaging.process.duration").iter().map(line).collect()
}

fn calls(measured: &Measured) -> Vec<CallLine> {
    let line = |sample: &Sample| CallLine {
        method: label(sample, "rpc_method"),
        code: label(sample, "rpc_response_status_code"),
        calls: sample.times,
        mean: mean(sample),
    };
    samples(measured, "rpc.server.call.duration").iter().map(line).collect()
}

fn mean(sample: &Sample) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a mean of so many calls need not be exact")]
    let mean = sample.value / (sample.times.max(1) as f64);
    length_of_seconds(mean)
}

#[cfg(test)]
mod tests {
    use crate::measures;

    #[test]
    fn every_measure_that_the_page_reads_is_declared_by_a_room() {
        let text = include_str!("flow.rs");
        let read = text.split('"').filter(|part| {
            ["lapwing.", "rpc.", "messaging."].iter().any(|start| part.starts_with(start)) && part.len() > 10
        });
        let declared: Vec<&str> = measures::sections()
            .iter()
            .flat_map(|(_, room)| room.iter().map(|measure| measure.name))
            .collect();
        let mut number = 0;
        for name in read {
            assert!(declared.contains(&name), "{name} is measured by no room");
            number += 1;
        }
        assert!(number >= 9, "{number}");
    }
}
