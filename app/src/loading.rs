//! Resources whose data travels in the page as JSON, read back by the same code as the answers of server functions.
//!
//! Leptos' own codec reads resources from a string and answers from bytes, so the browser carries every type's reader twice
//! (a tenth of the WebAssembly). This one reads both from bytes. What names the data, what fetches it and the data itself are
//! erased for the same reason: the machinery of a resource is compiled once, and not once more for each place that loads.

use std::{
    any::Any,
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use leptos::{
    prelude::{Get as _, GetUntracked as _, Resource},
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

struct PageJson;

impl Encoder<Data> for PageJson {
    type Error = serde_json::Error;
    type Encoded = String;

    /// On the server alone; a browser sends no resource anywhere.
    fn encode(data: &Data) -> Result<String, Self::Error> {
        #[cfg(feature = "ssr")]
        if let Some(value) = data.0.value.get() {
            return (data.0.print)(&**value);
        }
        Ok(data.0.text.clone())
    }
}

impl Decoder<Data> for PageJson {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<Data, Self::Error> {
        Ok(Data(Arc::new(Content {
            text: text.to_owned(),
            value: OnceLock::new(),
            #[cfg(feature = "ssr")]
            print: |_| Ok(String::new()),
        })))
    }
}

type Erased = Box<dyn Any + Send + Sync>;

/// Data of whatever type: as the page brought it, until somebody reads it; or as it was fetched.
#[derive(Clone)]
struct Data(Arc<Content>);

struct Content {
    text: String,
    value: OnceLock<Erased>,
    #[cfg(feature = "ssr")]
    print: fn(&(dyn Any + Send + Sync)) -> Result<String, serde_json::Error>,
}

impl Data {
    fn of<T: Serialize + Send + Sync + 'static>(value: T) -> Self {
        let value: Erased = Box::new(value);
        Self(Arc::new(Content {
            text: String::new(),
            value: value.into(),
            #[cfg(feature = "ssr")]
            print: |value| serde_json::to_string(&value.downcast_ref::<T>()),
        }))
    }

    /// `None` where the page brought something else, which a page and a script of one build never do.
    fn read<T: Clone + DeserializeOwned + Send + Sync + 'static>(&self) -> Option<T> {
        if self.0.value.get().is_none() {
            let value: T = serde_json::from_slice(self.0.text.as_bytes()).ok()?;
            let _ = self.0.value.set(Box::new(value));
        }
        self.0.value.get()?.downcast_ref::<T>().cloned()
    }
}

/// Data that is loaded, or will be.
pub(crate) struct Loaded<T> {
    data: Resource<Data, PageJson>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> Loaded<T> {
    #[track_caller]
    pub(crate) fn get(self) -> Option<T> {
        self.data.get()?.read()
    }

    #[track_caller]
    pub(crate) fn get_untracked(self) -> Option<T> {
        self.data.get_untracked()?.read()
    }

    pub(crate) fn refetch(self) {
        self.data.refetch();
    }
}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> IntoFuture for Loaded<T> {
    type Output = T;
    type IntoFuture = Pin<Box<dyn Future<Output = T> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let data = self.data.into_future();
        Box::pin(async move {
            match data.await.read() {
                Some(value) => value,
                None => std::future::pending().await,
            }
        })
    }
}

type Fetching = Pin<Box<dyn Future<Output = Data> + Send>>;

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
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let name: Box<dyn Fn() -> Name + Send + Sync> = Box::new(move || Name(Arc::new(source())));
    let fetch: Box<dyn Fn(Name) -> Fetching + Send + Sync> = Box::new(move |name| {
        match (*name.0).any().downcast_ref::<S>() {
            Some(source) => {
                let data = fetch(source.clone());
                Box::pin(async move { Data::of(data.await) })
            }
            // Nobody else makes a name for this resource.
            None => Box::pin(std::future::pending()),
        }
    });
    Loaded { data: erased(name, fetch), of: PhantomData }
}

#[track_caller]
fn erased(
    name: Box<dyn Fn() -> Name + Send + Sync>,
    fetch: Box<dyn Fn(Name) -> Fetching + Send + Sync>,
) -> Resource<Data, PageJson> {
    Resource::new_with_options(name, fetch, false)
}
