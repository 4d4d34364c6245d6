//! What people type as an address, understood: `vc1`, `vc1:8443`, `2001:db8::1`, `https://vc1.lab/ui/`, `http://sim:8989/sdk`.

mod prometheus;

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use model::failure::{Failure, FailureKind};
use url::Url;

/// Where a web service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: Url,
}

/// Why a typed address cannot be used; Display is a sentence for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("there is no address")]
    Empty,
    #[error("the address contains a user or a password: they have fields of their own")]
    UserInfo,
    #[error("only https:// and http:// addresses can be read")]
    Scheme,
    #[error("that is not a host name, host:port or URL")]
    Malformed,
    #[error("an address has no spaces in it")]
    Spaces,
    #[error("a port is a number from 1 to 65535")]
    Port,
    #[error("port {0} speaks TLS: begin the address with https://")]
    PlainToTls(u16),
}

/// Ports that speak TLS by convention: of the web, and of WinRM.
const TLS_PORTS: [u16; 2] = [443, WINRM_TLS_PORT];

/// Pages of the product that people copy from the browser's address bar; the service is at `/sdk` of the same server.
const PRODUCT_PAGES: [&str; 5] = ["/ui", "/vsphere-client", "/mob", "/websso", "/folder"];

const WINRM_PORT: u16 = 5985;
const WINRM_TLS_PORT: u16 = 5986;

impl Address {
    /// Understands a vSphere address. Without a scheme it is https; a path is kept only if it leads to an `/sdk`
    /// (behind a reverse proxy).
    pub fn vsphere(typed: &str) -> Result<Self, AddressError> {
        let mut url = parse(typed)?;
        let path = url.path().trim_end_matches('/').to_owned();
        let is_page = PRODUCT_PAGES.iter().any(|page| path == *page || path.starts_with(&format!("{page}/")));
        if path.is_empty() || is_page || path == "/sdk/vimService" {
            url.set_path("/sdk");
        } else if path.ends_with("/sdk") {
            url.set_path(&path);
        } else {
            url.set_path(&format!("{path}/sdk"));
        }
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url })
    }

    /// Understands a WS-Management address. Without a scheme it is https, or http for port 5985; without a port it is the
    /// scheme's: 5986 or 5985. A port that was typed is kept, 443 and 80 as well.
    pub fn winrm(typed: &str) -> Result<Self, AddressError> {
        let mut url = parse(typed)?;
        if !typed.contains("://") && url.port() == Some(WINRM_PORT) {
            let _ = url.set_scheme("http");
        }
        if url.port().is_none() && !names_a_port(typed) {
            let port = if url.scheme() == "http" { WINRM_PORT } else { WINRM_TLS_PORT };
            let _ = url.set_port(Some(port));
        }
        if url.path().trim_matches('/').is_empty() {
            url.set_path("/wsman");
        }
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { url })
    }

    /// Understands the address of a Zabbix web interface, of one of its pages or of its `api_jsonrpc.php`: where the API may
    /// be, the likeliest place first. Without a scheme it is https.
    pub fn zabbix(typed: &str) -> Result<Vec<Self>, AddressError> {
        let mut url = parse(typed)?;
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().to_owned();
        let folder = match path.rsplit_once('/') {
            Some((folder, page))
                if page.is_empty()
                    || page.to_ascii_lowercase().rsplit_once('.').is_some_and(|(_, end)| end == "php") =>
            {
                folder
            }
            _ => &path,
        };
        let folder = folder.trim_end_matches('/');
        let at = |folder: &str| {
            let mut url = url.clone();
            url.set_path(&format!("{folder}/api_jsonrpc.php"));
            Self { url }
        };
        // The packages of distributions put it below /zabbix, containers at the top.
        if folder.is_empty() && !path.ends_with("/api_jsonrpc.php") {
            return Ok(vec![at(""), at("/zabbix")]);
        }
        Ok(vec![at(folder)])
    }

    /// The same service of another host, by name or by address; `None` if that is neither.
    pub(crate) fn with_host(&self, host: &str) -> Option<Self> {
        let mut url = self.url.clone();
        match host.parse::<IpAddr>() {
            Ok(address) => url.set_ip_host(address).ok()?,
            Err(_) => url.set_host(Some(host)).ok()?,
        }
        url.host_str().is_some_and(|host| !host.is_empty()).then_some(Self { url })
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The same server, another path.
    pub(crate) fn beside(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let root = url.path().strip_suffix("/sdk").unwrap_or("").to_owned();
        url.set_path(&format!("{root}{path}"));
        url
    }

    /// Typed with `http://`: passwords travel in the clear.
    pub fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// The name as a person would say it, with the port: `vc1.lab:443`.
    pub fn host_and_port(&self) -> String {
        format!("{}:{}", self.host(), self.port())
    }

    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }
}

/// The address in full, the port included: `https://vc1.lab:443/sdk`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.url.scheme(), self.host_and_port(), self.url.path())
    }
}

impl From<AddressError> for Failure {
    fn from(error: AddressError) -> Self {
        Failure::new(FailureKind::UnknownHost, error.to_string()).with_advice(
            "Type a host name (vc1.lab), a name with a port (vc1.lab:8443) or a URL (https://vc1.lab/sdk).",
        )
    }
}

fn parse(typed: &str) -> Result<Url, AddressError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(AddressError::Empty);
    }
    if typed.contains(char::is_whitespace) {
        return Err(AddressError::Spaces);
    }
    let text = match typed.split_once("://") {
        Some((scheme, _)) if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) => {
            return Err(AddressError::Scheme);
        }
        Some(_) => typed.to_owned(),
        None if typed.parse::<Ipv6Addr>().is_ok() => format!("https://[{typed}]"),
        None => format!("https://{typed}"),
    };
    let url = Url::parse(&text).map_err(|error| match error {
        url::ParseError::InvalidPort => AddressError::Port,
        _ => AddressError::Malformed,
    })?;
    if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
        return Err(AddressError::UserInfo);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(AddressError::Malformed);
    }
    match url.port() {
        Some(0) => return Err(AddressError::Port),
        Some(port) if url.scheme() == "http" && TLS_PORTS.contains(&port) => {
            return Err(AddressError::PlainToTls(port));
        }
        _ => {}
    }
    Ok(url)
}

/// The typed text ends its authority with a port: the URL forgets one that is the scheme's own.
fn names_a_port(typed: &str) -> bool {
    let typed = typed.trim();
    let rest = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) && typed.parse::<Ipv6Addr>().is_err()
}

#[cfg(test)]
mod tests;
