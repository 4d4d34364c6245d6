//! The connection test: what answers there, whether the account works, what it can see and what it lacks.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use model::{
    check::{CheckOutcome, CheckReport, MissingPrivilege},
    failure::{Failure, FailureKind},
};

use super::{
    answer::read_whole,
    collect::open_transport,
    envelope::Request,
    session::{ServiceContent, Session, service_content},
    transport::{CallError, Transport},
    tree::Element,
};
use crate::{Endpoint, http_failure};

/// The whole test; signing out comes on top of it.
const LIMIT: Duration = Duration::from_secs(20);

/// What the read uses, and what is not read without it. The read-only role has all of them.
const PRIVILEGES: [(&str, &str); 3] = [
    ("System.Anonymous", "the account cannot even ask what it may see"),
    ("System.View", "names and places: objects stay invisible"),
    ("System.Read", "configuration and state: machines, hosts, datastores and networks stay empty"),
];

pub(crate) async fn check(endpoint: &Endpoint) -> CheckOutcome {
    let started = Instant::now();
    let transport = match open_transport(endpoint).await {
        Ok(transport) => Arc::new(transport),
        Err(failure) => return CheckOutcome::Failed { failure, certificate: None },
    };
    let tested = tokio::time::timeout(LIMIT, test(endpoint, &transport)).await;
    let tested = tested.unwrap_or_else(|_| Err(http_failure::timed_out(&transport.host())));
    match tested {
        Ok(report) => CheckOutcome::Passed(CheckReport {
            certificate: transport.certificate(),
            duration_ms: started.elapsed().as_millis() as i64,
            ..report
        }),
        Err(failure) => {
            let is_certificate = failure.kind == FailureKind::Certificate;
            CheckOutcome::Failed { failure, certificate: transport.certificate().filter(|_| is_certificate) }
        }
    }
}

async fn test(endpoint: &Endpoint, transport: &Arc<Transport>) -> Result<CheckReport, Failure> {
    let content = Arc::new(service_content(transport).await?);
    // Dropped by the time limit or an error, the session signs itself out.
    let session = Session::open(transport.clone(), content.clone(), &endpoint.username, &endpoint.password).await?;
    let mut notes = notes(transport, &content);
    let vms_visible = match count_vms(&session).await {
        Ok(count) => Some(count),
        Err(error) => {
            notes.push(format!("Machines could not be counted: {}.", error.failure(&session.host()).detail));
            None
        }
    };
    if vms_visible == Some(0) {
        notes.push(
            "The account sees no virtual machine. If there are some, give it the read-only role on the top object, propagated to its children."
                .to_owned(),
        );
    }
    let missing_privileges = if let Ok(missing) = missing_privileges(&session, &content).await {
        missing
    } else {
        notes.push("The server does not say which privileges the account has.".to_owned());
        Vec::new()
    };
    session.close().await;
    Ok(CheckReport {
        identity: content.about.identity(),
        endpoint: transport.address().to_string(),
        vms_visible,
        missing_privileges,
        notes,
        ..CheckReport::default()
    })
}

fn notes(transport: &Transport, content: &ServiceContent) -> Vec<String> {
    let mut notes = Vec::new();
    if content.about.is_host() {
        notes.push(
            "This is an ESXi host, not a vCenter: fine, but only this host is read, without clusters, tags and custom attributes. If a vCenter manages it, add that one instead, or its machines appear twice."
                .to_owned(),
        );
    }
    if transport.address().is_plain() {
        notes.push("The address says http: the password and everything that is read travel in the clear.".to_owned());
    }
    notes
}

async fn count_vms(session: &Session) -> Result<u64, CallError> {
    let view = session.create_view(&["VirtualMachine"]).await?;
    let counts = session.count_view(&view).await?;
    Ok(counts.iter().map(|(_, count)| count).sum())
}

/// Asks for the privileges on the top object (`AuthorizationManager.HasPrivilegeOnEntities`, vSphere API 5.5).
async fn missing_privileges(session: &Session, content: &ServiceContent) -> Result<Vec<MissingPrivilege>, CallError> {
    let nothing = || CallError::Failed(Failure::new(FailureKind::Protocol, "the server does not say"));
    let (Some(manager), Some(key)) = (&content.authorization_manager, &session.key) else { return Err(nothing()) };
    let mut request = Request::new("HasPrivilegeOnEntities", manager);
    request.reference("entity", &content.root_folder);
    request.text("sessionId", key);
    for (privilege, _) in PRIVILEGES {
        request.text("privId", privilege);
    }
    let granted = session.transport.call(request.finish(), |body| read_whole(body, granted)).await?;
    if granted.is_empty() {
        return Err(nothing());
    }
    let lacks = |privilege: &str| granted.iter().any(|(name, granted)| name == privilege && !granted);
    let missing = PRIVILEGES.iter().filter(|(privilege, _)| lacks(privilege));
    Ok(missing
        .map(|(privilege, costs)| MissingPrivilege { privilege: (*privilege).to_owned(), costs: (*costs).to_owned() })
        .collect())
}

/// `EntityPrivilege`: names of privileges, and whether the session has them.
fn granted(response: Element<'_>) -> Vec<(String, bool)> {
    response
        .all("returnval")
        .flat_map(|entity| entity.all("privAvailability"))
        .filter_map(|availability| Some((availability.string("privId")?, availability.flag("isGranted")?)))
        .collect()
}
