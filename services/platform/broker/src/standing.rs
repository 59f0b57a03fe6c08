//! How the queues stand: messages that wait, and who reads them.

use contracts::topology::QUEUES;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;

use crate::session::{close, connect};
use crate::{BrokerError, Config};

/// One queue, as the broker counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub queue: String,
    /// Messages that wait for a reader; those that a reader has and has not acknowledged are not among them.
    pub messages: u32,
    /// Readers.
    pub readers: u32,
}

/// Asks about every queue of the table and the one for what it gives up. Nothing is made: a queue that is not there is left out,
/// and [`crate::topology::check`] tells of it.
///
/// # Errors
/// Where the broker cannot be asked.
pub async fn standing(config: &Config) -> Result<Vec<Standing>, BrokerError> {
    let connection = connect(config, "doctor").await?;
    let mut found = Vec::new();
    for name in QUEUES.iter().flat_map(|queue| [queue.name.to_owned(), queue.parked()]) {
        // A channel for each: the broker closes it where there is no such queue.
        let channel = connection.create_channel().await?;
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        match channel.queue_declare(name.as_str().into(), passive, FieldTable::default()).await {
            Ok(queue) => {
                found.push(Standing {
                    queue: name,
                    messages: queue.message_count(),
                    readers: queue.consumer_count(),
                });
            }
            Err(error) => match BrokerError::from(error) {
                BrokerError::Topology(_) => (),
                other => return Err(other),
            },
        }
    }
    close(&connection).await;
    Ok(found)
}
