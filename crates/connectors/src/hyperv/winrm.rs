//! A WinRM client: signs in to one host and runs command lines in its shell, over WS-Management (\[MS-WSMV\], DSP0226).
//!
//! What is run and what its output means is the callers' business. Everything that arrives is bounded in size and time.

mod account;
mod answer;
mod connection;
mod context;
mod endpoint_binding;
mod envelope;
mod fault;
mod kdc;
mod refusal;
mod run;
mod sealed;
mod session;
mod sign_in;

use std::{sync::Arc, time::Duration};

use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
    source::TlsMode,
};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::{Endpoint, address::Address, http_failure::cancelled};
use session::Session;

pub use account::{Account, Auth};

/// A host, and the account to sign in with.
#[derive(Clone, Debug)]
pub struct Target {
    /// Of `Address::winrm`.
    pub address: Address,
    pub account: Account,
    pub password: SecretString,
    pub tls: TlsMode,
    pub auth: Auth,
}

impl Target {
    pub fn of(endpoint: &Endpoint) -> Result<Self, Failure> {
        let address = Address::winrm(&endpoint.address).map_err(|error| {
            Failure::new(FailureKind::UnknownHost, error.to_string()).with_advice(
                "Type a host name (hv1.lab: https, port 5986), a name with a port (hv1.lab:5985) or a URL (http://hv1.lab).",
            )
        })?;
        Ok(Self {
            address,
            account: Account::parse(&endpoint.username),
            password: endpoint.password.clone(),
            tls: endpoint.tls.clone(),
            auth: Auth::default(),
        })
    }
}

/// What one command may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From creating the shell to the last byte of output; deleting the shell comes on top of it.
    pub time: Duration,
    /// Of both streams together.
    pub output_bytes: usize,
}

/// What a command printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub exit_code: i32,
    /// HTTP exchanges that the command took; the first command's include those of signing in.
    pub round_trips: u32,
}

/// One authenticated connection to one host, with one request at a time.
pub struct WinRm {
    target: Arc<Target>,
    session: Session,
    cancel: CancellationToken,
    /// Exchanges that an output has counted.
    exchanges_told: u32,
}

impl WinRm {
    /// Connects and signs in. The token ends this and whatever is run later.
    pub async fn connect(target: &Target, cancel: &CancellationToken) -> Result<Self, Failure> {
        Self::connect_showing(target, cancel, &Arc::default()).await
    }

    /// The same, with a memory of the certificate that outlives a failure.
    pub(crate) async fn connect_showing(
        target: &Target,
        cancel: &CancellationToken,
        shown: &Arc<crate::tls::Shown>,
    ) -> Result<Self, Failure> {
        let session = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled()),
            session = Session::open(target, shown) => session?,
        };
        Ok(Self { target: Arc::new(target.clone()), session, cancel: cancel.clone(), exchanges_told: 0 })
    }

    /// The certificate that the host showed; `None` over http.
    pub fn certificate(&self) -> Option<Certificate> {
        self.session.certificate()
    }

    /// Runs a command line of at most 8,191 characters (`cmd.exe`'s limit) in a shell of its own. The shell is deleted
    /// whatever happens: in a failure, when cancelled or late, and when this future is dropped.
    pub async fn run(&mut self, command: &str, stdin: &[u8], limits: &Limits) -> Result<Output, Failure> {
        run::run(self, command, stdin, limits).await
    }
}
