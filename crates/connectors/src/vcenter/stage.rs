//! Reads one scope of objects after the other, and keeps what went wrong from costing more than its scope: sessions are
//! renewed, unknown properties are left out, a server that is gone is not asked again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use model::{
    failure::{Failure, FailureKind},
    inventory::{Aspect, ObjectKind},
};

use super::{
    budget::Budget,
    fault::Fault,
    issues::Issues,
    object::Object,
    retrieve::{Count, Objects, Query, Retrieval, Take},
    scope::Scope,
    session::Session,
    transport::CallError,
    value::Moref,
};
use crate::{Endpoint, Observer, http_failure::cancelled};

/// Properties that a server may not know before the read gives up on the scope.
const MAX_UNKNOWN: usize = 12;
/// Objects that may be gone when they are asked for their details; more, and the read of these gives up.
const MAX_GONE: u32 = 200;
/// Objects in one request that names them.
const NAMED_AT_ONCE: usize = 200;

pub(super) struct Reader<'a> {
    endpoint: &'a Endpoint,
    observer: &'a Observer,
    session: Session,
    renewed: bool,
    /// Views that were created to count and still serve to read, by scope.
    views: HashMap<&'static str, Moref>,
    /// The first failure that says that nothing more can be read.
    gone: Option<Failure>,
    pub(super) issues: Issues,
    pub(super) complete: BTreeSet<ObjectKind>,
    pub(super) aspects: BTreeSet<Aspect>,
}

/// Properties of named objects, as far as the server told them.
pub(super) struct Named<T> {
    pub(super) values: Vec<T>,
    /// Objects that are not told from.
    pub(super) withheld: u64,
    /// Why, of the first.
    pub(super) fault: Option<Fault>,
}

impl<T> Named<T> {
    /// All or nothing: what was withheld of one object is missing from the whole.
    pub(super) fn whole(self) -> Result<Vec<T>, CallError> {
        match self.fault {
            Some(fault) => Err(CallError::Fault(fault)),
            None => Ok(self.values),
        }
    }
}

/// A read of everything but what it left out.
pub(super) struct Closed {
    pub(super) issues: Issues,
    pub(super) complete: BTreeSet<ObjectKind>,
    pub(super) aspects: BTreeSet<Aspect>,
    pub(super) gone: Option<Failure>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(endpoint: &'a Endpoint, observer: &'a Observer, session: Session) -> Self {
        Self {
            endpoint,
            observer,
            session,
            renewed: false,
            views: HashMap::new(),
            gone: None,
            issues: Issues::default(),
            complete: BTreeSet::new(),
            aspects: BTreeSet::new(),
        }
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Signs out.
    pub(super) async fn close(self) -> Closed {
        self.session.close().await;
        Closed { issues: self.issues, complete: self.complete, aspects: self.aspects, gone: self.gone }
    }

    /// Lists each scope's objects on the server, and tells their totals.
    pub(super) async fn announce_totals(&mut self, scopes: &[&Scope]) -> Result<(), Failure> {
        let cancel = self.observer.cancellation().clone();
        for scope in scopes {
            let classes = scope.classes();
            let counted = async {
                let view = self.session.create_view(&classes).await?;
                let counts = self.session.count_view(&view).await?;
                Ok::<_, CallError>((view, counts))
            };
            let counts = tokio::select! {
                () = cancel.cancelled() => return Err(cancelled()),
                counts = counted => counts,
            };
            // Totals are a comfort: the read itself will say what is wrong.
            let Ok((view, counts)) = counts else { return Ok(()) };
            self.views.insert(scope.what, view);
            for kind in scope.kinds {
                let of_kind = counts.iter().filter(|(class, _)| super::objects::alarm::kind_of(class) == Some(*kind));
                self.observer.total(*kind, of_kind.map(|(_, count)| count).sum());
            }
        }
        Ok(())
    }

    /// Reads a scope. `Err` only when cancelled: everything else becomes an issue, beside what could be read.
    pub(super) async fn read<T: Send + 'static>(
        &mut self,
        scope: &Scope,
        take: impl Take<T> + Clone,
        count: impl Count<T> + Clone,
    ) -> Result<Vec<T>, Failure> {
        if let Some(gone) = self.gone.clone() {
            self.issues.kind_failed(scope.kinds[0], &format!("{} were not read", scope.what), &gone);
            return Ok(Vec::new());
        }
        let mut unknown: Vec<String> = Vec::new();
        loop {
            let query = scope.properties_without(&unknown);
            let (objects, breaks) = match self.read_view(scope, query, take.clone(), count.clone()).await {
                Ok(read) => read,
                Err(CallError::Failed(failure)) if failure.kind == FailureKind::Cancelled => return Err(failure),
                Err(error) => {
                    if let CallError::Failed(failure) = &error
                        && is_gone(failure)
                    {
                        self.gone = Some(failure.clone());
                    }
                    (Vec::new(), vec![error])
                }
            };
            if breaks.is_empty() {
                self.complete.extend(scope.kinds);
                return Ok(objects);
            }
            let faults = || breaks.iter().filter_map(CallError::fault);
            if let Some(property) = faults().find_map(|fault| fault.unknown_property())
                && unknown.len() < MAX_UNKNOWN
                && !unknown.iter().any(|known| known == property)
            {
                unknown.push(property.to_owned());
                self.forget_counts(scope);
                continue;
            }
            if faults().any(Fault::is_not_authenticated) && self.renew().await? {
                self.forget_counts(scope);
                continue;
            }
            for error in breaks {
                let failure = error.failure(&self.session.host());
                let what = if objects.is_empty() { "could not be read" } else { "were not read completely" };
                self.issues.kind_failed(scope.kinds[0], &format!("{} {what}", scope.what), &failure);
            }
            self.observer.issues(self.issues.count());
            return Ok(objects);
        }
    }

    async fn read_view<T: Send + 'static>(
        &mut self,
        scope: &Scope,
        properties: Vec<(&'static str, Vec<&'static str>)>,
        take: impl Take<T>,
        count: impl Count<T>,
    ) -> Result<(Vec<T>, Vec<CallError>), CallError> {
        let cancel = self.observer.cancellation();
        let classes = scope.classes();
        let view = if let Some(view) = self.views.remove(scope.what) {
            view
        } else {
            tokio::select! {
                () = cancel.cancelled() => return Err(cancelled().into()),
                view = self.session.create_view(&classes) => view?,
            }
        };
        let retrieval = Retrieval::new(&self.session, self.observer, Budget::of_scope(), take, count);
        let read = retrieval.run(&Query { objects: Objects::OfView(&view), properties }).await?;
        self.session.destroy_view(&view).await;
        Ok((read.objects, read.breaks))
    }

    /// Reads a property of named objects. One that is gone meanwhile makes the server refuse all that were asked with it:
    /// these are asked again in halves, until it stands alone and counts as withheld.
    pub(super) async fn read_these<T: Send + 'static>(
        &mut self,
        objects: &[Moref],
        class: &'static str,
        property: &'static str,
        take: fn(Object<'_>) -> Option<T>,
    ) -> Result<Named<T>, CallError> {
        let mut all = Named { values: Vec::new(), withheld: 0, fault: None };
        let take = move |object: Object<'_>| match take(object) {
            Some(value) => Some(Ok(value)),
            // A property that this server does not have holds nothing.
            None => object.missing().find(|(_, fault)| fault.class != "InvalidProperty").map(|(_, fault)| Err(fault)),
        };
        let (budget, mut are_gone) = (Budget::of_scope(), 0);
        // The next ones last.
        let mut waiting: Vec<&[Moref]> = objects.chunks(NAMED_AT_ONCE).rev().collect();
        while let Some(some) = waiting.pop() {
            if let Some(gone) = &self.gone {
                return Err(gone.clone().into());
            }
            let query = Query { objects: Objects::These(some), properties: vec![(class, vec![property])] };
            let count = |_: &Result<T, Fault>| None;
            let read = Retrieval::new(&self.session, self.observer, budget.clone(), take, count).run(&query).await?;
            if let Some(error) = read.breaks.into_iter().next() {
                match error {
                    CallError::Fault(fault) if fault.is_gone_object() && some.len() > 1 => {
                        let (first, second) = some.split_at(some.len() / 2);
                        waiting.extend([second, first]);
                    }
                    CallError::Fault(fault) if fault.is_gone_object() && are_gone < MAX_GONE => {
                        are_gone += 1;
                        all.withheld += 1;
                        all.fault.get_or_insert(fault);
                    }
                    CallError::Fault(fault) if fault.is_not_authenticated() && self.renew().await? => {
                        waiting.push(some);
                    }
                    error => return Err(error),
                }
                continue;
            }
            for object in read.objects {
                match object {
                    Ok(value) => all.values.push(value),
                    Err(fault) => {
                        all.withheld += 1;
                        all.fault.get_or_insert(fault);
                    }
                }
            }
        }
        Ok(all)
    }

    /// Signs in again, once a run. False if that was done before or fails.
    pub(super) async fn renew(&mut self) -> Result<bool, Failure> {
        if std::mem::replace(&mut self.renewed, true) {
            return Ok(false);
        }
        let transport = self.session.transport.clone();
        let content = Arc::clone(&self.session.content);
        let opened = tokio::select! {
            () = self.observer.cancellation().cancelled() => return Err(cancelled()),
            opened = Session::open(transport, content, &self.endpoint.username, &self.endpoint.password) => opened,
        };
        match opened {
            Ok(session) => {
                std::mem::replace(&mut self.session, session).abandon();
                self.views.clear();
                Ok(true)
            }
            Err(failure) => {
                self.gone = Some(failure);
                Ok(false)
            }
        }
    }

    fn forget_counts(&self, scope: &Scope) {
        for kind in scope.kinds {
            self.observer.restart(*kind);
        }
    }
}

/// A small call that cannot even be made: the server is not there any more.
fn is_gone(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::UnknownHost
            | FailureKind::Unreachable
            | FailureKind::TimedOut
            | FailureKind::Tls
            | FailureKind::Certificate
            | FailureKind::NotThisProduct
    )
}
