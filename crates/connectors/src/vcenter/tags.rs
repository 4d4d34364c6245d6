//! Tags over vCenter's REST interface (`/rest/com/vmware/cis/…`), read in bulk beside the SOAP stages. Best effort: an
//! account without rights there, or a server without it, costs the tags and nothing else.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use model::inventory::Tag;
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{session::ServiceContent, transport::Transport, value::Moref};
use crate::Endpoint;

pub(super) const ADVICE: &str = "Nothing else is missing; tags that were known stay. They need vCenter 6.5 or newer and the read-only role on tags.";

/// All of it; tags are not worth holding up a sync.
const LIMIT: Duration = Duration::from_mins(1);
const CALL: Duration = Duration::from_secs(20);
const AT_ONCE: usize = 8;
const MAX_TAGS: usize = 5_000;
const TAGS_PER_CALL: usize = 200;
const MAX_ANSWER_BYTES: usize = 64 << 20;

pub(super) type Tags = HashMap<Moref, Vec<Tag>>;

/// A read of tags in the background.
pub(super) struct Reading(Option<JoinHandle<Result<Option<Tags>, String>>>);

/// Begins; an ESXi host has no tags.
pub(super) fn start(
    endpoint: &Endpoint,
    transport: &Arc<Transport>,
    content: &ServiceContent,
    cancel: &CancellationToken,
) -> Reading {
    if content.about.is_host() {
        return Reading(None);
    }
    let (endpoint, transport, cancel) = (endpoint.clone(), transport.clone(), cancel.clone());
    Reading(Some(tokio::spawn(async move { read(endpoint, transport, &cancel).await })))
}

impl Reading {
    /// `None` where the server has no such interface.
    pub(super) async fn finish(self) -> Result<Option<Tags>, String> {
        match self.0 {
            None => Ok(Some(Tags::new())),
            Some(task) => task.await.unwrap_or_else(|_| Err("the read ended unexpectedly".to_owned())),
        }
    }
}

/// An empty list may come as `null`.
#[derive(Deserialize)]
struct Answer<T> {
    value: Option<T>,
}

#[derive(Default, Deserialize)]
struct Category {
    name: String,
}

#[derive(Default, Deserialize)]
struct Definition {
    id: String,
    name: String,
    category_id: String,
}

#[derive(Deserialize)]
struct Attached {
    tag_id: String,
    object_ids: Vec<ObjectReference>,
}

#[derive(Deserialize)]
struct ObjectReference {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

/// Signs in, reads and signs out. The time limit and a wish to stop end the read between the two, never the pair.
async fn read(
    endpoint: Endpoint,
    transport: Arc<Transport>,
    cancel: &CancellationToken,
) -> Result<Option<Tags>, String> {
    let stopped = || Err("cancelled".to_owned());
    let mut signing_in = tokio::spawn(async move { Client::sign_in(&endpoint, transport).await });
    let client = tokio::select! {
        () = cancel.cancelled() => {
            // The login is on its way: the session is given back when it arrives.
            tokio::spawn(async move {
                if let Ok(Ok(Some(client))) = signing_in.await {
                    client.sign_out().await;
                }
            });
            return stopped();
        }
        client = &mut signing_in => client.unwrap_or_else(|_| Err("the login ended unexpectedly".to_owned()))?,
    };
    let Some(client) = client else { return Ok(None) };
    let tags = tokio::select! {
        () = cancel.cancelled() => stopped(),
        tags = tokio::time::timeout(LIMIT, client.tags()) => {
            tags.unwrap_or_else(|_| Err("the server did not answer in time".to_owned())).map(Some)
        }
    };
    client.sign_out().await;
    tags
}

struct Client {
    transport: Arc<Transport>,
    session: String,
}

impl Client {
    /// `None` where the server has no such interface.
    async fn sign_in(endpoint: &Endpoint, transport: Arc<Transport>) -> Result<Option<Self>, String> {
        let url = transport.address().beside("/rest/com/vmware/cis/session");
        let request = transport.http().post(url).timeout(CALL);
        let request = request.basic_auth(&endpoint.username, Some(endpoint.password.expose_secret()));
        let response = request.send().await.map_err(|error| transport.failure_of(&error).detail)?;
        if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED) {
            return Ok(None);
        }
        let session: String = value_of(response).await?;
        Ok(Some(Self { transport, session }))
    }

    async fn sign_out(&self) {
        let url = self.transport.address().beside("/rest/com/vmware/cis/session");
        let request = self.transport.http().delete(url).timeout(Duration::from_secs(5));
        // The session ends by itself after a few minutes.
        let _ = request.header("vmware-api-session-id", &self.session).send().await;
    }

    async fn call<T: DeserializeOwned + Default>(
        &self,
        method: Method,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> Result<T, String> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut url = self.transport.address().beside(&format!("/rest/com/vmware/cis/tagging/{path}"));
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        let mut request = self.transport.http().request(method, url).timeout(CALL);
        request = request.header("vmware-api-session-id", &self.session);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| self.transport.failure_of(&error).detail)?;
        value_of(response).await
    }

    async fn tags(&self) -> Result<Tags, String> {
        let ids: Vec<String> = self.call(Method::GET, "tag", None).await?;
        if ids.len() > MAX_TAGS {
            return Err(format!("there are {} of them, more than the {MAX_TAGS} that are read", ids.len()));
        }
        if ids.is_empty() {
            return Ok(Tags::new());
        }
        let categories: Vec<String> = self.call(Method::GET, "category", None).await?;
        let categories: HashMap<String, String> = stream::iter(categories)
            .map(|id| async move {
                let category: Category = self.call(Method::GET, &format!("category/id:{id}"), None).await?;
                Ok::<_, String>((id, category.name))
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let definitions: Vec<Definition> = stream::iter(ids.clone())
            .map(|id| async move { self.call(Method::GET, &format!("tag/id:{id}"), None).await })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let names: HashMap<&str, Tag> = definitions
            .iter()
            .map(|tag| {
                let category = categories.get(&tag.category_id).cloned().unwrap_or_default();
                (tag.id.as_str(), Tag { category, name: tag.name.clone() })
            })
            .collect();
        let mut all = Tags::new();
        for some in ids.chunks(TAGS_PER_CALL) {
            let body = serde_json::json!({ "tag_ids": some });
            let path = "tag-association?~action=list-attached-objects-on-tags";
            let attached: Vec<Attached> = self.call(Method::POST, path, Some(body)).await?;
            for attached in attached {
                let Some(tag) = names.get(attached.tag_id.as_str()) else { continue };
                for object in attached.object_ids {
                    all.entry(Moref { kind: object.kind, id: object.id }).or_default().push(tag.clone());
                }
            }
        }
        for tags in all.values_mut() {
            tags.sort();
        }
        Ok(all)
    }
}

async fn value_of<T: DeserializeOwned + Default>(mut response: reqwest::Response) -> Result<T, String> {
    let status = response.status();
    if !status.is_success() {
        return Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "the account may not read them".to_owned(),
            _ => format!("the server answered {status}"),
        });
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|_| "the answer broke off".to_owned())? {
        if body.len() + piece.len() > MAX_ANSWER_BYTES {
            return Err("the answer is too large".to_owned());
        }
        body.extend_from_slice(&piece);
    }
    let answer: Answer<T> = serde_json::from_slice(&body).map_err(|_| "the answer cannot be understood".to_owned())?;
    Ok(answer.value.unwrap_or_default())
}
