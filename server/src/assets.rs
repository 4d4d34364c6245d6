//! The site's static files: embedded in the binary with their compressed forms, or read from a folder while developing.
//!
//! Everything under the manifest's `pkg/<content hash>/` never changes under its name and is cached for ever.

use std::{
    borrow::Cow,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

#[derive(rust_embed::Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Embedded;

#[derive(Debug)]
enum Origin {
    Embedded,
    Folder(PathBuf),
}

/// The static files, and where the built site stands among them.
#[derive(Debug)]
pub struct Assets {
    origin: Origin,
    /// For example `pkg/3f9a…`.
    pkg: String,
}

#[derive(Deserialize)]
struct Manifest {
    pkg: String,
}

impl Assets {
    /// `folder` takes the place of what is embedded.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let mut assets =
            Self { origin: folder.map_or(Origin::Embedded, Origin::Folder), pkg: "pkg/missing".to_owned() };
        let manifest = assets.read("manifest.json").map(|bytes| serde_json::from_slice::<Manifest>(&bytes));
        match manifest {
            Some(Ok(manifest)) => assets.pkg = manifest.pkg,
            Some(Err(error)) => tracing::error!(error = %error, "the site's manifest cannot be read"),
            None => {
                tracing::warn!(
                    "the site is not built in: pages come without style and script; see `cargo xtask build`"
                );
            }
        }
        assets
    }

    pub fn pkg(&self) -> &str {
        &self.pkg
    }

    fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match &self.origin {
            Origin::Embedded => Embedded::get(path).map(|file| file.data),
            Origin::Folder(folder) => {
                let is_plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
                let file = folder.join(path);
                (is_plain && file.is_file()).then(|| std::fs::read(file).ok().map(Cow::Owned)).flatten()
            }
        }
    }

    /// The file in the best form that the client takes; `None` where there is no such file.
    fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let plain = self.read(path)?;
        let (encoding, bytes) = [("br", ".br"), ("gzip", ".gz")]
            .into_iter()
            .filter(|(encoding, _)| accepts(headers, encoding))
            .find_map(|(encoding, suffix)| Some((Some(encoding), self.read(&format!("{path}{suffix}"))?)))
            .unwrap_or((None, plain));
        let is_immutable = matches!(self.origin, Origin::Embedded)
            && path.strip_prefix(&self.pkg).is_some_and(|rest| rest.starts_with('/'));
        let tag = format!("\"{}\"", short_hash(&bytes));
        let is_known = headers
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));

        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let length = bytes.len();
            let body = match bytes {
                Cow::Borrowed(bytes) => Body::from(bytes),
                Cow::Owned(bytes) => Body::from(bytes),
            };
            let mut response = Response::new(body);
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
            if let Some(encoding) = encoding {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            response
        };
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&content_type(path)) {
            headers.insert(header::CONTENT_TYPE, value);
        }
        if let Ok(value) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, value);
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let cache = if is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        Some(response)
    }
}

/// Serves one file; GET and HEAD.
pub(crate) async fn serve(State(assets): State<Arc<Assets>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    assets.answer(path, request.headers()).unwrap_or_else(|| (StatusCode::NOT_FOUND, "No such file.\n").into_response())
}

/// `Accept-Encoding` names it, and not with quality 0.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok());
        is_named && quality.is_none_or(|quality| quality > 0.0)
    })
}

fn content_type(path: &str) -> String {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = guess.type_() == "text" || matches!(guess.essence_str(), "image/svg+xml" | "application/json");
    if is_text { format!("{guess}; charset=utf-8") } else { guess.to_string() }
}

fn short_hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (tempfile::TempDir, Assets) {
        let folder = tempfile::tempdir().unwrap();
        let pkg = folder.path().join("pkg/0123");
        std::fs::create_dir_all(&pkg).unwrap();
        std::fs::write(folder.path().join("manifest.json"), r#"{"pkg":"pkg/0123","css":"x","js":"y","wasm":"z"}"#)
            .unwrap();
        std::fs::write(pkg.join("iroa.js"), "plain").unwrap();
        std::fs::write(pkg.join("iroa.js.br"), "small").unwrap();
        std::fs::write(folder.path().join("favicon.svg"), "<svg/>").unwrap();
        let assets = Assets::new(Some(folder.path().to_owned()));
        (folder, assets)
    }

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_compressed_form_goes_to_clients_that_take_it() {
        let (_folder, assets) = site();
        assert_eq!(assets.pkg(), "pkg/0123");
        let answer = assets.answer("pkg/0123/iroa.js", &headers(header::ACCEPT_ENCODING, "gzip, br;q=0.9")).unwrap();
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        let answer = assets.answer("pkg/0123/iroa.js", &headers(header::ACCEPT_ENCODING, "br;q=0")).unwrap();
        assert!(!answer.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        let (_folder, assets) = site();
        let tag = assets.answer("favicon.svg", &HeaderMap::new()).unwrap().headers()[header::ETAG].clone();
        let again = assets.answer("favicon.svg", &headers(header::IF_NONE_MATCH, tag.to_str().unwrap())).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn paths_do_not_leave_the_folder() {
        let (_folder, assets) = site();
        assert!(assets.answer("../../etc/passwd", &HeaderMap::new()).is_none());
        assert!(assets.answer("pkg/../manifest.json", &HeaderMap::new()).is_none());
        assert!(assets.answer("/etc/passwd", &HeaderMap::new()).is_none());
        assert!(assets.answer("pkg", &HeaderMap::new()).is_none());
    }
}
