//! People, roles and what a role may do.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// In rising order: each role may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything, changes nothing but the own account.
    Viewer,
    /// Also starts and cancels syncs, adds and changes sources.
    Manager,
    /// Also administers users and settings.
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Manager, Self::Admin];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}

/// Who acts: the first argument of every use-case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "actor", rename_all = "snake_case")]
pub enum Actor {
    User {
        id: UserId,
        name: String,
        role: Role,
    },
    Scheduler,
    /// Somebody at the server's own command line, who can read its files anyway.
    Console,
}

impl Actor {
    pub const fn role(&self) -> Role {
        match self {
            Self::User { role, .. } => *role,
            Self::Scheduler => Role::Manager,
            Self::Console => Role::Admin,
        }
    }

    pub const fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Scheduler | Self::Console => None,
        }
    }

    /// As logs and histories name who acts.
    pub fn name(&self) -> &str {
        match self {
            Self::User { name, .. } => name,
            Self::Scheduler => "scheduler",
            Self::Console => "console",
        }
    }

    pub fn may(&self, needed: Role) -> bool {
        self.role() >= needed
    }
}

/// The signed-in person, as the page frame shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub must_change_password: bool,
    pub preferences: Preferences,
}

/// What a person has set for the own eyes; kept per user in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub theme: Theme,
    pub density: Density,
    /// Columns by table (`ObjectKind::key`), in order.
    pub columns: std::collections::BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    #[default]
    Comfortable,
    Compact,
}

/// A user as the administration lists one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub disabled: bool,
    pub must_change_password: bool,
    pub created_at_ms: i64,
    pub last_sign_in_ms: Option<i64>,
    pub active_sessions: u64,
}

/// One of the own sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// A public handle, not the cookie's value.
    pub handle: String,
    pub created_at_ms: i64,
    pub last_seen_ms: i64,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub is_current: bool,
}

/// The shortest password that is taken, in characters. Length is what counts (NIST SP 800-63B, 3.1.1.2).
pub const PASSWORD_MIN_CHARS: usize = 12;
/// The longest, in bytes: a bound on hashing work.
pub const PASSWORD_MAX_BYTES: usize = 1024;
