//! Endpoints as the tests configure them.

use connectors::{Endpoint, Observer, collect};
use model::{
    failure::Failure,
    inventory::Collection,
    source::{SourceKind, TlsMode},
};

pub(crate) const USER: &str = "admin";
/// With what people really type: spaces at both ends, markup, an umlaut.
pub(crate) const PASSWORD: &str = " <p&ss\"wörd'> ";

pub(crate) fn endpoint(address: impl Into<String>, tls: TlsMode) -> Endpoint {
    Endpoint {
        kind: SourceKind::Vcenter,
        address: address.into(),
        username: USER.to_owned(),
        password: PASSWORD.into(),
        tls,
    }
}

pub(crate) fn plain(address: impl Into<String>) -> Endpoint {
    endpoint(address, TlsMode::System)
}

pub(crate) async fn read(endpoint: &Endpoint) -> Result<Collection, Failure> {
    collect(endpoint, &Observer::unwatched()).await
}
