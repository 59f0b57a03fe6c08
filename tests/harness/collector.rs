//! A collector in this process: takes spans by OTLP over gRPC, as a real one would, and keeps them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use identity::Credentials;
use lifecycle::Lifecycle;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

/// Takes spans.
#[derive(Debug, Clone)]
pub struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
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
        let collector = Self { spans: Arc::default(), received: Arc::default(), scheme, address };
        let service = TraceServiceServer::new(collector.clone());
        let stop = lifecycle.stopping();
        lifecycle.run(async move {
            let served = server.add_service(service);
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
