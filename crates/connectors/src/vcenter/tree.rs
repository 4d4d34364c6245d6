//! One part of an answer as a tree in an arena that is reused from part to part: no allocation per element.
//!
//! It keeps names, texts and the two `type` attributes; what they mean is the parsers' business.

/// A view's list of machines is one part: 200,000 references and their text stay below this.
const MAX_ELEMENTS: usize = 1 << 20;
const MAX_TEXT_BYTES: usize = 64 << 20;

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
}

#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    text: String,
    open: Vec<u32>,
}

impl Tree {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.text.clear();
        self.open.clear();
    }

    pub(super) fn open(&mut self, name: &str) -> Result<(), TreeError> {
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

    pub(super) fn value_type(&mut self, value: &str) -> Result<(), TreeError> {
        let span = self.keep(value)?;
        if let Some(node) = self.nodes.last_mut() {
            node.value_type = span;
        }
        Ok(())
    }

    pub(super) fn reference_type(&mut self, value: &str) -> Result<(), TreeError> {
        let span = self.keep(value)?;
        if let Some(node) = self.nodes.last_mut() {
            node.reference_type = span;
        }
        Ok(())
    }

    /// Adds to the text of the innermost element. White space between elements is dropped: in SOAP an element has
    /// either children or text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), TreeError> {
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

    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    pub(super) fn root(&self) -> Option<Element<'_>> {
        if self.nodes.is_empty() { None } else { Some(Element { tree: self, at: 0 }) }
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
