//! The websocket, spoken by hand: refusals, the first frames, and the end.

use std::time::Duration;

use reqwest::header;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{PASSWORD, Server};

struct Socket(TcpStream);

enum Frame {
    Text(Value),
    Close(u16),
}

impl Socket {
    /// Asks for the upgrade; answers the status where it was not granted.
    async fn open(base: &str, origin: &str, cookie: &str) -> Result<Self, String> {
        let host = base.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!(
            "GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().to_owned();
        if status == "101" { Ok(Self(stream)) } else { Err(status) }
    }

    async fn frame(&mut self) -> Frame {
        timeout(Duration::from_secs(10), self.read()).await.expect("a frame comes")
    }

    /// Frames of a server are not masked (RFC 6455, section 5.1).
    async fn read(&mut self) -> Frame {
        loop {
            let opcode = self.0.read_u8().await.unwrap() & 0x0f;
            let length = match self.0.read_u8().await.unwrap() {
                126 => usize::from(self.0.read_u16().await.unwrap()),
                length => usize::from(length),
            };
            let mut payload = vec![0; length];
            self.0.read_exact(&mut payload).await.unwrap();
            match opcode {
                1 => return Frame::Text(serde_json::from_slice(&payload).unwrap()),
                8 => return Frame::Close(u16::from_be_bytes([payload[0], payload[1]])),
                _ => {}
            }
        }
    }

    async fn text(&mut self) -> Value {
        match self.frame().await {
            Frame::Text(value) => value,
            Frame::Close(code) => panic!("closed with {code}"),
        }
    }

    /// Frames of a client are masked; a mask of zeros is one.
    async fn send(&mut self, text: &str) {
        let mut bytes = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
        bytes.extend(text.as_bytes());
        self.0.write_all(&bytes).await.unwrap();
    }
}

async fn cookie(server: &Server) -> String {
    let answer = server.browser().submit("sign_in", &[("name", "root"), ("password", PASSWORD)]).await;
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_is_signed_out_or_elsewhere_is_refused() {
    let (server, _root) = Server::set_up().await;
    let mut socket = Socket::open(&server.base, &server.base, "iroa=none").await.ok().unwrap();
    let refused = socket.text().await;
    assert_eq!(refused["refused"]["code"].as_u64(), Some(4401));
    assert!(matches!(socket.frame().await, Frame::Close(4401)));

    let cookie = cookie(&server).await;
    let foreign = Socket::open(&server.base, "http://evil.example", &cookie).await;
    assert_eq!(foreign.err().as_deref(), Some("403"));
}

#[tokio::test]
async fn a_subscriber_gets_the_present_state_first_and_then_what_changes() {
    let (server, root) = Server::set_up().await;
    let mut socket = Socket::open(&server.base, &server.base, &cookie(&server).await).await.ok().unwrap();
    assert_eq!(socket.text().await, "ready");
    socket.send(r#"{"subscribe":{"topic":"runs"}}"#).await;
    let present = socket.text().await;
    assert_eq!(present["runs"]["runs"].as_array().map(Vec::len), Some(0));

    let source = [
        ("form[kind]", "vcenter"),
        ("form[name]", "lab"),
        ("form[endpoint]", "127.0.0.1:9"),
        ("form[username]", "reader"),
        ("form[password]", "secret"),
        ("form[tls]", "unverified"),
        ("form[interval]", "0"),
        ("form[enabled]", "on"),
    ];
    assert!(root.submit("save_source", &source).await.status().is_redirection());
    assert!(root.submit("start_sync", &[("source", "1")]).await.status().is_redirection());
    loop {
        let frame = socket.text().await;
        let progress = &frame["run"]["progress"];
        assert!(progress.is_object(), "{frame}");
        if progress["state"] == "failed" {
            assert_eq!(progress["failure"]["kind"], "unreachable");
            break;
        }
    }
}

#[tokio::test]
async fn what_is_not_of_the_protocol_ends_the_socket() {
    let (server, _root) = Server::set_up().await;
    let mut socket = Socket::open(&server.base, &server.base, &cookie(&server).await).await.ok().unwrap();
    assert_eq!(socket.text().await, "ready");
    socket.send("hello").await;
    assert!(matches!(socket.frame().await, Frame::Close(1003)));
}
