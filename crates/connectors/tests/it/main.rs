//! The connectors against real peers, against a small server of our own for what these cannot do, and against hostile ones.

// Clippy's leave for tests ends at functions without #[test], and a test that cannot go on should panic.
#![allow(clippy::unwrap_used)]

mod endpoint;
mod fixtures;
mod hostile;
mod hyperv;
mod hyperv_aged;
mod hyperv_answers;
mod hyperv_check;
mod hyperv_counted;
mod hyperv_counters;
mod hyperv_estate;
mod hyperv_fixtures;
mod hyperv_gaps;
mod hyperv_measured;
mod mutation;
mod paging;
mod paging_server;
mod performance;
mod performance_proxy;
mod prometheus;
mod prometheus_exporters;
mod prometheus_faults;
mod prometheus_history;
mod prometheus_peer;
mod prometheus_server;
mod simulator;
mod soap_driver;
mod tls;
mod vcsim;
mod winrm;
mod winrm_breaks;
mod winrm_hostile;
#[cfg(feature = "kerberos")]
mod winrm_kerberos;
mod winrm_peer;
mod winrm_recorded;
mod zabbix;
mod zabbix_answers;
mod zabbix_peer;
mod zabbix_server;
