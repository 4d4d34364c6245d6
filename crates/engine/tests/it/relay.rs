//! A relay of these tests between engine and vcsim, for what the simulator cannot do: its figures never move, and it
//! answers at once. The relay puts figures of its own into the answers, and holds requests back as long as a test wants.
//! And it hides that a datastore is a folder with another name each time the simulator starts.

use std::{
    fmt::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use reqwest::{
    Client, Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE},
    redirect::Policy,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::task::AbortOnDropHandle;

use crate::vcsim::Vcsim;

/// What the connection itself is about is the relay's business on either side.
const HOP_BY_HOP: [&str; 5] = ["host", "content-length", "connection", "transfer-encoding", "accept-encoding"];

pub(crate) struct Relay {
    pub(crate) address: String,
    shared: Arc<Shared>,
    _listening: AbortOnDropHandle<()>,
}

struct Shared {
    http: Client,
    upstream: Mutex<String>,
    figure: AtomicI64,
    /// Requests with this text in them wait.
    gate: watch::Sender<Option<&'static str>>,
    waiting: watch::Sender<usize>,
}

impl Relay {
    pub(crate) async fn before(vcsim: &Vcsim) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Arc::new(Shared {
            http: Client::builder().no_proxy().redirect(Policy::none()).build().unwrap(),
            upstream: Mutex::new(vcsim.plain_address()),
            figure: AtomicI64::new(1_000),
            gate: watch::Sender::new(None),
            waiting: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let accepting = Arc::clone(&shared);
        let listening = AbortOnDropHandle::new(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&accepting)));
            }
        }));
        Self { address, shared, _listening: listening }
    }

    /// Leads to another simulator from now on.
    pub(crate) fn lead_to(&self, vcsim: &Vcsim) {
        *self.shared.upstream.lock().unwrap() = vcsim.plain_address();
    }

    /// What moves by itself has moved on.
    pub(crate) fn move_figures(&self) {
        self.shared.figure.fetch_add(17, Ordering::Relaxed);
    }

    /// Holds back requests with this text in them from now on.
    pub(crate) fn hold(&self, text: &'static str) {
        self.shared.gate.send_replace(Some(text));
    }

    /// Until so many requests are held back.
    pub(crate) async fn until_held(&self, requests: usize) {
        self.shared.waiting.subscribe().wait_for(|&waiting| waiting >= requests).await.unwrap();
    }

    pub(crate) fn let_go(&self) {
        self.shared.gate.send_replace(None);
    }
}

impl Shared {
    async fn pass_gate(&self, body: &str) {
        let mut gate = self.gate.subscribe();
        let is_open = |text: Option<&str>| text.is_none_or(|text| !body.contains(text));
        if is_open(*gate.borrow()) {
            return;
        }
        self.waiting.send_modify(|waiting| *waiting += 1);
        gate.wait_for(|text| is_open(*text)).await.unwrap();
        self.waiting.send_modify(|waiting| *waiting -= 1);
    }
}

/// Answers requests of one connection until either side goes; a simulator that is gone breaks it off.
async fn serve(stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let (method, rest) = line.split_once(' ')?;
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let url = format!("{}{}", shared.upstream.lock().unwrap(), rest.split(' ').next()?);
        let (mut headers, mut length) = (HeaderMap::new(), 0);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            let name = name.to_ascii_lowercase();
            if name == "content-length" {
                length = value.parse().ok()?;
            }
            if !HOP_BY_HOP.contains(&name.as_str()) {
                let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
                headers.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let body = String::from_utf8(body).ok()?;
        shared.pass_gate(&body).await;

        let answer = shared.http.request(method, url).headers(headers).body(body).send().await.ok()?;
        let mut head = format!("HTTP/1.1 {}\r\n", answer.status());
        for name in [CONTENT_TYPE, SET_COOKIE] {
            for value in answer.headers().get_all(&name) {
                write!(head, "{name}: {}\r\n", value.to_str().ok()?).ok()?;
            }
        }
        let body = with_figures(&answer.text().await.ok()?, shared.figure.load(Ordering::Relaxed));
        write!(head, "content-length: {}\r\n\r\n", body.len()).ok()?;
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body.as_bytes()).await.ok()?;
    }
}

/// Puts figures into what the simulator leaves empty or fixed: quick stats of machines and hosts, free space.
fn with_figures(answer: &str, figure: i64) -> String {
    let quick_stats = format!(
        "<overallCpuUsage>{figure}</overallCpuUsage><overallMemoryUsage>{figure}</overallMemoryUsage>\
         <guestMemoryUsage>{figure}</guestMemoryUsage><uptime>{figure}</uptime><uptimeSeconds>{figure}</uptimeSeconds>"
    );
    // /tmp/govcsim-DC0-LocalDS_0-324538111 and, as an id, /tmp/govcsim-DC0-LocalDS_0-324538111@folder-5
    let without_number = |name: &str| name.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned();
    let answer = replaced(answer, "/govcsim-", &["@", "<"], without_number);
    let answer = replaced(&answer, "<name>summary.quickStats</name>", &["</val>"], |value| {
        let tag = value.split_inclusive('>').next().unwrap_or_default();
        format!("{tag}{quick_stats}")
    });
    replaced(&answer, "<freeSpace>", &["</freeSpace>"], |bytes| {
        bytes.parse().map_or_else(|_| bytes.to_owned(), |bytes: i64| (bytes - figure).to_string())
    })
}

/// Replaces whatever stands between `from` and `to`, each time.
fn replaced(text: &str, from: &str, to: &[&str], change: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(from);
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, after) = part.split_at(to.iter().filter_map(|to| part.find(to)).min().unwrap_or(0));
        done += from;
        done += &change(inside);
        done += after;
    }
    done
}
