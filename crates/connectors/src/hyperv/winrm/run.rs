//! One command in a shell of its own: created, fed, listened to, and deleted in every case.

use std::{pin::pin, sync::Arc, time::Duration};

use model::failure::{Failure, FailureKind};
use tokio::time::{Instant, error::Elapsed, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    Limits, Output, Target, WinRm,
    answer::Answer,
    envelope::{EnvelopeSize, Envelopes, Input, OPERATION_TIMEOUT_S},
    session::{CallError, Session},
};
use crate::{
    address::Address,
    http_failure::{cancelled, timed_out},
    tls,
};

/// Standard input in one request: as base64 and with the rest of the envelope it stays below 150 kB.
pub(super) const PIECE_BYTES: usize = 100_000;
/// One request: the host answers within the operation time-out, if only with its fault.
const CALL: Duration = Duration::from_secs(OPERATION_TIMEOUT_S + 20);
/// Ending the command and deleting the shell, a new connection for it included.
const CLEAN_UP: Duration = Duration::from_secs(10);

/// What exists on the host.
#[derive(Clone, Default)]
struct Opened {
    shell: Option<String>,
    command: Option<String>,
}

pub(super) async fn run(winrm: &mut WinRm, command: &str, stdin: &[u8], limits: &Limits) -> Result<Output, Failure> {
    let deadline = Instant::now() + limits.time;
    let cancel = winrm.cancel.clone();
    if !winrm.session.is_ready() {
        let host = winrm.session.host();
        let reopened = timeout_at(deadline, winrm.session.reopen(&winrm.target));
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(cancelled()),
            reopened = reopened => reopened.unwrap_or_else(|_| Err(timed_out(&host)))?,
        }
    }
    let mut running = Running { winrm, opened: Opened::default(), is_clean: false };
    let mut outcome = running.create_unless(&cancel, deadline).await.map(|()| Output::default());
    if outcome.is_ok() {
        let host = running.host();
        let work = timeout_at(deadline, running.work(command, stdin, limits));
        outcome = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled()),
            outcome = work => outcome.unwrap_or_else(|_| Err(timed_out(&host))),
        };
    }
    running.clean_up().await;
    let exchanges = running.winrm.session.exchanges();
    let round_trips = exchanges - std::mem::replace(&mut running.winrm.exchanges_told, exchanges);
    outcome.map(|output| Output { round_trips, ..output })
}

/// A command under way. Dropped before it was cleaned up, it cleans up in the background.
struct Running<'w> {
    winrm: &'w mut WinRm,
    opened: Opened,
    is_clean: bool,
}

impl Running<'_> {
    async fn work(&mut self, command: &str, stdin: &[u8], limits: &Limits) -> Result<Output, Failure> {
        let Some(shell) = self.opened.shell.clone() else { return Err(cancelled()) };
        let input = if stdin.is_empty() { Input::Console } else { Input::Pipe };
        let answer = self.call(|envelopes| envelopes.command(&shell, command, input)).await;
        let answer = answer.map_err(|error| self.failure(error))?;
        let command = answer.command_id().map_err(|error| self.winrm.session.unreadable(&error))?;
        self.opened.command = Some(command.clone());
        self.send(&shell, &command, stdin).await?;
        self.receive(&shell, &command, limits).await
    }

    /// Waits for the shell's id even when it is not wanted any more: without it the shell cannot be deleted.
    async fn create_unless(&mut self, cancel: &CancellationToken, deadline: Instant) -> Result<(), Failure> {
        let host = self.host();
        let mut creating = pin!(self.create());
        let ended = tokio::select! {
            biased;
            created = &mut creating => return created,
            () = cancel.cancelled() => cancelled(),
            () = sleep_until(deadline) => timed_out(&host),
        };
        let _ = timeout(CLEAN_UP, creating).await;
        Err(ended)
    }

    async fn create(&mut self) -> Result<(), Failure> {
        let created = match self.call(Envelopes::create).await {
            Err(CallError::Fault(fault)) if fault.is_envelope_limit() => {
                self.winrm.session.envelopes.size = EnvelopeSize::Small;
                self.call(Envelopes::create).await
            }
            created => created,
        };
        let created = created.map_err(|error| self.failure(error))?;
        self.opened.shell = Some(created.shell_id().map_err(|error| self.winrm.session.unreadable(&error))?);
        Ok(())
    }

    async fn send(&mut self, shell: &str, command: &str, stdin: &[u8]) -> Result<(), Failure> {
        let pieces = stdin.chunks(PIECE_BYTES);
        let last = pieces.len().saturating_sub(1);
        for (at, piece) in pieces.enumerate() {
            match self.call(|envelopes| envelopes.send(shell, command, piece, at == last)).await {
                Ok(_) => {}
                Err(CallError::Fault(fault)) if fault.is_shell_gone() => return Err(fault.failure(&self.host())),
                // The command ended without reading all of it; what it printed says why.
                Err(CallError::Fault(_)) => return Ok(()),
                Err(CallError::Failed(failure)) => return Err(failure),
            }
        }
        Ok(())
    }

    async fn receive(&mut self, shell: &str, command: &str, limits: &Limits) -> Result<Output, Failure> {
        let mut output = Output::default();
        loop {
            let answer = match self.call(|envelopes| envelopes.receive(shell, command)).await {
                Err(CallError::Fault(fault)) if fault.is_operation_timeout() => continue,
                answer => answer.map_err(|error| self.failure(error))?,
            };
            let mut received = answer.received().map_err(|error| self.winrm.session.unreadable(&error))?;
            output.stdout.append(&mut received.stdout);
            output.stderr.append(&mut received.stderr);
            if output.stdout.len() + output.stderr.len() > limits.output_bytes {
                let detail = format!("a command on {} printed more than {} bytes", self.host(), limits.output_bytes);
                return Err(Failure::new(FailureKind::Protocol, detail));
            }
            if let Some(exit_code) = received.exit_code {
                return Ok(Output { exit_code, ..output });
            }
        }
    }

    async fn call(&mut self, envelope: impl FnOnce(&Envelopes) -> String) -> Result<Answer, CallError> {
        let session = &mut self.winrm.session;
        let envelope = envelope(&session.envelopes);
        session.call(envelope, CALL).await
    }

    /// Over the same connection if it is free: while an answer is outstanding, or after a break, over a new one.
    async fn clean_up(&mut self) {
        if self.opened.shell.is_some() {
            let opened = self.opened.clone();
            let WinRm { session, target, .. } = &mut *self.winrm;
            let deleted = timeout(CLEAN_UP, async {
                if !session.is_ready() {
                    session.reopen(target).await?;
                }
                delete(session, &opened).await
            });
            tell(&target.address, &deleted.await);
        }
        self.is_clean = true;
    }

    fn failure(&self, error: CallError) -> Failure {
        match error {
            CallError::Failed(failure) => failure,
            CallError::Fault(fault) => fault.failure(&self.host()),
        }
    }

    fn host(&self) -> String {
        self.winrm.session.host()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.is_clean || self.opened.shell.is_none() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(delete_later(self.winrm.target.clone(), std::mem::take(&mut self.opened)));
        }
    }
}

async fn delete_later(target: Arc<Target>, opened: Opened) {
    let deleted = timeout(CLEAN_UP, async {
        let mut session = Session::open(&target, &Arc::<tls::Shown>::default()).await?;
        delete(&mut session, &opened).await
    });
    tell(&target.address, &deleted.await);
}

/// What could not be deleted is left to the shell's idle time-out.
fn tell(address: &Address, deleted: &Result<Result<(), Failure>, Elapsed>) {
    if !matches!(deleted, Ok(Ok(()))) {
        tracing::warn!(
            host = address.host_and_port(),
            "a remote shell could not be deleted: the host will, when it was idle for a while"
        );
    }
}

async fn delete(session: &mut Session, opened: &Opened) -> Result<(), Failure> {
    let Some(shell) = &opened.shell else { return Ok(()) };
    if let Some(command) = &opened.command {
        let signal = session.envelopes.terminate(shell, command);
        // Deleting the shell ends its commands too.
        let _ = session.call(signal, CALL).await;
    }
    let envelope = session.envelopes.delete(shell);
    match session.call(envelope, CALL).await {
        Ok(_) | Err(CallError::Fault(_)) => Ok(()),
        Err(CallError::Failed(failure)) => Err(failure),
    }
}
