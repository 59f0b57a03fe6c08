//! The bytes of the files themselves: whoever takes the disk finds nothing of what was erased.

use std::path::Path;

use super::world::World;
use crate::teller::Teller;

/// What the erased notification's events say, each long enough to need pages of its own.
const FACTS: &[u8] = b"coded facts of a child whose notification will be erased";

/// In how many of a folder's files some bytes stand.
fn files_with(folder: &Path, sought: &[u8]) -> usize {
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let holds = |file: &std::path::PathBuf| {
        std::fs::read(file).expect("reads").windows(sought.len()).any(|window| window == sought)
    };
    files.filter(holds).count()
}

#[tokio::test]
async fn neither_the_salt_nor_the_facts_of_an_erased_notification_are_in_any_file() {
    let world = World::new().await;
    let teller = Teller::new(51);
    let (reference, other) = (teller.reference().to_string(), teller.reference().to_string());
    for _ in 0..20 {
        let facts = FACTS.repeat(300);
        let events = [
            teller.event("notification.received.v1", &reference, facts),
            teller.event("case.queued.v1", &other, b"facts of another".to_vec()),
        ];
        world.hear(&events).await.expect("heard");
    }
    let store = world.store().await;
    let salt: Vec<u8> = sqlx::query_scalar("SELECT salt FROM salt WHERE reference = $1")
        .bind(&reference)
        .fetch_one(store.readers())
        .await
        .expect("a salt");
    store.close().await;
    assert!(files_with(world.folder(), &salt) > 0 && files_with(world.folder(), FACTS) > 0);

    let erasure = teller.event("notification.erased.v1", &reference, vec![]);
    world.hear(&[erasure, teller.event("case.queued.v1", &reference, FACTS)]).await.expect("heard");
    assert_eq!((files_with(world.folder(), &salt), files_with(world.folder(), FACTS)), (0, 0));
    assert!(files_with(world.folder(), b"facts of another") > 0, "the others are as they were");
}
