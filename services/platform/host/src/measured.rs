//! How long calls take and how they end: measured, and told by the call's span.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::Span;

use crate::measures::CALLS;
use crate::server::ANSWERED;

/// What stands for the name of a call that nobody here answers: it may be a child's (OpenTelemetry's word for it).
const OTHER: &str = "_OTHER";

/// Measures every call, refused ones too.
#[derive(Clone)]
pub(crate) struct MeasuredLayer;

impl<Inner> Layer<Inner> for MeasuredLayer {
    type Service = Measured<Inner>;

    fn layer(&self, inner: Inner) -> Measured<Inner> {
        Measured { inner }
    }
}

/// See [`MeasuredLayer`].
#[derive(Clone)]
pub(crate) struct Measured<Inner> {
    inner: Inner,
}

impl<Inner> Service<Request<Body>> for Measured<Inner>
where
    Inner: Service<Request<Body>, Response = Response<Body>>,
    Inner::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Inner::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path().trim_start_matches('/');
        let method = ANSWERED.get(path).map_or(OTHER, String::as_str);
        let began = Instant::now();
        let answering = self.inner.call(request);
        Box::pin(async move {
            // The library enters the call's span only now.
            let mut call = Call { method, began, span: Span::current(), ended: false };
            let answer = answering.await?;
            // An answer without a message has its status in its head.
            if let Some(code) = code(answer.headers()) {
                call.end(code);
            }
            Ok(answer.map(|body| Body::new(Answer { body, call })))
        })
    }
}

/// A call under way. Whoever drops it before it has ended has cancelled it.
struct Call {
    method: &'static str,
    began: Instant,
    span: Span,
    ended: bool,
}

impl Call {
    fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let code_name = name(code);
        CALLS.record(self.began.elapsed().as_secs_f64(), &["grpc", self.method, code_name]);
        self.span.record("rpc.response.status_code", code_name);
        if is_ours(code) {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", code_name);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// The answer to a call, until its last frame.
struct Answer {
    body: Body,
    call: Call,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let told = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        match &told {
            Some(Ok(frame)) => {
                if let Some(code) = frame.trailers_ref().and_then(code) {
                    self.call.end(code);
                }
            }
            Some(Err(status)) => self.call.end(status.code()),
            None => (),
        }
        Poll::Ready(told)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|status| Code::from_bytes(status.as_bytes()))
}

/// Whether a status says that something is out of order on the server's side: OpenTelemetry's conventions for gRPC count these
/// as errors of a server, and a caller's mistakes not.
fn is_ours(code: Code) -> bool {
    use Code::{DataLoss, DeadlineExceeded, Internal, Unavailable, Unimplemented, Unknown};
    matches!(code, Unknown | DeadlineExceeded | Unimplemented | Internal | Unavailable | DataLoss)
}

/// The name of a status as gRPC writes it.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
