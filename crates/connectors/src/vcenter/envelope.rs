//! Writes SOAP requests. Everything that is not markup of this file is escaped.

use std::fmt::Write as _;

use super::value::Moref;
use crate::xml::escape::escape_into;

/// A request's body, for example `<Logout …>`.
pub(super) struct Request {
    xml: String,
    method: &'static str,
}

const OPENING: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" "#,
    r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>"#,
);

impl Request {
    /// Begins a call of `method` on a managed object.
    pub(super) fn new(method: &'static str, this: &Moref) -> Self {
        let mut request = Self { xml: String::from(OPENING), method };
        let _ = write!(request.xml, r#"<{method} xmlns="urn:vim25">"#);
        request.reference("_this", this);
        request
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        let _ = write!(self.xml, "<{name}>");
        escape_into(&mut self.xml, value);
        let _ = write!(self.xml, "</{name}>");
    }

    pub(super) fn reference(&mut self, name: &str, object: &Moref) {
        let _ = write!(self.xml, r#"<{name} type=""#);
        escape_into(&mut self.xml, &object.kind);
        self.xml.push_str("\">");
        escape_into(&mut self.xml, &object.id);
        let _ = write!(self.xml, "</{name}>");
    }

    pub(super) fn open(&mut self, name: &str) {
        let _ = write!(self.xml, "<{name}>");
    }

    /// Opens an element of a subclass.
    pub(super) fn open_as(&mut self, name: &str, class: &str) {
        let _ = write!(self.xml, r#"<{name} xsi:type="{class}">"#);
    }

    pub(super) fn close(&mut self, name: &str) {
        let _ = write!(self.xml, "</{name}>");
    }

    pub(super) fn finish(mut self) -> String {
        let _ = write!(self.xml, "</{}></soapenv:Body></soapenv:Envelope>", self.method);
        self.xml
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_escaped() {
        let mut request = Request::new("Login", &Moref::new("SessionManager", "SessionManager"));
        request.text("password", " <&>\"\t]]> ");
        let xml = request.finish();
        assert!(xml.contains("<password> &lt;&amp;&gt;&quot;&#9;]]&gt; </password>"), "{xml}");
        assert!(xml.ends_with("</Login></soapenv:Body></soapenv:Envelope>"));
    }
}
