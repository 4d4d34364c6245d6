//! The frames of the websocket `/ws`: one socket per tab, typed topics. `{"run":{"progress":…}}`: each is an object of its one
//! field, because a tag beside the content costs the browser a second reader of everything in it.

use serde::{Deserialize, Serialize};

use crate::{ids::SourceId, run::Progress};

/// Browser to server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientFrame {
    Subscribe { topic: Topic },
    Unsubscribe { topic: Topic },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Progress of every run of every source; the present state comes first.
    Runs,
    /// The same for one source.
    Source(SourceId),
}

/// Server to browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// First frame of an accepted socket.
    Ready,
    /// First frame of a refused socket, which is then closed with the code.
    Refused { code: u16, reason: String },
    /// All runs that are queued or running; sent on subscription.
    Runs { runs: Vec<Progress> },
    /// One run moved or ended.
    Run { progress: Progress },
    /// The stored inventory of a source was replaced: what is shown of it is stale.
    InventoryChanged { source: SourceId },
    /// New samples of a source were kept.
    Measured { source: SourceId },
}

/// Close codes of a refusal.
pub const CLOSE_SIGNED_OUT: u16 = 4401;
pub const CLOSE_FORBIDDEN: u16 = 4403;
