//! One part of an answer as a tree in an arena that is reused from part to part: no allocation per element.
//!
//! It keeps names, texts and attributes; what they mean is the parsers' business.

/// A view's list of machines is one part: 200,000 references and their text stay below this.
const MAX_ELEMENTS: usize = 1 << 20;
const MAX_TEXT_BYTES: usize = 64 << 20;

const MAX_ATTRIBUTES: usize = 1 << 20;

/// The part exceeds the arena's bounds.
#[derive(Debug)]
pub struct TreeError;

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    name: Span,
    value_type: Span,
    reference_type: Span,
    text: Span,
    /// 0 stands for none: the root is nobody's child.
    first_child: u32,
    last_child: u32,
    next: u32,
    /// Where its attributes lie among all, without the two types.
    attributes: Span,
}

#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// Names and values.
    attributes: Vec<(Span, Span)>,
    text: String,
    open: Vec<u32>,
}

impl Tree {
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.attributes.clear();
        self.text.clear();
        self.open.clear();
    }

    pub(crate) fn open(&mut self, name: &str) -> Result<(), TreeError> {
        if self.nodes.len() >= MAX_ELEMENTS {
            return Err(TreeError);
        }
        let at = self.nodes.len() as u32;
        let name = self.keep(name)?;
        if let Some(parent) = self.open.last().copied() {
            let previous = std::mem::replace(&mut self.nodes[parent as usize].last_child, at);
            if previous == 0 {
                self.nodes[parent as usize].first_child = at;
            } else {
                self.nodes[previous as usize].next = at;
            }
        }
        self.nodes.push(Node { name, ..Node::default() });
        self.open.push(at);
        Ok(())
    }

    pub(crate) fn value_type(&mut self, value: &str) -> Result<(), TreeError> {
        let span = self.keep(value)?;
        if let Some(node) = self.nodes.last_mut() {
            node.value_type = span;
        }
        Ok(())
    }

    pub(crate) fn reference_type(&mut self, value: &str) -> Result<(), TreeError> {
        let span = self.keep(value)?;
        if let Some(node) = self.nodes.last_mut() {
            node.reference_type = span;
        }
        Ok(())
    }

    pub(crate) fn attribute(&mut self, name: &str, value: &str) -> Result<(), TreeError> {
        if self.attributes.len() >= MAX_ATTRIBUTES {
            return Err(TreeError);
        }
        let kept = (self.keep(name)?, self.keep(value)?);
        let at = self.attributes.len() as u32;
        self.attributes.push(kept);
        if let Some(node) = self.nodes.last_mut() {
            let start = if node.attributes.end == 0 { at } else { node.attributes.start };
            node.attributes = Span { start, end: at + 1 };
        }
        Ok(())
    }

    /// Adds to the text of the innermost element. White space between elements is dropped: in SOAP an element has
    /// either children or text.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), TreeError> {
        let Some(at) = self.open.last().copied() else { return Ok(()) };
        if self.nodes[at as usize].first_child != 0 {
            return Ok(());
        }
        let span = self.keep(text)?;
        let node = &mut self.nodes[at as usize];
        if node.text.end == node.text.start {
            node.text = span;
        } else {
            node.text.end = span.end;
        }
        Ok(())
    }

    pub(crate) fn close(&mut self) {
        self.open.pop();
    }

    pub(crate) fn root(&self) -> Option<Element<'_>> {
        if self.nodes.is_empty() { None } else { Some(Element { tree: self, at: 0 }) }
    }

    /// About what values made of this part take: its texts and types, and something for each element, whose names are not
    /// kept.
    fn weight(&self) -> u64 {
        const ELEMENT: u64 = 16;
        let length = |span: Span| u64::from(span.end - span.start);
        let kept = |node: &Node| length(node.text) + length(node.value_type) + length(node.reference_type) + ELEMENT;
        self.nodes.iter().map(kept).sum()
    }

    fn keep(&mut self, text: &str) -> Result<Span, TreeError> {
        let start = self.text.len();
        if start + text.len() > MAX_TEXT_BYTES {
            return Err(TreeError);
        }
        self.text.push_str(text);
        Ok(Span { start: start as u32, end: self.text.len() as u32 })
    }

    fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// A place in a tree.
#[derive(Clone, Copy)]
pub struct Element<'t> {
    tree: &'t Tree,
    at: u32,
}

impl<'t> Element<'t> {
    fn node(self) -> &'t Node {
        &self.tree.nodes[self.at as usize]
    }

    /// The weight of the whole part that this is of.
    pub(crate) fn part_weight(self) -> u64 {
        self.tree.weight()
    }

    pub fn name(self) -> &'t str {
        self.tree.slice(self.node().name)
    }

    /// `xsi:type` without its prefix; empty where the element has none.
    pub fn value_type(self) -> &'t str {
        self.tree.slice(self.node().value_type)
    }

    /// The class of a managed object reference, for example `HostSystem`.
    pub fn reference_type(self) -> &'t str {
        self.tree.slice(self.node().reference_type)
    }

    pub fn text(self) -> &'t str {
        self.tree.slice(self.node().text)
    }

    /// The value of an attribute, named without its prefix; `type` is not among them.
    pub fn attribute(self, name: &str) -> Option<&'t str> {
        let Span { start, end } = self.node().attributes;
        let own = self.tree.attributes.get(start as usize..end as usize)?;
        own.iter().find(|(key, _)| self.tree.slice(*key) == name).map(|(_, value)| self.tree.slice(*value))
    }

    pub fn children(self) -> Children<'t> {
        Children { tree: self.tree, next: self.node().first_child }
    }

    pub fn child(self, name: &str) -> Option<Element<'t>> {
        self.children().find(|child| child.name() == name)
    }

    /// All children of this name: vSphere repeats an element for each item of a list.
    pub fn all(self, name: &'static str) -> impl Iterator<Item = Element<'t>> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The text of a child that is there and not empty.
    pub fn get(self, name: &str) -> Option<&'t str> {
        self.child(name).map(Element::text).filter(|text| !text.is_empty())
    }
}

pub struct Children<'t> {
    tree: &'t Tree,
    next: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Element<'t>;

    fn next(&mut self) -> Option<Element<'t>> {
        if self.next == 0 {
            return None;
        }
        let at = self.next;
        self.next = self.tree.nodes[at as usize].next;
        Some(Element { tree: self.tree, at })
    }
}
