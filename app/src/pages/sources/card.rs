//! One source's card.

use leptos::{form::ActionForm, prelude::*};
use model::{
    account::Role,
    format,
    inventory::ObjectKind,
    run::{Outcome, Progress, RunState, RunView},
    source::SourceView,
};

use super::{
    SyncActions,
    issues::Troubles,
    measuring::{Measured, MeasuringTrouble},
    run_state,
    stages::{Stages, clock},
};
use crate::{
    components::{Age, Clock, Glyph, Icon, StatePill, Tone, Unknown},
    frame::Me,
    live::Live,
};

#[component]
pub(super) fn SourceCard(source: SourceView, actions: SyncActions) -> impl IntoView {
    let live = Live::current();
    let running = {
        let (id, rendered) = (source.id, source.live.clone());
        Memo::new(move |_| live.run_of(id, rendered.as_ref()))
    };
    let is_running = Memo::new(move |_| running.with(Option::is_some));
    let name = source.settings.name.clone();
    let label = name.clone();
    let product = product_line(&source);
    let pill = {
        let source = source.clone();
        move || match running.get() {
            Some(progress) => running_pill(&progress).into_any(),
            None => rest_pill(&source).into_any(),
        }
    };
    let body = {
        let source = source.clone();
        move || {
            if is_running.get() {
                view! { {move || running.get().map(|progress| view! { <Stages progress /> })} }.into_any()
            } else {
                view! {
                    <Troubles source=source.clone() />
                    <Facts source=source.clone() />
                    <MeasuringTrouble source=source.clone() />
                }
                .into_any()
            }
        }
    };
    view! {
        <section class="card c6 source" aria-label=label>
            <header>
                <div class="title">
                    <h2>
                        <a href=format!("/sources/{}", source.id)>{name}</a>
                    </h2>
                    <p>{product}</p>
                </div>
                <div class="end">{pill}</div>
            </header>
            <div class="body">{body}</div>
            <CardActions source running actions />
        </section>
    }
}

#[component]
fn CardActions(source: SourceView, running: Memo<Option<Progress>>, actions: SyncActions) -> impl IntoView {
    let id = source.id;
    let (sync_label, cancel_label) =
        (format!("Sync {} now", source.settings.name), format!("Cancel the sync of {}", source.settings.name));
    let may_manage = Me::may(Role::Manager);
    let enabled = source.settings.enabled;
    let run = Memo::new(move |_| running.with(|running| running.as_ref().map(|progress| progress.run)));
    let sync = move || {
        let (sync_label, cancel_label) = (sync_label.clone(), cancel_label.clone());
        match run.get() {
            Some(run) => view! {
                <ActionForm action=actions.cancel>
                    <input type="hidden" name="run" value=run.to_string() />
                    <button class="button" type="submit" aria-label=cancel_label>
                        "Cancel"
                    </button>
                </ActionForm>
            }
            .into_any(),
            None if enabled => view! {
                <ActionForm action=actions.start>
                    <input type="hidden" name="source" value=id.to_string() />
                    <button class="button" type="submit" aria-label=sync_label>
                        <Icon glyph=Glyph::Sync />
                        "Sync now"
                    </button>
                </ActionForm>
            }
            .into_any(),
            None => ().into_any(),
        }
    };
    Effect::new(move || {
        run.track();
        if actions.pressed.get_value() == Some(id) {
            crate::focus::give_if_lost(format!("#source-{id} form button"));
        }
    });
    let edit_label = format!("Edit {}", source.settings.name);
    let runs_label = format!("Runs of {}", source.settings.name);
    view! {
        <footer id=format!("source-{id}") on:submit=move |_| actions.pressed.set_value(Some(id))>
            <a class="button quiet" href=format!("/activity?source={id}") aria-label=runs_label>
                "History"
            </a>
            {may_manage
                .then(|| {
                    view! {
                        <a class="button quiet" href=format!("/sources/{id}") aria-label=edit_label>
                            "Edit"
                        </a>
                        {sync}
                    }
                })}
        </footer>
    }
}

/// Counts of what is stored, its age, and what the last run did.
#[component]
fn Facts(source: SourceView) -> impl IntoView {
    const SHOWN: [ObjectKind; 5] =
        [ObjectKind::Vm, ObjectKind::Host, ObjectKind::Cluster, ObjectKind::Datastore, ObjectKind::Network];
    let can_have = source.settings.kind;
    let stored = SHOWN.into_iter().filter(|kind| can_have.has(*kind)).map(|kind| {
        let count = source.stored.iter().find(|stored| stored.kind == kind).map_or(0, |stored| stored.count);
        let is_known = source.last_success_ms.is_some() || count > 0;
        let path = crate::table::list_path(kind).unwrap_or("/");
        // Uplinks stand in the table and are not counted as networks.
        let counted = if kind == ObjectKind::Network { " uplink:no" } else { "" };
        let filter = format!("source=\"{}\"{counted}", source.settings.name);
        let filter = leptos_router::location::Url::escape(&filter);
        view! {
            <div>
                <dt>{crate::table::capital(kind.plural())}</dt>
                <dd>
                    {if is_known {
                        view! { <a href=format!("{path}?q={filter}")>{format::count(count as i64)}</a> }.into_any()
                    } else {
                        view! { <Unknown reason="never synced" /> }.into_any()
                    }}
                </dd>
            </div>
        }
    });
    let took = source.last_run.as_ref().and_then(RunView::duration_ms).map(format::duration_ms);
    let success = source.last_success_ms;
    let last =
        source.last_run.clone().filter(|run| run.state.is_success()).and_then(|run| Some((run.id, run.outcome?)));
    view! {
        <dl class="facts">
            {stored.collect_view()} <div>
                <dt>"As of"</dt>
                <dd>
                    {match success {
                        Some(ms) => view! { <Age ms /> }.into_any(),
                        None => view! { <Unknown reason="never synced" /> }.into_any(),
                    }}
                </dd>
            </div> <div>
                <dt>"Took"</dt>
                <dd>
                    {match took {
                        Some(took) => took.into_any(),
                        None => view! { <Unknown reason="no run has ended yet" /> }.into_any(),
                    }}
                </dd>
            </div> <div>
                <dt>"Next"</dt>
                <dd>
                    <Next source=source.clone() />
                </dd>
            </div>
            {source.settings.kind.is_measured().then(|| view! { <Measured source=source.clone() /> })}
        </dl>
        {last
            .map(|(run, outcome)| {
                view! {
                    <p class="outcome">
                        <a href=format!("/runs/{run}")>"Last sync"</a>
                        ": "
                        {outcome_words(&outcome)}
                    </p>
                }
            })}
    }
}

#[component]
fn Next(source: SourceView) -> impl IntoView {
    let clock = expect_context::<Clock>();
    move || match (source.settings.enabled, source.settings.sync_interval_s, source.next_sync_ms) {
        (false, ..) => "disabled".to_owned(),
        (_, None, _) => "by hand".to_owned(),
        (_, Some(_), None) => "paused".to_owned(),
        (_, Some(_), Some(next)) => match next - clock.0.get() {
            ..60_000 => "within a minute".to_owned(),
            wait => format!("in {}", format::duration_s(wait / 60_000 * 60)),
        },
    }
}

/// `12 added, 3 changed, 1 archived`; says so when nothing was.
pub(crate) fn outcome_words(outcome: &Outcome) -> String {
    let parts = [
        (outcome.added, "added"),
        (outcome.changed, "changed"),
        (outcome.archived, "archived"),
        (outcome.returned, "returned"),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", format::count(count as i64)))
        .collect();
    if parts.is_empty() {
        return format!("nothing changed in {} objects", format::count(outcome.unchanged as i64));
    }
    parts.join(", ")
}

fn product_line(source: &SourceView) -> String {
    let product = match (&source.product, &source.version) {
        (Some(product), Some(version)) if !product.contains(version.as_str()) => format!("{product} {version}"),
        (Some(product), _) => product.clone(),
        (None, _) => source.settings.kind.label().to_owned(),
    };
    format!("{product} · {}", source.settings.endpoint)
}

fn running_pill(progress: &Progress) -> AnyView {
    if progress.state == RunState::Queued {
        return view! { <StatePill tone=Tone::Run glyph=Glyph::Clock label="Waiting" /> }.into_any();
    }
    view! {
        <span class="busy">
            <StatePill tone=Tone::Run label=format!("Syncing {}", clock(progress.elapsed_ms)) />
        </span>
    }
    .into_any()
}

fn rest_pill(source: &SourceView) -> AnyView {
    if !source.settings.enabled {
        return view! { <StatePill tone=Tone::Idle glyph=Glyph::Pause label="Disabled" /> }.into_any();
    }
    let Some(run) = &source.last_run else {
        return view! { <StatePill tone=Tone::Idle label="Never synced" /> }.into_any();
    };
    let ended = run.finished_at_ms.unwrap_or(run.requested_at_ms);
    let (tone, word) = match run.state {
        RunState::Completed => (Tone::Ok, "Current"),
        RunState::CompletedWithIssues => (Tone::Warn, "Partial"),
        state => (run_state::run_tone(state), run_state::run_word(state)),
    };
    // A success that is older than three intervals is no longer current.
    let stale_after_ms = source.settings.sync_interval_s.map(|interval| interval * 3_000);
    let clock = use_context::<Clock>();
    let is_stale = move || {
        tone == Tone::Ok && stale_after_ms.is_some_and(|limit| clock.is_some_and(|clock| clock.0.get() - ended > limit))
    };
    let glyph = tone.glyph();
    view! {
        {move || {
            let (class, glyph, word) =
                if is_stale() { ("warn", Glyph::Clock, "Stale") } else { (tone.class(), glyph, word) };
            view! {
                <span class=format!("state pill {class}")>
                    <Icon glyph />
                    <span>{word} ", " <Age ms=ended /></span>
                </span>
            }
        }}
    }
    .into_any()
}
