//! The API's version, and what differs between versions (<https://www.zabbix.com/documentation/current/en/manual/api/changes>).

use std::fmt;

use model::failure::{Failure, FailureKind};

use crate::quote::shortened;

/// Major and minor: `6.0` of `6.0.14`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u32, pub(super) u32);

const OLDEST: Version = Version(5, 0);

impl Version {
    /// Reads `6.0.14` and `7.0.0beta1`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        Some(Self(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }

    pub(super) fn supported(text: &str, host: &str) -> Result<Self, Failure> {
        let said = || shortened(text);
        let Some(version) = Self::parse(text) else {
            let detail = format!("{host} says that it is version “{}” of Zabbix, which is none", said());
            return Err(Failure::new(FailureKind::NotThisProduct, detail));
        };
        if version < OLDEST {
            let detail = format!("{host} runs Zabbix {}, and IROA reads {OLDEST} and newer", said());
            return Err(Failure::new(FailureKind::NotThisProduct, detail).with_advice("Update Zabbix."));
        }
        Ok(version)
    }

    /// What `user.login` calls the user's name.
    pub(super) fn login_field(self) -> &'static str {
        if self < Self(5, 4) { "user" } else { "username" }
    }

    pub(super) fn has_tokens(self) -> bool {
        self >= Self(5, 4)
    }

    /// The session goes in the header `Authorization`; before, it is a member of the request, which 7.2 refuses.
    pub(super) fn has_bearer(self) -> bool {
        self >= Self(6, 4)
    }

    /// 6.0 ignores the new name without a word.
    pub(super) fn groups_parameter(self) -> &'static str {
        if self < Self(6, 2) { "selectGroups" } else { "selectHostGroups" }
    }

    /// Interfaces say whether they are available; before, the host does.
    pub(super) fn has_interface_availability(self) -> bool {
        self >= Self(5, 4)
    }

    /// Hosts say whether their active agent is heard.
    pub(super) fn has_active_availability(self) -> bool {
        self >= Self(6, 2)
    }

    /// `user.checkAuthentication` takes a token.
    pub(super) fn tells_of_tokens(self) -> bool {
        self >= Self(6, 4)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_is_spoken_to_in_its_own_words() {
        let facts = |text: &str| {
            let version = Version::parse(text).unwrap();
            (version.login_field(), version.has_tokens(), version.has_bearer(), version.groups_parameter())
        };
        assert_eq!(facts("5.0.31"), ("user", false, false, "selectGroups"));
        assert_eq!(facts("5.4.0"), ("username", true, false, "selectGroups"));
        assert_eq!(facts("6.0.14"), ("username", true, false, "selectGroups"));
        assert_eq!(facts("6.2.1"), ("username", true, false, "selectHostGroups"));
        assert_eq!(facts("6.4.0rc1"), ("username", true, true, "selectHostGroups"));
        assert_eq!(facts("7.2"), ("username", true, true, "selectHostGroups"));
        assert_eq!(Version::parse("six"), None);
        assert!(Version::supported("4.4.10", "z").is_err() && Version::supported("", "z").is_err());
    }
}
