//! What people hang on objects: custom attributes by the names of their fields, and tags.

use std::collections::HashMap;

use model::inventory::{Attribute, Tag};

use crate::vcenter::{tags::Tags, value::Moref};

/// Custom attributes and tags.
pub(super) struct Labels {
    pub(super) fields: HashMap<i64, String>,
    pub(super) tags: Tags,
}

impl Labels {
    pub(super) fn attributes(&self, custom: &[(i64, String)]) -> Vec<Attribute> {
        let named = custom
            .iter()
            .filter_map(|(key, value)| Some(Attribute { name: self.fields.get(key)?.clone(), value: value.clone() }));
        let mut attributes: Vec<_> = named.collect();
        attributes.sort();
        attributes
    }

    pub(super) fn tags(&self, id: &Moref) -> Vec<Tag> {
        self.tags.get(id).cloned().unwrap_or_default()
    }
}
