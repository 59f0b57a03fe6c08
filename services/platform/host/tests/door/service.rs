//! A service that does whatever a test needs: says who calls, never answers, or never stops answering.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use identity::caller_in_extensions;
use tonic::Status;
use tonic::body::Body;
use tonic::server::NamedService;
use tower::Service;

/// A stream of the stand-in's without an end.
pub(crate) const ENDLESS: &str = "/lapwing.audit.v1.AuditService/Endless";

/// Stands where audit would: `Timeline` says who calls, `Checkpoint` never answers, `Endless` never stops.
#[derive(Debug, Clone)]
pub(crate) struct StandIn;

impl NamedService for StandIn {
    const NAME: &'static str = "lapwing.audit.v1.AuditService";
}

impl Service<Request<Body>> for StandIn {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path().to_owned();
        #[expect(
            clippy::disallowed_methods,
            reason = "stands for the layer of rights, which this door has none of"
        )]
        let caller = caller_in_extensions(request.extensions());
        Box::pin(async move {
            if path.ends_with("/Checkpoint") {
                std::future::pending::<()>().await;
            }
            if path == ENDLESS {
                let answer = Response::builder().header("content-type", "application/grpc");
                return Ok(answer.body(Body::new(Endless)).expect("an answer"));
            }
            let said = caller.map_or_else(|status| status, |caller| Status::aborted(caller.to_string()));
            Ok(said.into_http())
        })
    }
}

struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 16 * 1024])))))
    }
}
