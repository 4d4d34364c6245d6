//! A browser's requests without a browser: curl, with cookies and the Origin that the server asks for.

use std::{path::PathBuf, process::Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::{output, program};

pub(super) struct Visitor {
    origin: String,
    cookies: PathBuf,
}

impl Visitor {
    pub(super) fn new(origin: String, cookies: PathBuf) -> Self {
        Self { origin, cookies }
    }

    /// Host and port.
    pub(super) fn address(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// Submits a form to a server function.
    pub(super) fn submit(&self, function: &str, fields: &[(&str, &str)]) -> Result<String> {
        let mut curl = self.curl(function);
        for (name, value) in fields {
            curl.arg("--data-urlencode").arg(format!("{name}={value}"));
        }
        output(&mut curl).with_context(|| format!("{function} was refused"))
    }

    /// Asks a server function that reads.
    pub(super) fn ask(&self, function: &str, question: &Value) -> Result<Value> {
        let mut curl = self.curl(function);
        curl.args(["--header", "Content-Type: application/json", "--data"]).arg(question.to_string());
        let answer = output(&mut curl).with_context(|| format!("{function} was refused"))?;
        serde_json::from_str(&answer).with_context(|| format!("{function} did not answer JSON"))
    }

    fn curl(&self, function: &str) -> std::process::Command {
        let mut curl = program("curl");
        curl.args(["--silent", "--show-error", "--fail", "--request", "POST"]);
        curl.args(["--header", "Accept: application/json", "--header"]).arg(format!("Origin: {}", self.origin));
        curl.arg("--cookie").arg(&self.cookies).arg("--cookie-jar").arg(&self.cookies);
        curl.arg(format!("{}/api/fn/{function}", self.origin)).stdin(Stdio::null());
        curl
    }
}
