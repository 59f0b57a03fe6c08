//! What audit hears: everything, on queue `audit.events`. An event is recorded without its payload being read, so that
//! events of services that are newer than this one are recorded too. That a notification is erased is told by the event's
//! name and subject.

use std::time::Duration;

use async_trait::async_trait;
use delivery::{Delivered, HandlingError, Subscriber};

use crate::record_events::RecordEvents;

/// Hears every event.
pub struct EveryEvent {
    record: RecordEvents,
}

impl EveryEvent {
    /// Hands what it hears to `record`.
    pub fn new(record: RecordEvents) -> Self {
        Self { record }
    }
}

#[async_trait]
impl Subscriber for EveryEvent {
    fn queue(&self) -> &'static str {
        "audit.events"
    }

    fn hears(&self, _kind: &str) -> bool {
        true
    }

    /// The log has many small entries, and nobody waits for one.
    fn gathers(&self) -> Duration {
        Duration::from_millis(20)
    }

    async fn handle(&self, batch: &[Delivered]) -> Result<(), HandlingError> {
        let appended = self.record.record(batch).await?;
        tracing::info!(events = appended.entries, size = appended.size, "appended to the log");
        Ok(())
    }
}
