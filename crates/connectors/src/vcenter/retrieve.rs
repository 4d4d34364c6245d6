//! Reads objects page by page: each page is parsed while it arrives, and the next one is asked for as soon as this
//! one's token has been read, which stands before its objects.

use std::{mem, sync::Arc, time::Duration};

use model::{
    failure::{Failure, FailureKind},
    inventory::ObjectKind,
};
use tokio::sync::oneshot;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    answer::{AnswerError, read_parts, read_whole},
    budget::Budget,
    envelope::Request,
    fault::Fault,
    object::Object,
    session::Session,
    transport::{CallError, Transport},
    tree::Element,
    value::Moref,
};
use crate::{Observer, http_failure::cancelled};

/// Asked for; vCenter's own limit may be lower, and some servers ignore it.
const PAGE_OBJECTS: u32 = 500;
/// More pages than this are a server that never ends.
const MAX_PAGES: usize = 20_000;
/// More objects in one list than vSphere's own maximum many times over: a server that wants memory.
const MAX_OBJECTS: usize = 500_000;
/// Objects between two reports of progress.
const REPORT_EVERY: u64 = 25;

/// Which objects, and which properties of them by class.
pub(super) struct Query<'a> {
    pub(super) objects: Objects<'a>,
    pub(super) properties: Vec<(&'static str, Vec<&'static str>)>,
}

pub(super) enum Objects<'a> {
    OfView(&'a Moref),
    These(&'a [Moref]),
}

/// What a read yields: everything that could be parsed, whatever ended it.
pub(super) struct Retrieved<T> {
    pub(super) objects: Vec<T>,
    /// What kept pages or the rest from being read; empty if everything was.
    pub(super) breaks: Vec<CallError>,
}

/// Turns one object into a value; `None` leaves it out.
pub(super) trait Take<T>: Fn(Object<'_>) -> Option<T> + Send + Sync + 'static {}
impl<T, F: Fn(Object<'_>) -> Option<T> + Send + Sync + 'static> Take<T> for F {}

/// The kind that a value counts as in progress; `None` counts nowhere.
pub(super) trait Count<T>: Fn(&T) -> Option<ObjectKind> + Send + Sync + 'static {}
impl<T, F: Fn(&T) -> Option<ObjectKind> + Send + Sync + 'static> Count<T> for F {}

struct Page<T> {
    objects: Vec<T>,
    end: Result<(), CallError>,
}

struct RunningPage<T> {
    token: oneshot::Receiver<Option<String>>,
    /// Ends with the read that wants it.
    page: AbortOnDropHandle<Page<T>>,
}

pub(super) struct Retrieval<T> {
    transport: Arc<Transport>,
    collector: Moref,
    cancel: CancellationToken,
    take: Arc<dyn Take<T>>,
    count: Arc<dyn Count<T>>,
    observer: Observer,
    budget: Budget,
}

impl<T: Send + 'static> Retrieval<T> {
    pub(super) fn new(
        session: &Session,
        observer: &Observer,
        budget: Budget,
        take: impl Take<T>,
        count: impl Count<T>,
    ) -> Self {
        Self {
            transport: session.transport.clone(),
            collector: session.content.property_collector.clone(),
            cancel: observer.cancellation().clone(),
            take: Arc::new(take),
            count: Arc::new(count),
            observer: observer.clone(),
            budget,
        }
    }

    /// Reads all pages. A page that breaks off costs itself if its token was read, and the rest otherwise.
    pub(super) async fn run(&self, query: &Query<'_>) -> Result<Retrieved<T>, Failure> {
        let mut all = Retrieved { objects: Vec::new(), breaks: Vec::new() };
        let mut running = self.start(self.first_request(query));
        let mut last_token = None;
        for _ in 0..MAX_PAGES {
            let token = (&mut running.token).await.ok().flatten();
            let following = token.as_deref().map(|token| self.start(self.continue_request(token)));
            last_token = token.or(last_token);
            match self.finish(running).await {
                Ok(page) => all.add(page),
                Err(cancelled) => {
                    if let Some(token) = &last_token {
                        self.give_up(token).await;
                    }
                    return Err(cancelled);
                }
            }
            match following {
                Some(_) if all.objects.len() >= MAX_OBJECTS || self.budget.is_spent() => {
                    if let Some(token) = &last_token {
                        self.give_up(token).await;
                    }
                    // The page that spent the budget says so itself.
                    if !self.budget.is_spent() {
                        all.breaks.push(self.transport.call_error(AnswerError::TooMany));
                    }
                    return Ok(all);
                }
                Some(following) => running = following,
                None => return Ok(all),
            }
        }
        let endless = Failure::new(FailureKind::Protocol, format!("{} never ends its list", self.transport.host()));
        all.breaks.push(endless.into());
        Ok(all)
    }

    async fn finish(&self, running: RunningPage<T>) -> Result<Page<T>, Failure> {
        let page = running.page.await.unwrap_or_else(|_| Page {
            objects: Vec::new(),
            end: Err(Failure::new(FailureKind::Protocol, "the page's reader ended unexpectedly").into()),
        });
        if self.cancel.is_cancelled() { Err(cancelled()) } else { Ok(page) }
    }

    fn start(&self, request: String) -> RunningPage<T> {
        let (seen, token) = oneshot::channel();
        let (transport, cancel) = (self.transport.clone(), self.cancel.clone());
        let (take, count) = (self.take.clone(), self.count.clone());
        let (observer, budget) = (self.observer.clone(), self.budget.clone());
        let page = tokio::spawn(async move {
            let parse = move |body| read_page(body, &*take, &*count, (&observer, &budget), seen);
            let streamed = transport.stream(request, &cancel, parse).await;
            match streamed {
                Err(error) => Page { objects: Vec::new(), end: Err(error) },
                Ok(((objects, parsed), sent)) => {
                    let parsed = parsed.map_err(|error| transport.call_error(error));
                    // A broken connection also looks like a truncated document: the connection is the cause.
                    Page { objects, end: sent.map_err(CallError::from).and(parsed) }
                }
            }
        });
        RunningPage { token, page: AbortOnDropHandle::new(page) }
    }

    /// Tells the server that the rest of the list is not wanted.
    async fn give_up(&self, token: &str) {
        let mut request = Request::new("CancelRetrievePropertiesEx", &self.collector);
        request.text("token", token);
        let call = self.transport.call(request.finish(), |body| read_whole(body, |_| ()));
        let _ = tokio::time::timeout(Duration::from_secs(3), call).await;
    }

    fn continue_request(&self, token: &str) -> String {
        let mut request = Request::new("ContinueRetrievePropertiesEx", &self.collector);
        request.text("token", token);
        request.finish()
    }

    fn first_request(&self, query: &Query<'_>) -> String {
        let mut request = Request::new("RetrievePropertiesEx", &self.collector);
        request.open("specSet");
        for (class, paths) in &query.properties {
            request.open("propSet");
            request.text("type", class);
            for path in paths {
                request.text("pathSet", path);
            }
            request.close("propSet");
        }
        match query.objects {
            Objects::OfView(view) => {
                request.open("objectSet");
                request.reference("obj", view);
                request.text("skip", "true");
                request.open_as("selectSet", "TraversalSpec");
                request.text("type", "ContainerView");
                request.text("path", "view");
                request.close("selectSet");
                request.close("objectSet");
            }
            Objects::These(objects) => {
                for object in objects {
                    request.open("objectSet");
                    request.reference("obj", object);
                    request.close("objectSet");
                }
            }
        }
        request.close("specSet");
        request.open("options");
        request.text("maxObjects", &PAGE_OBJECTS.to_string());
        request.close("options");
        request.finish()
    }
}

impl<T> Retrieved<T> {
    fn add(&mut self, page: Page<T>) {
        self.objects.extend(page.objects);
        self.breaks.extend(page.end.err());
    }
}

/// Parses one page on a blocking thread. The token is told as soon as it is known: at its element, or at the end.
fn read_page<T>(
    body: impl std::io::BufRead,
    take: &dyn Take<T>,
    count: &dyn Count<T>,
    (observer, budget): (&Observer, &Budget),
    seen: oneshot::Sender<Option<String>>,
) -> (Vec<T>, Result<(), AnswerError>) {
    let mut objects = Vec::new();
    let mut seen = Some(seen);
    let mut tally = Tally { observer, unreported: Vec::new() };
    let mut expired: Option<Fault> = None;
    let mut excess: Option<AnswerError> = None;
    let end = read_parts(body, |part: Element<'_>| {
        if part.name() == "token" {
            if let Some(seen) = seen.take() {
                let _ = seen.send(Some(part.text().to_owned()));
            }
            return;
        }
        let Some(object) = Object::of(part) else { return };
        // A session that ended meanwhile may answer with objects without properties: these say nothing.
        if let Some(fault) = object.missing().map(|(_, fault)| fault).find(Fault::is_not_authenticated) {
            expired = Some(fault);
            return;
        }
        let Some(value) = take(object) else { return };
        if objects.len() >= MAX_OBJECTS {
            excess.get_or_insert(AnswerError::TooMany);
            return;
        }
        if !budget.take(part.part_weight()) {
            excess.get_or_insert(AnswerError::TooLarge);
            return;
        }
        tally.add(count(&value));
        objects.push(value);
    });
    drop(tally);
    match (expired, excess) {
        (Some(fault), _) => (objects, Err(AnswerError::Fault(Box::new(fault)))),
        (None, Some(excess)) => (objects, Err(excess)),
        (None, None) => (objects, end),
    }
}

/// Reports counts in handfuls, the last one when it is dropped.
struct Tally<'a> {
    observer: &'a Observer,
    unreported: Vec<(ObjectKind, u64)>,
}

impl Tally<'_> {
    fn add(&mut self, kind: Option<ObjectKind>) {
        let Some(kind) = kind else { return };
        let Some((_, count)) = self.unreported.iter_mut().find(|(known, _)| *known == kind) else {
            self.unreported.push((kind, 1));
            return;
        };
        *count += 1;
        if *count >= REPORT_EVERY {
            self.observer.found(kind, mem::take(count));
        }
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        for (kind, count) in self.unreported.drain(..).filter(|(_, count)| *count > 0) {
            self.observer.found(kind, count);
        }
    }
}

#[cfg(test)]
mod tests;
