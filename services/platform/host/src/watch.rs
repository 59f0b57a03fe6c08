//! The port for whoever watches a process: probes, and what it has measured. Plain HTTP, without names and without numbers of
//! any authority; off where no address is set.
//!
//! | path | 200 when |
//! |---|---|
//! | `/started` | the start is over |
//! | `/live` | the process can answer at all; else nothing mends it but a new start |
//! | `/ready` | it takes calls |
//! | `/metrics` | always: Prometheus' text format |
//!
//! What a reader would get wrong: a process whose database or broker is away is ready. It answers with `UNAVAILABLE` or lets
//! events wait, which is better for its callers than an address where nobody listens, and all replicas would be away at once.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use lifecycle::Lifecycle;
use telemetry::Measured;
use tokio::sync::watch;

use crate::measures::READY;
use crate::server::listen;

/// How a process stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// It has not come up yet.
    Starting,
    /// It takes calls.
    Serving,
    /// It takes none, for this reason.
    NotServing(&'static str),
}

/// How a process stands, for whoever asks; cheap to clone, and every clone tells the same.
#[derive(Debug, Clone)]
pub struct Standing(Arc<watch::Sender<Stands>>);

impl Default for Standing {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Stands::Starting)))
    }
}

impl Standing {
    pub(crate) fn is(&self, stands: Stands) {
        self.0.send_replace(stands);
        READY.set(f64::from(u8::from(stands == Stands::Serving)), &[]);
    }

    /// How it stands now.
    pub fn now(&self) -> Stands {
        *self.0.borrow()
    }
}

/// Serves at `address` until the lifecycle stops, and returns the address that was taken.
///
/// # Errors
/// Where another program has the address.
pub async fn serve(
    address: SocketAddr,
    standing: Standing,
    measured: Measured,
    lifecycle: &Lifecycle,
) -> Result<SocketAddr> {
    let listener = listen(address).await?;
    let address = listener.local_addr()?;
    let served = axum::serve(listener, routes(standing, measured));
    let stop = lifecycle.stopping();
    lifecycle.run(async move {
        if let Err(error) = served.with_graceful_shutdown(stop.cancelled_owned()).await {
            tracing::error!(%error, "nobody can watch this process any more");
        }
    });
    Ok(address)
}

/// What whoever watches may ask.
pub fn routes(standing: Standing, measured: Measured) -> Router {
    Router::new()
        .route("/started", get(started))
        .route("/live", get(live))
        .route("/ready", get(ready))
        .with_state(standing)
        .route("/metrics", get(metrics))
        .with_state(measured)
}

async fn started(State(standing): State<Standing>) -> impl IntoResponse {
    match standing.now() {
        Stands::Starting => {
            told(StatusCode::SERVICE_UNAVAILABLE, "it is starting; its log says what it waits for")
        }
        Stands::Serving | Stands::NotServing(_) => told(StatusCode::OK, "it has started"),
    }
}

async fn live() -> impl IntoResponse {
    told(StatusCode::OK, "it answers")
}

async fn ready(State(standing): State<Standing>) -> impl IntoResponse {
    match standing.now() {
        Stands::Serving => told(StatusCode::OK, "it takes calls"),
        Stands::Starting => told(StatusCode::SERVICE_UNAVAILABLE, "it is starting"),
        Stands::NotServing(why) => told(StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

fn told(status: StatusCode, sentence: &'static str) -> impl IntoResponse {
    (status, Json(serde_json::json!({ "tells": sentence })))
}

async fn metrics(State(measured): State<Measured>) -> impl IntoResponse {
    match measured.exposition() {
        Ok(text) => {
            (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
        }
        Err(error) => {
            tracing::error!(error, "what was measured cannot be told");
            let sentence = "what was measured cannot be told; the log says why".to_owned();
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
                sentence,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn status(standing: &Standing, path: &str) -> StatusCode {
        let routes = Router::new()
            .route("/started", get(started))
            .route("/live", get(live))
            .route("/ready", get(ready))
            .with_state(standing.clone());
        let request = Request::get(path).body(Body::empty()).expect("a request");
        routes.oneshot(request).await.expect("answers").status()
    }

    #[tokio::test]
    async fn start_readiness_and_life_are_told_apart() {
        let standing = Standing::default();
        let (yes, no) = (StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE);
        for (stands, answers) in [
            (Stands::Starting, [no, yes, no]),
            (Stands::Serving, [yes, yes, yes]),
            (Stands::NotServing("the clocks differ"), [yes, yes, no]),
        ] {
            standing.is(stands);
            for (path, answer) in ["/started", "/live", "/ready"].into_iter().zip(answers) {
                assert_eq!(status(&standing, path).await, answer, "{path} while {stands:?}");
            }
        }
    }
}
