//! A security context: the tokens of NTLM and SPNEGO, and the sealing of messages once both sides agree. The cryptography is the
//! crate `sspi`'s; how tokens and messages travel is not known here.

use sspi::{
    AuthIdentity, AuthIdentityBuffers, BufferType, ClientRequestFlags, Credentials, CredentialsBuffers,
    DataRepresentation, EncryptionFlags, KdcResolution, KerberosConfig, Negotiate, NegotiateConfig, Ntlm,
    SecurityBuffer, SecurityBufferRef, SecurityStatus, Sspi, SspiImpl, generator::GeneratorState, ntlm::NtlmConfig,
};
use tracing::dispatcher::{Dispatch, with_default};

use super::{endpoint_binding::security_buffer, kdc};

/// The scheme of HTTP's `Authorization` that a context speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Negotiate,
    Ntlm,
}

impl Scheme {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Negotiate => "Negotiate",
            Self::Ntlm => "NTLM",
        }
    }
}

/// Why there is no next token, or no message. More words would be the crate's own and stay out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("the account is not known, or its password is another")]
    Account,
    #[error("the token makes no sense, or the message was not sealed by the host")]
    Token,
}

impl From<sspi::Error> for Refused {
    fn from(_: sspi::Error) -> Self {
        Self::Token
    }
}

pub(super) struct Context {
    package: Package,
    /// `HTTP/hv1.lab`.
    service: String,
    binding: Option<Vec<u8>>,
    /// A token of the host was answered.
    has_answered: bool,
    is_complete: bool,
}

// One of them exists for each connection, and a connection is far larger.
#[expect(clippy::large_enum_variant)]
enum Package {
    Ntlm(Ntlm, Option<AuthIdentityBuffers>),
    Negotiate(Negotiate, Option<CredentialsBuffers>),
}

impl Context {
    pub(super) fn new(
        scheme: Scheme,
        identity: AuthIdentity,
        host: &str,
        binding: Option<&[u8]>,
    ) -> Result<Self, Refused> {
        let package = match scheme {
            Scheme::Ntlm => Package::Ntlm(Ntlm::new(), Some(identity.into())),
            Scheme::Negotiate => {
                let config = negotiate_config(kdc::of(&identity.username));
                let credentials = CredentialsBuffers::try_from(Credentials::from(identity))?;
                Package::Negotiate(Negotiate::new_client(config)?, Some(credentials))
            }
        };
        let binding = binding.map(security_buffer);
        Ok(Self { package, service: format!("HTTP/{host}"), binding, has_answered: false, is_complete: false })
    }

    /// Takes the host's token (none at first) and yields the next one for it; empty when there is none to send. Kerberos asks its
    /// key distribution center meanwhile.
    pub(super) async fn step(&mut self, token: Option<Vec<u8>>) -> Result<Vec<u8>, Refused> {
        self.has_answered = token.is_some();
        let mut input = vec![SecurityBuffer::new(token.unwrap_or_default(), BufferType::Token)];
        // NTLM binds its answer to a challenge. Kerberos would take the binding with its first token, in a form that MIT's library
        // refuses ("Invalid message type"): its tickets prove the host without it.
        if self.has_answered {
            input.extend(self.binding.clone().map(|data| SecurityBuffer::new(data, BufferType::ChannelBindings)));
        }
        let mut output = vec![SecurityBuffer::new(Vec::new(), BufferType::Token)];
        let service = &self.service;
        let status = match &mut self.package {
            Package::Ntlm(package, account) => initialize(package, account, service, &mut input, &mut output).await,
            Package::Negotiate(package, account) => {
                initialize(package, account, service, &mut input, &mut output).await
            }
        };
        // Before the host has said anything, only the domain's key distribution center can refuse.
        let status = status.map_err(|why| if self.has_answered { why } else { Refused::Account })?;
        self.is_complete = matches!(status, SecurityStatus::Ok | SecurityStatus::CompleteNeeded);
        Ok(output.swap_remove(0).buffer)
    }

    /// The account has been proven to the host: nothing but its own last word can be missing.
    pub(super) fn is_signed_in(&self) -> bool {
        self.has_answered
    }

    /// Both sides have said all there is to say.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Encrypts a message in place and yields its signature.
    pub(super) fn seal(&mut self, message: &mut [u8]) -> Result<Vec<u8>, Refused> {
        silently(|| match &mut self.package {
            Package::Ntlm(package, _) => seal(package, message),
            Package::Negotiate(package, _) => seal(package, message),
        })
    }

    /// Decrypts a message that the host sealed; every message, in the order they were sent, exactly once.
    pub(super) fn unseal(&mut self, signature: &[u8], message: &[u8]) -> Result<Vec<u8>, Refused> {
        silently(|| match &mut self.package {
            Package::Ntlm(package, _) => unseal(package, signature, message),
            Package::Negotiate(package, _) => unseal(package, signature, message),
        })
    }
}

fn seal(package: &mut impl Sspi, message: &mut [u8]) -> Result<Vec<u8>, Refused> {
    let mut signature = vec![0; package.query_context_sizes()?.security_trailer as usize];
    let mut buffers = [SecurityBufferRef::token_buf(&mut signature), SecurityBufferRef::data_buf(message)];
    package.encrypt_message(EncryptionFlags::empty(), &mut buffers)?;
    Ok(buffers[0].data().to_vec())
}

fn unseal(package: &mut impl Sspi, signature: &[u8], message: &[u8]) -> Result<Vec<u8>, Refused> {
    let (mut signature, mut message) = (signature.to_vec(), message.to_vec());
    let mut buffers = [SecurityBufferRef::token_buf(&mut signature), SecurityBufferRef::data_buf(&mut message)];
    package.decrypt_message(&mut buffers)?;
    Ok(buffers[1].data().to_vec())
}

/// NTLM alone, or Kerberos first where there is somebody to ask. The name of the client's computer is no business of the host.
fn negotiate_config(kdc: Option<url::Url>) -> NegotiateConfig {
    let client_computer_name = String::new();
    match kdc {
        None => {
            let packages = Some("ntlm,!kerberos,!pku2u".to_owned());
            NegotiateConfig::new(Box::new(NtlmConfig::default()), packages, client_computer_name)
        }
        Some(url) => {
            let kdc_resolution = KdcResolution::KdcUrl(Some(url));
            let kerberos = KerberosConfig { kdc_resolution, client_computer_name: client_computer_name.clone() };
            NegotiateConfig::new(Box::new(kerberos), Some("kerberos,ntlm".to_owned()), client_computer_name)
        }
    }
}

async fn initialize<P: SspiImpl + Sspi>(
    package: &mut P,
    credentials: &mut P::CredentialsHandle,
    service: &str,
    input: &mut [SecurityBuffer],
    output: &mut [SecurityBuffer],
) -> Result<SecurityStatus, Refused> {
    let wanted = ClientRequestFlags::CONFIDENTIALITY | ClientRequestFlags::INTEGRITY | ClientRequestFlags::MUTUAL_AUTH;
    let mut builder = package
        .initialize_security_context()
        .with_credentials_handle(credentials)
        .with_context_requirements(wanted)
        .with_target_data_representation(DataRepresentation::Native)
        .with_target_name(service)
        .with_input(input)
        .with_output(output);
    let mut steps = silently(|| package.initialize_security_context_impl(&mut builder))?;
    let mut state = silently(|| steps.start());
    loop {
        match state {
            GeneratorState::Completed(result) => return Ok(result?.status),
            GeneratorState::Suspended(question) => {
                let answer = kdc::ask(&question).await;
                state = silently(|| steps.resume(answer));
            }
        }
    }
}

/// The crate writes tokens, names and session keys at its trace level: whatever the log's filter says, they do not get there.
fn silently<T>(work: impl FnOnce() -> T) -> T {
    with_default(&Dispatch::none(), work)
}

#[cfg(test)]
mod tests;
