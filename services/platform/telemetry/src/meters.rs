//! Where measures go: to a collector by OTLP, and to whoever reads them here, such as Prometheus or the operator's page.

use std::collections::BTreeMap;

use opentelemetry_otlp::{WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::proto::MetricType;
use prometheus::{Registry, TextEncoder};

use crate::measures::Described;
use crate::settings::{Settings, StartError};

/// What this process has measured, as it stands when it is asked for. Both ways of telling read the same instruments.
#[derive(Debug, Clone)]
pub struct Measured {
    registry: Registry,
}

/// One measure with certain attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its attributes by their names in Prometheus' form, such as `lapwing_service`.
    pub by: BTreeMap<String, String>,
    /// What a counter or a gauge stands at; of a histogram, the sum of all that it has seen.
    pub value: f64,
    /// How many a histogram has seen; 1 of the others.
    pub times: u64,
}

impl Measured {
    /// Everything, in Prometheus' text format, version 0.0.4. Media type `text/plain; version=0.0.4`.
    ///
    /// # Errors
    /// Where two measures of one name differ, in words.
    pub fn exposition(&self) -> Result<String, String> {
        TextEncoder::new().encode_to_string(&self.registry.gather()).map_err(|error| error.to_string())
    }

    /// All samples of one measure; none where nothing was measured yet.
    pub fn samples(&self, of: &Described) -> Vec<Sample> {
        let name = of.prometheus_name();
        let families = self.registry.gather();
        let Some(family) = families.iter().find(|family| family.name() == name) else {
            return Vec::new();
        };
        let sample = |metric: &prometheus::proto::Metric| {
            let (value, times) = match family.get_field_type() {
                MetricType::COUNTER => (metric.get_counter().get_value(), 1),
                MetricType::HISTOGRAM => {
                    (metric.get_histogram().get_sample_sum(), metric.get_histogram().get_sample_count())
                }
                _ => (metric.get_gauge().get_value(), 1),
            };
            let label =
                |pair: &prometheus::proto::LabelPair| (pair.name().to_owned(), pair.value().to_owned());
            Sample { by: metric.get_label().iter().map(label).collect(), value, times }
        };
        family.get_metric().iter().map(sample).collect()
    }
}

/// The provider of all instruments of this process, and what reads them here.
pub(crate) fn provider(
    settings: &Settings,
    resource: Resource,
) -> Result<(SdkMeterProvider, Measured), StartError> {
    let registry = Registry::new();
    let reader = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .scope_info_enabled(false)
        .build()
        .map_err(|error| StartError::Measures(error.to_string()))?;
    let mut provider = SdkMeterProvider::builder().with_resource(resource).with_reader(reader);
    if let Some(endpoint) = &settings.otlp_endpoint {
        let mut exporter = opentelemetry_otlp::MetricExporter::builder().with_tonic().with_endpoint(endpoint);
        if let Some(tls) = settings.otlp_tls.config()? {
            exporter = exporter.with_tls_config(tls);
        }
        let exporter =
            exporter.build().map_err(|source| StartError::Endpoint { endpoint: endpoint.clone(), source })?;
        // Every minute, or as OTEL_METRIC_EXPORT_INTERVAL says in milliseconds.
        provider = provider.with_periodic_exporter(exporter);
    }
    Ok((provider.build(), Measured { registry }))
}
