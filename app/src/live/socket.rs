//! The tab's one websocket: subscribes to runs, hands frames to [`Live`], and comes back after a loss with a growing delay.

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;
use model::live::{CLOSE_FORBIDDEN, CLOSE_SIGNED_OUT, ClientFrame, ServerFrame, Topic};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::{Connection, Live};

const FIRST_DELAY_MS: f64 = 500.0;
const LONGEST_DELAY_MS: f64 = 30_000.0;

/// The socket and what has to live as long as it.
struct Tab {
    live: Live,
    socket: Option<WebSocket>,
    retry: Option<Timeout>,
    failures: i32,
    closed: bool,
}

type Handle = StoredValue<Tab, LocalStorage>;

/// Opens the socket once the page is alive and closes it when the owner goes.
pub(super) fn keep_open(live: Live) {
    let tab: Handle = StoredValue::new_local(Tab { live, socket: None, retry: None, failures: 0, closed: false });
    let seconds = StoredValue::new_local(None::<Interval>);
    Effect::new(move || {
        connect(tab);
        seconds.set_value(Some(Interval::new(1_000, move || {
            if live.runs.with_untracked(Option::is_some) {
                live.second.update(|second| *second += 1);
            }
        })));
    });
    on_cleanup(move || {
        tab.try_update_value(|tab| {
            tab.closed = true;
            tab.retry = None;
            if let Some(socket) = tab.socket.take() {
                let _ = socket.close();
            }
        });
    });
}

fn connect(tab: Handle) {
    let location = window().location();
    let (Ok(protocol), Ok(host)) = (location.protocol(), location.host()) else { return };
    let scheme = if protocol == "https:" { "wss" } else { "ws" };
    let Ok(socket) = WebSocket::new(&format!("{scheme}://{host}/ws")) else { return };

    let on_open = Closure::<dyn Fn()>::new({
        let socket = socket.clone();
        move || {
            if let Ok(frame) = serde_json::to_string(&ClientFrame::Subscribe { topic: Topic::Runs }) {
                let _ = socket.send_with_str(&frame);
            }
        }
    });
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if let Ok(frame) = serde_json::from_str::<ServerFrame>(&text) {
            let live = tab.try_update_value(|tab| {
                tab.failures = 0;
                tab.live
            });
            if let Some(live) = live {
                live.apply(frame);
            }
        }
    });
    let on_close = Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| lost(tab, event.code()));
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    // A few hundred bytes for each connection of a tab's life.
    on_open.forget();
    on_message.forget();
    on_close.forget();
    tab.try_update_value(|tab| tab.socket = Some(socket));
}

fn lost(tab: Handle, code: u16) {
    tab.try_update_value(|state| {
        state.socket = None;
        if state.closed {
            return;
        }
        if code == CLOSE_SIGNED_OUT || code == CLOSE_FORBIDDEN {
            state.live.connection.set(Connection::SignedOut);
            return;
        }
        state.live.connection.set(Connection::Waiting);
        let delay = (FIRST_DELAY_MS * 2_f64.powi(state.failures.min(10))).min(LONGEST_DELAY_MS);
        // Between half and the whole of it, so that many tabs do not come back at once.
        let delay = delay * (0.5 + js_sys::Math::random() / 2.0);
        state.failures += 1;
        state.retry = Some(Timeout::new(delay as u32, move || connect(tab)));
    });
}
