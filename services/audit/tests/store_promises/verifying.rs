//! Whoever verifies the log finds whatever was altered behind audit's back, and leaves everything as it was.

use std::time::Duration;

use audit::verify_log::{Known, NotVerified, Verified, verify_log};
use tlog_tiles::Hash;
use tokio::time::Instant;

use super::dialect::LET_THE_LOG_BE_ALTERED;
use super::world::World;
use crate::teller::Teller;

/// More entries than are read at once.
const ENTRIES: usize = 300;

async fn filled() -> World {
    let world = World::new().await;
    world.hear(&Teller::new(8).events(ENTRIES)).await.expect("heard");
    for statement in LET_THE_LOG_BE_ALTERED {
        world.tamper(statement).await.expect("lets it be altered");
    }
    world
}

async fn verified(world: &World, known: &[Known]) -> Result<Verified, NotVerified> {
    let store = world.config.store.look().await.expect("looks");
    let log = audit::whole_log(&store);
    let verified = verify_log(log.as_ref(), known, Instant::now() + Duration::from_secs(60)).await;
    store.close().await;
    verified
}

async fn stated(world: &World) -> Known {
    let note = world.checkpoint().await.expect("a checkpoint").signed_note;
    let text = notary::verify(&note, &world.audit.checkpoint_key).expect("verifies");
    Known::read(&text, &world.config.origin).expect("this log's checkpoint")
}

#[tokio::test]
async fn a_log_that_nobody_has_altered_verifies_also_once_it_has_grown() {
    let world = filled().await;
    let known = stated(&world).await;
    world.hear(&Teller::new(9).events(5)).await.expect("heard");
    let size = ENTRIES as u64 + 5;
    let whole = Verified { size, leaves: size, entries: size, whole: true };
    assert_eq!(verified(&world, &[known]).await.expect("verifies"), whole);
    let store = world.config.store.look().await.expect("looks");
    let log = audit::whole_log(&store);
    let in_time = verify_log(log.as_ref(), &[], Instant::now()).await.expect("nothing is wrong by then");
    assert!(!in_time.whole && in_time.leaves == 0, "{in_time:?}");
}

#[tokio::test]
async fn an_altered_entry_is_found() {
    let world = filled().await;
    world.tamper("UPDATE entry SET owner = '000' WHERE position = 270").await.expect("alters");
    assert!(matches!(verified(&world, &[]).await, Err(NotVerified::Entry(270))));
}

#[tokio::test]
async fn an_altered_hash_is_found_by_the_one_above_it() {
    let world = filled().await;
    let altered = "UPDATE hash SET hash = (SELECT hash FROM hash WHERE position = 0) WHERE position = 3";
    world.tamper(altered).await.expect("alters");
    assert!(matches!(verified(&world, &[]).await, Err(NotVerified::Hash(5))));
}

#[tokio::test]
async fn a_log_that_was_written_anew_is_found_by_a_checkpoint_alone() {
    let world = filled().await;
    let known = stated(&world).await;
    let another = Known { root: Hash([7; 32]), ..known };
    assert!(matches!(verified(&world, &[another]).await, Err(NotVerified::Root(300))));
    let later = Known { size: known.size + 1, ..known };
    assert!(matches!(verified(&world, &[later]).await, Err(NotVerified::Shorter { size: 300, known: 301 })));
    assert!(
        Known::read("another-log\n300\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n", "lapwing-audit-log")
            .is_none()
    );
}
