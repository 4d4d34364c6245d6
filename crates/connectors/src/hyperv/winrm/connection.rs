//! One connection to one host and HTTP requests over it, one after the other. NTLM signs in a connection and not a request, so
//! the connection is ours and never a pool's: it is opened once, and when it ends so does the session.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use model::{
    failure::{Failure, FailureKind},
    source::TlsMode,
};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::Host;

use super::endpoint_binding::tls_server_end_point;
use crate::{
    address::Address,
    http_failure::{cut_off, from_chain, timed_out, unknown_host, unreachable},
    tls::{self, Keys},
};

/// Name, TCP and TLS together.
const CONNECT: Duration = Duration::from_secs(10);
const MAX_ADDRESSES: usize = 8;
/// An answer stays below the envelope size that requests name, 500 kB, and its sealing adds next to nothing.
const MAX_ANSWER_BYTES: usize = 2 << 20;
/// Of the answer's head.
const MAX_HEAD_BYTES: usize = 64 << 10;

pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    address: Address,
    shown: Arc<tls::Shown>,
    /// What the sign-in is bound to; `None` over http.
    binding: Option<Vec<u8>>,
    /// A request was sent and its answer not read to the end.
    busy: bool,
    exchanges: u32,
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Connection {
    pub(super) async fn open(address: &Address, mode: &TlsMode, shown: &Arc<tls::Shown>) -> Result<Self, Failure> {
        let host = address.host_and_port();
        let late = |_| Err(timed_out(&host));
        let opened = timeout(CONNECT, Self::open_with(address, mode, shown, Keys::Current)).await.unwrap_or_else(late);
        if opened.is_err() && shown.has_short_key() {
            return timeout(CONNECT, Self::open_with(address, mode, shown, Keys::Short)).await.unwrap_or_else(late);
        }
        opened
    }

    async fn open_with(
        address: &Address,
        mode: &TlsMode,
        shown: &Arc<tls::Shown>,
        keys: Keys,
    ) -> Result<Self, Failure> {
        if address.is_plain() {
            let stream = tcp(address, shown).await?;
            return Self::over(stream, address, shown, None).await;
        }
        let config = tls::client_config(mode, keys, shown.clone())?;
        let stream = tcp(address, shown).await?;
        let stream = TlsConnector::from(Arc::new(config)).connect(server_name(address)?, stream).await;
        let stream = stream.map_err(|error| not_connected(&error, address, shown))?;
        let binding = end_entity(&stream).map(tls_server_end_point);
        Self::over(stream, address, shown, binding).await
    }

    async fn over<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
        stream: S,
        address: &Address,
        shown: &Arc<tls::Shown>,
        binding: Option<Vec<u8>>,
    ) -> Result<Self, Failure> {
        let handshake = http1::Builder::new().max_buf_size(MAX_HEAD_BYTES).handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(|_| cut_off(&address.host_and_port()))?;
        // What ends the connection reaches the request that it cuts off.
        let driver = tokio::spawn(async move { drop(connection.await) });
        let (address, shown) = (address.clone(), shown.clone());
        Ok(Self { sender, driver, address, shown, binding, busy: false, exchanges: 0 })
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    pub(super) fn host(&self) -> String {
        self.address.host_and_port()
    }

    pub(super) fn shown(&self) -> &tls::Shown {
        &self.shown
    }

    pub(super) fn share_shown(&self) -> Arc<tls::Shown> {
        self.shown.clone()
    }

    pub(super) fn binding(&self) -> Option<&[u8]> {
        self.binding.as_deref()
    }

    /// Requests sent so far.
    pub(super) fn exchanges(&self) -> u32 {
        self.exchanges
    }

    /// The next request can be sent: none is under way, and the host has not closed the connection.
    pub(super) fn is_ready(&self) -> bool {
        !self.busy && !self.sender.is_closed()
    }

    /// Sends a request and reads its whole answer within `limit`.
    pub(super) async fn post(&mut self, headers: HeaderMap, body: Bytes, limit: Duration) -> Result<Reply, Failure> {
        self.busy = true;
        self.exchanges += 1;
        let reply = timeout(limit, self.exchange(headers, body)).await;
        let reply = reply.unwrap_or_else(|_| Err(timed_out(&self.host())))?;
        self.busy = false;
        Ok(reply)
    }

    async fn exchange(&mut self, headers: HeaderMap, body: Bytes) -> Result<Reply, Failure> {
        let mut request = Request::post(self.address.url().path());
        if let Some(all) = request.headers_mut() {
            *all = headers;
        }
        let request = request
            .header(header::HOST, self.host())
            .header(header::USER_AGENT, concat!("IROA/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_LENGTH, body.len())
            .body(Full::new(body))
            .map_err(|_| Failure::new(FailureKind::Internal, "a request to the host could not be written"))?;
        self.sender.ready().await.map_err(|error| self.failure_of(&error))?;
        let response = self.sender.send_request(request).await.map_err(|error| self.failure_of(&error))?;
        let (head, mut incoming) = response.into_parts();
        let mut body = Vec::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| self.failure_of(&error))?;
            let Some(piece) = frame.data_ref() else { continue };
            if body.len() + piece.len() > MAX_ANSWER_BYTES {
                let detail = format!("an answer of {} exceeds {} MiB", self.host(), MAX_ANSWER_BYTES >> 20);
                return Err(Failure::new(FailureKind::Protocol, detail));
            }
            body.extend_from_slice(piece);
        }
        Ok(Reply { status: head.status, headers: head.headers, body: body.into() })
    }

    fn failure_of(&self, error: &hyper::Error) -> Failure {
        let host = self.host();
        if let Some(failure) = from_chain(error, &host, &self.shown) {
            return failure;
        }
        if error.is_parse() {
            return Failure::new(FailureKind::NotThisProduct, format!("{host} does not speak HTTP on this port"))
                .with_advice("WinRM listens at 5986 for https and at 5985 for http: check that port and scheme fit.");
        }
        cut_off(&host)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Tries the name's addresses in turn: one that swallows packets leaves time for the others.
async fn tcp(address: &Address, shown: &tls::Shown) -> Result<TcpStream, Failure> {
    let found = addresses(address).await?;
    let each = CONNECT / (found.len() as u32 + 1);
    let mut ended = timed_out(&address.host_and_port());
    for one in found {
        let connected =
            timeout(each, TcpStream::connect(one)).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        match connected.and_then(|stream| stream.set_nodelay(true).map(|()| stream)) {
            Ok(stream) => return Ok(stream),
            Err(error) => ended = not_connected(&error, address, shown),
        }
    }
    Err(ended)
}

async fn addresses(address: &Address) -> Result<Vec<SocketAddr>, Failure> {
    let port = address.port();
    match address.url().host() {
        Some(Host::Ipv4(ip)) => Ok(vec![(ip, port).into()]),
        Some(Host::Ipv6(ip)) => Ok(vec![(ip, port).into()]),
        _ => {
            let found = tokio::net::lookup_host((address.host(), port)).await;
            let found: Vec<_> =
                found.map_err(|_| unknown_host(&address.host_and_port()))?.take(MAX_ADDRESSES).collect();
            if found.is_empty() { Err(unknown_host(&address.host_and_port())) } else { Ok(found) }
        }
    }
}

fn not_connected(error: &io::Error, address: &Address, shown: &tls::Shown) -> Failure {
    let host = address.host_and_port();
    from_chain(error, &host, shown).unwrap_or_else(|| unreachable(format!("no connection to {host} could be made")))
}

fn server_name(address: &Address) -> Result<ServerName<'static>, Failure> {
    let name = match address.url().host() {
        Some(Host::Ipv4(ip)) => Ok(ServerName::from(std::net::IpAddr::from(ip))),
        Some(Host::Ipv6(ip)) => Ok(ServerName::from(std::net::IpAddr::from(ip))),
        _ => ServerName::try_from(address.host().to_owned()),
    };
    name.map_err(|_| unknown_host(&address.host_and_port()))
}

fn end_entity(stream: &TlsStream<TcpStream>) -> Option<&[u8]> {
    let (_, session) = stream.get_ref();
    session.peer_certificates().and_then(<[_]>::first).map(AsRef::as_ref)
}
