//! The engine through its public face, on a database of its own for each test, and where it reads something, against vcsim.

// Helpers of tests may unwrap as the tests themselves do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod capacity;
#[path = "../../../connectors/tests/it/endpoint.rs"]
mod endpoint;
mod estate;
mod hyperv;
#[path = "../../../connectors/tests/it/hyperv_aged.rs"]
mod hyperv_aged;
mod lab;
mod measuring;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
mod relay;
mod replicas;
mod roles;
mod runs;
mod saving;
mod scheduling;
#[path = "../../../connectors/tests/it/soap_driver.rs"]
#[allow(dead_code, reason = "the connectors' tests need more of it")]
mod soap_driver;
mod sources;
mod support;
#[path = "../../../connectors/tests/it/vcsim.rs"]
#[allow(dead_code, reason = "the connectors' tests need more of it")]
mod vcsim;
