//! A signed-in session: where the API is, login and logout as a pair or a token, and one more login where a session ended.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use model::failure::{Failure, FailureKind};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    rpc::CallError,
    transport::Transport,
    value::{Scalar, Text},
    version::Version,
};
use crate::{Endpoint, address::Address, http_failure::cancelled};

/// A logout is not worth more: Zabbix ends idle sessions by itself.
const LOGOUT: Duration = Duration::from_secs(5);

/// What a login tells of the account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Login {
    #[serde(rename = "sessionid")]
    session: Text,
    pub(super) username: Text,
    /// The same before 5.4.
    pub(super) alias: Text,
    /// 1 user, 2 admin, 3 super admin.
    #[serde(rename = "type")]
    pub(super) kind: Scalar<u8>,
}

impl Login {
    pub(super) fn name(&self) -> Option<String> {
        self.username.line().or_else(|| self.alias.line())
    }
}

#[derive(Clone)]
struct Account {
    username: String,
    password: SecretString,
}

impl Account {
    /// An empty user name: the password is an API token.
    fn is_token(&self) -> bool {
        self.username.is_empty()
    }
}

pub(super) struct Session {
    pub(super) transport: Arc<Transport>,
    pub(super) version: Version,
    /// As the server wrote it: `6.0.14`.
    pub(super) full_version: String,
    pub(super) login: Login,
    account: Account,
    key: Arc<Mutex<SecretString>>,
    cancel: CancellationToken,
    open: AtomicBool,
}

/// Finds the API and asks its version; needs no account. Errors come with the transport where there is one, for its
/// certificate.
pub(super) async fn connect(
    endpoint: &Endpoint,
    cancel: &CancellationToken,
) -> Result<(Transport, String), (Failure, Option<Transport>)> {
    let places = Address::zabbix(&endpoint.address).map_err(|error| {
        let advice = "Give the address of Zabbix's web interface: zabbix.lab, https://zabbix.lab/zabbix, or its api_jsonrpc.php.";
        (Failure::from(error).with_advice(advice), None)
    })?;
    let mut places = places.into_iter();
    let Some(first) = places.next() else {
        return Err((Failure::new(FailureKind::UnknownHost, "there is no address"), None));
    };
    let mut transport = Transport::open(endpoint, first).await.map_err(|failure| (failure, None))?;
    let mut first_failure = None;
    loop {
        let request = json!({"jsonrpc": "2.0", "method": "apiinfo.version", "params": {}, "id": 1});
        let failure = match transport.call::<Text>("apiinfo.version", &request, None, cancel).await {
            Ok(version) => match version.line() {
                Some(version) => return Ok((transport, version)),
                None => Failure::new(FailureKind::NotThisProduct, "what answers there does not tell its version"),
            },
            Err(error) => error.failure(),
        };
        let elsewhere = matches!(failure.kind, FailureKind::NotThisProduct | FailureKind::Protocol);
        let failure = first_failure.get_or_insert(failure);
        match places.next() {
            Some(next) if elsewhere => transport.move_to(next),
            _ => {
                let mut failure = failure.clone();
                if failure.kind == FailureKind::Protocol {
                    failure.kind = FailureKind::NotThisProduct;
                }
                return Err((failure, Some(transport)));
            }
        }
    }
}

impl Session {
    /// Signs in. A session that is not closed signs itself out when it is dropped.
    pub(super) async fn open(
        endpoint: &Endpoint,
        transport: Arc<Transport>,
        full_version: String,
        cancel: &CancellationToken,
    ) -> Result<Self, Failure> {
        let version = Version::supported(&full_version, &transport.host())?;
        let account = Account { username: endpoint.username.clone(), password: endpoint.password.clone() };
        let mut session = Self {
            transport,
            version,
            full_version,
            login: Login::default(),
            key: Arc::new(Mutex::new(SecretString::default())),
            cancel: cancel.clone(),
            open: AtomicBool::new(false),
            account,
        };
        session.login = session.sign_in().await.map_err(CallError::failure)?;
        Ok(session)
    }

    pub(super) fn host(&self) -> String {
        self.transport.host()
    }

    pub(super) fn is_token(&self) -> bool {
        self.account.is_token()
    }

    pub(super) fn token(&self) -> &str {
        self.account.password.expose_secret()
    }

    /// Calls a method. Where the session has ended meanwhile it signs in again, once.
    pub(super) async fn call<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, CallError> {
        match self.ask(method, params.clone()).await {
            Err(CallError::SignedOut(failure)) if !self.account.is_token() => {
                tracing::debug!(host = %self.host(), method, "the session has ended; signing in again");
                self.open.store(false, Ordering::Relaxed);
                self.sign_in().await?;
                let again = self.ask(method, params).await;
                if matches!(again, Err(CallError::SignedOut(_))) {
                    return Err(CallError::SignedOut(failure));
                }
                again
            }
            answer => answer,
        }
    }

    /// Calls a method with other members than a session, for those that must not have one.
    pub(super) async fn call_unsigned<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, CallError> {
        let request = json!({"jsonrpc": "2.0", "method": method, "params": params, "id": 1});
        self.transport.call(method, &request, None, &self.cancel).await
    }

    /// Signs out, where there is something to sign out from.
    pub(super) async fn close(self) {
        if self.open.swap(false, Ordering::Relaxed) {
            log_out(&self.transport, self.version, &self.key()).await;
        }
    }

    fn key(&self) -> SecretString {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, CallError> {
        let (request, bearer) = signed(self.version, method, params, self.key());
        self.transport.call(method, &request, bearer.as_ref(), &self.cancel).await
    }

    async fn sign_in(&self) -> Result<Login, CallError> {
        if self.account.is_token() {
            return self.take_token().map_err(CallError::from);
        }
        let params = json!({
            (self.version.login_field()): self.account.username,
            "password": self.account.password.expose_secret(),
            "userData": true,
        });
        let request = json!({"jsonrpc": "2.0", "method": "user.login", "params": params, "id": 1});
        // A task of its own: if the run is cancelled meanwhile, the session is signed out when it arrives.
        let (transport, cancel, version) = (self.transport.clone(), self.cancel.clone(), self.version);
        let signing_in = tokio::spawn(async move {
            let login = transport.call::<Login>("user.login", &request, None, &CancellationToken::new()).await;
            if let (true, Ok(login)) = (cancel.is_cancelled(), &login) {
                let key = SecretString::from(login.session.or_empty().to_owned());
                log_out(&transport, version, &key).await;
            }
            login
        });
        let login = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(cancelled().into()),
            login = signing_in => login.unwrap_or_else(|_| Err(no_session(&self.host()).into()))?,
        };
        let Some(key) = login.session.as_str() else { return Err(no_session(&self.host()).into()) };
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = SecretString::from(key.to_owned());
        self.open.store(true, Ordering::Relaxed);
        Ok(login)
    }

    fn take_token(&self) -> Result<Login, Failure> {
        if !self.version.has_tokens() {
            let detail = format!("{} runs Zabbix {}, which has no API tokens", self.host(), self.full_version);
            return Err(Failure::new(FailureKind::Unauthorized, detail)
                .with_advice("Give a user name and its password; API tokens came with Zabbix 5.4."));
        }
        if self.token().trim().is_empty() {
            return Err(Failure::new(FailureKind::Unauthorized, "there is neither a user name nor an API token")
                .with_advice(
                    "Give user name and password, or leave the user name empty and give an API token as the password.",
                ));
        }
        let token = SecretString::from(self.token().trim().to_owned());
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = token;
        Ok(Login::default())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.open.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (transport, version, key) = (self.transport.clone(), self.version, self.key());
            runtime.spawn(async move { log_out(&transport, version, &key).await });
        }
    }
}

/// The request as this version wants it, and what goes into the header `Authorization`.
fn signed(version: Version, method: &str, params: Value, key: SecretString) -> (Value, Option<SecretString>) {
    let mut request = json!({"jsonrpc": "2.0", "method": method, "params": params, "id": 1});
    if version.has_bearer() {
        return (request, Some(key));
    }
    request["auth"] = Value::from(key.expose_secret());
    (request, None)
}

async fn log_out(transport: &Transport, version: Version, key: &SecretString) {
    let (request, bearer) = signed(version, "user.logout", json!([]), key.clone());
    let never = CancellationToken::new();
    let call = transport.call::<bool>("user.logout", &request, bearer.as_ref(), &never);
    if !matches!(tokio::time::timeout(LOGOUT, call).await, Ok(Ok(_))) {
        tracing::debug!(host = %transport.host(), "could not sign out; the session ends by itself");
    }
}

fn no_session(host: &str) -> Failure {
    Failure::new(FailureKind::Protocol, format!("{host} accepted the account, but gave no session"))
}
