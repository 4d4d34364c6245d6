//! Who looks at the page: loaded once for each document, and known to every page.

use leptos::prelude::*;

use crate::{
    error::AppError,
    loading::{Loaded, resource},
    server::accounts::{Visitor, read_visitor},
};

#[derive(Clone, Copy)]
pub(crate) struct VisitorResource(pub(crate) Loaded<Result<Visitor, AppError>>);

impl VisitorResource {
    pub(crate) fn provide() {
        provide_context(Self(resource(|| (), |()| read_visitor())));
    }
}
