//! What an HTTP request's failure means to a person: the source chain is walked, its texts are not shown.

use std::{error::Error, io};

use model::failure::{Failure, FailureKind};

use crate::tls::Shown;

/// Maps a failed request (or a body that broke off) to one of the bounded kinds.
pub(crate) fn from_reqwest(error: &reqwest::Error, host: &str, shown: &Shown) -> Failure {
    if let Some(failure) = from_chain(error, host, shown) {
        return failure;
    }
    if error.is_timeout() {
        return timed_out(host);
    }
    if error.is_connect() {
        return unreachable(format!("no connection to {host} could be made"));
    }
    if error.is_decode() {
        return Failure::new(FailureKind::Protocol, format!("{host} sent a body that could not be decompressed"));
    }
    cut_off(host)
}

/// The failure that an error's causes tell, whatever library it comes from.
pub(crate) fn from_chain(error: &(dyn Error + 'static), host: &str, shown: &Shown) -> Option<Failure> {
    find(error, &mut |cause| from_cause(cause, host, shown))
}

pub(crate) fn cancelled() -> Failure {
    Failure::new(FailureKind::Cancelled, "cancelled while reading")
}

pub(crate) fn cut_off(host: &str) -> Failure {
    unreachable(format!("{host} closed the connection before its answer was complete"))
}

pub(crate) fn unknown_host(host: &str) -> Failure {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    Failure::new(FailureKind::UnknownHost, format!("the name {name} does not resolve"))
}

pub(crate) fn timed_out(host: &str) -> Failure {
    Failure::new(FailureKind::TimedOut, format!("{host} did not answer in time"))
}

pub(crate) fn unreachable(detail: String) -> Failure {
    Failure::new(FailureKind::Unreachable, detail)
}

/// Walks the chain. `io::Error` hides the error it wraps from `source()`, so that is looked into as well.
fn find<T>(error: &(dyn Error + 'static), visit: &mut impl FnMut(&(dyn Error + 'static)) -> Option<T>) -> Option<T> {
    let mut next = Some(error);
    for _ in 0..16 {
        let cause = next?;
        if let Some(found) = visit(cause) {
            return Some(found);
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    None
}

fn from_cause(cause: &(dyn Error + 'static), host: &str, shown: &Shown) -> Option<Failure> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(from_tls(error, host, shown));
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return match error.kind() {
            io::ErrorKind::ConnectionRefused => Some(unreachable(format!("{host} refuses the connection"))),
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Some(unreachable(format!("{host} closed the connection")))
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                Some(unreachable(format!("there is no way to {host} in the network")))
            }
            io::ErrorKind::TimedOut => Some(timed_out(host)),
            _ => None,
        };
    }
    // hyper-util names the failed look-up by this text alone: its error type is private.
    if cause.to_string().starts_with("dns error") {
        return Some(unknown_host(host));
    }
    None
}

fn from_tls(error: &rustls::Error, host: &str, shown: &Shown) -> Failure {
    if let rustls::Error::InvalidCertificate(_) = error {
        if let Some(refusal) = shown.refusal(host) {
            return refusal;
        }
        return Failure::new(FailureKind::Tls, format!("{host} does not hold the key of the certificate it shows"));
    }
    let detail = match error {
        rustls::Error::InvalidMessage(_) => format!("{host} does not speak TLS on this port"),
        rustls::Error::AlertReceived(_) => format!("{host} refused the TLS handshake"),
        rustls::Error::PeerIncompatible(_) => format!("{host} offers no TLS version or cipher that is still safe"),
        _ => format!("the TLS handshake with {host} failed"),
    };
    Failure::new(FailureKind::Tls, detail)
}
