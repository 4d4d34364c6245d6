//! vSphere's faults: read from SOAP, and turned into the bounded failures that people see.

use model::failure::{Failure, FailureKind};

use super::tree::Element;
use crate::quote::shortened;

/// A fault as the server names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The fault's class, for example `InvalidLogin`; empty where the server gives only a text.
    pub class: String,
    pub text: String,
    /// `InvalidProperty.name`.
    pub property: Option<String>,
    /// `NoPermission.privilegeId`.
    pub privilege: Option<String>,
}

impl Fault {
    /// Reads a `soapenv:Fault`.
    pub(super) fn read(fault: Element<'_>) -> Self {
        let text = fault.get("faultstring").map(shortened).unwrap_or_default();
        let Some(cause) = fault.child("detail").and_then(|detail| detail.children().next()) else {
            return Self { text, ..Self::default() };
        };
        Self { text, ..Self::of_class(cause) }
    }

    /// Reads a `MethodFault` inside an answer, for example a `missingSet`'s.
    pub(super) fn read_localized(fault: Element<'_>) -> Self {
        let text = fault.get("localizedMessage").map(shortened).unwrap_or_default();
        match fault.child("fault") {
            Some(cause) => Self { text, ..Self::of_class(cause) },
            None => Self { text, ..Self::default() },
        }
    }

    fn of_class(cause: Element<'_>) -> Self {
        let class = match cause.value_type() {
            "" => cause.name().strip_suffix("Fault").unwrap_or(cause.name()),
            class => class,
        };
        Self {
            class: shortened(class),
            text: String::new(),
            property: cause.get("name").map(shortened),
            privilege: cause.get("privilegeId").map(shortened),
        }
    }

    pub(super) fn is_not_authenticated(&self) -> bool {
        self.class == "NotAuthenticated"
    }

    /// The object that was asked is no more.
    pub(super) fn is_gone_object(&self) -> bool {
        self.class == "ManagedObjectNotFound"
    }

    /// The property that this server does not know.
    pub(super) fn unknown_property(&self) -> Option<&str> {
        if self.class == "InvalidProperty" { self.property.as_deref() } else { None }
    }

    /// What the fault means for a person. `host` is the endpoint as it is shown.
    pub(super) fn failure(&self, host: &str) -> Failure {
        let said = if self.text.is_empty() { self.class.as_str() } else { self.text.as_str() };
        match self.class.as_str() {
            "InvalidLogin" if self.speaks_of_lock() => locked(host, said),
            "InvalidLogin" => {
                Failure::new(FailureKind::Unauthorized, format!("{host} refuses the user or the password"))
            }
            "PasswordExpired" => {
                Failure::new(FailureKind::AccountLocked, format!("{host} says that the account's password has expired"))
                    .with_advice("Set a new password for the account, then enter it in the source.")
            }
            "UserLocked" | "AccountLocked" | "AccountDisabled" => locked(host, said),
            "NoPermission" => {
                let lacks = self.privilege.as_deref().unwrap_or("a privilege");
                Failure::new(FailureKind::Forbidden, format!("the account lacks {lacks} on {host}"))
            }
            "RestrictedByAdministrator" | "RestrictedVersion" | "InvalidRequest" | "NotSupported" => {
                Failure::new(FailureKind::Protocol, format!("{host} does not allow this request: {said}"))
            }
            "NotAuthenticated" => {
                Failure::new(FailureKind::Protocol, format!("{host} ended the session during the read")).with_advice(
                    "Sync again. If it happens often, look for a session limit or an idle time-out on the server.",
                )
            }
            "HostNotReachable" | "HostCommunication" | "HostConnectFault" | "HostNotConnected" => {
                Failure::new(FailureKind::Unreachable, format!("{host} cannot reach a host that it needs: {said}"))
                    .with_advice("Look at the hosts' connection in vCenter, then sync again.")
            }
            "ConcurrentAccess" | "ResourceInUse" | "TooManySessions" | "SessionLimitExceeded" => {
                Failure::new(FailureKind::Throttled, format!("{host} is too busy: {said}"))
            }
            "RequestCanceled" => Failure::new(FailureKind::Cancelled, format!("{host} cancelled the request")),
            _ if self.speaks_of_lock() => locked(host, said),
            _ => Failure::new(FailureKind::Protocol, format!("{host} answered with a fault: {said}")),
        }
    }

    /// Single sign-on has no class for it: the text is all there is.
    fn speaks_of_lock(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        ["account is locked", "locked out", "account locked", "is disabled", "account was locked", "has been locked"]
            .iter()
            .any(|words| text.contains(words))
    }
}

fn locked(host: &str, said: &str) -> Failure {
    Failure::new(FailureKind::AccountLocked, format!("{host} says that the account is locked: {said}"))
}
