//! A signed-in session: what the server is, login and logout as a pair, and the small calls that every read needs.

use std::{sync::Arc, time::Duration};

use model::{
    failure::{Failure, FailureKind},
    inventory::SourceIdentity,
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    answer::{read_parts, read_whole},
    envelope::Request,
    transport::{CallError, Transport},
    tree::Element,
    value::Moref,
};
use crate::xml::escape::is_writable;

/// A logout is not worth more: the server drops idle sessions by itself after half an hour.
const LOGOUT: Duration = Duration::from_secs(5);

/// `RetrieveServiceContent`: the server's entry points and what it says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceContent {
    pub root_folder: Moref,
    pub property_collector: Moref,
    pub session_manager: Moref,
    /// Absent on some very small servers; nothing can be read without it.
    pub view_manager: Option<Moref>,
    pub custom_fields_manager: Option<Moref>,
    pub authorization_manager: Option<Moref>,
    /// `perfManager`: without it nothing is measured.
    pub performance_manager: Option<Moref>,
    /// The server's own options.
    pub setting: Option<Moref>,
    pub about: About,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub name: Option<String>,
    pub version: Option<String>,
    pub build: Option<String>,
    /// `VirtualCenter` or `HostAgent`.
    pub api_type: Option<String>,
    pub api_version: Option<String>,
    pub instance_uuid: Option<String>,
}

impl About {
    pub fn is_host(&self) -> bool {
        self.api_type.as_deref() == Some("HostAgent")
    }

    pub(super) fn identity(&self) -> SourceIdentity {
        SourceIdentity {
            product: self.name.clone(),
            version: self.version.clone(),
            build: self.build.clone(),
            // A host's is that of its management agent and changes with a reinstallation; `collect` asks its hardware.
            instance_uuid: self.instance_uuid.clone().filter(|_| !self.is_host()),
        }
    }
}

impl ServiceContent {
    /// Reads the `RetrieveServiceContentResponse`; `None` if it is something else.
    pub fn read(response: Element<'_>) -> Option<Self> {
        let content = response.child("returnval")?;
        let reference = |name: &str| content.child(name).and_then(Element::moref);
        let about = content.child("about")?;
        Some(Self {
            root_folder: reference("rootFolder")?,
            property_collector: reference("propertyCollector")?,
            session_manager: reference("sessionManager")?,
            view_manager: reference("viewManager"),
            custom_fields_manager: reference("customFieldsManager"),
            authorization_manager: reference("authorizationManager"),
            performance_manager: reference("perfManager"),
            setting: reference("setting"),
            about: About {
                name: about.string("name"),
                version: about.string("version"),
                build: about.string("build"),
                api_type: about.string("apiType"),
                api_version: about.string("apiVersion"),
                instance_uuid: about.string("instanceUuid"),
            },
        })
    }
}

pub(super) struct Session {
    pub(super) transport: Arc<Transport>,
    pub(super) content: Arc<ServiceContent>,
    /// `UserSession.key`: the session itself, where privileges are asked for.
    pub(super) key: Option<String>,
    open: bool,
}

/// Asks the endpoint what it is; needs no login.
pub(super) async fn service_content(transport: &Transport) -> Result<ServiceContent, Failure> {
    let request = Request::new("RetrieveServiceContent", &Moref::new("ServiceInstance", "ServiceInstance"));
    let content = transport.call(request.finish(), |body| read_whole(body, ServiceContent::read)).await;
    let content = match content {
        Ok(Some(content)) => content,
        Ok(None) => return Err(not_vsphere(&transport.host(), "a SOAP message of another service")),
        Err(CallError::Fault(fault)) if fault.class.is_empty() => {
            return Err(not_vsphere(&transport.host(), "a SOAP fault of another service"));
        }
        Err(CallError::Failed(failure)) if failure.kind == FailureKind::Protocol => {
            return Err(
                not_vsphere(&transport.host(), "something that no vSphere server sends").with_advice(failure.advice())
            );
        }
        Err(error) => return Err(error.failure(&transport.host())),
    };
    if let Some(version) = &content.about.api_version {
        transport.speak(version);
    }
    Ok(content)
}

fn not_vsphere(host: &str, what: &str) -> Failure {
    Failure::new(FailureKind::NotThisProduct, format!("that is not a vSphere endpoint: {host} answered {what}"))
}

impl Session {
    /// Signs in. A session that is not closed signs itself out when it is dropped.
    pub(super) async fn open(
        transport: Arc<Transport>,
        content: Arc<ServiceContent>,
        username: &str,
        password: &SecretString,
    ) -> Result<Self, Failure> {
        for (what, text) in [("user name", username), ("password", password.expose_secret())] {
            if !is_writable(text) {
                let detail = format!("the {what} contains a control character that vSphere's protocol cannot carry");
                return Err(Failure::new(FailureKind::Unauthorized, detail).with_advice(
                    "Enter it again; if it truly contains such a character, the account needs another one.",
                ));
            }
        }
        transport.forget_session();
        let mut request = Request::new("Login", &content.session_manager);
        request.text("userName", username);
        request.text("password", password.expose_secret());
        let key = transport.call(request.finish(), |body| {
            read_whole(body, |response| response.child("returnval").and_then(|session| session.string("key")))
        });
        let key = key.await.map_err(|error| error.failure(&transport.host()))?;
        Ok(Self { transport, content, key, open: true })
    }

    pub(super) fn host(&self) -> String {
        self.transport.host()
    }

    pub(super) async fn close(mut self) {
        self.open = false;
        log_out(&self.transport, &self.content).await;
    }

    /// The server has ended the session by itself: there is nothing to sign out from.
    pub(super) fn abandon(mut self) {
        self.open = false;
    }

    /// Lists everything of these classes below the root folder; yields the view.
    pub(super) async fn create_view(&self, classes: &[&str]) -> Result<Moref, CallError> {
        let Some(manager) = &self.content.view_manager else {
            return Err(Failure::new(FailureKind::Protocol, "the server has no view manager").into());
        };
        let mut request = Request::new("CreateContainerView", manager);
        request.reference("container", &self.content.root_folder);
        for class in classes {
            request.text("type", class);
        }
        request.text("recursive", "true");
        let created = self.transport.call(request.finish(), |body| {
            read_whole(body, |response| response.child("returnval").and_then(Element::moref))
        });
        created.await?.ok_or_else(|| Failure::new(FailureKind::Protocol, "the server created no view").into())
    }

    pub(super) async fn destroy_view(&self, view: &Moref) {
        let call = self.transport.call(Request::new("DestroyView", view).finish(), |body| read_whole(body, |_| ()));
        // The view ends with the session at the latest.
        let _ = tokio::time::timeout(LOGOUT, call).await;
    }

    /// How many objects the view lists, by class.
    pub(super) async fn count_view(&self, view: &Moref) -> Result<Vec<(String, u64)>, CallError> {
        let mut request = Request::new("RetrievePropertiesEx", &self.content.property_collector);
        request.open("specSet");
        request.open("propSet");
        request.text("type", "ContainerView");
        request.text("pathSet", "view");
        request.close("propSet");
        request.open("objectSet");
        request.reference("obj", view);
        request.close("objectSet");
        request.close("specSet");
        request.open("options");
        request.close("options");
        let counts = self.transport.call(request.finish(), |body| {
            let mut counts: Vec<(String, u64)> = Vec::new();
            read_parts(body, |part| {
                for property in part.all("propSet") {
                    for reference in property.child("val").into_iter().flat_map(Element::items) {
                        let class = reference.reference_type();
                        match counts.iter_mut().find(|(known, _)| known == class) {
                            Some((_, count)) => *count += 1,
                            None => counts.push((class.to_owned(), 1)),
                        }
                    }
                }
            })?;
            Ok(counts)
        });
        counts.await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (transport, content) = (self.transport.clone(), self.content.clone());
            runtime.spawn(async move { log_out(&transport, &content).await });
        }
    }
}

async fn log_out(transport: &Transport, content: &ServiceContent) {
    let call =
        transport.call(Request::new("Logout", &content.session_manager).finish(), |body| read_whole(body, |_| ()));
    if !matches!(tokio::time::timeout(LOGOUT, call).await, Ok(Ok(()))) {
        tracing::debug!(host = %transport.host(), "could not sign out; the session ends by itself");
    }
}
