//! `lapwing parked retry`: one, a few, or all of a queue, in steps that can be stopped between any two.
//!
//! What a reader would get wrong: what is retried is chosen once, at the beginning. An event that fails again is parked anew,
//! and would otherwise be sent round and round.

use std::collections::HashMap;
use std::time::Duration;

use contracts::json::to_json;
use contracts::operations::v1::{ParkedEvent, ParkedState, RetryRequest};
use lifecycle::{CancellationToken, Signals, pause};

use super::progress::{End, Fate, Progress, steps};
use super::{AT_ONCE, Client, by_service, listed, nothing_parked, stands, states};
use crate::cli::RetryParked;
use crate::connection::traced;
use crate::ending::{Ending, Failure};
use crate::printing::{aside, line};
use crate::verbs::Context;

/// How often a step is looked at while it is waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Sends parked events again.
///
/// # Errors
/// Where the server cannot be reached, or nothing asked for is parked.
pub(super) async fn retry(
    context: &Context,
    client: &mut Client,
    asked: RetryParked,
) -> Result<Ending, Failure> {
    let events = chosen(client, &asked).await?;
    if events.is_empty() {
        return Err(nothing_parked().into());
    }
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let mut signals = Signals::listen();
    let listening = tokio::spawn(async move {
        signals.next().await;
        stopping.cancel();
        aside("lapwing: stops once this step has come to its end");
    });
    let mut run = Run { context, client, asked: &asked, stop, progress: Progress::default() };
    run.progress.chosen = events.len();
    let ended = run.all(&events).await;
    listening.abort();
    let progress = run.progress;
    if ended.is_err() {
        aside(format!("lapwing: {}", progress.sentence(asked.canary, End::CutOff)));
    }
    let end = ended?;
    let sentence = progress.sentence(asked.canary, end);
    if context.json {
        aside(sentence);
    } else {
        line(sentence);
    }
    Ok(progress.ending(end))
}

/// The events to send, oldest first.
async fn chosen(client: &mut Client, asked: &RetryParked) -> Result<Vec<ParkedEvent>, Failure> {
    match &asked.queue {
        Some(queue) => {
            let most = asked.oldest.unwrap_or(usize::MAX);
            Ok(listed(client, queue.clone(), most).await?.0)
        }
        None => {
            let states = states(client, "", &asked.events).await?;
            Ok(states.into_iter().filter_map(|state| state.parked).collect())
        }
    }
}

/// A retry under way.
struct Run<'a> {
    context: &'a Context,
    client: &'a mut Client,
    asked: &'a RetryParked,
    stop: CancellationToken,
    progress: Progress,
}

impl Run<'_> {
    async fn all(&mut self, events: &[ParkedEvent]) -> Result<End, Failure> {
        let mut rest = events;
        for size in steps(self.asked.canary, AT_ONCE) {
            if rest.is_empty() {
                return Ok(End::AllSent);
            }
            let (step, later) = rest.split_at(size.min(rest.len()));
            rest = later;
            if let Some(end) = self.step(step).await? {
                return Ok(end);
            }
        }
        Ok(End::AllSent)
    }

    /// One step: sent at the rate, and waited for where it is a canary's. Returns the end where it is one.
    async fn step(&mut self, step: &[ParkedEvent]) -> Result<Option<End>, Failure> {
        let mut sent = Vec::with_capacity(step.len());
        // A tenth of a second's worth at a time keeps the rate even.
        let portion = self.asked.rate.map_or(AT_ONCE, |rate| rate.div_ceil(10).min(AT_ONCE));
        for some in step.chunks(portion) {
            if self.stop.is_cancelled() {
                break;
            }
            sent.extend(self.send(some).await?);
            if let Some(rate) = self.asked.rate {
                pause(Duration::from_secs(1).mul_f64(some.len() as f64 / rate as f64), &self.stop).await;
            }
        }
        let end = if self.asked.canary { self.wait_for(sent).await? } else { None };
        Ok(end.or_else(|| self.stop.is_cancelled().then_some(End::Stopped)))
    }

    /// Sends events again, and returns those that went.
    async fn send(&mut self, events: &[ParkedEvent]) -> Result<Vec<ParkedEvent>, Failure> {
        let mut sent = Vec::with_capacity(events.len());
        for (service, event_ids) in by_service(events) {
            let (reason, service) = (self.asked.reason.clone(), service.to_owned());
            let asked = event_ids.len();
            let request = RetryRequest { event_ids, oldest: None, reason, service };
            let answer = self.client.retry(traced(request)).await?.into_inner();
            self.progress.passed += asked;
            self.progress.sent += answer.retried.len();
            self.progress.left_alone += answer.left.len();
            if self.context.json {
                line(to_json(&answer));
            } else {
                answer.left.iter().for_each(|state| line(format!("left as it was: {}", stands(state))));
            }
            sent.extend(answer.retried);
        }
        Ok(sent)
    }

    /// Waits until each event of a step is taken or parked again. It goes on waiting when it is told to stop: a step is
    /// either done or known to hang.
    async fn wait_for(&mut self, mut waiting: Vec<ParkedEvent>) -> Result<Option<End>, Failure> {
        let looks = u128::from(self.asked.wait) * 1000 / LOOK_AGAIN.as_millis() + 1;
        let never = CancellationToken::new();
        for _ in 0..looks {
            waiting = self.look_at(waiting).await?;
            if waiting.is_empty() {
                self.tell_step();
                return Ok((!self.progress.again.is_empty()).then_some(End::ParkedAgain));
            }
            pause(LOOK_AGAIN, &never).await;
        }
        Ok(Some(if self.progress.again.is_empty() { End::TooLong } else { End::ParkedAgain }))
    }

    fn tell_step(&self) {
        if !self.context.json {
            line(format!(
                "{} of {} sent again, {} taken",
                self.progress.sent, self.progress.chosen, self.progress.taken
            ));
        }
    }

    /// Counts what has come to an end, and returns what has not.
    async fn look_at(&mut self, events: Vec<ParkedEvent>) -> Result<Vec<ParkedEvent>, Failure> {
        let mut found = HashMap::new();
        for (service, ids) in by_service(&events) {
            for state in states(self.client, service, &ids).await? {
                found.insert((service.to_owned(), state.event_id.clone()), state);
            }
        }
        let mut waiting = Vec::new();
        for event in events {
            let state = found.remove(&(event.service.clone(), event.event_id.clone()));
            let stands_at = state.as_ref().map_or(ParkedState::Elsewhere, |state| state.state());
            match (Fate::of(&event, stands_at), state) {
                (Fate::Taken, _) => self.progress.taken += 1,
                (Fate::HandedOn, _) => self.progress.handed_on += 1,
                (Fate::ParkedAgain, Some(state)) => {
                    line(if self.context.json {
                        to_json(&state)
                    } else {
                        format!("again {}", stands(&state))
                    });
                    self.progress.again.push(state);
                }
                (Fate::Waits | Fate::ParkedAgain, _) => waiting.push(event),
            }
        }
        Ok(waiting)
    }
}
