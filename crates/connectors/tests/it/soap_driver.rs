//! Changes things in vcsim the way an administrator's client would: bare SOAP, written here, independent of the connector.

use crate::{
    endpoint::{PASSWORD, USER},
    vcsim::Vcsim,
};

pub(crate) struct SoapDriver {
    http: reqwest::Client,
    url: String,
    cookie: String,
}

impl SoapDriver {
    pub(crate) async fn sign_in(vcsim: &Vcsim) -> Self {
        // The client here speaks plain HTTP, but reqwest wants a provider all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut driver = Self { http, url: format!("{}/sdk", vcsim.plain_address()), cookie: String::new() };
        let password = PASSWORD.replace('&', "&amp;").replace('<', "&lt;");
        let login = format!("<userName>{USER}</userName><password>{password}</password>");
        driver.call("Login", "SessionManager", "SessionManager", &login).await;
        driver
    }

    /// Calls a method; panics on a fault. Yields the answer's text.
    pub(crate) async fn call(&mut self, method: &str, class: &str, id: &str, arguments: &str) -> String {
        let body = format!(
            r#"<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><{method} xmlns="urn:vim25"><_this type="{class}">{id}</_this>{arguments}</{method}></soapenv:Body></soapenv:Envelope>"#
        );
        let request =
            self.http.post(&self.url).header("Cookie", &self.cookie).header("SOAPAction", "\"urn:vim25/6.5\"");
        let response = request.body(body).send().await.unwrap();
        if let Some(cookie) = response.headers().get("set-cookie") {
            cookie.to_str().unwrap().split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        let text = response.text().await.unwrap();
        assert!(!text.contains("<faultstring>"), "{method}: {text}");
        text
    }

    pub(crate) async fn rename(&mut self, class: &str, id: &str, name: &str) {
        self.call("Rename_Task", class, id, &format!("<newName>{name}</newName>")).await;
    }

    pub(crate) async fn power_off(&mut self, vm: &str) {
        self.call("PowerOffVM_Task", "VirtualMachine", vm, "").await;
    }
}

impl SoapDriver {
    /// The hidden folder of a datacenter that holds its machines.
    pub(crate) async fn folder_of_machines(&mut self, datacenter: &str) -> String {
        let arguments = format!(
            r#"<specSet><propSet><type>Datacenter</type><pathSet>vmFolder</pathSet></propSet><objectSet><obj type="Datacenter">{datacenter}</obj></objectSet></specSet><options></options>"#
        );
        let text = self.call("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", &arguments).await;
        let from = text.split(r#"type="Folder">"#).nth(1).unwrap();
        from.split('<').next().unwrap().to_owned()
    }

    /// Puts a new tag on an object, over the REST interface.
    pub(crate) async fn tag(&self, class: &str, id: &str, category: &str, name: &str) {
        let root = self.url.strip_suffix("/sdk").unwrap().to_owned();
        let login = self.http.post(format!("{root}/rest/com/vmware/cis/session")).basic_auth(USER, Some(PASSWORD));
        let session = value_of(login.send().await.unwrap()).await;
        let post = |path: &str, body: serde_json::Value| {
            let request = self.http.post(format!("{root}/rest/com/vmware/cis/tagging/{path}"));
            request.header("vmware-api-session-id", &session).json(&body).send()
        };
        let spec = serde_json::json!({ "create_spec": { "name": category, "description": "", "cardinality": "SINGLE", "associable_types": [] } });
        let category = value_of(post("category", spec).await.unwrap()).await;
        let spec = serde_json::json!({ "create_spec": { "name": name, "description": "", "category_id": category } });
        let tag = value_of(post("tag", spec).await.unwrap()).await;
        let object = serde_json::json!({ "object_id": { "type": class, "id": id } });
        let attached = post(&format!("tag-association/id:{tag}?~action=attach"), object).await.unwrap();
        assert!(attached.status().is_success(), "{}", attached.status());
    }
}

async fn value_of(response: reqwest::Response) -> String {
    let answer: serde_json::Value = response.json().await.unwrap();
    answer["value"].as_str().unwrap().to_owned()
}
