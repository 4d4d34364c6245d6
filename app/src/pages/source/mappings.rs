//! A person's own measurements of a source: those that there are, and a form for one more. Drawn on the server.

use engine::Engine;
use leptos::prelude::*;
use model::{
    account::{Actor, Role},
    ids::SourceId,
    mapping::{MAPPINGS_MAX, MappingView},
    source::SourceKind,
};

use crate::{
    components::{Card, Head, PlainTable, area_text},
    drawn::{Told, action, hidden, input, metric_choice},
    error::AppError,
};

const HEADS: [Head; 4] = [Head::Text("Metric"), Head::Text("Told by"), Head::Number("Factor"), Head::Unseen("Actions")];
const FIELDS: &[&str] = &["metric", "selector", "factor"];

/// Nothing for sources that take none, and for people who may not edit them.
pub(crate) async fn draw(engine: &Engine, actor: &Actor, id: SourceId, search: &str) -> Result<String, AppError> {
    let kind = engine.source(actor, id).await?.settings.kind;
    if !kind.is_monitoring() || !actor.may(Role::Manager) {
        return Ok(String::new());
    }
    let mappings = engine.mappings(actor, id).await?;
    let told = Told::read(actor, search, "add_mapping");
    let is_open = (!mappings.is_empty() || told.is_some()).then_some("");
    let count = mappings.len();
    let table = (count > 0).then(|| table(id, mappings));
    let form = if count < MAPPINGS_MAX {
        form(kind, id, told.as_ref())
    } else {
        view! { <p class="notes">{format!("A source has {MAPPINGS_MAX} of them at most.")}</p> }.into_any()
    };
    let summary = if count == 0 { "Add one".to_owned() } else { format!("Mappings: {count}") };
    let html = view! {
        <Card title="Own measurements" note="beside what IROA finds by itself" class="c12 mappings">
            {Told::advice(told.as_ref(), FIELDS)}
            <details class="more" id="mappings" open=is_open>
                <summary>{summary}</summary>
                {table}
                {form}
            </details>
        </Card>
    };
    Ok(html.to_html())
}

fn table(source: SourceId, mappings: Vec<MappingView>) -> AnyView {
    let rows = mappings.into_iter().map(|MappingView { id, mapping }| {
        let label = format!("Remove {}: {}", mapping.metric.label(), mapping.selector);
        view! {
            <tr>
                <th scope="row">{mapping.metric.label()}</th>
                <td class="wide">
                    <code>{mapping.selector}</code>
                </td>
                <td class="num">{mapping.factor.to_string()}</td>
                <td>
                    <form method="post" action=action("remove_mapping")>
                        {hidden("source", source)}
                        {hidden("mapping", id)}
                        <button class="button small" type="submit" aria-label=label>
                            "Remove"
                        </button>
                    </form>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <PlainTable caption="Own measurements" heads=HEADS>
            {rows}
        </PlainTable>
    }
    .into_any()
}

fn form(kind: SourceKind, source: SourceId, told: Option<&Told>) -> AnyView {
    let (label, help, placeholder) = match kind {
        SourceKind::Zabbix => (
            "Item key",
            "As Zabbix writes it, with * for any text. It goes before IROA's own rules of the metric; the item's unit decides the conversion.",
            "app.memory[*]",
        ),
        _ => (
            "Query",
            "PromQL that yields one value for each machine, labelled instance (and job, where several scrape it). It is asked every 5 minutes and should look back over them. Choose a metric that no exporter tells of these machines.",
            "avg by (job, instance) (avg_over_time(app_memory_bytes[5m]))",
        ),
    };
    let typed = |field: &str| Told::typed(told, field);
    let selector = view! {
        <textarea
            id="selector"
            name="selector"
            class="mono"
            rows="2"
            required=true
            maxlength="2000"
            spellcheck="false"
            placeholder=placeholder
            aria-describedby="selector-help"
        >
            {area_text(&typed("selector").unwrap_or_default())}
        </textarea>
    };
    let factor = view! {
        <input
            type="text"
            inputmode="decimal"
            id="factor"
            name="factor"
            value=typed("factor").unwrap_or_else(|| "1".to_owned())
            aria-describedby="factor-help"
        />
    };
    // Zabbix has no query that would tell more than the pattern itself.
    let test = (kind == SourceKind::Prometheus).then(|| {
        view! {
            <button class="button" type="submit" formaction=action("try_mapping")>
                "Test"
            </button>
        }
    });
    view! {
        <form class="form wide" method="post" action=action("add_mapping")>
            {hidden("source", source)}
            {input(told, "metric", "Metric", "Of machines.", metric_choice(typed("metric").as_deref()))}
            {input(told, "selector", label, help, selector.into_any())}
            {input(told, "factor", "Times", "From the values to the metric's unit: 1024 for kilobytes.", factor.into_any())}
            <div class="buttons">
                <button class="button primary" type="submit">
                    "Add"
                </button>
                {test}
            </div>
        </form>
    }
    .into_any()
}
