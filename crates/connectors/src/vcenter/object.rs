//! One object of a `RetrievePropertiesEx` answer: its reference, its properties, and what was withheld.

use super::{fault::Fault, tree::Element, value::Moref};

/// An `objects` element.
#[derive(Clone, Copy)]
pub struct Object<'t>(Element<'t>);

impl<'t> Object<'t> {
    /// `None` if the part is something else, for example the token.
    pub fn of(part: Element<'t>) -> Option<Self> {
        if part.name() == "objects" { Some(Self(part)) } else { None }
    }

    pub fn moref(self) -> Option<Moref> {
        self.0.child("obj").and_then(Element::moref)
    }

    /// Paths and values. A property without a value is unset and left out.
    pub fn properties(self) -> impl Iterator<Item = (&'t str, Element<'t>)> {
        self.0.all("propSet").filter_map(|property| Some((property.get("name")?, property.child("val")?)))
    }

    /// What the server did not give: the property's path and why.
    pub fn missing(self) -> impl Iterator<Item = (&'t str, Fault)> {
        self.0.all("missingSet").filter_map(|missing| {
            let fault = missing.child("fault").map(Fault::read_localized).unwrap_or_default();
            Some((missing.get("path")?, fault))
        })
    }
}
