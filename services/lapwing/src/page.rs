//! The operator's page of the embedded mode: the flow with live numbers, the newest and slowest traces, parked events with a
//! way to send them again, and the checkpoint of the log.
//!
//! It reads what OTLP exports too (`telemetry::LookedAt`), and asks the services by the calls that an operator has, through the
//! same table of rights. So it shows references and coded facts, and no identity: there is none that it could show.

mod door;
mod flow;
mod parked;
mod pictures;
mod traces;

use std::net::SocketAddr;
use std::sync::Arc;

use ambient::Ambient;
use anyhow::{Context, Result};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use host::Standing;
use lifecycle::Lifecycle;
use telemetry::LookedAt;
use tokio::net::TcpListener;

pub use door::Key;

use crate::embedded::OperatorCalls;

/// What the page shows, and whom it asks.
#[derive(Clone)]
pub struct Shown {
    /// What this process measures and traces of itself.
    pub looked_at: LookedAt,
    /// Whether it takes calls.
    pub standing: Standing,
    /// The services, as an operator may call them.
    pub calls: OperatorCalls,
    /// For ages.
    pub ambient: Ambient,
}

/// The page, served.
pub struct Page {
    /// Where it is served.
    pub address: SocketAddr,
    /// What opens it.
    pub key: Key,
}

impl Page {
    /// The address to open it with, which holds its key.
    pub fn url(&self) -> String {
        format!("http://{}/?key={}", self.address, self.key.text())
    }
}

/// Serves the page until the lifecycle stops. Where another program has the address, a free port of the same host is taken.
///
/// # Errors
/// Where no port of the host can be listened at.
pub async fn serve(address: SocketAddr, shown: Shown, lifecycle: &Lifecycle) -> Result<Page> {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind((address.ip(), 0)).await.with_context(|| {
            format!("{address} cannot be listened at for the page; name another address with --page")
        })?,
    };
    let address = listener.local_addr()?;
    let key = Key::draw(&shown.ambient);
    let served = axum::serve(listener, routes(shown, key.clone(), address));
    let stop = lifecycle.stopping();
    lifecycle.run(async move {
        if let Err(error) = served.with_graceful_shutdown(stop.cancelled_owned()).await {
            tracing::error!(%error, "the operator's page ended");
        }
    });
    Ok(Page { address, key })
}

fn routes(shown: Shown, key: Key, address: SocketAddr) -> Router {
    let watched = host::watch::routes(shown.standing.clone(), shown.looked_at.measured.clone());
    Router::new()
        .route("/", get(first))
        .route("/flow", get(flow_alone))
        .route("/traces/{id}", get(traces::one))
        .route("/parked/retry", post(parked::retry))
        .route("/page.css", get(|| asset("text/css", include_str!("../templates/page.css"))))
        .route("/page.js", get(|| asset("text/javascript", include_str!("../templates/page.js"))))
        .with_state(Arc::new(shown))
        .merge(watched)
        .layer(from_fn_with_state(Arc::new(door::Door { key, address }), door::admit))
}

async fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind)], text)
}

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
struct First {
    flow: flow::Flow,
    newest: Vec<traces::Line>,
    slowest: Vec<traces::Line>,
    parked: parked::Listed,
    checkpoint: flow::CheckpointStands,
}

/// How many traces a list has.
const TRACES: usize = 12;

async fn first(State(shown): State<Arc<Shown>>) -> Response {
    let (newest, slowest) = traces::lists(&shown, TRACES);
    let (parked, checkpoint) = tokio::join!(parked::list(&shown), flow::checkpoint(&shown));
    told(&First { flow: flow::Flow::of(&shown), newest, slowest, parked, checkpoint })
}

/// The part of the page that is fetched again and again.
#[derive(Template)]
#[template(path = "flow.html")]
struct FlowAlone {
    flow: flow::Flow,
}

async fn flow_alone(State(shown): State<Arc<Shown>>) -> Response {
    told(&FlowAlone { flow: flow::Flow::of(&shown) })
}

fn told(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, "the page could not be written; the log says why")
                .into_response()
        }
    }
}
