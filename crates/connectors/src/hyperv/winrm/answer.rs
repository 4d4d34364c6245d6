//! Reads WS-Management answers: what was created, what a command printed, and faults. Pure, and never panics.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::fault::Fault;
use crate::xml::{
    Step, Xml, XmlError,
    tree::{Element, Tree},
};

/// Ids are GUIDs; what is longer or stranger is not sent back.
const MAX_ID: usize = 64;

/// Why an answer yields nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnswerError {
    #[error("it is not SOAP: {0}")]
    Xml(#[from] XmlError),
    #[error("it is XML, but not SOAP")]
    NotSoap,
    #[error("{0}")]
    Incomplete(&'static str),
}

/// The body of an answer that is no fault.
pub(super) struct Answer {
    envelope: Tree,
}

/// One answer to Receive.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    /// Once the command has ended.
    pub(super) exit_code: Option<i32>,
}

/// Reads an answer; a fault comes as the inner error.
pub(super) fn read(bytes: &[u8]) -> Result<Result<Answer, Fault>, AnswerError> {
    let mut xml = Xml::new(bytes);
    let mut envelope = Tree::default();
    match xml.step(&mut envelope)? {
        Step::Open => xml.read_subtree(&mut envelope)?,
        Step::Close | Step::End => return Err(AnswerError::NotSoap),
    }
    let body = body(&envelope).ok_or(AnswerError::NotSoap)?;
    match body.child("Fault") {
        Some(fault) => Ok(Err(Fault::read(fault))),
        None => Ok(Ok(Answer { envelope })),
    }
}

fn body(envelope: &Tree) -> Option<Element<'_>> {
    envelope.root().filter(|root| root.name() == "Envelope")?.child("Body")
}

impl Answer {
    fn first(&self, name: &str) -> Option<Element<'_>> {
        body(&self.envelope)?.child(name)
    }

    /// Of Create: the selector that names the shell (\[MS-WSMV\] 3.1.4.5.2); the shell's own description has it as well.
    pub(super) fn shell_id(&self) -> Result<String, AnswerError> {
        let described = || self.first("Shell")?.get("ShellId");
        let selected = || {
            let selectors = self.first("ResourceCreated")?.child("ReferenceParameters")?.child("SelectorSet")?;
            let shell = selectors.all("Selector").find(|selector| selector.attribute("Name") == Some("ShellId"));
            shell.map(Element::text)
        };
        selected().or_else(described).and_then(id).ok_or(AnswerError::Incomplete("it names no shell"))
    }

    /// Of Command.
    pub(super) fn command_id(&self) -> Result<String, AnswerError> {
        let named = self.first("CommandResponse").and_then(|response| response.get("CommandId"));
        named.and_then(id).ok_or(AnswerError::Incomplete("it names no command"))
    }

    pub(super) fn received(&self) -> Result<Received, AnswerError> {
        let response = self.first("ReceiveResponse").ok_or(AnswerError::Incomplete("it holds no output"))?;
        let mut received = Received::default();
        for stream in response.all("Stream") {
            let text: Vec<u8> = stream.text().bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let piece =
                BASE64_STANDARD.decode(text).map_err(|_| AnswerError::Incomplete("its output is not base64"))?;
            match stream.attribute("Name") {
                Some("stdout") => received.stdout.extend(piece),
                Some("stderr") => received.stderr.extend(piece),
                _ => {}
            }
        }
        let state = response.child("CommandState");
        if let Some(state) = state.filter(|state| state.attribute("State").is_some_and(|at| at.ends_with("/Done"))) {
            let code = state.get("ExitCode").and_then(|code| code.trim().parse::<i64>().ok());
            // Written signed or unsigned: 3221225786 is 0xC000013A.
            received.exit_code = Some(code.ok_or(AnswerError::Incomplete("it names no exit code"))? as i32);
        }
        Ok(received)
    }
}

fn id(text: &str) -> Option<String> {
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-{}_".contains(&byte));
    (!text.is_empty() && text.len() <= MAX_ID && is_plain).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Answers of Windows Server 2016, taken from the test recordings of pypsrp; see the README beside them.
    const RECORDED: [&str; 5] = [
        include_str!("../../../tests/fixtures/winrm/create.xml"),
        include_str!("../../../tests/fixtures/winrm/command.xml"),
        include_str!("../../../tests/fixtures/winrm/receive.xml"),
        include_str!("../../../tests/fixtures/winrm/operation_timeout.xml"),
        include_str!("../../../tests/fixtures/winrm/delete.xml"),
    ];

    fn answer(xml: &str) -> Answer {
        read(xml.as_bytes()).unwrap().unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    #[test]
    fn recorded_answers_are_understood() {
        assert_eq!(answer(RECORDED[0]).shell_id().unwrap(), "849551A1-CEC2-4ABD-8B62-652AD1053E9B");
        assert_eq!(answer(RECORDED[1]).command_id().unwrap(), "D644AE56-61E5-4C1A-A135-E599B76B3035");
        let received = answer(RECORDED[2]).received().unwrap();
        let expected = Received { stdout: b"hi again\n".to_vec(), stderr: Vec::new(), exit_code: Some(0) };
        assert_eq!(received, expected);
        let fault = read(RECORDED[3].as_bytes()).unwrap().err().unwrap();
        assert!(fault.is_operation_timeout(), "{fault:?}");
        answer(RECORDED[4]);
    }

    #[test]
    fn what_lacks_something_says_what() {
        let command = answer(RECORDED[1]);
        assert_eq!(command.shell_id().unwrap_err().to_string(), "it names no shell");
        assert_eq!(command.received().unwrap_err().to_string(), "it holds no output");
        let odd = RECORDED[1].replace("D644AE56-61E5-4C1A-A135-E599B76B3035", "&quot;&gt;&lt;x/&gt;");
        assert_eq!(answer(&odd).command_id().unwrap_err().to_string(), "it names no command");
        assert!(matches!(read(b"<rss/>"), Err(AnswerError::NotSoap)));
        assert!(matches!(read(b""), Err(AnswerError::NotSoap)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_an_error(which in 0..RECORDED.len(), at in any::<prop::sample::Index>(), with in any::<[u8; 3]>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = RECORDED[which].as_bytes().to_vec();
            let at = at.index(bytes.len() - 3);
            bytes[at..at + 3].copy_from_slice(&with);
            for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
                if let Ok(Ok(answer)) = read(bytes) {
                    let _ = (answer.shell_id(), answer.command_id(), answer.received());
                }
            }
        }
    }
}
