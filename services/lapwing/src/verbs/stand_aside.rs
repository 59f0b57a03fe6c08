//! `lapwing stand-aside` and `lapwing lift-stand-aside`: a panel member is kept out of a case, and let in again.

use contracts::json::to_json;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{LiftStandAsideRequest, StandAsideReason, StandAsideRequest};

use super::{Context, reference};
use crate::cli::{LiftStandAside, StandAside};
use crate::connection::{connect, member, secretariat, traced};
use crate::ending::{Ending, Failure};
use crate::printing::{line, time};

/// Stands aside from a case, as a panel member. Repeating it answers the same.
///
/// # Errors
/// Where there is no such case.
pub(crate) async fn stand_aside(context: &Context, aside: StandAside) -> Result<Ending, Failure> {
    let reference = reference(&aside.reference)?.to_string();
    let member = member(&aside.member)?;
    let channel = connect(&context.folder, context.server.as_deref(), &member).await?;
    let reason = StandAsideReason::from(aside.reason).into();
    let request = StandAsideRequest { reference: reference.clone(), reason };
    let answer = TriageServiceClient::new(channel).stand_aside(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
    } else {
        let at = time(answer.stood_aside_at.as_ref());
        line(format!("{reference}  {member} stood aside at {at}; only the secretariat can lift it"));
    }
    Ok(Ending::Well)
}

/// Lets a panel member see a case again, as the secretariat.
///
/// # Errors
/// Where that member has not stood aside from it.
pub(crate) async fn lift_stand_aside(context: &Context, lift: LiftStandAside) -> Result<Ending, Failure> {
    let reference = reference(&lift.reference)?.to_string();
    let member = member(&lift.member)?;
    let channel = connect(&context.folder, context.server.as_deref(), &secretariat()).await?;
    let request = LiftStandAsideRequest { reference: reference.clone(), member: member.to_string() };
    let answer = TriageServiceClient::new(channel).lift_stand_aside(traced(request)).await?.into_inner();
    if context.json {
        line(to_json(&answer));
    } else {
        line(format!("{reference}  {member} sees it again since {}", time(answer.lifted_at.as_ref())));
    }
    Ok(Ending::Well)
}
