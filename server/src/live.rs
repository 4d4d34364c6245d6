//! The websocket `/ws`: one a tab, JSON frames of `model::live`. The latest state wins: a slow browser misses steps in
//! between, and one that does not read at all is dropped.

mod sockets;

use std::{collections::HashSet, future::pending, time::Duration};

use app::guard::RequestActor;
use axum::{
    Extension,
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    response::Response,
};
use engine::{Engine, Feed, SessionKey};
use model::{
    live::{CLOSE_FORBIDDEN, CLOSE_SIGNED_OUT, ClientFrame, ServerFrame, Topic},
    run::Progress,
};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::sessions::CurrentSession;

use sockets::Place;
pub(crate) use sockets::Sockets;

const PING_EVERY: Duration = Duration::from_secs(20);
/// Two pings without an answer.
const SILENCE_MAX: Duration = Duration::from_secs(50);
/// For sessions that another process ended; what this one ends rings.
const RECHECK_EVERY: Duration = Duration::from_secs(20);
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// What browsers send is a topic's name.
const FRAME_MAX: usize = 4 * 1024;
const TOPICS_MAX: usize = 64;

/// Close codes of RFC 6455, section 7.4.1.
const GOING_AWAY: u16 = 1001;
const BAD_FRAME: u16 = 1003;
const TRY_LATER: u16 = 1013;

/// Why a socket's loop ended: with a close frame for the browser, or because it is gone.
enum End {
    Close(u16, &'static str),
    Refuse(u16, &'static str),
    Gone,
}

pub(crate) async fn upgrade(
    State(engine): State<Engine>,
    State(sockets): State<Sockets>,
    Extension(request): Extension<RequestActor>,
    Extension(CurrentSession(session)): Extension<CurrentSession>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let must_change_password = request.must_change_password;
    let session = request.actor.and(session);
    upgrade.max_message_size(FRAME_MAX).max_frame_size(FRAME_MAX).on_upgrade(async move |mut socket| {
        let end = match session.map(|session| (session, sockets.enter(session))) {
            None => End::Refuse(CLOSE_SIGNED_OUT, "signed out"),
            Some(_) if must_change_password => End::Refuse(CLOSE_FORBIDDEN, "the password has to be changed first"),
            Some((_, None)) => End::Refuse(TRY_LATER, "too many open pages in this session"),
            Some((session, Some(place))) => watch(&mut socket, &engine, session, place).await,
        };
        finish(&mut socket, end).await;
    })
}

async fn watch(socket: &mut WebSocket, engine: &Engine, session: SessionKey, place: Place) -> End {
    let mut topics = HashSet::new();
    let mut feed = engine.subscribe();
    let mut access = engine.access();
    let mut ping = ticker(PING_EVERY);
    let mut recheck = ticker(RECHECK_EVERY);
    let mut heard = Instant::now();
    if let Err(end) = send(socket, &ServerFrame::Ready).await {
        return end;
    }
    loop {
        let step = tokio::select! {
            () = place.stopping() => Err(End::Close(GOING_AWAY, "the server stops")),
            frame = next(&mut feed, !topics.is_empty()) => {
                if concerns(&topics, &frame) { send(socket, &frame).await } else { Ok(()) }
            }
            message = socket.recv() => {
                heard = Instant::now();
                match message {
                    Some(Ok(message)) => receive(socket, engine, &mut topics, message).await,
                    Some(Err(_)) | None => Err(End::Gone),
                }
            }
            _ = ping.tick() => {
                if heard.elapsed() > SILENCE_MAX { Err(End::Gone) } else { send_message(socket, Message::Ping(Vec::new().into())).await }
            }
            Ok(()) = access.changed() => check(engine, session).await,
            _ = recheck.tick() => check(engine, session).await,
        };
        if let Err(end) = step {
            return end;
        }
    }
}

/// Ends the socket of a session that has ended.
async fn check(engine: &Engine, session: SessionKey) -> Result<(), End> {
    match engine.is_session_valid(session).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(End::Refuse(CLOSE_SIGNED_OUT, "signed out")),
        Err(error) => {
            tracing::error!(error = error.to_string(), "a session cannot be read");
            Err(End::Close(TRY_LATER, "try again later"))
        }
    }
}

/// Before the first subscription nothing is waited for.
async fn next(feed: &mut Feed, subscribed: bool) -> ServerFrame {
    if subscribed { feed.next().await } else { pending().await }
}

async fn receive(
    socket: &mut WebSocket,
    engine: &Engine,
    topics: &mut HashSet<Topic>,
    message: Message,
) -> Result<(), End> {
    let text = match message {
        Message::Text(text) => text,
        Message::Ping(_) | Message::Pong(_) => return Ok(()),
        Message::Close(_) => return Err(End::Gone),
        Message::Binary(_) => return Err(End::Close(BAD_FRAME, "text frames only")),
    };
    match serde_json::from_str(&text) {
        Ok(ClientFrame::Subscribe { topic }) => {
            if topics.len() >= TOPICS_MAX {
                return Err(End::Close(TRY_LATER, "too many topics"));
            }
            topics.insert(topic);
            let runs = engine.live_runs().into_iter().filter(|run| is_about(topic, run)).collect();
            send(socket, &ServerFrame::Runs { runs }).await
        }
        Ok(ClientFrame::Unsubscribe { topic }) => {
            topics.remove(&topic);
            Ok(())
        }
        Err(_) => Err(End::Close(BAD_FRAME, "not a frame of this protocol")),
    }
}

fn is_about(topic: Topic, run: &Progress) -> bool {
    match topic {
        Topic::Runs => true,
        Topic::Source(source) => run.source == source,
    }
}

fn concerns(topics: &HashSet<Topic>, frame: &ServerFrame) -> bool {
    topics.iter().any(|&topic| match (topic, frame) {
        (_, ServerFrame::Run { progress }) => is_about(topic, progress),
        (Topic::Source(ours), ServerFrame::InventoryChanged { source } | ServerFrame::Measured { source }) => {
            ours == *source
        }
        (_, _) => true,
    })
}

async fn send(socket: &mut WebSocket, frame: &ServerFrame) -> Result<(), End> {
    match serde_json::to_string(frame) {
        Ok(text) => send_message(socket, Message::Text(text.into())).await,
        Err(error) => {
            tracing::error!(error = %error, "a frame cannot be written");
            Ok(())
        }
    }
}

async fn send_message(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SEND_TIMEOUT, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

async fn finish(socket: &mut WebSocket, end: End) {
    let (code, reason) = match end {
        End::Gone => return,
        End::Close(code, reason) => (code, reason),
        End::Refuse(code, reason) => {
            let refused = ServerFrame::Refused { code, reason: reason.to_owned() };
            if send(socket, &refused).await.is_err() {
                return;
            }
            (code, reason)
        }
    };
    let _ = send_message(socket, Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}

fn ticker(period: Duration) -> tokio::time::Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
