//! A signed-in connection that carries WS-Management messages, sealed where TLS does not protect them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{
    check::Certificate,
    failure::{Failure, FailureKind},
};
use tokio::time::timeout;

use super::{
    Target,
    answer::{self, Answer, AnswerError},
    connection::{Connection, Reply},
    envelope::{EnvelopeSize, Envelopes},
    fault::Fault,
    refusal,
    sealed::{self, CONTENT_TYPE},
    sign_in::{Security, sign_in},
};
use crate::{http_failure::timed_out, quote, tls};

/// All tokens together. A host may have to ask a domain controller far away.
const SIGN_IN: Duration = Duration::from_secs(45);

/// A call's failure: the way to the host, or the host's own fault.
#[derive(Debug)]
pub(super) enum CallError {
    Failed(Failure),
    Fault(Fault),
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

pub(super) struct Session {
    connection: Connection,
    security: Security,
    pub(super) envelopes: Envelopes,
    /// An answer was not the host's: nothing more is said over this connection.
    is_broken: bool,
    /// Exchanges of connections before this one.
    earlier: u32,
}

impl Session {
    pub(super) async fn open(target: &Target, shown: &Arc<tls::Shown>) -> Result<Self, Failure> {
        let mut connection = Connection::open(&target.address, &target.tls, shown).await?;
        let security = timeout(SIGN_IN, sign_in(&mut connection, target)).await;
        let security = security.unwrap_or_else(|_| Err(timed_out(&connection.host())))?;
        let envelopes = Envelopes::new(target.address.to_string(), EnvelopeSize::Large);
        Ok(Self { connection, security, envelopes, is_broken: false, earlier: 0 })
    }

    /// Connects and signs in again, with the same memory of the certificate.
    pub(super) async fn reopen(&mut self, target: &Target) -> Result<(), Failure> {
        let (size, earlier) = (self.envelopes.size, self.exchanges());
        *self = Self { earlier, ..Self::open(target, &self.connection.share_shown()).await? };
        self.envelopes.size = size;
        Ok(())
    }

    pub(super) fn host(&self) -> String {
        self.connection.host()
    }

    pub(super) fn exchanges(&self) -> u32 {
        self.earlier + self.connection.exchanges()
    }

    pub(super) fn certificate(&self) -> Option<Certificate> {
        self.connection.shown().certificate()
    }

    pub(super) fn is_ready(&self) -> bool {
        !self.is_broken && self.connection.is_ready()
    }

    /// Sends an envelope and reads the answer to it.
    pub(super) async fn call(&mut self, envelope: String, limit: Duration) -> Result<Answer, CallError> {
        let (headers, body) = self.protect(envelope.into_bytes())?;
        let reply = self.connection.post(headers, body, limit).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.is_broken = true;
            return Err(self.refused(&reply).into());
        }
        let soap = self.open_seal(&reply).inspect_err(|_| self.is_broken = true)?;
        match answer::read(&soap) {
            Ok(read) => read.map_err(CallError::Fault),
            Err(error) => Err(self.unreadable(&error).into()),
        }
    }

    pub(super) fn unreadable(&self, error: &AnswerError) -> Failure {
        Failure::new(FailureKind::Protocol, format!("an answer of {} cannot be used: {error}", self.host()))
    }

    fn protect(&mut self, mut message: Vec<u8>) -> Result<(HeaderMap, Bytes), Failure> {
        let mut headers = HeaderMap::new();
        let soap = HeaderValue::from_static("application/soap+xml;charset=UTF-8");
        let (content_type, body) = match &mut self.security {
            Security::Tls => (soap, message),
            Security::Basic(credentials) => {
                headers.insert(header::AUTHORIZATION, credentials.clone());
                (soap, message)
            }
            Security::Sealed(context) => {
                let signature = context.seal(&mut message).map_err(|_| refusal::bad_token(&self.connection))?;
                (HeaderValue::from_static(CONTENT_TYPE), sealed::write(&signature, &message))
            }
        };
        headers.insert(header::CONTENT_TYPE, content_type);
        Ok((headers, body.into()))
    }

    /// The SOAP inside an answer, of which the host is certain to be the author.
    fn open_seal(&mut self, reply: &Reply) -> Result<Bytes, Failure> {
        let kind = quote::header(&reply.headers, header::CONTENT_TYPE.as_str()).to_ascii_lowercase();
        let Security::Sealed(context) = &mut self.security else {
            let is_soap = kind.contains("xml") && !reply.body.is_empty();
            return if is_soap { Ok(reply.body.clone()) } else { Err(refusal::not_winrm(&self.connection, reply)) };
        };
        let parts = sealed::read(&reply.body).filter(|_| kind.starts_with("multipart/encrypted"));
        let parts = parts.ok_or_else(|| refusal::unsealed(&self.connection, reply))?;
        match context.unseal(parts.signature, parts.message) {
            Ok(message) => Ok(message.into()),
            Err(_) => Err(refusal::tampered(&self.connection)),
        }
    }

    fn refused(&self, reply: &Reply) -> Failure {
        let offers: Vec<String> = refusal::offers(&reply.headers).into_iter().map(|(scheme, _)| scheme).collect();
        match self.security {
            Security::Basic(_) if !offers.is_empty() && !refusal::offers_basic(&offers) => {
                refusal::nothing_usable(&self.connection, &offers)
            }
            Security::Basic(_) => refusal::wrong_credentials(&self.connection),
            Security::Tls | Security::Sealed(_) => {
                Failure::new(FailureKind::Unreachable, format!("{} ended the session", self.host()))
                    .with_advice("The host or its WinRM service was restarted. Sync again.")
            }
        }
    }
}
