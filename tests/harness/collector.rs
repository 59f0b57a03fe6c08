//! A collector in this process: takes spans and measures by OTLP over gRPC, as a real one would, and keeps them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use identity::Credentials;
use lifecycle::Lifecycle;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

/// Takes spans and measures.
#[derive(Debug, Clone)]
pub struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    measures: Arc<Mutex<BTreeSet<String>>>,
    scheme: &'static str,
    /// All that came, as it was encoded.
    received: Arc<Mutex<Vec<u8>>>,
    address: SocketAddr,
}

/// A span as stories look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanOf {
    /// Its name.
    pub name: String,
    /// Its kind: server, producer, consumer, internal.
    pub kind: &'static str,
    /// The name of its parent, where the collector has it.
    pub parent: Option<String>,
    /// Its own id.
    pub id: Vec<u8>,
    /// Its parent's id.
    pub parent_id: Vec<u8>,
    /// The ids of the spans to which it has a link.
    pub links: Vec<Vec<u8>>,
    /// Its attributes, numbers as text too.
    pub attributes: BTreeMap<String, String>,
}

impl Collector {
    /// Starts one at a free port; it ends with the lifecycle.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn start(lifecycle: &Lifecycle) -> Self {
        Self::start_as(Server::builder(), "http", lifecycle).await
    }

    /// The same over TLS: it asks for a certificate of the same authority.
    ///
    /// # Panics
    /// Where the certificate cannot be used.
    pub async fn start_with_tls(credentials: &Credentials, lifecycle: &Lifecycle) -> Self {
        let tls = ServerTlsConfig::new()
            .identity(Identity::from_pem(&credentials.certificate, &credentials.key))
            .client_ca_root(Certificate::from_pem(&credentials.authority));
        let server = Server::builder().tls_config(tls).expect("fits together");
        Self::start_as(server, "https", lifecycle).await
    }

    async fn start_as(mut server: Server, scheme: &'static str, lifecycle: &Lifecycle) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let collector = Self {
            spans: Arc::default(),
            measures: Arc::default(),
            received: Arc::default(),
            scheme,
            address,
        };
        let service = TraceServiceServer::new(collector.clone());
        let measures = MetricsServiceServer::new(collector.clone());
        let stop = lifecycle.stopping();
        lifecycle.run(async move {
            let served = server.add_service(service).add_service(measures);
            served
                .serve_with_incoming_shutdown(TcpIncoming::from(listener), stop.cancelled_owned())
                .await
                .expect("serves");
        });
        collector
    }

    /// Where spans are to be sent.
    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Every byte of the spans that came, resources, events and attributes included.
    ///
    /// # Panics
    /// Where another story has panicked while it held them.
    pub fn received(&self) -> Vec<u8> {
        self.received.lock().expect("no story panicked here").clone()
    }

    /// The names of all measures that came.
    ///
    /// # Panics
    /// Where another story has panicked while it held them.
    pub fn measures(&self) -> BTreeSet<String> {
        self.measures.lock().expect("no story panicked here").clone()
    }

    /// The spans of all traces that have a link to one of a trace's own.
    ///
    /// # Panics
    /// Where another story has panicked while it held the spans.
    pub fn linked_to(&self, id: &str) -> BTreeSet<String> {
        let spans = self.spans.lock().expect("no story panicked here");
        let linked = spans.iter().filter(|span| {
            hexadecimal(&span.trace_id) != id
                && span.links.iter().any(|link| hexadecimal(&link.trace_id) == id)
        });
        linked.map(|span| span.name.clone()).collect()
    }

    /// The spans of one trace, by its id in hexadecimal, in the order of their start.
    ///
    /// # Panics
    /// Where another story has panicked while it held the spans.
    pub fn trace(&self, id: &str) -> Vec<SpanOf> {
        let spans = self.spans.lock().expect("no story panicked here");
        let mut of_trace: Vec<&Span> =
            spans.iter().filter(|span| hexadecimal(&span.trace_id) == id).collect();
        of_trace.sort_by_key(|span| span.start_time_unix_nano);
        let names: HashMap<&[u8], &str> =
            of_trace.iter().map(|span| (span.span_id.as_slice(), span.name.as_str())).collect();
        of_trace
            .iter()
            .map(|span| SpanOf {
                name: span.name.clone(),
                kind: kind(span.kind),
                parent: names.get(span.parent_span_id.as_slice()).map(|name| (*name).to_owned()),
                id: span.span_id.clone(),
                parent_id: span.parent_span_id.clone(),
                links: span.links.iter().map(|link| link.span_id.clone()).collect(),
                attributes: span
                    .attributes
                    .iter()
                    .map(|attribute| (attribute.key.clone(), text(attribute.value.as_ref())))
                    .collect(),
            })
            .collect()
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let request = request.into_inner();
        self.received
            .lock()
            .map_err(|_| Status::internal("a story panicked"))?
            .extend(request.encode_to_vec());
        let spans = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        let spans = spans.flat_map(|scope| scope.spans);
        self.spans.lock().map_err(|_| Status::internal("a story panicked"))?.extend(spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let request = request.into_inner();
        self.received
            .lock()
            .map_err(|_| Status::internal("a story panicked"))?
            .extend(request.encode_to_vec());
        let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
        let names = scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name);
        self.measures.lock().map_err(|_| Status::internal("a story panicked"))?.extend(names);
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

fn kind(kind: i32) -> &'static str {
    match kind {
        1 => "internal",
        2 => "server",
        3 => "client",
        4 => "producer",
        5 => "consumer",
        _ => "unspecified",
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
