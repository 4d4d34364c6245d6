//! A server of its own for each test, and browsers to visit it.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use model::account::Role;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect::Policy};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "correct horse battery";
const CHOSEN: &str = "a password of the own choice";
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `iroa serve`; killed when dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) base: String,
    pub(crate) token: Option<String>,
    pub(crate) folder: TempDir,
}

pub(crate) fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iroa"));
    for (name, _) in std::env::vars() {
        if name.starts_with("IROA_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command.current_dir(folder.path()).stdin(Stdio::null());
    command
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), &[])
    }

    // Killed and waited for when the server is dropped, or with the test that fails before.
    #[allow(clippy::zombie_processes)]
    /// Waits until the server listens; port 0 gives each its own.
    pub(crate) fn start_in(folder: TempDir, flags: &[&str]) -> Self {
        let mut child = command(&folder)
            .args(["serve", "--bind", "127.0.0.1:0", "--log-format", "json"])
            .args(flags)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, receiver) = mpsc::channel();
        // Reads on to the end, or the server would stop at a full pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut token = None;
        loop {
            let line = receiver.recv_timeout(PATIENCE).expect("the server starts");
            if let Some((_, rest)) = line.split_once("token=") {
                token = Some(rest.chars().take_while(char::is_ascii_hexdigit).collect());
            }
            if let Some((_, rest)) = line.split_once("listening on ") {
                let base = rest.split('"').next().unwrap().to_owned();
                return Self { child, base, token, folder };
            }
        }
    }

    /// A server with the administrator `root`, and a browser signed in as it.
    pub(crate) async fn set_up() -> (Self, Browser) {
        let server = Self::start();
        let browser = server.browser();
        let token = server.token.clone().unwrap();
        let fields = [("token", token.as_str()), ("name", "root"), ("password", PASSWORD), ("repeated", PASSWORD)];
        let answer = browser.submit("create_first_admin", &fields).await;
        assert!(answer.status().is_redirection(), "{}", answer.status());
        (server, browser)
    }

    pub(crate) fn browser(&self) -> Browser {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy().build().unwrap();
        Browser { client, base: self.base.clone() }
    }

    /// A browser signed in as a new user of this role; `root` has to be an administrator's browser.
    pub(crate) async fn signed_in(&self, root: &Browser, role: Role) -> Browser {
        let name = role.key();
        let added = root.submit("add_user", &[("name", name), ("role", name), ("password", PASSWORD)]).await;
        assert!(added.status().is_redirection(), "{}", added.status());
        let browser = self.browser();
        let answer = browser.submit("sign_in", &[("name", name), ("password", PASSWORD)]).await;
        assert!(answer.status().is_redirection(), "{}", answer.status());
        // Whoever was added by somebody else has to choose a password before anything else is allowed.
        for (current, new) in [(PASSWORD, CHOSEN), (CHOSEN, PASSWORD)] {
            let own = [("current", current), ("new", new), ("repeated", new)];
            let chosen = browser.submit("change_own_password", &own).await;
            assert!(chosen.status().is_redirection(), "{}", chosen.status());
        }
        browser
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser without script: it keeps cookies and submits forms.
pub(crate) struct Browser {
    pub(crate) client: Client,
    pub(crate) base: String,
}

impl Browser {
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).header(header::ACCEPT, "text/html").send().await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> (StatusCode, String) {
        let answer = self.get(path).await;
        (answer.status(), answer.text().await.unwrap())
    }

    /// A plain form, as browsers send one.
    pub(crate) async fn submit(&self, function: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.post(function).header(header::ACCEPT, "text/html").header(header::ORIGIN, &self.base);
        request.body(encoded(fields)).send().await.unwrap()
    }

    /// A form to a server function; whoever sends it says where it comes from.
    pub(crate) fn post(&self, function: &str) -> RequestBuilder {
        self.client
            .post(format!("{}/api/fn/{function}", self.base))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::REFERER, format!("{}/somewhere", self.base))
    }
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
