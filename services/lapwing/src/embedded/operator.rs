//! The calls that an operator has, from within this process: by the same table of rights as from outside, and by nobody's
//! certificate, for whoever opened the page is this process's own user.

use audit::grpc::AuditGrpc;
use contracts::audit::v1::audit_service_server::AuditServiceServer;
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::operations::v1::client::parked_service_client::ParkedServiceClient;
use contracts::operations::v1::parked_service_server::ParkedServiceServer;
use identity::{Caller, Role};
use operations::ParkedGrpc;
use rights::Enforced;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::{Request, Status};

/// As whom the page calls: audit is told so where an event is sent again.
const NAME: &str = "page";

type Inside<Server> = InterceptedService<Enforced<Server>, AsOperator>;

/// What an operator may ask of the services of this process.
#[derive(Clone)]
pub struct OperatorCalls {
    parked: ParkedServiceClient<Inside<ParkedServiceServer<ParkedGrpc>>>,
    audit: AuditServiceClient<Inside<AuditServiceServer<AuditGrpc>>>,
}

impl OperatorCalls {
    pub(super) fn new(parked: ParkedServiceServer<ParkedGrpc>, audit: AuditServiceServer<AuditGrpc>) -> Self {
        let inside_parked = InterceptedService::new(Enforced::new(parked), AsOperator);
        let inside_audit = InterceptedService::new(Enforced::new(audit), AsOperator);
        Self { parked: ParkedServiceClient::new(inside_parked), audit: AuditServiceClient::new(inside_audit) }
    }

    /// Parked events.
    pub fn parked(&self) -> ParkedServiceClient<Inside<ParkedServiceServer<ParkedGrpc>>> {
        self.parked.clone()
    }

    /// The audit log.
    pub fn audit(&self) -> AuditServiceClient<Inside<AuditServiceServer<AuditGrpc>>> {
        self.audit.clone()
    }
}

/// Says that an operator calls, with an extension that no call from outside can carry.
#[derive(Debug, Clone, Copy)]
pub struct AsOperator;

impl Interceptor for AsOperator {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.extensions_mut().insert(Caller::new(Role::Operator, NAME));
        Ok(request)
    }
}
