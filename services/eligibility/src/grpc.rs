//! Eligibility by gRPC: the same function that judges what is heard from the queue.

use contracts::eligibility::v1::eligibility_service_server::EligibilityService;
use contracts::eligibility::v1::{AssessRequest, AssessResponse};
use rights::{Reach, granted};
use tonic::{Request, Response, Status};

use crate::assess::assess_coded;
use crate::domain::policy::Policies;

/// Answers whoever asks what the law makes of coded facts.
#[derive(Debug, Clone)]
pub struct EligibilityGrpc {
    policies: &'static Policies,
}

impl EligibilityGrpc {
    /// Judges by `policies`.
    pub fn new(policies: &'static Policies) -> Self {
        Self { policies }
    }
}

#[tonic::async_trait]
impl EligibilityService for EligibilityGrpc {
    async fn assess(&self, request: Request<AssessRequest>) -> Result<Response<AssessResponse>, Status> {
        let granted = granted(&request)?;
        if *granted.reach() != Reach::WhatIsSent {
            return Err(granted.cannot_serve());
        }
        let notification = request.into_inner().notification.unwrap_or_default();
        Ok(Response::new(AssessResponse { assessment: Some(assess_coded(&notification, self.policies)) }))
    }
}
