//! Signs a connection in: the exchange of tokens that HTTP's Negotiate and NTLM demand (RFC 4559), or Basic over TLS.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{
    failure::{Failure, FailureKind},
    source::TlsMode,
};
use secrecy::ExposeSecret;

use super::{
    Target,
    account::Auth,
    connection::{Connection, Reply},
    context::{Context, Refused, Scheme},
    refusal,
};

/// One exchange of tokens. A domain controller far away is asked by the host meanwhile.
const EXCHANGE: Duration = Duration::from_secs(30);
/// NTLM takes two, SPNEGO with its checks one more.
const MAX_EXCHANGES: usize = 5;

/// How the requests of a signed-in connection are protected.
pub(super) enum Security {
    /// TLS; each request carries the password.
    Basic(HeaderValue),
    /// TLS; the connection is signed in.
    Tls,
    /// Each message is sealed.
    Sealed(Box<Context>),
}

pub(super) async fn sign_in(connection: &mut Connection, target: &Target) -> Result<Security, Failure> {
    match target.auth {
        Auth::Basic => basic(connection, target).await,
        Auth::Ntlm => with_tokens(connection, target, Scheme::Ntlm).await.map_err(Refusal::failure),
        Auth::Negotiate => with_tokens(connection, target, Scheme::Negotiate).await.map_err(Refusal::failure),
        Auth::Offered => offered(connection, target).await,
    }
}

/// Tries Negotiate without asking: almost every host has it, and a host without it says what it has instead.
async fn offered(connection: &mut Connection, target: &Target) -> Result<Security, Failure> {
    let (offers, failure) = match with_tokens(connection, target, Scheme::Negotiate).await {
        Ok(security) => return Ok(security),
        Err(Refusal::NotOffered { offers, failure }) => (offers, failure),
        Err(Refusal::Failed(failure)) => return Err(failure),
    };
    if offers.iter().any(|scheme| scheme.eq_ignore_ascii_case("NTLM")) {
        return with_tokens(connection, target, Scheme::Ntlm).await.map_err(Refusal::failure);
    }
    if refusal::offers_basic(&offers) {
        // Whoever stands in between can offer Basic alone.
        if target.tls == TlsMode::Unverified && !connection.address().is_plain() {
            return Err(refusal::basic_to_anybody(connection));
        }
        return basic(connection, target).await;
    }
    Err(failure)
}

enum Refusal {
    /// The host does not know the scheme; these it knows.
    NotOffered {
        offers: Vec<String>,
        failure: Failure,
    },
    Failed(Failure),
}

impl Refusal {
    fn failure(self) -> Failure {
        match self {
            Self::NotOffered { failure, .. } | Self::Failed(failure) => failure,
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

async fn with_tokens(connection: &mut Connection, target: &Target, scheme: Scheme) -> Result<Security, Refusal> {
    let identity = target.account.identity(&target.password).ok_or_else(|| no_such_account(connection))?;
    let context = Context::new(scheme, identity, connection.address().host(), connection.binding());
    let mut context = context.map_err(|_| no_such_account(connection))?;
    let mut theirs = None;
    for exchange in 0..MAX_EXCHANGES {
        let ours = context.step(theirs.take()).await.map_err(|why| refused(connection, why))?;
        let value = HeaderValue::from_str(&format!("{} {}", scheme.name(), BASE64_STANDARD.encode(ours)));
        let mut value = value.map_err(|_| refusal::bad_token(connection))?;
        value.set_sensitive(true);
        let reply = post(connection, value).await?;
        let offers = refusal::offers(&reply.headers);
        let token = offers.iter().find(|(name, _)| name.eq_ignore_ascii_case(scheme.name()));
        let token = token.and_then(|(_, token)| BASE64_STANDARD.decode(token.as_ref()?).ok());
        match (reply.status, token) {
            // An empty message is no error to most versions, and one to others: the account is what counts.
            (status, token) if status.is_success() || says_nothing(status) && context.is_signed_in() => {
                return accepted(connection, context, token).await.map_err(Into::into);
            }
            (StatusCode::UNAUTHORIZED, Some(token)) if !context.is_complete() => theirs = Some(token),
            (StatusCode::UNAUTHORIZED, _) if exchange == 0 => {
                let offers: Vec<String> = offers.into_iter().map(|(name, _)| name).collect();
                let failure = refusal::nothing_usable(connection, &offers);
                return Err(Refusal::NotOffered { offers, failure });
            }
            (StatusCode::UNAUTHORIZED, _) => return Err(refusal::wrong_credentials(connection).into()),
            _ => return Err(refusal::not_winrm(connection, &reply).into()),
        }
    }
    Err(refusal::bad_token(connection).into())
}

/// The host is content. Its last token, if it sends one, proves that it knows the password too; over http every message proves it.
async fn accepted(connection: &Connection, mut context: Context, token: Option<Vec<u8>>) -> Result<Security, Failure> {
    if let Some(token) = token.filter(|token| !token.is_empty() && !context.is_complete()) {
        context.step(Some(token)).await.map_err(|why| refused(connection, why))?;
    }
    if !context.is_signed_in() {
        // Content without having seen the account: an ordinary web server.
        let reply = Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::new() };
        return Err(refusal::not_winrm(connection, &reply));
    }
    if connection.address().is_plain() { Ok(Security::Sealed(Box::new(context))) } else { Ok(Security::Tls) }
}

async fn basic(connection: &mut Connection, target: &Target) -> Result<Security, Failure> {
    if connection.address().is_plain() {
        return Err(refusal::basic_in_the_clear(connection));
    }
    let credentials = format!("{}:{}", target.account.name(), target.password.expose_secret());
    let value = format!("Basic {}", BASE64_STANDARD.encode(credentials));
    let mut value = HeaderValue::from_str(&value).map_err(|_| no_such_account(connection))?;
    value.set_sensitive(true);
    let reply = post(connection, value.clone()).await?;
    let offers: Vec<String> = refusal::offers(&reply.headers).into_iter().map(|(scheme, _)| scheme).collect();
    match reply.status {
        StatusCode::UNAUTHORIZED if refusal::offers_basic(&offers) => Err(refusal::wrong_credentials(connection)),
        StatusCode::UNAUTHORIZED => Err(refusal::nothing_usable(connection, &offers)),
        status if status.is_success() || says_nothing(status) => Ok(Security::Basic(value)),
        _ => Err(refusal::not_winrm(connection, &reply)),
    }
}

fn refused(connection: &Connection, why: Refused) -> Failure {
    match why {
        Refused::Account => refusal::wrong_credentials(connection),
        Refused::Token => refusal::bad_token(connection),
    }
}

/// WS-Management's complaint about a message without content; the sign-in comes before it.
fn says_nothing(status: StatusCode) -> bool {
    matches!(status, StatusCode::INTERNAL_SERVER_ERROR | StatusCode::BAD_REQUEST)
}

/// An empty message that only signs in.
async fn post(connection: &mut Connection, authorization: HeaderValue) -> Result<Reply, Failure> {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, authorization);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/soap+xml;charset=UTF-8"));
    connection.post(headers, Bytes::new(), EXCHANGE).await
}

fn no_such_account(connection: &Connection) -> Failure {
    Failure::new(FailureKind::Unauthorized, format!("the user name cannot be one of {}", connection.host()))
        .with_advice("Write domain accounts as DOMAIN\\user or user@domain, local ones as user.")
}
