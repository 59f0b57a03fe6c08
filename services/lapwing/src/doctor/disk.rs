//! Room on the disks that hold what Lapwing keeps.

use std::path::Path;

use super::finding::Finding;

const CHECK: &str = "disk";

/// Bytes below which it fails: a commit, the write-ahead log that it goes into, and the fold of that log into the file each need
/// room at once, and a checkpointing SQLite file may take its own size in log on a busy day.
const FAIL_BELOW: u64 = 256 * MEGABYTE;

/// Bytes below which it is warned of: a notification takes some ten kilobytes of all four stores, so this is room for more than a
/// hundred thousand of them, and time for a person to find more.
const WARN_BELOW: u64 = 2048 * MEGABYTE;

const MEGABYTE: u64 = 1024 * 1024;

/// Looks at the disk that a file or a folder is on.
pub(super) fn look(place: &Path) -> Finding {
    let folder = if place.is_dir() { place } else { place.parent().unwrap_or(Path::new(".")) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match rustix::fs::statvfs(folder) {
        Ok(disk) => judge(disk.f_bavail.saturating_mul(disk.f_frsize)).at(folder.display()),
        Err(error) => Finding::not_checked(
            CHECK,
            format!("{} cannot be asked for its room: {error}", folder.display()),
            "check that the folder exists and that this user may enter it",
        ),
    }
}

/// Judges so many bytes that are free to this user.
fn judge(free: u64) -> Finding {
    let what = format!("{} MB are free", free / MEGABYTE);
    let why = "without room nothing is committed: no receipt is given, and events wait";
    let to_do = "make room on this disk, or move the data to a larger one while nothing runs";
    match free {
        0..FAIL_BELOW => Finding::failure(CHECK, what, why, to_do),
        FAIL_BELOW..WARN_BELOW => Finding::warning(CHECK, what, why, to_do),
        _ => Finding::well(CHECK, what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_disk_that_is_nearly_full_is_told_in_time() {
        for (megabytes, level) in [
            (0, Level::Failure),
            (255, Level::Failure),
            (256, Level::Warning),
            (2047, Level::Warning),
            (2048, Level::Well),
        ] {
            let found = judge(megabytes * MEGABYTE);
            assert_eq!(found.level, level, "{megabytes}");
            assert_eq!(found.what, format!("{megabytes} MB are free"));
            assert_eq!(found.to_do.contains("make room"), level != Level::Well);
        }
    }

    #[test]
    fn a_real_disk_is_asked_and_one_that_is_not_there_is_not_passed_over() {
        assert_ne!(look(&std::env::temp_dir()).level, Level::NotChecked);
        let nowhere = look(Path::new("/nowhere/at/all"));
        assert_eq!(nowhere.level, Level::NotChecked);
        assert!(nowhere.what.contains("/nowhere/at"), "{nowhere:?}");
    }
}
