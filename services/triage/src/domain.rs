//! What triage decides without a clock, a store or a network: lane, clocks, indicators, priority, working order,
//! recipients, what revisions do, and how a case moves along the queue.
//!
//! What a reader would get wrong: none of this decides a case. A lane says who is asked, a priority says when, and
//! each comes with its reasons; the decision is the panel's.

pub mod case;
pub mod clock;
pub mod cluster;
pub mod erasure;
pub mod finding;
pub mod indicators;
pub mod lane;
pub mod link;
pub mod policy;
pub mod priority;
pub mod reason;
pub mod recipients;
pub mod stand_aside;
pub mod standing;
pub mod told;
pub mod turn;
