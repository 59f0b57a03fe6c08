//! How far a retry has come: what it counts, and the sentence that says where it stands.

use contracts::operations::v1::{EventState, ParkedEvent, ParkedState};

use crate::ending::Ending;

/// The steps of a canary; after them it goes on with the largest.
const CANARY: [usize; 4] = [1, 2, 5, 20];

/// The sizes of the steps in which events are sent, without end.
pub(super) fn steps(canary: bool, largest: usize) -> impl Iterator<Item = usize> {
    let first: &[usize] = if canary { &CANARY } else { &[] };
    first.iter().copied().chain(std::iter::repeat(largest))
}

/// What has become of an event that was sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Not known yet.
    Waits,
    /// The service has taken it.
    Taken,
    /// It is with a reader that is not Lapwing's: nobody here learns more, unless it is parked again.
    HandedOn,
    /// It is parked again.
    ParkedAgain,
}

impl Fate {
    /// Of an event by where it stands now.
    pub(super) fn of(event: &ParkedEvent, state: ParkedState) -> Self {
        match state {
            ParkedState::Parked => Self::ParkedAgain,
            ParkedState::Taken => Self::Taken,
            // A service's own queues bear its name; on those of others, such as panel.decisions, the broker has it.
            ParkedState::Elsewhere if !event.queue.starts_with(&format!("{}.", event.service)) => {
                Self::HandedOn
            }
            ParkedState::UnderWay | ParkedState::Elsewhere | ParkedState::Unspecified => Self::Waits,
        }
    }
}

/// Why a retry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Everything was sent.
    AllSent,
    /// One of a step was parked again.
    ParkedAgain,
    /// The operator stopped it.
    Stopped,
    /// A step took longer than the operator wanted to wait.
    TooLong,
    /// The server did not answer, or refused.
    CutOff,
}

/// What a retry has come to.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Events that were to be sent.
    pub(super) chosen: usize,
    /// Events that were sent, or that were not there any more when their turn came.
    pub(super) passed: usize,
    /// Events that were sent.
    pub(super) sent: usize,
    /// Of those, the ones that were taken.
    pub(super) taken: usize,
    /// Of those, the ones that are with readers that are not Lapwing's.
    pub(super) handed_on: usize,
    /// Those that are parked again.
    pub(super) again: Vec<EventState>,
    /// Those that were left as they were: somebody else has done something with them, or a copy is still on its way.
    pub(super) left_alone: usize,
}

impl Progress {
    /// The exit code's meaning.
    pub(super) fn ending(&self, end: End) -> Ending {
        match end {
            _ if !self.again.is_empty() => Ending::Conflict,
            End::Stopped | End::TooLong | End::CutOff => Ending::TryAgain,
            End::AllSent if self.left_alone > 0 => Ending::Conflict,
            End::AllSent | End::ParkedAgain => Ending::Well,
        }
    }

    /// Where it stands, and what to do next.
    pub(super) fn sentence(&self, canary: bool, end: End) -> String {
        let left = self.chosen - self.passed.min(self.chosen);
        let mut parts = vec![format!("{} of {} sent again", self.sent, self.chosen)];
        if canary {
            parts.push(format!("{} taken", self.taken));
        }
        if self.handed_on > 0 {
            parts.push(format!("{} with readers that are not Lapwing's", self.handed_on));
        }
        if !self.again.is_empty() {
            parts.push(format!("{} parked again", self.again.len()));
        }
        if self.left_alone > 0 {
            parts.push(format!("{} left as they were", self.left_alone));
        }
        parts.push(format!("{left} left to send"));
        format!("{}. {}", parts.join(", "), next(canary, end, left))
    }
}

fn next(canary: bool, end: End, left: usize) -> &'static str {
    match end {
        End::ParkedAgain => {
            "Stopped at the first that is parked again. Next: mend the reason that is shown, then retry; nothing is lost"
        }
        End::Stopped if left > 0 => {
            "Stopped as you asked, between two steps. Next: retry again for the rest; it is still parked"
        }
        End::TooLong => {
            "Stopped: a step is still on its way. Next: see that the service and the broker run, look with `lapwing parked \
             show`, then retry the rest; it is still parked"
        }
        End::CutOff => {
            "Stopped: the server did not answer, or refused. Next: see what became of the last step with `lapwing parked show`, \
             then retry the rest; it is still parked, and nothing goes out twice"
        }
        End::AllSent | End::Stopped if canary => {
            "Next: nothing; what is parked later shows in `lapwing parked list`"
        }
        End::AllSent | End::Stopped => {
            "Next: see in a moment with `lapwing parked list` whether any is parked again"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(service: &str, queue: &str) -> ParkedEvent {
        ParkedEvent { service: service.into(), queue: queue.into(), ..Default::default() }
    }

    #[test]
    fn a_canary_begins_with_one_and_grows_and_without_it_every_step_is_large() {
        assert_eq!(steps(true, 100).take(6).collect::<Vec<_>>(), [1, 2, 5, 20, 100, 100]);
        assert_eq!(steps(false, 100).take(2).collect::<Vec<_>>(), [100, 100]);
    }

    #[test]
    fn an_event_with_the_broker_is_waited_for_where_a_service_of_ours_reads_the_queue() {
        let (ours, theirs) = (event("triage", "triage.findings"), event("triage", "panel.decisions"));
        assert_eq!(Fate::of(&ours, ParkedState::Elsewhere), Fate::Waits);
        assert_eq!(Fate::of(&theirs, ParkedState::Elsewhere), Fate::HandedOn);
        assert_eq!(Fate::of(&theirs, ParkedState::UnderWay), Fate::Waits);
        assert_eq!(Fate::of(&ours, ParkedState::Taken), Fate::Taken);
        assert_eq!(Fate::of(&ours, ParkedState::Parked), Fate::ParkedAgain);
    }

    #[test]
    fn what_is_parked_again_and_what_is_left_are_told_and_end_in_an_exit_code() {
        let again = vec![EventState::default()];
        let progress = Progress { chosen: 250, passed: 8, sent: 8, taken: 7, again, ..Default::default() };
        let sentence = progress.sentence(true, End::ParkedAgain);
        assert!(
            sentence.starts_with("8 of 250 sent again, 7 taken, 1 parked again, 242 left to send."),
            "{sentence}"
        );
        assert!(sentence.contains("Next: mend"), "{sentence}");
        assert_eq!(progress.ending(End::ParkedAgain), Ending::Conflict);
        let stopped = Progress { chosen: 3, passed: 1, sent: 1, taken: 1, ..Default::default() };
        assert_eq!(stopped.ending(End::Stopped), Ending::TryAgain);
        assert_eq!(Progress::default().ending(End::AllSent), Ending::Well);
    }
}
