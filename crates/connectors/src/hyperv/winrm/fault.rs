//! WS-Management's faults: read from SOAP, and turned into the bounded failures that people see, each with what to do on the host.

use model::failure::{Failure, FailureKind};

use crate::{quote::shortened, xml::tree::Element};

// Names and numbers are those of `wsmerror.h`.
const OPERATION_TIMEDOUT: u32 = 2_150_858_793;
/// `UNEXPECTED_SELECTORS`, `SHELL_ALREADY_CLOSED`, `SHELL_INVALID_SHELL_HANDLE`: no such shell.
const SHELL_GONE: [u32; 3] = [2_150_858_843, 2_150_859_082, 2_150_859_084];
/// `ENVELOPE_TOO_LARGE`, `ENCODING_LIMIT`, `MAX_ENVELOPE_SIZE`, `…_EXCEEDED`, `SERVER_ENVELOPE_LIMIT`, `MAXENVELOPE_SIZE_NOT_SUPPORTED`.
const ENVELOPE_LIMIT: [u32; 6] =
    [2_150_858_790, 2_150_858_805, 2_150_858_823, 2_150_858_824, 2_150_858_825, 2_150_858_862];
const QUOTA_LIMIT: u32 = 2_150_858_815;
/// `QUOTA_MAX_SHELLS`, `QUOTA_MAX_OPERATIONS`, `QUOTA_USER`, `QUOTA_SYSTEM`.
const QUOTAS: std::ops::RangeInclusive<u32> = 2_150_859_173..=2_150_859_176;
const QUOTA_MAX_SHELLUSERS: u32 = 2_150_859_179;
/// The same limits, of the plug-in that serves shells.
const PLUGIN_QUOTAS: std::ops::RangeInclusive<u32> = 2_150_859_236..=2_150_859_242;
const REMOTESHELLS_NOT_ALLOWED: u32 = 2_150_859_180;
/// `SERVICE_REMOTE_ACCESS_DISABLED`, `REMOTE_CONNECTION_NOT_ALLOWED`.
const REMOTE_ACCESS_OFF: [u32; 2] = [2_150_859_229, 2_150_859_235];
/// Windows' own `ERROR_ACCESS_DENIED`, alone and as an HRESULT.
const ACCESS_DENIED: [u32; 2] = [5, 0x8007_0005];

/// A fault as the host names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    code: Option<u32>,
    /// For example `TimedOut`, without its prefix.
    subcode: String,
    /// In the host's language.
    text: String,
}

impl Fault {
    /// Reads a `s:Fault`.
    pub(super) fn read(fault: Element<'_>) -> Self {
        let subcode = fault.child("Code").and_then(|code| code.child("Subcode")?.get("Value")).unwrap_or_default();
        let text = fault.child("Reason").and_then(|reason| reason.get("Text")).unwrap_or_default();
        let detail = fault.child("Detail");
        let named = detail.and_then(|detail| detail.child("WSManFault")?.attribute("Code"));
        // Newer hosts say it as a WMI error.
        let wmi = || detail.and_then(|detail| detail.child("MSFT_WmiError")?.get("error_Code"));
        Self {
            code: named.or_else(wmi).and_then(|code| code.trim().parse().ok()),
            subcode: shortened(subcode.rsplit(':').next().unwrap_or_default()),
            text: shortened(text),
        }
    }

    /// Nothing happened within the time that the request named: ask again.
    pub(super) fn is_operation_timeout(&self) -> bool {
        self.code == Some(OPERATION_TIMEDOUT) || self.code.is_none() && self.subcode == "TimedOut"
    }

    pub(super) fn is_shell_gone(&self) -> bool {
        self.is_one_of(&SHELL_GONE)
    }

    /// The answer that was asked for is larger than the host wants to send, or the request than it wants to read.
    pub(super) fn is_envelope_limit(&self) -> bool {
        self.is_one_of(&ENVELOPE_LIMIT) || self.code.is_none() && self.subcode == "EncodingLimit"
    }

    fn is_quota(&self) -> bool {
        let is_known = |code| {
            code == QUOTA_LIMIT
                || code == QUOTA_MAX_SHELLUSERS
                || QUOTAS.contains(&code)
                || PLUGIN_QUOTAS.contains(&code)
        };
        self.code.is_some_and(is_known) || self.subcode == "QuotaLimit"
    }

    fn is_one_of(&self, codes: &[u32]) -> bool {
        self.code.is_some_and(|code| codes.contains(&code))
    }

    /// What the fault means for a person. `host` is the endpoint as it is shown.
    pub(super) fn failure(&self, host: &str) -> Failure {
        if self.is_one_of(&ACCESS_DENIED) || self.subcode == "AccessDenied" {
            return Failure::new(FailureKind::Forbidden, format!("{host} does not let the account open a shell"))
                .with_advice(
                    "Put the account into the host's local groups Remote Management Users (to connect) and Hyper-V Administrators (to read machines). A local administrator other than Administrator needs the registry value LocalAccountTokenFilterPolicy = 1 as well.",
                );
        }
        if self.is_shell_gone() {
            return Failure::new(FailureKind::Unreachable, format!("{host} closed the shell during the read"))
                .with_advice("The host or its WinRM service was restarted, or somebody ended the shell. Sync again.");
        }
        if self.is_quota() {
            return Failure::new(FailureKind::Throttled, format!("{host} is at a limit of its WinRM service: {}", self.said()))
                .with_advice(
                    "Other clients of the same account keep shells open: end them, or raise MaxShellsPerUser, MaxConcurrentUsers (winrm get winrm/config/winrs) or MaxConcurrentOperationsPerUser (winrm get winrm/config/service). It is asked again later.",
                );
        }
        if self.is_envelope_limit() {
            return Failure::new(FailureKind::Protocol, format!("{host} does not allow messages of 150 kB"))
                .with_advice(
                    "Set MaxEnvelopeSizekb to 500, its default: winrm set winrm/config @{MaxEnvelopeSizekb=\"500\"}.",
                );
        }
        if self.code == Some(REMOTESHELLS_NOT_ALLOWED) {
            return Failure::new(FailureKind::Forbidden, format!("{host} allows no remote shells")).with_advice(
                "Set AllowRemoteShellAccess: winrm set winrm/config/winrs @{AllowRemoteShellAccess=\"true\"}. A group policy (Windows Remote Shell) may forbid it.",
            );
        }
        if self.is_one_of(&REMOTE_ACCESS_OFF) {
            return Failure::new(FailureKind::Forbidden, format!("{host} accepts WinRM from itself only"))
                .with_advice("Run Enable-PSRemoting -Force (or winrm quickconfig) on the host as an administrator.");
        }
        if self.is_operation_timeout() {
            return Failure::new(FailureKind::TimedOut, format!("{host} could not do it in time: {}", self.said()));
        }
        Failure::new(FailureKind::Protocol, format!("{host} answered with a fault: {}", self.said()))
    }

    /// `The WS-Management service … (2150858793)`.
    fn said(&self) -> String {
        let text = if self.text.is_empty() { &self.subcode } else { &self.text };
        match self.code {
            Some(code) if text.is_empty() => code.to_string(),
            Some(code) => format!("{text} ({code})"),
            None => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_kind_and_its_advice() {
        for (code, kind, advice) in [
            (5, FailureKind::Forbidden, "Remote Management Users"),
            (2_150_858_843, FailureKind::Unreachable, "restarted"),
            (2_150_859_173, FailureKind::Throttled, "MaxShellsPerUser"),
            (2_150_859_174, FailureKind::Throttled, "MaxConcurrentOperationsPerUser"),
            (2_150_859_179, FailureKind::Throttled, "MaxConcurrentUsers"),
            (2_150_859_238, FailureKind::Throttled, "MaxShellsPerUser"),
            (2_150_858_805, FailureKind::Protocol, "MaxEnvelopeSizekb"),
            (2_150_859_180, FailureKind::Forbidden, "AllowRemoteShellAccess"),
            (2_150_859_229, FailureKind::Forbidden, "Enable-PSRemoting"),
        ] {
            let fault = Fault { code: Some(code), subcode: String::new(), text: "der Text des Hosts".to_owned() };
            let failure = fault.failure("hv1:5986");
            assert_eq!(failure.kind, kind, "{code}");
            assert!(failure.advice().contains(advice), "{code}: {}", failure.advice());
        }
        let other =
            Fault { code: Some(2_147_942_606), subcode: "InternalError".to_owned(), text: "too long".to_owned() };
        assert_eq!(other.failure("hv1:5986").detail, "hv1:5986 answered with a fault: too long (2147942606)");
    }

    #[test]
    fn newer_hosts_tell_the_same_as_wmi_errors() {
        let answer = r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="de-DE">Zu viele
            Vorg&#228;nge.</s:Text></s:Reason><s:Detail><p:MSFT_WmiError b:IsCIM_Error="true" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/hardware/MSFT_WmiError"><p:error_Code xsi:type="cim:cimUnsignedInt">2150859174</p:error_Code></p:MSFT_WmiError></s:Detail></s:Fault></s:Body></s:Envelope>"#;
        let fault = super::super::answer::read(answer.as_bytes()).unwrap().err().unwrap();
        let failure = fault.failure("hv1:5986");
        assert_eq!(failure.kind, FailureKind::Throttled);
        assert!(failure.detail.ends_with("Zu viele Vorgänge. (2150859174)"), "{failure:?}");
    }
}
