//! `lapwing doctor`: whether all is well, and what to do where it is not. It alters nothing.

use std::time::Duration;

use ambient::Ambient;

use super::Context;
use crate::cli::Doctor;
use crate::doctor;
use crate::ending::{Ending, Failure};

/// Looks at the services whose settings are named, or at the data folder, and tells what it found. A failure is exit code 1,
/// warnings alone 8, and what could not be looked at 9.
///
/// # Errors
/// None: what goes wrong is a finding.
pub(crate) async fn doctor(context: &Context, asked: Doctor) -> Result<Ending, Failure> {
    let (patience, ambient) = (Duration::from_secs(asked.patience), Ambient::system());
    let kept = asked.checkpoint.as_deref();
    let groups = if asked.config.is_empty() {
        Box::pin(doctor::embedded(&context.folder, kept, patience, &ambient)).await
    } else {
        Box::pin(doctor::production(&asked.config, kept, &context.collector, patience, &ambient)).await
    };
    Ok(doctor::tell(&groups, context.json))
}
