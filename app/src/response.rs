//! What the server answers besides the value of a server function: a status, or another page for forms sent without script.

use http::{StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// The request is a form sent by a browser without script (or before the script was there): it wants a page back.
pub(crate) fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.method == http::Method::POST && wants_html(&parts))
}

/// Sends a plain form on to a page of ours; scripts navigate by themselves.
pub(crate) fn go_to(path: &str) {
    if is_plain_form() {
        leptos_axum::redirect(path);
    }
}

/// Sets the response's status, except for plain forms, which are always answered by a redirect.
pub(crate) fn answer_with(status: StatusCode) {
    if let (false, Some(response)) = (is_plain_form(), use_context::<ResponseOptions>()) {
        response.set_status(status);
    }
}

fn wants_html(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
