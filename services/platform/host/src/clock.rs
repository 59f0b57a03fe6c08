//! Holds this machine's clock to the database's.
//!
//! Receipts and findings bear the time of the machine that gives them, and five working days count from it (Working Together
//! to Safeguard Children, on s.16C of the Children Act 2004). A clock that is wrong by itself cannot tell; one that differs
//! from the database's by a minute is wrong on one of the two, and nothing is dated until a person has seen to it.

use std::time::Duration;

use ambient::Ambient;
use anyhow::{Result, bail};
use lifecycle::{CancellationToken, pause};
use storage::Opened;

use crate::server::Health;

/// By how much two clocks may differ, in microseconds: more than a slow network, less than anything that alters a date.
const MAY_DIFFER: u64 = 60_000_000;

/// How often they are compared.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Refuses to start where the clocks differ.
pub(crate) async fn agrees(store: &Opened, ambient: &Ambient) -> Result<()> {
    if let Some(sentence) = differs(store, ambient).await? {
        bail!("{sentence}. Set the wrong one right (NTP), then start again");
    }
    Ok(())
}

/// Goes on comparing, and says through health checks that this process does not serve while the clocks differ.
pub(crate) async fn watch(store: Opened, ambient: Ambient, health: Health, stop: CancellationToken) {
    let mut differed = false;
    while pause(LOOK_AGAIN, &stop).await {
        // A database that does not answer is told by whoever needs it.
        let Ok(difference) = differs(&store, &ambient).await else { continue };
        match (difference, differed) {
            (Some(sentence), false) => {
                tracing::error!("{sentence}: not serving until they agree. Set the wrong one right (NTP)");
                health.not_serving("its clock and the database's differ").await;
                differed = true;
            }
            (None, true) => {
                tracing::info!("the clocks agree again: serving");
                health.serving().await;
                differed = false;
            }
            _ => (),
        }
    }
}

async fn differs(store: &Opened, ambient: &Ambient) -> Result<Option<String>> {
    let ahead = store.ahead(ambient.now().as_microsecond()).await?;
    Ok(ahead.and_then(sentence))
}

/// What is said of a clock that is so many microseconds ahead of the database's; `None` within the bound.
pub fn sentence(ahead: i64) -> Option<String> {
    let by = ahead.unsigned_abs();
    let way = if ahead > 0 { "ahead of" } else { "behind" };
    (by > MAY_DIFFER)
        .then(|| format!("this machine's clock is {} seconds {way} the database's", by / 1_000_000))
}

#[cfg(test)]
mod tests {
    use ambient::{SetClock, SystemChance};
    use storage::postgres::Database;
    use testbed::postgres::Server;

    use super::*;

    #[tokio::test]
    async fn a_clock_that_is_not_the_databases_is_told_apart_from_one_that_is() {
        let place = Server::shared().await.schema("clock").await;
        let store = Opened::Postgres(Database::open(&place, &[]).await.expect("opens"));
        agrees(&store, &Ambient::system()).await.expect("the same machine");
        let clock = SetClock::at("2020-02-29T12:00:00Z".parse().expect("a time"));
        let error = agrees(&store, &Ambient::new(clock, SystemChance)).await.expect_err("refused");
        assert!(error.to_string().contains("behind") && error.to_string().contains("NTP"), "{error}");
    }

    #[test]
    fn a_minute_is_the_bound() {
        assert_eq!(sentence(60_000_000), None);
        assert_eq!(sentence(-60_000_000), None);
        assert!(sentence(60_000_001).is_some_and(|text| text.contains("ahead of")));
    }
}
