//! From the bytes that a host printed to its report. Pure.
//!
//! A line of JSON for each section, between two marks; whatever stands around them (greetings, warnings) is ignored.
//! Without the end mark the answer was cut off: what arrived is used, and nothing counts as read to its end.

use std::borrow::Cow;

use model::failure::{Failure, FailureKind};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    clixml,
    report::{Part, Report},
    value::{Rows, cleaned},
};

const START: &str = "<<<IROA-HYPERV 1>>>";
const END: &str = "<<<IROA-HYPERV-END ";

#[derive(Deserialize)]
struct Head {
    section: String,
    ok: bool,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
struct Body<T> {
    data: T,
}

/// Reads an answer. `Err` where the script did not run at all; why, the error stream may tell.
pub fn read(stdout: &[u8], stderr: &[u8], exit_code: i32) -> Result<Report, Failure> {
    let (text, is_foreign) = decoded(stdout);
    let Some(start) = text.find(START) else {
        return Err(not_run(stderr, exit_code));
    };
    let mut report = Report { has_foreign_text: is_foreign, ..Report::default() };
    let (mut understood, mut ended) = (0_u64, None);
    for line in text[start + START.len()..].lines() {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix(END) {
            ended = rest.strip_suffix(">>>").and_then(|count| count.parse::<u64>().ok());
            break;
        }
        if line.starts_with('{') && report.take(line) {
            understood += 1;
        }
    }
    report.is_whole = ended == Some(understood);
    Ok(report)
}

/// UTF-8, as the script writes it; what is not, was changed on its way by something that knows only its own code page.
fn decoded(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(wide) = bytes.strip_prefix(b"\xff\xfe") {
        let units: Vec<u16> = wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        return (String::from_utf16_lossy(&units).into(), false);
    }
    let text = String::from_utf8_lossy(bytes);
    let is_foreign = matches!(text, Cow::Owned(_));
    (text, is_foreign)
}

fn not_run(stderr: &[u8], exit_code: i32) -> Failure {
    let said = clixml::message(stderr).map_or_else(String::new, |said| format!(": {said}"));
    Failure::new(FailureKind::Protocol, format!("PowerShell ended with code {exit_code} and printed nothing that was asked for{said}"))
        .with_advice(
            "Sign in to the host as this account and start powershell.exe: a policy (AppLocker, constrained language mode) or a full disk may stop scripts.",
        )
}

impl Report {
    /// Takes one section. False if the line is none.
    fn take(&mut self, line: &str) -> bool {
        let Ok(head) = serde_json::from_str::<Head>(line) else { return false };
        match head.section.as_str() {
            "access" => one(&mut self.access, &head, line),
            "host" => one(&mut self.host, &head, line),
            "hardware" => one(&mut self.hardware, &head, line),
            "hypervisor" => one(&mut self.hypervisor, &head, line),
            "machines" => many(&mut self.machines, &head, line),
            "settings" => many(&mut self.settings, &head, line),
            "security" => many(&mut self.security, &head, line),
            "disks" => many(&mut self.disks, &head, line),
            "images" => many(&mut self.images, &head, line),
            "adapters" => many(&mut self.adapters, &head, line),
            "checkpoints" => many(&mut self.checkpoints, &head, line),
            "replication" => many(&mut self.replication, &head, line),
            "services" => many(&mut self.services, &head, line),
            "guests" => many(&mut self.guests, &head, line),
            "switches" => many(&mut self.switches, &head, line),
            "nics" => many(&mut self.nics, &head, line),
            "volumes" => many(&mut self.volumes, &head, line),
            "cluster" => one(&mut self.cluster, &head, line),
            "shared_volumes" => many(&mut self.shared_volumes, &head, line),
            "counters" => one(&mut self.counters, &head, line),
            "instances" => many(&mut self.usage.instances, &head, line),
            "disk_files" => many(&mut self.usage.disk_files, &head, line),
            "logical_processors" => one(&mut self.usage.logical_processors, &head, line),
            "virtual_processors" => many(&mut self.usage.virtual_processors, &head, line),
            "dynamic_memory" => many(&mut self.usage.dynamic_memory, &head, line),
            "partitions" => many(&mut self.usage.partitions, &head, line),
            "network_devices" => one(&mut self.usage.network_devices, &head, line),
            "storage_devices" => one(&mut self.usage.storage_devices, &head, line),
            // A newer script's.
            _ => {}
        }
        true
    }
}

fn why(head: &Head) -> Option<String> {
    head.error.as_deref().and_then(cleaned)
}

fn failed<T>(head: &Head) -> Part<T> {
    Part { read: None, error: Some(why(head).unwrap_or_else(|| "the host does not say why".to_owned())) }
}

fn not_understood<T>() -> Part<T> {
    Part { read: None, error: Some("the answer could not be understood".to_owned()) }
}

fn one<T: DeserializeOwned>(part: &mut Part<T>, head: &Head, line: &str) {
    *part = match serde_json::from_str::<Body<T>>(line) {
        _ if !head.ok => failed(head),
        Ok(body) => Part { read: Some(body.data), error: why(head) },
        Err(_) => not_understood(),
    };
}

fn many<T: DeserializeOwned>(part: &mut Part<Vec<T>>, head: &Head, line: &str) {
    if !head.ok {
        *part = failed(head);
        return;
    }
    *part = match serde_json::from_str::<Body<Rows<T>>>(line) {
        Ok(Body { data: Rows { rows, unreadable } }) => {
            let lost = (unreadable > 0).then(|| format!("{unreadable} entries could not be understood"));
            Part { read: Some(rows), error: why(head).or(lost) }
        }
        Err(_) => not_understood(),
    };
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn answer(sections: &[&str]) -> String {
        let mut text = format!("{START}\r\n");
        for section in sections {
            let _ = write!(text, "{section}\r\n");
        }
        let _ = write!(text, "{END}{}>>>\r\n", sections.len());
        text
    }

    const MACHINES: &str = r#"{"data":[{"id":"a","name":"Büro","state":{"n":2,"t":"Running"}}],"ok":true,"section":"machines","error":null}"#;

    fn names(report: &Report) -> Vec<&str> {
        report.machines.rows().iter().filter_map(|machine| machine.name.as_deref()).collect()
    }

    #[test]
    fn sections_are_read_whatever_stands_around_them() {
        let text = format!("\u{feff}WARNUNG: Willkommen!\r\n{}rest", answer(&[MACHINES]));
        let report = read(text.as_bytes(), b"", 0).unwrap();
        assert_eq!(names(&report), ["Büro"]);
        assert!(report.is_whole && report.machines.is_whole() && !report.has_foreign_text);
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(names(&read(&wide, b"", 0).unwrap()), ["Büro"]);
    }

    #[test]
    fn a_cut_answer_keeps_what_arrived_and_is_not_whole() {
        let failed = r#"{"section":"disks","ok":false,"data":null,"error":"Zugriff verweigert"}"#;
        let text = answer(&[MACHINES, failed]);
        let whole = read(text.as_bytes(), b"", 0).unwrap();
        assert!(whole.is_whole);
        assert_eq!(whole.disks.reason(), "Zugriff verweigert");
        for end in 0..text.len() {
            let Some(cut) = text.get(..end) else { continue };
            match read(cut.as_bytes(), b"", 0) {
                Ok(report) => assert!(!report.is_whole || end >= text.len() - 2, "{end}"),
                Err(failure) => assert!(end < START.len(), "{failure:?}"),
            }
        }
        let end = text.find("\"section\":\"disks\"").unwrap();
        let cut = read(&text.as_bytes()[..end], b"", 0).unwrap();
        assert_eq!(names(&cut), ["Büro"]);
        assert!(cut.disks.read.is_none() && cut.disks.error.is_none());
    }

    #[test]
    fn another_code_page_costs_letters_and_is_told() {
        let text = answer(&[MACHINES]).replace('ü', "\u{1}");
        let bytes: Vec<u8> = text.bytes().map(|byte| if byte == 1 { 0x81 } else { byte }).collect();
        let report = read(&bytes, b"", 0).unwrap();
        assert_eq!(names(&report), ["B\u{fffd}ro"]);
        assert!(report.has_foreign_text && report.is_whole);
    }

    #[test]
    fn what_is_wrong_with_one_section_stays_there() {
        let odd = [
            r#"{"section":"disks","ok":true,"data":"Microsoft.HyperV.PowerShell.HardDiskDrive","error":null}"#,
            r#"{"section":"adapters","ok":true,"data":null,"error":null}"#,
            r#"{"section":"host","ok":true,"data":"System.Collections.Hashtable","error":null}"#,
            r#"{"section":"services","ok":true,"data":[],"error":"1 machine is gone"}"#,
            r#"{"section":"tomorrow","ok":true,"data":[1],"error":null}"#,
        ];
        let report = read(answer(&odd).as_bytes(), b"", 0).unwrap();
        assert_eq!(report.disks.reason(), "1 entries could not be understood");
        assert!(report.adapters.is_whole() && report.adapters.rows().is_empty());
        assert!(report.host.read.is_none() && !report.host.is_whole());
        assert!(report.services.read.is_some() && !report.services.is_whole());
        assert!(report.is_whole);
    }

    #[test]
    fn a_script_that_did_not_run_says_why() {
        let stderr = b"#< CLIXML\r\n<Objs><S S=\"Error\">Get-VM verboten_x000D__x000A_</S></Objs>";
        let failure = read(b"Access denied\r\n", stderr, 1).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Protocol);
        assert!(
            failure.detail.ends_with("code 1 and printed nothing that was asked for: Get-VM verboten"),
            "{}",
            failure.detail
        );
    }
}
