//! Accounts as people type them, and the choice of how to sign in with them.

use secrecy::{ExposeSecret, SecretString};
use sspi::{AuthIdentity, Username};

/// How to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// The best that the host offers: Negotiate, else NTLM, else Basic (which is refused over http, and where any certificate
    /// is trusted).
    #[default]
    Offered,
    Negotiate,
    Ntlm,
    /// Local accounts only, over https only.
    Basic,
}

/// `DOMAIN\user`, `user@domain`, or a local `user`, also written `.\user`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    name: String,
}

impl Account {
    pub fn parse(typed: &str) -> Self {
        let typed = typed.trim();
        // `.` stands for the machine that the client runs on; the host understands an empty domain as its own accounts.
        Self { name: typed.strip_prefix(".\\").unwrap_or(typed).to_owned() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// `None` where the name has no meaning: empty, or with a backslash too many.
    pub(super) fn identity(&self, password: &SecretString) -> Option<AuthIdentity> {
        let username = Username::parse(&self.name).ok().filter(|_| !self.name.is_empty())?;
        Some(AuthIdentity { username, password: password.expose_secret().to_owned().into() })
    }
}

#[cfg(test)]
mod tests {
    use sspi::AuthIdentityBuffers;

    use super::*;

    fn user_and_domain(typed: &str) -> Option<(String, String)> {
        let buffers = AuthIdentityBuffers::from(Account::parse(typed).identity(&"x".into())?);
        Some((buffers.user.to_string(), buffers.domain.to_string()))
    }

    #[test]
    fn accounts_of_all_kinds_are_understood() {
        for (typed, user, domain) in [
            ("LAB\\reader", "reader", "LAB"),
            (" LAB.EXAMPLE\\reader ", "reader", "LAB.EXAMPLE"),
            // The domain of a user principal name is part of the name: the suffix need not be the domain's.
            ("reader@lab.example", "reader@lab.example", ""),
            ("reader", "reader", ""),
            (".\\reader", "reader", ""),
            ("HV1\\reader", "reader", "HV1"),
            ("LAB\\odd@name", "odd@name", "LAB"),
        ] {
            assert_eq!(user_and_domain(typed), Some((user.to_owned(), domain.to_owned())), "{typed}");
        }
        for typed in ["", "  ", "A\\B\\c"] {
            assert_eq!(user_and_domain(typed), None, "{typed}");
        }
    }
}
