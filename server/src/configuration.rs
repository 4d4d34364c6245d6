//! The configuration: flags over environment over file over defaults.
//!
//! Every setting exists once, as a field of [`Layer`], which is read from flags and environment by clap and from the file
//! by serde; [`Configuration`] is what comes out, checked.

mod layer;

pub use layer::Layer;

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::logs::{self, LogFormat};

/// Read when no file is named and it exists.
const DEFAULT_FILE: &str = "iroa.toml";

/// The settings in effect.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub bind: SocketAddr,
    /// Where people reach the server; `None` derives it from `bind`.
    pub public_url: Option<Url>,
    pub data_dir: PathBuf,
    /// May carry a password.
    pub database_url: SecretString,
    pub secret_key_file: PathBuf,
    pub trusted_proxies: Vec<IpNet>,
    pub tls: Option<TlsFiles>,
    pub log: String,
    pub log_format: LogFormat,
    pub session_idle: Duration,
    pub session_max: Duration,
    pub parallel_syncs: usize,
    /// Read the site from here instead of from the binary: for development.
    pub assets_dir: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Configuration {
    /// Reads the file and puts `overrides` (flags and environment) over it.
    pub fn load(file: Option<&Path>, overrides: &Layer) -> anyhow::Result<Self> {
        let from_file = match file {
            Some(path) => Layer::read(path)?,
            None if Path::new(DEFAULT_FILE).is_file() => Layer::read(Path::new(DEFAULT_FILE))?,
            None => Layer::default(),
        };
        Self::resolve(overrides.clone().over(from_file))
    }

    fn resolve(layer: Layer) -> anyhow::Result<Self> {
        let bind: SocketAddr = match layer.bind.as_deref() {
            None => SocketAddr::from(([127, 0, 0, 1], 3000)),
            Some(text) => text
                .parse()
                .with_context(|| format!("bind: `{text}` is not an address with port, such as 127.0.0.1:3000"))?,
        };
        let data_dir = layer.data_dir.unwrap_or_else(|| PathBuf::from("./data"));
        let database_url = match layer.database_url {
            Some(url) => database_url(url)?,
            None => format!("sqlite://{}", data_dir.join("iroa.db").display()).into(),
        };
        let session_idle = hours("session_idle_hours", layer.session_idle_hours.unwrap_or(12))?;
        let session_max = hours("session_max_hours", layer.session_max_hours.unwrap_or(7 * 24))?;
        if session_idle > session_max {
            bail!("session_idle_hours is more than session_max_hours");
        }
        let parallel_syncs = layer.parallel_syncs.unwrap_or(2);
        if !(1..=32).contains(&parallel_syncs) {
            bail!("parallel_syncs: {parallel_syncs} is not between 1 and 32");
        }
        Ok(Self {
            bind,
            public_url: layer.public_url.as_deref().map(public_url).transpose()?,
            secret_key_file: layer.secret_key_file.unwrap_or_else(|| data_dir.join("secret.key")),
            data_dir,
            database_url,
            trusted_proxies: proxies(&layer.trusted_proxies.unwrap_or_default())?,
            tls: tls_files(layer.tls_certificate, layer.tls_key)?,
            log: logs::checked(layer.log.unwrap_or_else(|| "info".to_owned()))?,
            log_format: layer.log_format.unwrap_or_default(),
            session_idle,
            session_max,
            parallel_syncs,
            assets_dir: layer.assets_dir,
        })
    }

    /// People's browsers speak TLS with us or with the proxy before us: cookies are `Secure` then.
    pub fn is_https(&self) -> bool {
        self.tls.is_some() || self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

/// Prints every setting as the file would hold it; secrets are hidden.
impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "bind = \"{}\"", self.bind)?;
        match &self.public_url {
            Some(url) => writeln!(f, "public_url = \"{url}\"")?,
            None => writeln!(f, "# public_url is not set: only browsers on this machine are served")?,
        }
        writeln!(f, "data_dir = {}", quoted(&self.data_dir))?;
        writeln!(f, "database_url = \"{}\"", without_password(self.database_url.expose_secret()))?;
        writeln!(f, "secret_key_file = {}", quoted(&self.secret_key_file))?;
        let proxies: Vec<_> = self.trusted_proxies.iter().map(|net| format!("\"{net}\"")).collect();
        writeln!(f, "trusted_proxies = [{}]", proxies.join(", "))?;
        if let Some(tls) = &self.tls {
            writeln!(f, "tls_certificate = {}\ntls_key = {}", quoted(&tls.certificate), quoted(&tls.key))?;
        }
        writeln!(f, "log = {:?}\nlog_format = \"{}\"", self.log, self.log_format)?;
        writeln!(f, "session_idle_hours = {}", self.session_idle.as_secs() / 3600)?;
        writeln!(f, "session_max_hours = {}", self.session_max.as_secs() / 3600)?;
        writeln!(f, "parallel_syncs = {}", self.parallel_syncs)?;
        if let Some(dir) = &self.assets_dir {
            writeln!(f, "assets_dir = {}", quoted(dir))?;
        }
        Ok(())
    }
}

/// A path as a TOML string.
fn quoted(path: &Path) -> String {
    toml::Value::from(path.display().to_string()).to_string()
}

fn public_url(text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text)
        .with_context(|| format!("public_url: `{text}` is not a URL such as https://iroa.example.org"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        bail!("public_url: `{text}` must begin with http:// or https:// and name a host");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || url.username() != "" {
        bail!("public_url: `{text}` must be scheme, host and port only; serving under a path is not possible");
    }
    Ok(url)
}

fn database_url(text: String) -> anyhow::Result<SecretString> {
    let is_known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if !is_known {
        // The text itself may hold a password and is not repeated.
        bail!("database_url must begin with sqlite:, postgres:// or postgresql://");
    }
    Ok(text.into())
}

/// The file of a SQLite URL.
pub(crate) fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split_once('?').map_or(path, |(path, _)| path)))
}

/// The URL as it may be shown: no user, no password, no query.
pub fn without_password(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.has_host() && !parsed.username().is_empty() => {
            let hidden = parsed.password().is_some() && parsed.set_password(Some("hidden")).is_ok();
            parsed.set_query(None);
            if hidden || parsed.password().is_none() { parsed.to_string() } else { "(hidden)".to_owned() }
        }
        Ok(parsed) if parsed.scheme() == "sqlite" => url.to_owned(),
        Ok(mut parsed) => {
            parsed.set_query(None);
            parsed.to_string()
        }
        Err(_) if url.starts_with("sqlite:") => url.to_owned(),
        Err(_) => "(hidden)".to_owned(),
    }
}

fn proxies(texts: &[String]) -> anyhow::Result<Vec<IpNet>> {
    texts
        .iter()
        .map(|text| {
            let text = text.trim();
            text.parse::<IpNet>()
                .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                .with_context(|| format!("trusted_proxies: `{text}` is neither an address nor a network"))
        })
        .collect()
}

fn tls_files(certificate: Option<PathBuf>, key: Option<PathBuf>) -> anyhow::Result<Option<TlsFiles>> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("tls_certificate is set, but tls_key is not"),
        (None, Some(_)) => bail!("tls_key is set, but tls_certificate is not"),
    }
}

fn hours(name: &str, value: u64) -> anyhow::Result<Duration> {
    if !(1..=24 * 365).contains(&value) {
        bail!("{name}: {value} is not between 1 and {}", 24 * 365);
    }
    Ok(Duration::from_secs(value * 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_password_is_not_shown() {
        let shown = without_password("postgres://iroa:s3cret@db:5432/iroa?sslpassword=x");
        assert_eq!(shown, "postgres://iroa:hidden@db:5432/iroa");
        assert_eq!(without_password("sqlite://./data/iroa.db"), "sqlite://./data/iroa.db");
    }

    #[test]
    fn a_public_url_is_an_origin() {
        assert!(public_url("https://iroa.example.org").is_ok());
        assert!(public_url("https://example.org/iroa").is_err());
        assert!(public_url("iroa.example.org").is_err());
    }
}
