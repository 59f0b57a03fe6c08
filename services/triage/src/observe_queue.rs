//! Tells how the queue stands, as numbers of whole lanes: for whoever sees to it that the panel is not left waiting.

use std::sync::Arc;

use ambient::Ambient;
use async_trait::async_trait;
use contracts::time::london_date;
use telemetry::measures::{NotObserved, Observed};

use crate::domain::clock::ClockKind;
use crate::domain::lane::Lane;
use crate::measures::{CASES, CASES_AGE, LATE, OVERDUE};
use crate::store::{LaneStands, Store};

/// The use case.
pub struct ObserveQueue {
    store: Arc<dyn Store>,
    ambient: Ambient,
}

impl ObserveQueue {
    /// Observes the queue in `store`.
    pub fn new(store: Arc<dyn Store>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }
}

#[async_trait]
impl Observed for ObserveQueue {
    async fn observe(&self) -> Result<(), NotObserved> {
        let now = self.ambient.now();
        let stands = self.store.stands(london_date(now)).await?;
        // A lane without cases is told as well: a gauge keeps what was said last.
        for lane in [Lane::Decision, Lane::Information] {
            let stands = stands.lanes.iter().find(|stands| stands.lane == lane);
            let (cases, oldest) =
                stands.map_or((0, None), |LaneStands { cases, oldest, .. }| (*cases, *oldest));
            let age = oldest.map_or(0.0, |at| now.duration_since(at).as_secs_f64());
            CASES.count(cases, &[lane_name(lane)]);
            CASES_AGE.set(age.max(0.0), &[lane_name(lane)]);
        }
        for kind in [ClockKind::RapidReview, ClockKind::LocalReview] {
            let overdue = stands.overdue.iter().find(|(overdue, _)| *overdue == kind);
            OVERDUE.count(overdue.map_or(0, |(_, cases)| *cases), &[clock_name(kind)]);
        }
        LATE.count(stands.late, &[]);
        Ok(())
    }
}

fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Decision => "decision",
        Lane::Information => "information",
    }
}

fn clock_name(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Notification => "notification",
        ClockKind::RapidReview => "rapid_review",
        ClockKind::LocalReview => "local_review",
    }
}
