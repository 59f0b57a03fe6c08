//! The bytes of the files themselves: whoever takes the disk finds no match token of what was erased.

use std::path::{Path, PathBuf};

use super::world::{Finding, World};

/// In how many of a folder's files some bytes stand.
fn files_with(folder: &Path, sought: &str) -> usize {
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let holds = |file: &PathBuf| {
        let bytes = std::fs::read(file).expect("reads");
        bytes.windows(sought.len()).any(|window| window == sought.as_bytes())
    };
    files.filter(holds).count()
}

#[tokio::test]
async fn a_match_token_of_an_erased_notification_is_in_no_file() {
    let world = World::new().await;
    let findings: Vec<Finding> = (0..40).map(|_| world.finding()).collect();
    let token = |number: usize| format!("{number:032x}");
    for (number, finding) in findings.iter().enumerate() {
        let mut event = finding.event();
        let child = &mut event.notification.as_mut().expect("a notification").children[0];
        child.child_token = token(number + 0x00ab_cdef);
        child.household_token = token(number + 0x0fed_cba0_0000);
        world.take_up(&[world.heard_as(finding, &event)], 1).await;
    }
    let (child, home) = (token(7 + 0x00ab_cdef), token(7 + 0x0fed_cba0_0000));
    let folder = world.kept.path();
    assert!(files_with(folder, &child) > 0 && files_with(folder, &home) > 0);
    world.take_up(&[world.erasure(findings[7].reference, 2)], 3).await;
    assert_eq!((files_with(folder, &child), files_with(folder, &home)), (0, 0));
    assert!(files_with(folder, &token(8 + 0x00ab_cdef)) > 0, "the others are as they were");
}
