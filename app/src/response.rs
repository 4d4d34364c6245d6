//! What the server answers besides the value of a server function: a status, or another page for forms sent without script.

use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use leptos_router::location::Url;

const NAME_COOKIE: &str = "iroa_typed_name";
const NAME_MAX_CHARS: usize = 100;

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

/// What was typed as a name in a form that was refused, for the page that shows the form again. It stays out of the address
/// and is forgotten after a minute; forms of scripts keep their fields themselves.
pub(crate) fn keep_typed_name(name: &str) {
    let name: String = name.chars().take(NAME_MAX_CHARS).collect();
    let cookie = format!("{NAME_COOKIE}={}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict", Url::escape(&name));
    if let (true, Some(response), Ok(cookie)) =
        (is_plain_form(), use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie))
    {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// What [`keep_typed_name`] kept of this visitor.
pub(crate) fn typed_name() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let cookies = parts.headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == NAME_COOKIE).then(|| Url::unescape(value)))
}

fn wants_html(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
