//! A service that does whatever a test needs: says who calls, hears all that is sent, never answers, or never stops answering.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::{Request, Response};
use http_body::Frame;
use rights::Granted;
use tonic::body::Body;
use tonic::codec::{DecodeBuf, Decoder};
use tonic::server::NamedService;
use tonic::{Status, Streaming};
use tower::Service;

/// A stream of the stand-in's without an end.
pub(crate) const ENDLESS: &str = "/lapwing.intake.v1.IntakeService/Watch";

/// A stream of the stand-in's that hears every message and then says how many there were.
pub(crate) const HEED: &str = "/lapwing.intake.v1.IntakeService/SubmitMany";

/// The largest message that the stand-in reads.
pub(crate) const LARGEST: usize = 12 * 1024 * 1024;

/// Reads messages as every service does, and of each only how long it is.
struct Lengths;

impl Decoder for Lengths {
    type Item = usize;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<usize>, Status> {
        let length = buffer.remaining();
        buffer.advance(length);
        Ok(Some(length))
    }
}

/// Hears what is sent, to its end.
async fn heard(body: Body) -> Result<String, Status> {
    let mut messages = Streaming::new_request(Lengths, body, None, Some(LARGEST));
    let (mut number, mut bytes) = (0, 0);
    while let Some(length) = messages.message().await? {
        number += 1;
        bytes += length;
    }
    Ok(format!("{number} messages of {bytes} bytes"))
}

/// Stands where audit would, and intake: `Timeline` hears and says who calls, `Checkpoint` hears and never answers,
/// `SubmitMany` hears a stream, `Watch` never stops.
#[derive(Debug, Clone)]
pub(crate) struct StandIn;

impl NamedService for StandIn {
    const NAME: &'static str = "lapwing.audit.v1.AuditService";
}

/// The same under intake's name, for its streams.
#[derive(Debug, Clone)]
pub(crate) struct StandInOfIntake;

impl NamedService for StandInOfIntake {
    const NAME: &'static str = "lapwing.intake.v1.IntakeService";
}

impl Service<Request<Body>> for StandInOfIntake {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <StandIn as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        StandIn.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        StandIn.call(request)
    }
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
        let caller = request.extensions().get::<Granted>().map(|granted| granted.by().to_owned());
        Box::pin(async move {
            if path == ENDLESS {
                let answer = Response::builder().header("content-type", "application/grpc");
                return Ok(answer.body(Body::new(Endless)).expect("an answer"));
            }
            let heard = match heard(request.into_body()).await {
                Ok(heard) => heard,
                Err(status) => return Ok(status.into_http()),
            };
            if path == HEED {
                return Ok(Status::aborted(heard).into_http());
            }
            if path.ends_with("/Checkpoint") {
                std::future::pending::<()>().await;
            }
            let said = caller.map_or_else(|| Status::internal("nobody is known"), Status::aborted);
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
