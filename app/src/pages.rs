//! Pages: each loads through server functions and composes components.

use model::account::Role;

pub mod account;
pub mod activity;
pub mod admin;
pub mod capacity;
pub mod clusters;
pub mod hosts;
pub mod links;
pub mod monitoring;
pub mod networks;
pub mod not_found;
pub(crate) mod object;
pub mod overview;
pub mod run;
pub mod search;
pub mod setup;
pub mod sign_in;
pub mod source;
pub mod sources;
pub mod storage;
pub mod vms;

pub(crate) const fn role_label(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Manager => "Manager",
        Role::Admin => "Administrator",
    }
}
