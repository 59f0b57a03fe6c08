//! What intake asks of eligibility when a draft is checked: questions go by gRPC, so the adapter is a client.

use async_trait::async_trait;
use contracts::eligibility::v1::AssessRequest;
use contracts::eligibility::v1::client::eligibility_service_client::EligibilityServiceClient;
use contracts::notification::v1::{Assessment, CodedNotification};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::{Bytes, StdError};
use tonic::{Request, Status};
use tracing::Instrument;

/// The largest finding, in bytes.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// Somebody who finds what the law makes of coded facts.
#[async_trait]
pub trait Assessor: Send + Sync {
    /// Finds for coded facts.
    ///
    /// # Errors
    /// The status that the other service answered with.
    async fn assess(&self, notification: CodedNotification) -> Result<Assessment, Status>;
}

/// Asks eligibility by gRPC, over whatever carries the call.
#[derive(Debug, Clone)]
pub struct GrpcAssessor<Transport> {
    client: EligibilityServiceClient<Transport>,
}

impl<Transport> GrpcAssessor<Transport>
where
    Transport: GrpcService<Body>,
    Transport::Error: Into<StdError>,
    Transport::ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
    <Transport::ResponseBody as http_body::Body>::Error: Into<StdError> + Send,
{
    /// Over a connection, or straight into a server of the same process.
    pub fn new(transport: Transport) -> Self {
        // A finding explains each of up to 500 children, and is larger than the facts it was asked about.
        Self { client: EligibilityServiceClient::new(transport).max_decoding_message_size(LARGEST_ANSWER) }
    }
}

#[async_trait]
impl<Transport> Assessor for GrpcAssessor<Transport>
where
    Transport: GrpcService<Body> + Clone + Send + Sync + 'static,
    Transport::Future: Send,
    Transport::Error: Into<StdError>,
    Transport::ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
    <Transport::ResponseBody as http_body::Body>::Error: Into<StdError> + Send,
{
    async fn assess(&self, notification: CodedNotification) -> Result<Assessment, Status> {
        let span = telemetry::client_span("lapwing.eligibility.v1.EligibilityService/Assess");
        let mut request = Request::new(AssessRequest { notification: Some(notification) });
        span.in_scope(|| telemetry::carry_context(request.metadata_mut()));
        let answer = self.client.clone().assess(request).instrument(span).await?;
        Ok(answer.into_inner().assessment.unwrap_or_default())
    }
}
