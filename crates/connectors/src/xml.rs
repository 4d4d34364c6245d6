//! A bounded pull reader over quick-xml: no document type, no entities but the five of XML, limited depth and token size.
//!
//! It knows no SOAP and no network; it reads whatever `BufRead` it is given and never panics.

pub(crate) mod escape;
pub mod tree;

use std::io::{self, BufRead, Read};

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesRef, BytesStart, Event},
};

use tree::{Tree, TreeError};

/// vSphere nests about 15 deep; snapshots nest by their own depth, 32 at most.
const MAX_DEPTH: usize = 200;
/// One tag or one piece of text. Annotations and extra configuration stay below 64 KiB.
const MAX_TOKEN_BYTES: usize = 4 << 20;

/// Why an answer cannot be read as XML.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    #[error("it is not well-formed XML")]
    Malformed,
    #[error("it ended in the middle")]
    Truncated,
    #[error("it contains a document type or an entity, which SOAP forbids")]
    Forbidden,
    #[error("it nests too deep")]
    TooDeep,
    #[error("a part of it is too large")]
    TooLarge,
}

impl From<TreeError> for XmlError {
    fn from(_: TreeError) -> Self {
        Self::TooLarge
    }
}

/// What stands at the reader's place.
pub(crate) enum Step {
    /// An element begins; it is the tree's new root.
    Open,
    Close,
    End,
}

pub(crate) struct Xml<R> {
    reader: Reader<Metered<R>>,
    token: Vec<u8>,
    depth: usize,
    /// `<a/>` was read: its end is reported next.
    pending_close: bool,
}

impl<R: BufRead> Xml<R> {
    pub(crate) fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Metered { inner: input, left: MAX_TOKEN_BYTES, exhausted: false });
        reader.config_mut().check_comments = false;
        Self { reader, token: Vec::with_capacity(1 << 10), depth: 0, pending_close: false }
    }

    /// Goes to the next tag. An opened element's head (name and attributes) is left in `head`, cleared before.
    pub(crate) fn step(&mut self, head: &mut Tree) -> Result<Step, XmlError> {
        if std::mem::take(&mut self.pending_close) {
            return Ok(Step::Close);
        }
        head.clear();
        loop {
            match self.advance(head, false)? {
                Move::Open => return Ok(Step::Open),
                Move::Empty => {
                    self.pending_close = true;
                    return Ok(Step::Open);
                }
                Move::Close => return Ok(Step::Close),
                Move::Within => {}
                Move::Eof if self.depth == 0 => return Ok(Step::End),
                Move::Eof => return Err(XmlError::Truncated),
            }
        }
    }

    /// Reads the rest of the element that `step` just opened into the tree whose root it is.
    pub(crate) fn read_subtree(&mut self, tree: &mut Tree) -> Result<(), XmlError> {
        if std::mem::take(&mut self.pending_close) {
            return Ok(());
        }
        let floor = self.depth;
        loop {
            match self.advance(tree, true)? {
                Move::Empty => tree.close(),
                Move::Close => {
                    tree.close();
                    if self.depth < floor {
                        return Ok(());
                    }
                }
                Move::Open | Move::Within => {}
                Move::Eof => return Err(XmlError::Truncated),
            }
        }
    }

    fn advance(&mut self, tree: &mut Tree, keep_text: bool) -> Result<Move, XmlError> {
        self.token.clear();
        self.reader.get_mut().left = MAX_TOKEN_BYTES;
        let event = match self.reader.read_event_into(&mut self.token) {
            Ok(event) => event,
            Err(_) if self.reader.get_mut().exhausted => return Err(XmlError::TooLarge),
            Err(quick_xml::Error::Syntax(_)) => return Err(XmlError::Truncated),
            Err(_) => return Err(XmlError::Malformed),
        };
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(XmlError::TooDeep);
                }
                open(tree, &tag)?;
                return Ok(Move::Open);
            }
            Event::Empty(tag) => {
                open(tree, &tag)?;
                return Ok(Move::Empty);
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                return Ok(Move::Close);
            }
            Event::Text(text) if keep_text => tree.text(&text.xml10_content())?,
            Event::CData(data) if keep_text => tree.text(&data.into_inner())?,
            Event::GeneralRef(reference) => {
                let character = resolve(&reference)?;
                if keep_text {
                    tree.text(character.encode_utf8(&mut [0; 4]))?;
                }
            }
            Event::DocType(_) => return Err(XmlError::Forbidden),
            Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Ok(Move::Eof),
        }
        Ok(Move::Within)
    }
}

enum Move {
    Open,
    Empty,
    Close,
    Within,
    Eof,
}

/// Puts a tag into the tree. Two attributes have places of their own, because vSphere has them everywhere: `xsi:type` (the
/// value's class) and plain `type` (a reference's class). Declarations of name spaces are left out: prefixes are not read.
fn open(tree: &mut Tree, tag: &BytesStart<'_>) -> Result<(), XmlError> {
    tree.open(tag.local_name().as_ref())?;
    if tag.attributes_raw().is_empty() {
        return Ok(());
    }
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| XmlError::Malformed)?;
        let key: &str = attribute.key.as_ref();
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let value = unescape(&attribute.value).map_err(|_| XmlError::Forbidden)?;
        match local(key) {
            "type" if key == "type" => tree.reference_type(&value)?,
            "type" => tree.value_type(local(&value))?,
            other => tree.attribute(other, &value)?,
        }
    }
    Ok(())
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, XmlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| XmlError::Malformed)? {
        return Ok(character);
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(XmlError::Forbidden),
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Ends the input when one token has used up its allowance.
struct Metered<R> {
    inner: R,
    left: usize,
    exhausted: bool,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            self.exhausted = true;
            return Err(io::Error::other("token too large"));
        }
        let available = self.inner.fill_buf()?;
        Ok(&available[..available.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.inner.consume(amount);
    }
}
