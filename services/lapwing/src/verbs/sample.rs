//! `lapwing sample`: makes up plausible notifications, one a line, for trials and load.

use ambient::Ambient;
use contracts::json::to_json;
use contracts::time::london_date;
use samples::SampleRequest;

use super::Context;
use crate::cli::Sample;
use crate::ending::{Ending, Failure};
use crate::printing::line;

/// Prints notifications as NDJSON: `lapwing sample --count 100 | lapwing notify -`.
///
/// # Errors
/// Where no figures are published for the year.
pub(crate) fn sample(_context: &Context, sample: &Sample) -> Result<Ending, Failure> {
    let until = london_date(Ambient::system().now());
    let request = SampleRequest { count: sample.count, seed: sample.seed, year: sample.year, until };
    for notification in samples::sample(&request).map_err(anyhow::Error::from)? {
        line(to_json(&notification));
    }
    Ok(Ending::Well)
}
