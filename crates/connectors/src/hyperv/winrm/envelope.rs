//! Writes WS-Management requests for the command shell (\[MS-WSMV\] 3.1.4). Everything that is not markup of this file is escaped.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::rand::{SecureRandom, SystemRandom};

use crate::xml::escape::escape_into;

const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
const CMD: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd";
const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";

/// How long the host may think before it answers, if only "not yet".
pub(super) const OPERATION_TIMEOUT_S: u64 = 20;
/// A shell that nobody asks about for so long is deleted by the host: nothing is left behind even when the network breaks.
const IDLE_TIMEOUT_S: u64 = 180;

/// The largest answer that is asked for. Hosts send 500 kB at most, and 150 kB before Windows Server 2012.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnvelopeSize {
    Large,
    Small,
}

impl EnvelopeSize {
    const fn bytes(self) -> u32 {
        match self {
            Self::Large => 512_000,
            Self::Small => 153_600,
        }
    }
}

/// What all requests of a session have in common.
#[derive(Clone, Debug)]
pub(super) struct Envelopes {
    pub(super) to: String,
    pub(super) size: EnvelopeSize,
    session: String,
}

/// Where a command's input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A pipe that is sent to and closed.
    Pipe,
    /// A console that nobody types at: a pipe without a writer keeps programs waiting.
    Console,
}

impl Envelopes {
    pub(super) fn new(to: String, size: EnvelopeSize) -> Self {
        Self { to, size, session: new_id() }
    }

    /// Creates a shell. Without the user's profile: loading it takes seconds, leaves a folder on the host, and fails for accounts
    /// that are no administrators. 65001 is UTF-8.
    pub(super) fn create(&self) -> String {
        let options = [("WINRS_NOPROFILE", "TRUE"), ("WINRS_CODEPAGE", "65001")];
        let body = format!(
            "<rsp:Shell><rsp:IdleTimeOut>PT{IDLE_TIMEOUT_S}.000S</rsp:IdleTimeOut><rsp:InputStreams>stdin</rsp:InputStreams>\
             <rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
        );
        self.envelope(&format!("{TRANSFER}/Create"), None, &options, &body)
    }

    pub(super) fn command(&self, shell: &str, command: &str, input: Input) -> String {
        let console = if input == Input::Console { "TRUE" } else { "FALSE" };
        let options = [("WINRS_CONSOLEMODE_STDIN", console), ("WINRS_SKIP_CMD_SHELL", "FALSE")];
        let body = format!("<rsp:CommandLine><rsp:Command>{}</rsp:Command></rsp:CommandLine>", escaped(command));
        self.envelope(&format!("{SHELL}/Command"), Some(shell), &options, &body)
    }

    /// A piece of standard input; the last one closes it.
    pub(super) fn send(&self, shell: &str, command: &str, piece: &[u8], is_last: bool) -> String {
        let end = if is_last { " End=\"true\"" } else { "" };
        let body = format!(
            "<rsp:Send><rsp:Stream Name=\"stdin\" CommandId=\"{}\"{end}>{}</rsp:Stream></rsp:Send>",
            escaped(command),
            BASE64_STANDARD.encode(piece)
        );
        self.envelope(&format!("{SHELL}/Send"), Some(shell), &[], &body)
    }

    pub(super) fn receive(&self, shell: &str, command: &str) -> String {
        let body = format!(
            "<rsp:Receive><rsp:DesiredStream CommandId=\"{}\">stdout stderr</rsp:DesiredStream></rsp:Receive>",
            escaped(command)
        );
        let options = [("WSMAN_CMDSHELL_OPTION_KEEPALIVE", "TRUE")];
        self.envelope(&format!("{SHELL}/Receive"), Some(shell), &options, &body)
    }

    /// Ends the command, and tells the host to forget it if it has ended.
    pub(super) fn terminate(&self, shell: &str, command: &str) -> String {
        let body = format!(
            "<rsp:Signal CommandId=\"{}\"><rsp:Code>{SHELL}/signal/terminate</rsp:Code></rsp:Signal>",
            escaped(command)
        );
        self.envelope(&format!("{SHELL}/Signal"), Some(shell), &[], &body)
    }

    pub(super) fn delete(&self, shell: &str) -> String {
        self.envelope(&format!("{TRANSFER}/Delete"), Some(shell), &[], "")
    }

    fn envelope(&self, action: &str, shell: Option<&str>, options: &[(&str, &str)], body: &str) -> String {
        let mut xml = String::with_capacity(body.len() + 2_048);
        xml.push_str(concat!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" "#,
            r#"xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" "#,
            r#"xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" "#,
            r#"xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" "#,
            r#"xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Header><a:To>"#,
        ));
        escape_into(&mut xml, &self.to);
        let _ = write!(
            xml,
            "</a:To><a:ReplyTo><a:Address s:mustUnderstand=\"true\">\
             http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>\
             <w:ResourceURI s:mustUnderstand=\"true\">{CMD}</w:ResourceURI>\
             <a:Action s:mustUnderstand=\"true\">{action}</a:Action>\
             <a:MessageID>uuid:{}</a:MessageID>\
             <p:SessionId s:mustUnderstand=\"false\">uuid:{}</p:SessionId>\
             <w:MaxEnvelopeSize s:mustUnderstand=\"true\">{}</w:MaxEnvelopeSize>\
             <w:Locale s:mustUnderstand=\"false\" xml:lang=\"en-US\"/>\
             <p:DataLocale s:mustUnderstand=\"false\" xml:lang=\"en-US\"/>\
             <w:OperationTimeout>PT{OPERATION_TIMEOUT_S}S</w:OperationTimeout>",
            new_id(),
            self.session,
            self.size.bytes()
        );
        if let Some(shell) = shell {
            xml.push_str("<w:SelectorSet><w:Selector Name=\"ShellId\">");
            escape_into(&mut xml, shell);
            xml.push_str("</w:Selector></w:SelectorSet>");
        }
        if !options.is_empty() {
            xml.push_str("<w:OptionSet s:mustUnderstand=\"true\">");
            for (name, value) in options {
                let _ = write!(xml, "<w:Option Name=\"{name}\">{value}</w:Option>");
            }
            xml.push_str("</w:OptionSet>");
        }
        let _ = write!(xml, "</s:Header><s:Body>{body}</s:Body></s:Envelope>");
        xml
    }
}

fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    escape_into(&mut xml, text);
    xml
}

/// A random UUID (version 4).
fn new_id() -> String {
    let mut bytes = [0; 16];
    // Without randomness the ids are all the same, which hosts do not mind: each connection has one request at a time.
    let _ = SystemRandom::new().fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut id = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            id.push('-');
        }
        let _ = write!(id, "{byte:02X}");
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The default of `MaxEnvelopeSizekb` before Windows Server 2012; hosts refuse larger requests.
    const SMALLEST_LIMIT: usize = 153_600;

    #[test]
    fn a_full_piece_of_input_fits_the_smallest_envelope() {
        let envelopes = Envelopes::new(format!("https://{}:5986/wsman", "h".repeat(255)), EnvelopeSize::Large);
        let id = new_id();
        let request = envelopes.send(&id, &id, &vec![0; super::super::run::PIECE_BYTES], true);
        assert!(request.len() < SMALLEST_LIMIT - 1_024, "{}", request.len());
    }

    #[test]
    fn command_lines_are_escaped() {
        let envelopes = Envelopes::new("http://hv1:5985/wsman".to_owned(), EnvelopeSize::Small);
        let request = envelopes.command("S", "echo <\"&'>", Input::Console);
        assert!(request.contains("<rsp:Command>echo &lt;&quot;&amp;'&gt;</rsp:Command>"), "{request}");
        assert!(request.contains(">153600</w:MaxEnvelopeSize>"), "{request}");
        assert_eq!(new_id().len(), 36);
    }
}
