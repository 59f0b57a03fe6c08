//! Certificates in files, which may be replaced while a server runs.
//!
//! What a reader would get wrong: certificate and key are two files, and change one after the other. While they do not fit
//! together the old pair serves on, and so does an old list of revoked certificates while the new one cannot be gone by. Each
//! half is kept by itself: a pair that is half replaced does not hold up a revocation.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use anyhow::{Context, Result};
use identity::{Anchors, Credentials, Pair, Trust, TrustError};
use jiff::Timestamp;
use lifecycle::{CancellationToken, pause};
use tokio::sync::watch;

/// How often the files are looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How long before its own certificate ends a process says so.
const WARN_BEFORE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The files that hold one end's certificate and whom it trusts.
#[derive(Debug, Clone)]
pub struct Files {
    /// The certificate, the leaf first.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// The authorities that are trusted.
    pub authority: PathBuf,
    /// What they have revoked, where they keep lists.
    pub revoked: Option<PathBuf>,
}

impl Files {
    /// Those that a development authority keeps in a folder under a name.
    pub fn of_development(folder: &Path, name: &str) -> Self {
        Self {
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
            authority: folder.join("authority.pem"),
            revoked: Some(folder.join("revoked.pem")),
        }
    }

    /// Reads them.
    ///
    /// # Errors
    /// Which file cannot be read.
    pub fn read(&self) -> Result<Credentials> {
        let read = |setting: &str, file: &Path| {
            std::fs::read_to_string(file).with_context(|| {
                format!(
                    "{} cannot be read; correct `{setting}` in [process], or let this user read it",
                    file.display()
                )
            })
        };
        Ok(Credentials {
            certificate: read("certificate", &self.certificate)?,
            key: read("key", &self.key)?,
            authority: read("authority", &self.authority)?,
            revoked: self.revoked.as_deref().map(|file| read("revoked", file)).transpose()?,
        })
    }
}

/// What is trusted at present; cheap to clone, and every clone sees what comes next.
#[derive(Debug, Clone)]
pub struct Trusted {
    present: watch::Receiver<Present>,
}

/// What is trusted, and the how manieth that is: whoever was judged by the same number need not be judged again.
#[derive(Debug, Clone)]
pub(crate) struct Present {
    pub(crate) number: u64,
    pub(crate) trust: Arc<Trust>,
}

impl Trusted {
    /// Reads the files, and goes on looking at them until `stop`. The second value is the looking, to be run as a task.
    ///
    /// # Errors
    /// Which file cannot be read or gone by, and what to do.
    pub fn from_files(
        files: Files,
        ambient: &Ambient,
        stop: CancellationToken,
    ) -> Result<(Self, impl Future<Output = ()> + Send + 'static)> {
        let read = files.read()?;
        let now = ambient.now();
        let good = Good {
            pair: Pair::of(&read.certificate, &read.key, now).map_err(|error| said(&files, &error))?,
            anchors: Anchors::of(&read.authority, read.revoked.as_deref(), now)
                .map_err(|error| said(&files, &error))?,
        };
        let trust = Trust::new(&good.pair, &good.anchors, ambient).map_err(|error| said(&files, &error))?;
        let (sender, present) = watch::channel(Present { number: 0, trust: Arc::new(trust) });
        let looking = Looking { files, ambient: ambient.clone(), good, read, complained: Vec::new(), sender };
        Ok((Self { present }, looking.go_on(stop)))
    }

    pub(crate) fn present(&self) -> Present {
        self.present.borrow().clone()
    }

    pub(crate) fn number(&self) -> u64 {
        self.present.borrow().number
    }

    /// Resolves when something else is trusted than when this was last asked. Never, once nobody looks any more.
    pub(crate) async fn changed(&mut self) {
        if self.present.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn said(files: &Files, error: &TrustError) -> anyhow::Error {
    let file = match error {
        TrustError::Key => &files.key,
        TrustError::Authority => &files.authority,
        TrustError::List
        | TrustError::ListUnsigned
        | TrustError::ListOutOfDate(_)
        | TrustError::AuthorityWithoutList(_) => files.revoked.as_ref().unwrap_or(&files.authority),
        TrustError::Certificate | TrustError::Mismatch | TrustError::NotNow { .. } | TrustError::Tls(_) => {
            &files.certificate
        }
    };
    anyhow::anyhow!("{}: {error}", file.display())
}

/// What was good last.
struct Good {
    pair: Pair,
    anchors: Anchors,
}

struct Looking {
    files: Files,
    ambient: Ambient,
    good: Good,
    /// What the files held when they were last judged.
    read: Credentials,
    /// What was said when they were last looked at, so that it is not said each second.
    complained: Vec<String>,
    sender: watch::Sender<Present>,
}

impl Looking {
    async fn go_on(mut self, stop: CancellationToken) {
        while pause(LOOK_AGAIN, &stop).await {
            let files = self.files.clone();
            let read = tokio::task::spawn_blocking(move || files.read()).await;
            let complaints = match read {
                Ok(Ok(read)) => self.judge(read),
                Ok(Err(error)) => vec![format!("{error:#}: what was read before is gone by")],
                Err(_) => continue,
            };
            self.complain(complaints);
        }
    }

    fn complain(&mut self, mut complaints: Vec<String>) {
        complaints.extend(self.soon());
        for complaint in complaints.iter().filter(|complaint| !self.complained.contains(complaint)) {
            tracing::error!("{complaint}");
        }
        if complaints.is_empty() && !self.complained.is_empty() {
            tracing::info!("certificates, authorities and lists are in order again");
        }
        self.complained = complaints;
    }

    /// Takes each half that is new and good, and says why the other is not.
    fn judge(&mut self, read: Credentials) -> Vec<String> {
        let now = self.ambient.now();
        // What could not be taken stays new, and is judged again: by time alone it may have become good.
        let (pair_is_new, anchors_are_new) = (
            (&read.certificate, &read.key) != (&self.read.certificate, &self.read.key),
            (&read.authority, &read.revoked) != (&self.read.authority, &self.read.revoked),
        );
        if !pair_is_new && !anchors_are_new {
            return Vec::new();
        }
        let mut complaints = Vec::new();
        let mut taken = Vec::new();
        match Pair::of(&read.certificate, &read.key, now) {
            Ok(pair) => {
                if pair_is_new {
                    taken.push(format!("a certificate valid until {}", pair.until()));
                    (self.read.certificate, self.read.key) = (read.certificate, read.key);
                }
                self.good.pair = pair;
            }
            Err(error) => {
                complaints.push(format!("{:#}{KEPT} certificate serves on", said(&self.files, &error)));
            }
        }
        match Anchors::of(&read.authority, read.revoked.as_deref(), now) {
            Ok(anchors) => {
                if anchors_are_new {
                    taken.push("the authorities that are trusted, and their lists of what is revoked".into());
                    (self.read.authority, self.read.revoked) = (read.authority, read.revoked);
                }
                self.good.anchors = anchors;
            }
            Err(error) => complaints
                .push(format!("{:#}{KEPT} authorities and lists are gone by", said(&self.files, &error))),
        }
        if !taken.is_empty() {
            self.publish(&taken.join("; "), &mut complaints);
        }
        complaints
    }

    fn publish(&self, taken: &str, complaints: &mut Vec<String>) {
        match Trust::new(&self.good.pair, &self.good.anchors, &self.ambient) {
            Ok(trust) => {
                self.sender.send_modify(|present| {
                    *present = Present { number: present.number + 1, trust: Arc::new(trust) };
                });
                tracing::info!("new from now on: {taken}");
            }
            Err(error) => complaints.push(format!("{:#}{KEPT} ones are gone by", said(&self.files, &error))),
        }
    }

    /// What an operator has to see to before it is too late, or now that it is.
    fn soon(&self) -> Vec<String> {
        let now = self.ambient.now();
        let mut soon = Vec::new();
        if now + WARN_BEFORE >= self.good.pair.until() {
            let until = self.good.pair.until();
            soon.push(format!(
                "this process's own certificate is valid until {until}; replace it, no restart is needed"
            ));
        }
        if let Some(until) = self.good.anchors.list_until().filter(|until| now >= *until) {
            soon.push(out_of_date(until));
        }
        soon
    }
}

/// Between what is wrong and what is gone by meanwhile.
const KEPT: &str = ". Until then the old";

fn out_of_date(until: Timestamp) -> String {
    format!(
        "the list of revoked certificates was to be replaced by {until} and is still gone by; whatever was revoked since is let \
         in. Put the authority's newest list in place"
    )
}
