//! Resources whose data travels in the page as JSON, read back by the same code as the answers of server functions.
//!
//! Leptos' own codec reads resources from a string and answers from bytes, so the browser carries every type's reader twice
//! (a tenth of the WebAssembly). This one reads both from bytes. What names the data and what fetches it are erased for the
//! same reason: a resource is compiled once for each type of data, and not once more for each place that loads it.

use std::{any::Any, future::Future, pin::Pin, sync::Arc};

use leptos::{
    prelude::Resource,
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) struct PageJson;

impl<T: Serialize> Encoder<T> for PageJson {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for PageJson {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

pub(crate) type Loaded<T> = Resource<T, PageJson>;

type Fetching<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What names the data, of whatever type: equal to another of its type that is equal.
#[derive(Clone)]
struct Name(Arc<dyn Named>);

trait Named: Any + Send + Sync {
    fn is(&self, other: &dyn Any) -> bool;
    fn any(&self) -> &dyn Any;
}

impl<S: PartialEq + Send + Sync + 'static> Named for S {
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<S>() == Some(self)
    }

    fn any(&self) -> &dyn Any {
        self
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        (*self.0).is((*other.0).any())
    }
}

/// Loads by `fetch` what `source` names: on the server while the page is rendered, in the browser whenever it changes.
#[track_caller]
pub(crate) fn resource<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Loaded<T>
where
    S: Send + Sync + Clone + PartialEq + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let name: Box<dyn Fn() -> Name + Send + Sync> = Box::new(move || Name(Arc::new(source())));
    let fetch: Box<dyn Fn(Name) -> Fetching<T> + Send + Sync> = Box::new(move |name| {
        match (*name.0).any().downcast_ref::<S>() {
            Some(source) => Box::pin(fetch(source.clone())),
            // Nobody else makes a name for this resource.
            None => Box::pin(std::future::pending()),
        }
    });
    erased(name, fetch)
}

#[track_caller]
fn erased<T: Serialize + DeserializeOwned + Send + Sync + 'static>(
    name: Box<dyn Fn() -> Name + Send + Sync>,
    fetch: Box<dyn Fn(Name) -> Fetching<T> + Send + Sync>,
) -> Loaded<T> {
    Resource::new_with_options(name, fetch, false)
}
