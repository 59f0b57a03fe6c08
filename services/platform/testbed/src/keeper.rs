//! Keeps a server as long as its starter lives, and not a moment longer: also where the starter is killed.

use std::net::TcpListener;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which Linux gives ports to outgoing connections: a server that is down for a moment would else find
/// its port taken when it comes back.
const PORTS: Range<u16> = 10_000..32_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port that nobody listens at just now, and that this process has not given out before.
///
/// # Panics
/// Where the machine has none left.
pub fn free_port() -> u16 {
    let own = u16::try_from(std::process::id() * 64 % u32::from(PORTS.end - PORTS.start)).unwrap_or_default();
    (0..PORTS.len())
        .map(|_| {
            let step = NEXT.fetch_add(1, Ordering::SeqCst);
            PORTS.start + (own.wrapping_add(step)) % (PORTS.end - PORTS.start)
        })
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

/// A shell that holds on to the end of a pipe. When its other end is closed, by a drop or by the system because the
/// process is gone, the shell runs its last words.
pub(crate) struct Keeper {
    child: Child,
    lifeline: Option<ChildStdin>,
}

impl Keeper {
    /// Runs `last_words` in a shell once this value, or this process, is gone. The folder is removed after them.
    pub(crate) fn over(folder: &Path, last_words: &str) -> Self {
        // The shell ignores what a terminal sends to all of a group: Ctrl-C ends the tests, and their end ends it.
        let script = format!("trap '' INT TERM HUP; cat >/dev/null; {last_words}; rm -rf \"$1\"");
        let mut child = Command::new("sh")
            .args(["-c", &script, "keeper"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let lifeline = child.stdin.take();
        Self { child, lifeline }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // Whatever became of the shell, the test is over.
        let _status = self.child.wait();
    }
}
