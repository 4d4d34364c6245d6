//! The main navigation: a column at the left, a bar at the bottom of a phone.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::account::Role;

use crate::components::{Glyph, Icon};

/// A page of the navigation.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) path: &'static str,
    pub(super) label: &'static str,
    /// The label in a phone's bar.
    short: &'static str,
    pub(super) glyph: Glyph,
    /// The role that sees it.
    pub(super) role: Role,
    /// Stands in the bar at the bottom of a phone; the others are in its menu.
    in_bar: bool,
    /// Another page that belongs to it.
    also: Option<&'static str>,
}

const fn place(path: &'static str, label: &'static str, glyph: Glyph) -> Place {
    Place { path, label, short: label, glyph, role: Role::Viewer, in_bar: true, also: None }
}

pub(super) const INVENTORY: [Place; 7] = [
    place("/", "Overview", Glyph::Home),
    Place { short: "Machines", ..place("/vms", "Virtual machines", Glyph::Vm) },
    Place { short: "Hosts", also: Some("/clusters"), ..place("/hosts", "Hosts & clusters", Glyph::Host) },
    place("/storage", "Storage", Glyph::Disk),
    Place { in_bar: false, ..place("/networks", "Networks", Glyph::Network) },
    Place { in_bar: false, ..place("/capacity", "Capacity", Glyph::Gauge) },
    Place { in_bar: false, ..place("/monitoring", "Monitoring", Glyph::Activity) },
];

pub(super) const MANAGEMENT: [Place; 3] = [
    place("/sources", "Sources", Glyph::Plug),
    Place { in_bar: false, also: Some("/runs"), ..place("/activity", "Activity", Glyph::Clock) },
    Place { in_bar: false, role: Role::Admin, ..place("/admin", "Administration", Glyph::Gear) },
];

#[component]
pub(super) fn Nav(role: Role) -> impl IntoView {
    view! {
        <nav class="nav" aria-label="Main">
            <a class="brand" href="/">
                <Icon glyph=Glyph::Logo />
                "IROA"
            </a>
            <Links places=&INVENTORY role />
            <h2>"Manage"</h2>
            <Links places=&MANAGEMENT role />
        </nav>
    }
}

/// All pages, for the menu of a phone.
#[component]
pub(super) fn Drawer(role: Role) -> impl IntoView {
    let menu = NodeRef::<leptos::html::Details>::new();
    let pathname = use_location().pathname;
    Effect::new(move || {
        pathname.track();
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    });
    view! {
        <details class="drawer" node_ref=menu>
            <summary aria-label="All pages">
                <Icon glyph=Glyph::Menu />
            </summary>
            <nav aria-label="All pages">
                <Links places=&INVENTORY role />
                <Links places=&MANAGEMENT role />
            </nav>
        </details>
    }
}

#[component]
fn Links(places: &'static [Place], role: Role) -> impl IntoView {
    let pathname = use_location().pathname;
    places
        .iter()
        .filter(|place| role >= place.role)
        .map(|place| {
            let is_here = move || pathname.with(|here| is_below(here, place)).then_some("page");
            view! {
                <a href=place.path aria-current=is_here class:more=!place.in_bar>
                    <Icon glyph=place.glyph />
                    <span class="long">{place.label}</span>
                    <span class="short">{place.short}</span>
                </a>
            }
        })
        .collect_view()
}

fn is_below(here: &str, place: &Place) -> bool {
    let below = |path: &str| here == path || here.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    if place.path == "/" { here == "/" } else { below(place.path) || place.also.is_some_and(below) }
}
