//! How long measurements are kept and how much they take, and from where each metric is taken. Drawn on the server.

use engine::Engine;
use futures::future::try_join3;
use leptos::prelude::*;
use model::{
    account::Actor,
    format,
    series::{Preferences, Preferred, Retention, SampleExtent},
    source::{SourceKind, SourceView},
};

use crate::{
    components::{Card, Head, PlainTable},
    drawn::{Told, action, hidden, input, metric_choice},
    error::AppError,
    pages::object::{Fact, Facts},
};

const DAY_MS: i64 = 86_400_000;
const DAYS: &[&str] = &["base", "hourly", "daily"];
const CHOICE: &[&str] = &["metric", "preferred"];
const HEADS: [Head; 3] = [Head::Text("Metric"), Head::Text("Wanted from"), Head::Unseen("Actions")];

pub(crate) async fn draw(engine: &Engine, actor: &Actor, search: &str) -> Result<String, AppError> {
    let asked =
        try_join3(engine.kept_samples(actor), engine.metric_preferences(actor), engine.list_sources(actor)).await;
    let ((retention, extent), preferences, sources) = asked?;
    let (days, choice) =
        (Told::read(actor, search, "set_retention"), Told::read(actor, search, "set_metric_preference"));
    let html = view! {
        <div class="grid">
            <Card title="Measurements" note="how long they are kept" class="c6">
                {Told::advice(days.as_ref(), DAYS)}
                {held(extent)}
                {retention_form(retention, days.as_ref())}
            </Card>
            <Card title="Sources of metrics" note="where several systems tell the same of one machine" class="c6">
                {Told::advice(choice.as_ref(), CHOICE)}
                <p class="line">
                    "By default the guest tells of its own memory, swap and file systems, and the platform of everything else: a guest does not notice when it was not scheduled."
                </p>
                {preferred_table(&preferences, &sources)}
                {preference_form(&sources, choice.as_ref())}
            </Card>
        </div>
    };
    Ok(html.to_html())
}

fn held(extent: SampleExtent) -> AnyView {
    let unknown = |text: Option<String>| text.unwrap_or_else(|| "—".to_owned());
    let facts = [
        ("On disk", unknown(extent.bytes.map(|bytes| format::bytes(bytes as i64)))),
        ("Series", format::count(extent.series as i64)),
        ("Since", unknown(extent.first_ms.map(|ms| format::iso_utc(ms)[..10].to_owned()))),
    ];
    view! { <Facts facts=facts.map(|(name, fact)| Fact::new(name, fact.into_any())).into() /> }.into_any()
}

fn retention_form(kept: Retention, told: Option<&Told>) -> AnyView {
    let days = |name: &'static str, label: &'static str, help: &'static str, ms: i64| {
        let value = Told::typed(told, name).unwrap_or_else(|| (ms / DAY_MS).to_string());
        let help_id = format!("{name}-help");
        let field = view! {
            <input
                type="number"
                id=name
                name=name
                min="2"
                max="18250"
                step="1"
                required=true
                value=value
                aria-describedby=help_id
            />
        };
        input(told, name, label, help, field.into_any())
    };
    view! {
        <form class="form" method="post" action=action("set_retention")>
            {days("base", "Keep samples, in days", "As they came: every five minutes where the source has that. Sizing of machines learns from them.", kept.base_ms)}
            {days("hourly", "Keep hourly summaries, in days", "Average, highest and 95th percentile of each hour.", kept.hourly_ms)}
            {days("daily", "Keep daily summaries, in days", "The same of each day, and how values were spread. What is too old goes within minutes and does not come back.", kept.daily_ms)}
            <div class="buttons">
                <button class="button" type="submit">
                    "Save"
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn name_of(preferred: Preferred, sources: &[SourceView]) -> String {
    match preferred {
        Preferred::Kind(kind) => format!("any {}", kind.platform()),
        Preferred::Source(id) => match sources.iter().find(|source| source.id == id) {
            Some(source) => source.settings.name.clone(),
            None => "a source that was deleted".to_owned(),
        },
    }
}

fn preferred_table(preferences: &Preferences, sources: &[SourceView]) -> Option<AnyView> {
    if preferences.is_empty() {
        return None;
    }
    let rows = preferences.iter().map(|(metric, preferred)| {
        view! {
            <tr>
                <th scope="row">{metric.label()}</th>
                <td>{name_of(*preferred, sources)}</td>
                <td>
                    <form method="post" action=action("set_metric_preference")>
                        {hidden("metric", metric.key())}
                        {hidden("preferred", "")}
                        <button class="button small" type="submit" aria-label=format!("Default again: {}", metric.label())>
                            "Default again"
                        </button>
                    </form>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <PlainTable caption="Sources of metrics" heads=HEADS>
                {rows}
            </PlainTable>
        }
        .into_any(),
    )
}

fn preference_form(sources: &[SourceView], told: Option<&Told>) -> AnyView {
    let chosen = Told::typed(told, "preferred").unwrap_or_default();
    let kinds = SourceKind::ALL.map(|kind| (format!("kind:{}", kind.key()), format!("Any {}", kind.platform())));
    let named = sources.iter().map(|source| (format!("source:{}", source.id), source.settings.name.clone()));
    let options = kinds.into_iter().chain(named).map(|(value, label)| {
        view! {
            <option value=value.clone() selected=chosen == value>
                {label}
            </option>
        }
    });
    let options = options.collect_view();
    let select = view! {
        <select id="preferred" name="preferred" aria-describedby="preferred-help">
            {options}
        </select>
    };
    let metric = metric_choice(Told::typed(told, "metric").as_deref());
    view! {
        <form class="form" method="post" action=action("set_metric_preference")>
            {input(told, "metric", "Metric", "", metric)}
            {input(told, "preferred", "From", "Where it does not tell the metric of a machine, or has stopped, the default order holds.", select.into_any())}
            <div class="buttons">
                <button class="button" type="submit">
                    "Prefer"
                </button>
            </div>
        </form>
    }
    .into_any()
}
