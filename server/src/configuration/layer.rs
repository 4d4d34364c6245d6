//! One layer of settings, each of which may be absent: the flags with the environment, or the file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde::Deserialize;

use crate::logs::LogFormat;

/// Settings as they are written. In the file they have these names; flags have dashes, environment variables `IROA_`.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Layer {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "IROA_BIND", value_name = "ADDRESS:PORT")]
    pub bind: Option<String>,

    /// Where people reach the server, for example `https://iroa.example.org`. Needed as soon as that is another machine
    #[arg(long, global = true, env = "IROA_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Folder for everything that is kept [default: ./data]
    #[arg(long, global = true, env = "IROA_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/DATABASE` [default: `iroa.db` in the data folder]
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// The key that seals stored passwords, made when absent; the variable `IROA_SECRET_KEY` takes its place
    /// [default: `secret.key` in the data folder]
    #[arg(long, global = true, env = "IROA_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,

    /// Addresses or networks of proxies whose `X-Forwarded-For` is believed
    #[arg(long, global = true, env = "IROA_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK,…")]
    pub trusted_proxies: Option<Vec<String>>,

    /// Certificate chain, PEM: serve https
    #[arg(long, global = true, env = "IROA_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,

    /// The certificate's private key, PEM
    #[arg(long, global = true, env = "IROA_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// What is logged, for example `info,store=debug` [default: info]
    #[arg(long, global = true, env = "IROA_LOG", value_name = "FILTER")]
    pub log: Option<String>,

    /// [default: text]
    #[arg(long, global = true, env = "IROA_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,

    /// A session ends after so many hours without a request [default: 12]
    #[arg(long, global = true, env = "IROA_SESSION_IDLE_HOURS", value_name = "HOURS")]
    pub session_idle_hours: Option<u64>,

    /// A session ends so many hours after sign-in, whatever happens [default: 168]
    #[arg(long, global = true, env = "IROA_SESSION_MAX_HOURS", value_name = "HOURS")]
    pub session_max_hours: Option<u64>,

    /// How many sources are synced at the same time [default: 2]
    #[arg(long, global = true, env = "IROA_PARALLEL_SYNCS", value_name = "N")]
    pub parallel_syncs: Option<usize>,

    /// Read the site's files from this folder instead of from the binary
    #[arg(long, global = true, env = "IROA_ASSETS_DIR", value_name = "DIR")]
    pub assets_dir: Option<PathBuf>,
}

impl Layer {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read configuration {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("configuration {}", path.display()))
    }

    /// This layer's settings where it has them, `below`'s elsewhere.
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            bind: self.bind.or(below.bind),
            public_url: self.public_url.or(below.public_url),
            data_dir: self.data_dir.or(below.data_dir),
            database_url: self.database_url.or(below.database_url),
            secret_key_file: self.secret_key_file.or(below.secret_key_file),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            tls_certificate: self.tls_certificate.or(below.tls_certificate),
            tls_key: self.tls_key.or(below.tls_key),
            log: self.log.or(below.log),
            log_format: self.log_format.or(below.log_format),
            session_idle_hours: self.session_idle_hours.or(below.session_idle_hours),
            session_max_hours: self.session_max_hours.or(below.session_max_hours),
            parallel_syncs: self.parallel_syncs.or(below.parallel_syncs),
            assets_dir: self.assets_dir.or(below.assets_dir),
        }
    }
}
