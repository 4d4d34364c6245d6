//! Draws the boards: for each kind the objects with the highest latest values, and the alarms that are up.

use engine::Engine;
use futures::future::{join, try_join_all};
use leptos::prelude::*;
use model::{
    account::Actor,
    inventory::ObjectKind,
    metric::{Metric, Unit},
    overview::AlarmView,
    series::Busy,
};

use super::choices::{KINDS, chosen, link, offered, others};
use crate::{
    chart::{age, print, sparkline},
    components::{Card, Head, Meter, PlainTable},
    error::AppError,
    table::{ObjectLink, capital, health_state},
};

/// Objects of a board.
const ROWS_MAX: u64 = 10;
const ALARMS_MAX: u64 = 50;
/// Metrics that stand as links above a board; the others are in its list.
const LINKS_MAX: usize = 4;

pub(crate) async fn draw(engine: &Engine, actor: &Actor, search: &str, now_ms: i64) -> Result<String, AppError> {
    let asked = KINDS.map(|kind| engine.busiest(actor, kind, chosen(kind, search), ROWS_MAX));
    let (boards, problems) = join(try_join_all(asked), engine.problems(actor, ALARMS_MAX)).await;
    let boards = KINDS.into_iter().zip(boards?).map(|(kind, rows)| board(kind, rows, search, now_ms));
    let html = view! {
        <div class="grid">
            {boards.collect_view()}
            {problem_card(problems?, now_ms)}
        </div>
    };
    Ok(html.to_html())
}

fn board(kind: ObjectKind, rows: Vec<Busy>, search: &str, now_ms: i64) -> AnyView {
    let metric = chosen(kind, search);
    let body = if rows.is_empty() {
        let words = format!(
            "Nothing measured of {} in the last hour. Sources says whether they are measured, and what keeps them from it.",
            metric.label()
        );
        view! { <p class="none">{words}</p> }.into_any()
    } else {
        table(kind, metric, rows, now_ms)
    };
    let metrics = metrics(kind, metric, search);
    view! {
        <Card title=capital(kind.plural()) note=metric.label() class="c6 board">
            {metrics}
            {body}
        </Card>
    }
    .into_any()
}

/// The first few as links, all of them in a list.
fn metrics(kind: ObjectKind, here: Metric, search: &str) -> AnyView {
    let links = offered(kind).iter().take(LINKS_MAX).map(|metric| {
        let is_here = (*metric == here).then_some("true");
        view! {
            <a href=link(kind, *metric, search) aria-current=is_here data-noscroll="">
                {metric.label()}
            </a>
        }
    });
    let rest = offered(kind).get(LINKS_MAX..).unwrap_or_default();
    let rest = (!rest.is_empty()).then(|| {
        let options = rest.iter().map(|metric| {
            view! {
                <option value=metric.key() selected=*metric == here>
                    {metric.label()}
                </option>
            }
        });
        let hidden = others(kind, search).into_iter().map(|(key, value)| {
            view! { <input type="hidden" name=key value=value /> }
        });
        view! {
            <form method="get" action="/monitoring">
                {hidden.collect_view()}
                <select name=kind.key() aria-label=format!("Another metric of {}", kind.plural())>
                    {options.collect_view()}
                </select>
                <button class="button small" type="submit">
                    "Show"
                </button>
            </form>
        }
    });
    view! {
        <nav class="quick" aria-label=format!("Metric of {}", kind.plural())>
            {links.collect_view()}
            {rest}
        </nav>
    }
    .into_any()
}

fn table(kind: ObjectKind, metric: Metric, rows: Vec<Busy>, now_ms: i64) -> AnyView {
    let (caption, name) = match kind {
        ObjectKind::Vm => ("Busiest virtual machines", "Virtual machine"),
        ObjectKind::Host => ("Busiest hosts", "Host"),
        _ => ("Busiest datastores", "Datastore"),
    };
    let rows = rows.into_iter().map(|row| {
        let value = print(metric.unit(), row.last);
        let bar =
            (metric.unit() == Unit::Percent).then(|| view! { <Meter percent=row.last label=value.clone() width=48 /> });
        let Busy { object, end_ms, recent, .. } = row;
        view! {
            <tr>
                <th scope="row">
                    <ObjectLink kind=object.kind id=object.id name=object.name />
                </th>
                <td class="num">
                    <span class="share">{bar} <span>{value}</span></span>
                </td>
                <td>{sparkline(metric, &recent)}</td>
                <td>{age(end_ms, now_ms)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <PlainTable
            caption
            heads=[Head::Text(name), Head::Number("Latest"), Head::Text("24 hours"), Head::Text("Age")]
        >
            {rows}
        </PlainTable>
    }
    .into_any()
}

fn problem_card(problems: Vec<AlarmView>, now_ms: i64) -> AnyView {
    let body = if problems.is_empty() {
        view! { <p class="none">"No alarm of a platform is up."</p> }.into_any()
    } else {
        let items = problems.into_iter().map(|alarm| problem(alarm, now_ms)).collect_view();
        view! { <ul class="list alarms">{items}</ul> }.into_any()
    };
    view! {
        <Card title="Problems" note="alarms that are up" class="c6 board">
            {body}
        </Card>
    }
    .into_any()
}

fn problem(alarm: AlarmView, now_ms: i64) -> AnyView {
    let object = match alarm.object {
        Some(id) => view! { <ObjectLink kind=alarm.kind id name=alarm.object_name /> }.into_any(),
        None => alarm.object_name.into_any(),
    };
    view! {
        <li>
            {health_state(alarm.health)} <span class="grow">
                <strong>{alarm.name}</strong>
                <small>{object}</small>
            </span> {alarm.acknowledged.then(|| view! { <span class="tag">"acknowledged"</span> })}
            <small>{alarm.since_ms.map(|ms| age(ms, now_ms))}</small>
        </li>
    }
    .into_any()
}
