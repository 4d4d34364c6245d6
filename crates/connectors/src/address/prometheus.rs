//! Addresses of Prometheus and of what speaks its API: `prom.lab:9090`, `https://gate.lab/prometheus/graph?g0.expr=up`.

use url::Url;

use super::{Address, AddressError, parse};

/// What follows the prefix in addresses that people copy: pages of the web interface, and the API itself.
const PAGES: [&str; 13] = [
    "/graph",
    "/query",
    "/alerts",
    "/targets",
    "/rules",
    "/status",
    "/config",
    "/flags",
    "/tsdb-status",
    "/metrics",
    "/classic",
    "/-",
    "/api/v1",
];

impl Address {
    /// Understands a Prometheus address. Without a scheme it is https, whatever the port; the path is the prefix that the API
    /// stands under, and a page of the web interface at its end is left out.
    pub fn prometheus(typed: &str) -> Result<Self, AddressError> {
        let mut url = parse(typed)?;
        let path = url.path().trim_end_matches('/').to_owned();
        let pages = PAGES.iter().filter_map(|page| position(&path, page));
        let prefix = pages.min().map_or(path.as_str(), |at| &path[..at]).trim_end_matches('/').to_owned();
        url.set_path(&prefix);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url })
    }

    /// An endpoint of the API: `api/v1/query` under the address's prefix.
    pub(crate) fn below(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}/{path}"));
        url
    }
}

/// Where a page begins in a path: as a whole segment that ends it, or that the page's own paths follow.
fn position(path: &str, page: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = path[from..].find(page) {
        let (at, end) = (from + found, from + found + page.len());
        if path[end..].is_empty() || (is_parent(page) && path[end..].starts_with('/')) {
            return Some(at);
        }
        from = end;
    }
    None
}

fn is_parent(page: &str) -> bool {
    matches!(page, "/classic" | "/-" | "/api/v1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_kept_and_pages_are_not() {
        for (typed, expected) in [
            ("prom.lab:9090", "https://prom.lab:9090/"),
            ("http://prom.lab:9090/", "http://prom.lab:9090/"),
            ("http://prom.lab:9090/graph?g0.expr=up#x", "http://prom.lab:9090/"),
            ("http://prom.lab:9090/classic/targets", "http://prom.lab:9090/"),
            ("https://gate.lab/prometheus/", "https://gate.lab/prometheus"),
            ("https://gate.lab/prometheus/query", "https://gate.lab/prometheus"),
            ("https://gate.lab/prometheus/api/v1/query?query=up", "https://gate.lab/prometheus"),
            ("https://gate.lab/prometheus/api/v1", "https://gate.lab/prometheus"),
            ("https://gate.lab/prometheus/-/ready", "https://gate.lab/prometheus"),
            ("https://vm.lab:8481/select/0/prometheus", "https://vm.lab:8481/select/0/prometheus"),
            ("https://g.lab/api/datasources/proxy/uid/abc", "https://g.lab/api/datasources/proxy/uid/abc"),
            ("https://g.lab/graphs/p", "https://g.lab/graphs/p"),
            ("fe80::1", "https://[fe80::1]/"),
        ] {
            let address = Address::prometheus(typed).unwrap();
            assert_eq!(address.url().as_str(), expected, "{typed}");
        }
        assert_eq!(Address::prometheus("https://me:secret@prom"), Err(AddressError::UserInfo));
    }

    #[test]
    fn the_api_stands_under_the_prefix() {
        let api = |typed| Address::prometheus(typed).unwrap().below("api/v1/query").to_string();
        assert_eq!(api("http://prom:9090"), "http://prom:9090/api/v1/query");
        assert_eq!(api("https://gate.lab/prometheus/"), "https://gate.lab/prometheus/api/v1/query");
    }
}
