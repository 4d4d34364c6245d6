//! Reads a SOAP answer part by part while it arrives; every part becomes a tree, a fault becomes an error.

use std::io::BufRead;

use super::{
    fault::Fault,
    tree::{Element, Tree},
};
use crate::xml::{Step, Xml, XmlError};

/// Why an answer yields nothing more.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error("the server answered with a fault")]
    Fault(Box<Fault>),
    #[error("the answer is not SOAP: {0}")]
    Xml(#[from] XmlError),
    #[error("the answer is XML, but not SOAP")]
    NotSoap,
    #[error("it holds more objects than are believed")]
    TooMany,
    #[error("its objects are larger than is believed")]
    TooLarge,
}

/// Reads an answer and gives each direct child of its `returnval` elements to `on_part`, in order: for
/// `RetrievePropertiesEx` these are the token (if any) and each object.
pub fn read_parts(input: impl BufRead, mut on_part: impl FnMut(Element<'_>)) -> Result<(), AnswerError> {
    let mut xml = Xml::new(input);
    let mut tree = Tree::default();
    if !enter_response(&mut xml, &mut tree)? {
        return Ok(());
    }
    // Inside `RetrievePropertiesExResponse`: `returnval` elements.
    loop {
        match xml.step(&mut tree)? {
            Step::Close | Step::End => return drain(&mut xml, &mut tree),
            Step::Open => {}
        }
        loop {
            match xml.step(&mut tree)? {
                Step::Close => break,
                Step::End => return Ok(()),
                Step::Open => {
                    xml.read_subtree(&mut tree)?;
                    if let Some(part) = tree.root() {
                        on_part(part);
                    }
                }
            }
        }
    }
}

/// Reads a small answer whole and gives its response element to `take`.
pub fn read_whole<T>(input: impl BufRead, take: impl FnOnce(Element<'_>) -> T) -> Result<T, AnswerError> {
    let mut xml = Xml::new(input);
    let mut tree = Tree::default();
    if enter_response(&mut xml, &mut tree)? {
        xml.read_subtree(&mut tree)?;
    }
    let root = tree.root().ok_or(AnswerError::NotSoap)?;
    let taken = take(root);
    drain(&mut xml, &mut tree)?;
    Ok(taken)
}

/// Goes through `Envelope` and `Body` to the response element, whose head is then the tree's root; false if the body
/// is empty. A fault is read and returned as an error.
fn enter_response<R: BufRead>(xml: &mut Xml<R>, tree: &mut Tree) -> Result<bool, AnswerError> {
    let name_is = |tree: &Tree, name: &str| tree.root().is_some_and(|root| root.name() == name);
    match xml.step(tree)? {
        Step::Open if name_is(tree, "Envelope") => {}
        _ => return Err(AnswerError::NotSoap),
    }
    loop {
        match xml.step(tree)? {
            Step::Open if name_is(tree, "Body") => break,
            // A header.
            Step::Open => xml.read_subtree(tree)?,
            _ => return Err(AnswerError::NotSoap),
        }
    }
    match xml.step(tree)? {
        Step::Open if name_is(tree, "Fault") => {
            xml.read_subtree(tree)?;
            let fault = tree.root().map(Fault::read).unwrap_or_default();
            Err(AnswerError::Fault(Box::new(fault)))
        }
        Step::Open => Ok(true),
        Step::Close | Step::End => Ok(false),
    }
}

/// Reads to the end, so that a document that breaks off after its last part is noticed.
fn drain<R: BufRead>(xml: &mut Xml<R>, tree: &mut Tree) -> Result<(), AnswerError> {
    loop {
        match xml.step(tree)? {
            Step::Open => xml.read_subtree(tree)?,
            Step::Close => {}
            Step::End => return Ok(()),
        }
    }
}
