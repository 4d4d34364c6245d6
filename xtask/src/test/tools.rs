//! What the tests need beyond Rust: installed where that is possible, named where it is not.

use anyhow::{Result, bail};

use super::suite::Done;
use crate::{
    apt, npm,
    process::{cargo, find, program, run},
};

/// A program from a Debian package, and what cannot be tested without it.
struct Tool {
    name: &'static str,
    is_there: fn() -> bool,
    packages: &'static [&'static str],
    without: &'static str,
}

const TOOLS: [Tool; 6] = [
    Tool {
        name: "PostgreSQL",
        is_there: || postgres().is_some(),
        packages: &["postgresql"],
        without: "store tests on PostgreSQL",
    },
    Tool {
        name: "Go with govmomi",
        is_there: || {
            find("go").is_some() && std::path::Path::new("/usr/share/gocode/src/github.com/vmware/govmomi").exists()
        },
        packages: &["golang-go", "golang-github-vmware-govmomi-dev"],
        without: "tests against vcsim, VMware's vCenter simulator",
    },
    Tool {
        name: "Prometheus with node_exporter",
        is_there: || ["prometheus", "promtool", "prometheus-node-exporter"].iter().all(|name| find(name).is_some()),
        packages: &["prometheus", "prometheus-node-exporter"],
        without: "tests against Prometheus",
    },
    Tool {
        name: "Zabbix",
        is_there: || {
            ["/usr/sbin/zabbix_server", "/usr/sbin/zabbix_agentd", "/usr/share/zabbix/api_jsonrpc.php"]
                .iter()
                .all(|file| std::path::Path::new(file).exists())
        },
        packages: &[
            "zabbix-server-pgsql",
            "zabbix-frontend-php",
            "zabbix-agent",
            "postgresql",
            "php-cli",
            "php-pgsql",
            "php-gd",
            "php-xml",
            "php-bcmath",
            "php-mbstring",
            "php-curl",
        ],
        without: "tests against a real Zabbix",
    },
    Tool {
        name: "Chromium",
        is_there: || find("chromium").is_some() || std::env::var_os("IROA_CHROMIUM").is_some(),
        packages: &["chromium"],
        without: "browser tests",
    },
    Tool {
        name: "curl",
        is_there: || find("curl").is_some(),
        packages: &["curl", "ca-certificates"],
        without: "benchmarks",
    },
];

/// Installs what is missing. Outside CI a tool that cannot be had is reported with the tests that do without.
pub(super) fn ensure(ci: bool) -> Result<Done> {
    let mut done = Done::default();
    for component in ["rustfmt", "clippy"] {
        if find(&format!("cargo-{}", component.trim_start_matches("rust"))).is_none() || !answers(component) {
            run(program("rustup").args(["component", "add", component]))?;
        }
    }
    for tool in TOOLS {
        if (tool.is_there)() {
            continue;
        }
        match apt::install(tool.packages) {
            Ok(()) => {}
            Err(error) if ci => bail!("{} is missing: {error:#}", tool.name),
            Err(error) => done.skipped.push((tool.without.to_owned(), format!("{} is missing: {error:#}", tool.name))),
        }
    }
    match npm::ensure_packages() {
        Ok(()) => {}
        Err(error) if ci => return Err(error),
        Err(error) => done.skipped.push(("browser tests".to_owned(), format!("{error:#}"))),
    }
    Ok(done)
}

/// Debian keeps the server's programs in a folder of its version, off the path.
fn postgres() -> Option<std::path::PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .flatten()
        .map(|entry| entry.path().join("bin/postgres"))
        .find(|file| file.exists())
        .or_else(|| find("postgres"))
}

fn answers(component: &str) -> bool {
    let task = component.trim_start_matches("rust");
    cargo(&[task, "--version"]).output().is_ok_and(|output| output.status.success())
}
