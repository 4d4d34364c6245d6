//! The application: its routes, and what every page knows about its visitor.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    frame::Frame,
    pages::{
        account::AccountPage,
        activity::ActivityPage,
        admin::AdminPage,
        capacity::CapacityPage,
        clusters::{ClusterPage, ClustersPage},
        hosts::{HostPage, HostsPage},
        links::LinksPage,
        monitoring::MonitoringPage,
        networks::{NetworkPage, NetworksPage},
        not_found::NotFoundPage,
        overview::OverviewPage,
        run::RunPage,
        search::SearchPage,
        setup::SetupPage,
        sign_in::SignInPage,
        source::{NewSourcePage, SourcePage},
        sources::SourcesPage,
        storage::{DatastorePage, StoragePage},
        vms::{VmPage, VmsPage},
    },
    visitor::VisitorResource,
};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    VisitorResource::provide();
    #[cfg(target_arch = "wasm32")]
    Effect::new(mark_hydrated);

    // The default mode would stream data into a template behind the page that only a script moves in.
    let ssr = SsrMode::Async;
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/setup") view=page(SetupPage) ssr=ssr.clone() />
                <Route path=path!("/sign-in") view=page(SignInPage) ssr=ssr.clone() />
                <ParentRoute path=path!("") view=page(Frame) ssr=ssr.clone()>
                    <Route path=path!("/") view=page(OverviewPage) ssr=ssr.clone() />
                    <Route path=path!("/vms") view=page(VmsPage) ssr=ssr.clone() />
                    <Route path=path!("/vms/:id") view=page(VmPage) ssr=ssr.clone() />
                    <Route path=path!("/hosts") view=page(HostsPage) ssr=ssr.clone() />
                    <Route path=path!("/hosts/:id") view=page(HostPage) ssr=ssr.clone() />
                    <Route path=path!("/clusters") view=page(ClustersPage) ssr=ssr.clone() />
                    <Route path=path!("/clusters/:id") view=page(ClusterPage) ssr=ssr.clone() />
                    <Route path=path!("/storage") view=page(StoragePage) ssr=ssr.clone() />
                    <Route path=path!("/storage/:id") view=page(DatastorePage) ssr=ssr.clone() />
                    <Route path=path!("/networks") view=page(NetworksPage) ssr=ssr.clone() />
                    <Route path=path!("/networks/:id") view=page(NetworkPage) ssr=ssr.clone() />
                    <Route path=path!("/capacity") view=page(CapacityPage) ssr=ssr.clone() />
                    <Route path=path!("/monitoring") view=page(MonitoringPage) ssr=ssr.clone() />
                    <Route path=path!("/search") view=page(SearchPage) ssr=ssr.clone() />
                    <Route path=path!("/sources") view=page(SourcesPage) ssr=ssr.clone() />
                    <Route path=path!("/who-is-who") view=page(LinksPage) ssr=ssr.clone() />
                    <Route path=path!("/sources/new") view=page(NewSourcePage) ssr=ssr.clone() />
                    <Route path=path!("/sources/:id") view=page(SourcePage) ssr=ssr.clone() />
                    <Route path=path!("/runs/:id") view=page(RunPage) ssr=ssr.clone() />
                    <Route path=path!("/activity") view=page(ActivityPage) ssr=ssr.clone() />
                    <Route path=path!("/admin") view=page(AdminPage) ssr=ssr.clone() />
                    <Route path=path!("/account") view=page(AccountPage) ssr=ssr />
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}

/// Forgets a page's type: without it the router's own type would hold all pages', and rendering a frame on the stack for each.
fn page<V: IntoView + 'static>(view: fn() -> V) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    move || view().into_any()
}

/// Tells tests (and nobody else) that the page is alive.
#[cfg(target_arch = "wasm32")]
fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
