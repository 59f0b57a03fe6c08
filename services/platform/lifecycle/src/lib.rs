//! One run-up and one way down for every process: a signal asks it to stop softly, a second one stops it
//! hard, and it says how it ended. A soft stop lets what was begun come to its end.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
pub use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The tasks of a process, or of one world in it, and the word that tells them to stop.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// How a way down ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every task came to its end.
    Drained,
    /// Time ran out, and the rest was left. Nothing that was receipted is lost: it is in the outbox.
    CutShort,
}

impl Lifecycle {
    /// No task yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The word that tells tasks to stop: pass it to whatever waits.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs a task until it ends by itself; the way down waits for it.
    pub fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Tells every task to stop and waits for them, at most so long.
    pub async fn wind_down(&self, at_most: Duration) -> Ending {
        self.stop.cancel();
        self.tasks.close();
        match tokio::time::timeout(at_most, self.tasks.wait()).await {
            Ok(()) => Ending::Drained,
            Err(_) => Ending::CutShort,
        }
    }
}

/// Waits so long, or until told to stop. Returns whether to go on.
pub async fn pause(length: Duration, stop: &CancellationToken) -> bool {
    tokio::time::timeout(length, stop.cancelled()).await.is_err()
}

/// A pause that doubles with each failure in a row, from a tenth of a second to five seconds.
#[derive(Debug, Clone, Copy)]
pub struct BackOff {
    next: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self { next: Self::SHORTEST }
    }
}

impl BackOff {
    const SHORTEST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(5);

    /// Waits before the next try. Returns whether to try again.
    pub async fn wait(&mut self, stop: &CancellationToken) -> bool {
        let length = self.next;
        self.next = (length * 2).min(Self::LONGEST);
        pause(length, stop).await
    }
}

/// Signals to stop: Ctrl-C, or SIGTERM from a supervisor.
///
/// What a reader would get wrong: until somebody listens, a signal ends the process at once, and whoever has read its ready
/// line may send one. So listen first, then say that it is ready.
#[derive(Debug)]
pub struct Signals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
}

impl Signals {
    /// Listens from now on: no signal is lost, whenever it is waited for. Needs a tokio runtime.
    pub fn listen() -> Self {
        let heard = |kind, name| match signal(kind) {
            Ok(signal) => Some(signal),
            Err(error) => {
                tracing::warn!(%error, "{name} cannot be heard, and will end this process at once");
                None
            }
        };
        Self {
            terminate: heard(SignalKind::terminate(), "SIGTERM"),
            interrupt: heard(SignalKind::interrupt(), "Ctrl-C"),
        }
    }

    /// Resolves at the next signal.
    pub async fn next(&mut self) {
        tokio::select! {
            () = one(self.terminate.as_mut()) => (),
            () = one(self.interrupt.as_mut()) => (),
        }
    }
}

async fn one(signal: Option<&mut Signal>) {
    match signal {
        // Signals are heard as long as there is a runtime.
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_heeds_the_word_is_drained() {
        let lifecycle = Lifecycle::new();
        let stop = lifecycle.stopping();
        lifecycle.run(async move { stop.cancelled().await });
        assert_eq!(lifecycle.wind_down(Duration::from_secs(60)).await, Ending::Drained);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_is_cut_short() {
        let lifecycle = Lifecycle::new();
        lifecycle.run(std::future::pending());
        assert_eq!(lifecycle.wind_down(Duration::from_secs(1)).await, Ending::CutShort);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_ends_when_told_to_stop() {
        let stop = CancellationToken::new();
        assert!(pause(Duration::from_secs(1), &stop).await);
        stop.cancel();
        assert!(!pause(Duration::from_secs(1), &stop).await);
    }

    #[tokio::test]
    async fn a_signal_that_comes_before_it_is_waited_for_is_heard_and_ends_nothing() {
        let mut signals = Signals::listen();
        for name in ["-TERM", "-INT", "-TERM"] {
            let own = std::process::id().to_string();
            let sent = std::process::Command::new("kill").args([name, &own]).status().expect("kill runs");
            assert!(sent.success());
            signals.next().await;
        }
    }
}
