//! Points in time: the server writes UTC, the browser changes to the person's zone once the page is alive.
//!
//! None reads a clock while rendering: "now" comes from the [`Clock`], which starts at the server's time, and the [`Zone`] is
//! UTC until the page is alive.

use leptos::prelude::*;
use model::format;

/// The present as the page knows it, UTC milliseconds; ticks in the browser only.
#[derive(Clone, Copy, Debug)]
pub struct Clock(pub RwSignal<i64>);

impl Clock {
    /// Starts the page's clock at the server's time and lets it tick in the browser.
    pub fn provide(server_now_ms: i64) -> Self {
        let clock = Self(RwSignal::new(server_now_ms));
        provide_context(clock);
        #[cfg(target_arch = "wasm32")]
        ticking::start(clock, server_now_ms);
        clock
    }

    /// Milliseconds since a point in time, never negative; `None` where no clock runs (a page outside of the frame).
    pub fn since(ms: i64) -> Signal<Option<i64>> {
        let clock = use_context::<Self>();
        Signal::derive(move || clock.map(|clock| (clock.0.get() - ms).max(0)))
    }
}

/// How far the person's clock is ahead of UTC, in milliseconds; 0 until the browser has told. For what the server draws.
#[derive(Clone, Copy, Debug)]
pub struct Zone(pub RwSignal<i64>);

impl Zone {
    pub fn provide() {
        let zone = RwSignal::new(0);
        provide_context(Self(zone));
        #[cfg(target_arch = "wasm32")]
        Effect::new(move || zone.set(ticking::utc_offset_ms()));
    }

    pub fn current() -> RwSignal<i64> {
        use_context::<Self>().map_or_else(|| RwSignal::new(0), |zone| zone.0)
    }
}

/// `2026-11-23 11:21 UTC`, then `2026-11-23 12:21` in the person's zone.
#[component]
pub fn Timestamp(
    /// UTC milliseconds.
    ms: i64,
) -> impl IntoView {
    let text = RwSignal::new(format::time_utc(ms));
    #[cfg(target_arch = "wasm32")]
    Effect::new(move || text.set(ticking::local(ms)));
    view! {
        <time datetime=format::iso_utc(ms) title=format::iso_utc(ms)>
            {move || text.get()}
        </time>
    }
}

/// `3 min ago`, kept current.
#[component]
pub fn Age(
    /// UTC milliseconds.
    ms: i64,
) -> impl IntoView {
    let since = Clock::since(ms);
    let text = move || match since.get() {
        Some(elapsed) => age_words(elapsed),
        None => format::time_utc(ms),
    };
    view! {
        <time datetime=format::iso_utc(ms) title=format::time_utc(ms)>
            {text}
        </time>
    }
}

/// One unit is enough for an age: `3 min ago`, `5 h ago`, `12 d ago`.
pub fn age_words(elapsed_ms: i64) -> String {
    if elapsed_ms < 45_000 {
        return "just now".to_owned();
    }
    let minutes = (elapsed_ms + 30_000) / 60_000;
    match minutes {
        ..60 => format!("{minutes} min ago"),
        60..2_880 => format!("{} h ago", (minutes + 30) / 60),
        _ => format!("{} d ago", (minutes + 720) / 1_440),
    }
}

#[cfg(target_arch = "wasm32")]
mod ticking {
    use gloo_timers::callback::Interval;
    use leptos::prelude::*;

    use super::Clock;

    const TICK_MS: u32 = 5_000;

    /// The browser's clock may be wrong: what counts is the time that passes on it.
    pub(super) fn start(clock: Clock, server_now_ms: i64) {
        let offset = server_now_ms - js_sys::Date::now() as i64;
        let interval = StoredValue::new_local(Some(Interval::new(TICK_MS, move || {
            clock.0.try_set(js_sys::Date::now() as i64 + offset);
        })));
        on_cleanup(move || drop(interval.try_update_value(Option::take)));
    }

    /// Of now: a chart that reaches over a change to summer time keeps it throughout, and says which it is.
    pub(super) fn utc_offset_ms() -> i64 {
        -(js_sys::Date::new_0().get_timezone_offset() * 60_000.0) as i64
    }

    pub(super) fn local(ms: i64) -> String {
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(ms as f64));
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}",
            date.get_full_year(),
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes()
        )
    }
}
