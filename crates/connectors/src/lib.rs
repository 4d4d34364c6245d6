//! IROA's connectors: one module a platform, each a wire client and a pure parser, all yielding the model's typed collection.
//!
//! A connector reads and nothing else: it never changes the platform, and storing is not its business.

pub mod address;
mod http_client;
mod http_failure;
pub mod hyperv;
mod issue_list;
mod observer;
pub mod prometheus;
mod quote;
mod sampling;
mod tls;
pub mod vcenter;
mod xml;
pub mod zabbix;

pub use observer::{CollectProgress, Observer};
pub use sampling::{SampleRequest, SampleSink, Sampled, Sampling};

use model::{
    check::CheckOutcome,
    failure::Failure,
    inventory::Collection,
    mapping::{MappingTrial, MetricMapping},
    source::{SourceKind, TlsMode},
};
use secrecy::SecretString;

/// A SHA-256 fingerprint in any usual writing, as it is kept: `AB:CD:…`; `None` if it is none.
pub fn fingerprint(typed: &str) -> Option<String> {
    tls::parse_fingerprint(typed).map(|bytes| tls::print_fingerprint(&bytes))
}

/// A system to read, and the account to read it with.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub kind: SourceKind,
    /// A host name, `host:port` or URL, as typed.
    pub address: String,
    pub username: String,
    /// Sent as it is: leading and trailing spaces belong to it.
    pub password: SecretString,
    pub tls: TlsMode,
}

/// Tests address, certificate, credentials and privileges in about 20 seconds at most; changes nothing.
pub async fn check(endpoint: &Endpoint) -> CheckOutcome {
    match endpoint.kind {
        SourceKind::Vcenter => vcenter::check(endpoint).await,
        SourceKind::Hyperv => hyperv::check(endpoint).await,
        SourceKind::Prometheus => prometheus::check(endpoint).await,
        SourceKind::Zabbix => zabbix::check(endpoint).await,
    }
}

/// Reads the whole inventory. `Err` only if nothing could be read or the observer cancelled; everything else that went
/// wrong is an issue of the collection, and the kinds it touched are missing from `complete`.
pub async fn collect(endpoint: &Endpoint, observer: &Observer) -> Result<Collection, Failure> {
    match endpoint.kind {
        SourceKind::Vcenter => vcenter::collect(endpoint, observer).await,
        SourceKind::Hyperv => hyperv::collect(endpoint, observer).await,
        SourceKind::Prometheus => prometheus::collect(endpoint, observer).await,
        SourceKind::Zabbix => zabbix::collect(endpoint, observer).await,
    }
}

/// Reads measurements and hands them on as they arrive. `Err` only if nothing could be read or it was cancelled.
pub async fn samples(endpoint: &Endpoint, sampling: Sampling<'_>) -> Result<Sampled, Failure> {
    match endpoint.kind {
        SourceKind::Vcenter => vcenter::samples(endpoint, sampling).await,
        SourceKind::Prometheus => prometheus::samples(endpoint, sampling, &[]).await,
        SourceKind::Zabbix => zabbix::samples(endpoint, sampling).await,
        SourceKind::Hyperv => hyperv::samples(endpoint, sampling).await,
    }
}

/// The same with the mappings of a person, where the source can have any.
pub async fn samples_with(
    endpoint: &Endpoint,
    sampling: Sampling<'_>,
    mappings: &[MetricMapping],
) -> Result<Sampled, Failure> {
    match endpoint.kind {
        SourceKind::Prometheus => {
            let mappings: Vec<prometheus::Mapping> = mappings.iter().map(prometheus::Mapping::from).collect();
            prometheus::samples(endpoint, sampling, &mappings).await
        }
        SourceKind::Zabbix => zabbix::samples_with(endpoint, sampling, &zabbix::rules(mappings)).await,
        SourceKind::Vcenter | SourceKind::Hyperv => samples(endpoint, sampling).await,
    }
}

/// Why a mapping cannot be one of this kind of source, as a sentence for the person who wrote it.
pub fn check_mapping(kind: SourceKind, mapping: &MetricMapping) -> Result<(), String> {
    match kind {
        // The server alone knows its language.
        SourceKind::Prometheus => Ok(()),
        SourceKind::Zabbix => zabbix::rule(mapping).map(drop).map_err(|error| error.to_string()),
        SourceKind::Vcenter | SourceKind::Hyperv => Err("only monitoring systems take mappings".to_owned()),
    }
}

/// Asks for a mapping once; keeps nothing. `None` where that would take as long as a read.
pub async fn try_mapping(endpoint: &Endpoint, mapping: &MetricMapping) -> Result<Option<MappingTrial>, Failure> {
    match endpoint.kind {
        SourceKind::Prometheus => prometheus::try_mapping(endpoint, mapping).await.map(Some),
        SourceKind::Zabbix | SourceKind::Vcenter | SourceKind::Hyperv => Ok(None),
    }
}
