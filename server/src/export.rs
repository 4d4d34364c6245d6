//! `/export/vms.csv` and the like: what a table shows, all pages of it, as a stream. The numbers of a chart are `series`'s.

pub(crate) mod series;

use app::guard::RequestActor;
use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use engine::{Engine, Error, ExportQuery};
use futures::{StreamExt as _, stream};
use model::{
    account::Actor,
    filter::Filter,
    inventory::ObjectKind,
    table::{Sort, TableQuery},
};
use serde::Deserialize;

/// The same names as in the tables' URLs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    sort: String,
    dir: String,
    cols: String,
    archived: String,
}

pub(crate) async fn csv(
    State(engine): State<Engine>,
    Extension(request): Extension<RequestActor>,
    Path(file): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let actor = match person(request) {
        Ok(actor) => actor,
        Err(door) => return door.into_response(),
    };
    let Some((table, kind)) = file.strip_suffix(".csv").and_then(|table| Some((table, kind(table)?))) else {
        return (StatusCode::NOT_FOUND, "There is no such table.\n").into_response();
    };
    let export = match query(kind, &wanted) {
        Ok(export) => export,
        Err(message) => return (StatusCode::UNPROCESSABLE_ENTITY, format!("{message}\n")).into_response(),
    };
    match engine.export_rows(&actor, export).await {
        Ok(pages) => download(table, pages),
        Err(error) => refusal(&error),
    }
}

/// Who asks; a person who may not work yet is led to where that is changed.
fn person(request: RequestActor) -> Result<Actor, Redirect> {
    if request.actor.is_some() && request.must_change_password {
        return Err(Redirect::to("/account"));
    }
    request.at_work().ok_or_else(|| Redirect::to("/sign-in"))
}

fn kind(table: &str) -> Option<ObjectKind> {
    Some(match table {
        "vms" => ObjectKind::Vm,
        "hosts" => ObjectKind::Host,
        "clusters" => ObjectKind::Cluster,
        "storage" => ObjectKind::Datastore,
        "networks" => ObjectKind::Network,
        _ => return None,
    })
}

fn query(kind: ObjectKind, wanted: &Wanted) -> Result<ExportQuery, String> {
    let filter = Filter::parse(&wanted.q).map_err(|error| error.to_string())?;
    let sort =
        (!wanted.sort.is_empty()).then(|| Sort { column: wanted.sort.clone(), descending: wanted.dir == "desc" });
    let columns = wanted.cols.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect();
    let archived = matches!(wanted.archived.as_str(), "1" | "true");
    Ok(ExportQuery { kind, query: TableQuery { filter, sort, archived, ..TableQuery::default() }, columns })
}

fn download(table: &str, pages: engine::ExportPages) -> Response {
    let header_row = vec![pages.header.clone()];
    let body = stream::once(async { Ok(header_row) }).chain(pages.pages).map(|page| {
        page.and_then(|rows| encode(&rows).map_err(|error| Error::Internal(error.into()))).inspect_err(|error| {
            // The head is sent already: the connection breaks off, which clients take as a failed download.
            tracing::error!(error = error.to_string(), "an export broke off");
        })
    });
    attachment(table, Body::from_stream(body))
}

/// A file that is named after what it holds and the day.
fn attachment(name: &str, body: Body) -> Response {
    let name = format!("attachment; filename=\"{name}-{}.csv\"", jiff::Timestamp::now().strftime("%Y-%m-%d"));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn encode(rows: &[Vec<String>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|field| harmless(field).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Spreadsheets run a field that begins like a formula: such text gets an apostrophe before it (OWASP, CSV injection).
/// Numbers stay numbers.
fn harmless(field: &str) -> std::borrow::Cow<'_, str> {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && field.parse::<f64>().is_err();
    if is_formula { format!("'{field}").into() } else { field.into() }
}

fn refusal(error: &Error) -> Response {
    let status = match error {
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => {
            tracing::error!(error = error.to_string(), source = ?std::error::Error::source(error).map(ToString::to_string), "an export failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    (status, format!("{error}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text_and_numbers_stay_numbers() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(harmless("-cmd|'/c calc'!A0"), "'-cmd|'/c calc'!A0");
        assert_eq!(harmless("-5"), "-5");
        assert_eq!(harmless("vm-1"), "vm-1");
    }

    #[test]
    fn fields_with_commas_quotes_and_lines_are_quoted() {
        let bytes = encode(&[vec!["a,b".into(), "say \"hi\"".into(), "two\nlines".into()]]).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n");
    }
}
