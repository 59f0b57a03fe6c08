//! What triage's store promises: one case for each notification whatever the order of the news, one taker for each case,
//! one acknowledgement for each lease, and an order that is the same for all.

mod bringing_together;
mod leases;
mod migration;
mod opening;
mod revisions;
mod world;
