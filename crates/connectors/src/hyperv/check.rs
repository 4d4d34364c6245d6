//! The connection test: whether the account can open a shell, what host it is, whether Hyper-V's module is there, and what the
//! account may read. It runs one short script and changes nothing.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use model::{
    check::{CheckOutcome, CheckReport, MissingPrivilege},
    failure::{Failure, FailureKind},
    inventory::SourceIdentity,
};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{
    addresses::{addresses, failure},
    winrm::{Limits, Target, WinRm},
};
use crate::{Endpoint, address::AddressError, http_failure, quote::shortened, tls};

/// The whole test; deleting the shell comes on top of it.
const LIMIT: Duration = Duration::from_secs(20);
const OUTPUT_BYTES: usize = 64 << 10;
const SCRIPT: &str = include_str!("check.ps1");

/// What the script says. Unknown is what it could not find out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    powershell: Option<String>,
    product: Option<String>,
    version: Option<String>,
    build: Option<String>,
    administrator: Option<bool>,
    hyperv_administrator: Option<bool>,
    module: Option<Vec<String>>,
    machines: Option<u64>,
    machines_error: Option<String>,
}

/// Tests each host that the source names, in turn: the first that fails is told.
pub(crate) async fn check(endpoint: &Endpoint) -> CheckOutcome {
    let named = match addresses(&endpoint.address) {
        Ok(named) => named,
        Err(error) => return CheckOutcome::Failed { failure: failure(error), certificate: None },
    };
    let mut all: Option<CheckReport> = None;
    for address in named {
        let one = Endpoint { address: address.to_string(), ..endpoint.clone() };
        match (check_host(&one).await, &mut all) {
            (CheckOutcome::Passed(report), None) => all = Some(report),
            (CheckOutcome::Passed(report), Some(all)) => add(all, report),
            (failed, _) => return failed,
        }
    }
    // There is no list without an address.
    let nothing = || CheckOutcome::Failed { failure: failure(AddressError::Empty), certificate: None };
    all.map_or_else(nothing, CheckOutcome::Passed)
}

/// What another host said, beside what the first has said.
fn add(all: &mut CheckReport, report: CheckReport) {
    all.endpoint = format!("{}, {}", all.endpoint, report.endpoint);
    all.vms_visible = all.vms_visible.zip(report.vms_visible).map(|(sum, more)| sum + more);
    all.duration_ms += report.duration_ms;
    let new = report.missing_privileges.into_iter().filter(|missing| !all.missing_privileges.contains(missing));
    let new: Vec<MissingPrivilege> = new.collect();
    all.missing_privileges.extend(new);
    let new: Vec<String> = report.notes.into_iter().filter(|note| !all.notes.contains(note)).collect();
    all.notes.extend(new);
}

async fn check_host(endpoint: &Endpoint) -> CheckOutcome {
    let started = Instant::now();
    let target = match Target::of(endpoint) {
        Ok(target) => target,
        Err(failure) => return CheckOutcome::Failed { failure, certificate: None },
    };
    let shown = Arc::default();
    match test(&target, &shown, started).await {
        Ok(report) => CheckOutcome::Passed(CheckReport {
            endpoint: target.address.to_string(),
            certificate: shown.certificate(),
            duration_ms: started.elapsed().as_millis() as i64,
            ..report
        }),
        Err(failure) => {
            let is_certificate = failure.kind == FailureKind::Certificate;
            CheckOutcome::Failed { failure, certificate: shown.certificate().filter(|_| is_certificate) }
        }
    }
}

async fn test(target: &Target, shown: &Arc<tls::Shown>, started: Instant) -> Result<CheckReport, Failure> {
    let host = target.address.host_and_port();
    let never = CancellationToken::new();
    let connected = WinRm::connect_showing(target, &never, shown);
    let connected = tokio::time::timeout(LIMIT, connected).await;
    let mut winrm = connected.unwrap_or_else(|_| Err(http_failure::timed_out(&host)))?;
    let limits = Limits { time: LIMIT.saturating_sub(started.elapsed()), output_bytes: OUTPUT_BYTES };
    let output = winrm.run(&command(SCRIPT), b"", &limits).await?;
    let Some(said) = read(&output.stdout) else {
        let detail = format!("PowerShell on {host} ended with code {} and without an answer", output.exit_code);
        return Err(Failure::new(FailureKind::Protocol, detail).with_advice(
            "A policy may forbid PowerShell or keep it in constrained language mode: run powershell.exe on the host as this account.",
        ));
    };
    report(target, said)
}

/// `powershell.exe` with the script as UTF-16 in base64; comments and indentation stay at home.
fn command(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let short = lines.collect::<Vec<_>>().join("\n");
    let bytes: Vec<u8> = short.encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!("powershell.exe -NoLogo -NoProfile -NonInteractive -EncodedCommand {}", BASE64_STANDARD.encode(bytes))
}

/// The answer stands between marks: a host may print greetings around it.
fn read(stdout: &[u8]) -> Option<Said> {
    let text = String::from_utf8_lossy(stdout);
    let (_, from) = text.split_once("IROA<")?;
    let (answer, _) = from.rsplit_once(">IROA")?;
    serde_json::from_str(answer).ok()
}

fn report(target: &Target, said: Said) -> Result<CheckReport, Failure> {
    let host = target.address.host_and_port();
    let product = said.product.as_deref().map(shortened);
    if said.module.as_ref().is_none_or(Vec::is_empty) {
        let what = product.unwrap_or_else(|| "a Windows host".to_owned());
        return Err(Failure::new(FailureKind::NotThisProduct, format!("{host} is {what}, but has no Hyper-V module"))
            .with_advice(
                "If it runs Hyper-V, add its PowerShell module: Install-WindowsFeature Hyper-V-PowerShell. If not, take a host or a cluster that does.",
            ));
    }
    Ok(CheckReport {
        identity: SourceIdentity {
            product: product.map(|product| format!("Microsoft Hyper-V on {product}")),
            version: said.version.as_deref().map(shortened),
            build: said.build.as_deref().map(shortened),
            instance_uuid: None,
        },
        vms_visible: said.machines,
        missing_privileges: missing(&said),
        notes: notes(target, &said),
        ..CheckReport::default()
    })
}

fn missing(said: &Said) -> Vec<MissingPrivilege> {
    let may_read = said.administrator != Some(false) || said.hyperv_administrator != Some(false);
    if may_read {
        return Vec::new();
    }
    vec![MissingPrivilege {
        privilege: "Hyper-V Administrators (local group)".to_owned(),
        costs: "everything: Hyper-V shows other accounts an empty list of machines".to_owned(),
    }]
}

fn notes(target: &Target, said: &Said) -> Vec<String> {
    let mut notes = Vec::new();
    let module = said.module.iter().flatten().next();
    if let (Some(powershell), Some(module)) = (&said.powershell, module) {
        let (powershell, module) = (shortened(powershell), shortened(module));
        notes.push(format!("PowerShell {powershell}, Hyper-V module {module}."));
    }
    if let Some(error) = &said.machines_error {
        notes.push(format!("Machines could not be counted: {}", shortened(error)));
    }
    if said.machines == Some(0) {
        notes.push(
            "The account sees no virtual machine. If there are some, put it into the host's local group Hyper-V Administrators."
                .to_owned(),
        );
    }
    if target.address.is_plain() {
        notes.push(
            "The address says http: messages are encrypted with the account's own key, but the host shows no certificate, so that its name is not proven. Prefer https."
                .to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_fits_the_command_line() {
        let command = command(SCRIPT);
        assert!(command.len() < 8_000, "{}", command.len());
        assert!(!SCRIPT.contains('"') || SCRIPT.is_ascii());
    }

    #[test]
    fn an_answer_is_found_among_other_lines() {
        let said = read(b"Welcome!\r\nIROA<{\"machines\":2,\"module\":[\"2.0.0.0\"],\"new\":1}>IROA\r\n").unwrap();
        assert_eq!((said.machines, said.module), (Some(2), Some(vec!["2.0.0.0".to_owned()])));
        assert!(read(b"IROA<{\"machines\":2").is_none());
        assert!(read(b"\xff\xfe").is_none());
    }
}
