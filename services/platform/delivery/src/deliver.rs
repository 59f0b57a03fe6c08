//! One batch to one receiver, whatever carried it there.
//!
//! A receiver that is out of order is tried again, ever later. A batch that it refuses is delivered event by event, and
//! what fails alone, several times, is parked with its reason, so that it holds up nothing else.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;
use lifecycle::{BackOff, CancellationToken};
use tracing::{Instrument, info_span};

use crate::measures::{CONSUMED, PROCESSED, PUT_ASIDE};
use crate::{Delivered, Envelope, HandlingError, Receiver, shown};

/// How often an event that a receiver refuses is tried alone before it is parked.
const TRIES: u32 = 3;

/// How long a receiver may take over a batch: longer than any statement of a database may (15 s), and many of them. Where a
/// line is cut and neither end is told, nothing comes back at all; what was begun is then undone, and delivered again.
const LONGEST: Duration = Duration::from_secs(60);

/// What became of a batch at one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Each event has had its effect or is parked: in either case the receiver has committed.
    Held,
    /// The word to stop came first. Nothing is known of any of it: deliver it again.
    Interrupted,
}

/// Delivers a batch to one receiver, again and again while the receiver is out of order.
pub async fn deliver(receiver: &Receiver, batch: &[&Envelope], stop: &CancellationToken) -> Delivery {
    match attempt(receiver, batch, stop).await {
        Attempt::Held => Delivery::Held,
        Attempt::Interrupted => Delivery::Interrupted,
        Attempt::Refused(_) => deliver_singly(receiver, batch, stop).await,
    }
}

/// Finds the event that spoils a batch by delivering each alone, and parks it.
async fn deliver_singly(receiver: &Receiver, heard: &[&Envelope], stop: &CancellationToken) -> Delivery {
    for envelope in heard {
        match attempt_several_times(receiver, envelope, stop).await {
            Attempt::Held => (),
            Attempt::Interrupted => return Delivery::Interrupted,
            Attempt::Refused(reason) => {
                if park(receiver, envelope, &reason, stop).await == Delivery::Interrupted {
                    return Delivery::Interrupted;
                }
            }
        }
    }
    Delivery::Held
}

/// Whatever a handler takes for the event's own fault may still be the moment's: a refused event gets further tries.
async fn attempt_several_times(
    receiver: &Receiver,
    envelope: &Envelope,
    stop: &CancellationToken,
) -> Attempt {
    let mut back_off = BackOff::default();
    for _ in 1..TRIES {
        match attempt(receiver, &[envelope], stop).await {
            Attempt::Refused(reason) => {
                tracing::warn!(queue = receiver.subscriber.queue(), event = %envelope.id, reason, "refused, and will be tried again");
                if !back_off.wait(stop).await {
                    return Attempt::Interrupted;
                }
            }
            held_or_interrupted => return held_or_interrupted,
        }
    }
    attempt(receiver, &[envelope], stop).await
}

enum Attempt {
    Held,
    Refused(String),
    Interrupted,
}

/// One delivery, repeated while the receiver is unavailable. A panic counts as a refusal: the message that
/// made it must not take the others with it.
async fn attempt(receiver: &Receiver, heard: &[&Envelope], stop: &CancellationToken) -> Attempt {
    let mut back_off = BackOff::default();
    loop {
        let batch: Vec<Delivered> = heard
            .iter()
            .map(|envelope| Delivered::on(receiver.subscriber.queue(), (*envelope).clone()))
            .collect();
        let began = Instant::now();
        let at_once = info_span!(target: "lapwing", parent: None, "handle", otel.name = "handle batch");
        let at_once = telemetry::together(at_once, batch.iter().map(Delivered::span));
        let handling = receiver.subscriber.handle(&batch).instrument(at_once);
        let handling = AssertUnwindSafe(handling).catch_unwind();
        let handled = tokio::time::timeout(LONGEST, handling).await;
        let handled =
            handled.unwrap_or_else(|_| Ok(Err(HandlingError::Unavailable("no answer in time".into()))));
        measure(receiver.subscriber.queue(), batch.len(), began, &handled);
        match handled {
            Ok(Ok(())) => return Attempt::Held,
            Ok(Err(HandlingError::Refused(reason))) => return Attempt::Refused(reason.to_string()),
            Err(_) => return Attempt::Refused("the handler panicked; its log line says where".to_owned()),
            Ok(Err(HandlingError::Unavailable(error))) => {
                tracing::warn!(queue = receiver.subscriber.queue(), %error, "delivery failed and will be tried again");
                if !back_off.wait(stop).await {
                    return Attempt::Interrupted;
                }
            }
        }
    }
}

fn measure<Panic>(
    queue: &'static str,
    events: usize,
    began: Instant,
    handled: &Result<Result<(), HandlingError>, Panic>,
) {
    let outcome = match handled {
        Ok(Ok(())) => "held",
        Ok(Err(HandlingError::Unavailable(_))) => "unavailable",
        Ok(Err(HandlingError::Refused(_))) | Err(_) => "refused",
    };
    CONSUMED.add(events as u64, &[queue]);
    PROCESSED.record(began.elapsed().as_secs_f64(), &[queue, outcome]);
}

async fn park(receiver: &Receiver, envelope: &Envelope, reason: &str, stop: &CancellationToken) -> Delivery {
    tracing::error!(queue = receiver.subscriber.queue(), event = %envelope.id, kind = shown::name(&envelope.kind), reason, "parked an event that cannot be handled");
    let mut back_off = BackOff::default();
    let queue = receiver.subscriber.queue();
    while let Err(error) = receiver.keeper.park(queue, envelope, reason).await {
        tracing::warn!(queue, %error, "an event could not be parked and will be tried again");
        if !back_off.wait(stop).await {
            return Delivery::Interrupted;
        }
    }
    PUT_ASIDE.add(1, &[queue]);
    Delivery::Held
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use storage::StoreError;

    use super::*;
    use crate::{Keeper, Subscriber};

    /// Never answers the first time, as over a line that was cut; and parks nothing.
    #[derive(Default)]
    struct Deaf {
        calls: AtomicUsize,
    }

    #[async_trait]
    impl Subscriber for Deaf {
        fn queue(&self) -> &'static str {
            "tests.deaf"
        }

        fn hears(&self, _kind: &str) -> bool {
            true
        }

        async fn handle(&self, _batch: &[Delivered]) -> Result<(), HandlingError> {
            if self.calls.fetch_add(1, Ordering::SeqCst) == 0 {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
    }

    #[async_trait]
    impl Keeper for Deaf {
        async fn park(&self, _queue: &str, _envelope: &Envelope, _reason: &str) -> Result<(), StoreError> {
            panic!("nothing is to be parked")
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_receiver_that_does_not_answer_gets_the_batch_again() {
        let deaf = Arc::new(Deaf::default());
        let receiver = Receiver { subscriber: deaf.clone(), keeper: deaf.clone() };
        assert_eq!(deliver(&receiver, &[], &CancellationToken::new()).await, Delivery::Held);
        assert_eq!(deaf.calls.load(Ordering::SeqCst), 2);
    }
}
