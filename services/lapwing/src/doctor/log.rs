//! Whether the audit log is what was written: verified from its leaves up, and held to signed checkpoints.

use std::path::{Path, PathBuf};
use std::time::Duration;

use audit::verify_log::{Known, NotVerified, Verified, verify_log};
use contracts::audit::v1::CheckpointRequest;
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use notary::Notary;
use storage::Opened;
use tokio::time::Instant;

use super::door::Door;
use super::finding::Finding;

const CHECK: &str = "log";
const WHY: &str = "what was told of a case, and when, can no longer be proved";
const ALTERED: &str = "keep the store as it is and copy it away; compare it with a backup and with checkpoints that others keep; \
     find out who could write it (deploy/THREATS.md)";

/// What the log is held to.
#[derive(Debug, Clone)]
pub(super) struct Log {
    /// The file with the key that signs its checkpoints.
    pub(super) key: PathBuf,
    /// The name of the log.
    pub(super) origin: String,
    /// A checkpoint that somebody kept.
    pub(super) kept: Option<PathBuf>,
}

/// Verifies the log in a store, against what the running service signs and what was kept.
pub(super) async fn look(log: &Log, store: &Opened, door: Option<&Door>, patience: Duration) -> Vec<Finding> {
    let deadline = Instant::now() + patience;
    let Ok(public_key) = Notary::read(&log.key).map(|notary| notary.public_key().to_owned()) else {
        // That the key is missing is told where keys are looked at; the log is verified all the same.
        return vec![
            verified(store, &[], deadline, "no signed checkpoint could be compared: the key is missing")
                .await,
        ];
    };
    let (mut known, mut found) = (Vec::new(), Vec::new());
    if let Some(file) = &log.kept {
        match kept(file, &public_key, &log.origin) {
            Ok(checkpoint) => known.push(checkpoint),
            Err(finding) => found.push(finding),
        }
    }
    let served = match door {
        Some(door) => stated(door, &public_key, &log.origin).await,
        None => Ok(None),
    };
    let compared = match served {
        Ok(Some(checkpoint)) => {
            known.push(checkpoint);
            "it agrees with the checkpoint that audit signs now"
        }
        Ok(None) => "audit does not answer here, so no checkpoint of now was compared",
        Err(finding) => {
            found.push(finding);
            "the checkpoint that audit signs was not compared"
        }
    };
    found.push(verified(store, &known, deadline, compared).await);
    found
}

async fn verified(store: &Opened, known: &[Known], deadline: Instant, compared: &str) -> Finding {
    let log = audit::whole_log(store);
    judge(verify_log(log.as_ref(), known, deadline).await, compared)
}

fn judge(verified: Result<Verified, NotVerified>, compared: &str) -> Finding {
    match verified {
        Ok(Verified { size, entries, whole: true, .. }) => {
            let erased = size - entries;
            Finding::well(
                CHECK,
                format!("{size} leaves verify, {erased} of them of what was erased; {compared}"),
            )
        }
        Ok(Verified { size, leaves, .. }) => Finding::not_checked(
            CHECK,
            format!(
                "there was time for {leaves} of {size} leaves, and not for every entry; so far it verifies"
            ),
            "give it more time with --patience SECONDS",
        ),
        Err(NotVerified::Store(error)) => {
            let altered = matches!(error, storage::StoreError::Impossible { .. });
            if altered {
                return Finding::failure(CHECK, error.to_string(), WHY, ALTERED);
            }
            Finding::not_checked(CHECK, error, "see to the database first, then run this again")
        }
        Err(altered) => Finding::failure(CHECK, format!("it was altered: {altered}"), WHY, ALTERED),
    }
}

/// The checkpoint that a running audit signs; none where it does not answer, which is told elsewhere.
async fn stated(door: &Door, public_key: &str, origin: &str) -> Result<Option<Known>, Finding> {
    let Ok(channel) = door.connect().await else { return Ok(None) };
    let Ok(answer) = AuditServiceClient::new(channel).checkpoint(CheckpointRequest {}).await else {
        return Ok(None);
    };
    let known = read(&answer.into_inner().signed_note, public_key, origin);
    known.map(Some).ok_or_else(|| {
        Finding::failure(
            CHECK,
            "the checkpoint that audit signs does not verify with the key that is here",
            "the service that answers goes by another key, or is another",
            "compare `checkpoint_key` of every replica: it is to be the same file's content",
        )
    })
}

fn kept(file: &Path, public_key: &str, origin: &str) -> Result<Known, Finding> {
    let note = std::fs::read_to_string(file).map_err(|error| {
        Finding::not_checked(
            CHECK,
            format!("{} cannot be read: {error}", file.display()),
            "name a readable file",
        )
    })?;
    read(&note, public_key, origin).ok_or_else(|| {
        Finding::failure(
            CHECK,
            format!("the checkpoint in {} does not verify with the key that is here", file.display()),
            "it was altered, or the log signs with another key since",
            "verify it with the public key of then",
        )
    })
}

fn read(note: &str, public_key: &str, origin: &str) -> Option<Known> {
    let text = notary::verify(note, public_key).ok()?;
    Known::read(&text, origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn what_was_altered_is_named_and_what_there_was_no_time_for_is_not_called_well() {
        let whole = Verified { size: 9, leaves: 9, entries: 7, whole: true };
        assert_eq!(judge(Ok(whole.clone()), "x").what, "9 leaves verify, 2 of them of what was erased; x");
        let in_part = judge(Ok(Verified { leaves: 4, whole: false, ..whole }), "x");
        assert!(in_part.level == Level::NotChecked && in_part.to_do.contains("--patience"), "{in_part:?}");
        for altered in
            [NotVerified::Hash(3), NotVerified::Entry(3), NotVerified::Root(3), NotVerified::Missing(3)]
        {
            let found = judge(Err(altered), "x");
            assert!(found.level == Level::Failure && found.what.starts_with("it was altered: "), "{found:?}");
            assert!(found.to_do.contains("compare it with a backup"), "{found:?}");
        }
    }
}
