//! Rows of history and trends, asked in chunks that the server can answer: a chunk that is too large is halved.
//!
//! There is no paging in Zabbix: `offset` is ignored without a word, so bounds on items and time are all there is.

use model::failure::{Failure, FailureKind};
use serde_json::{Value, json};

use super::{plan::Wanted, rpc::CallError, session::Session, value::List, wire::Row};

/// PHP holds an answer as a whole; 1,000 items of a month ended in status 500 with its usual 128 MB.
const ROWS_AT_ONCE: i64 = 72_000;
const TREND_ITEMS_AT_ONCE: usize = 100;
const HISTORY_ITEMS_AT_ONCE: usize = 1_000;
/// More rows than are expected come where an item polls more often than its interval says.
const MAX_ROWS: usize = 300_000;
/// Halvings without one answer in between; a server that cannot answer at all ends the run.
const MAX_HALVINGS: u32 = 100;
/// Answers after which more is tried again: one item that is too much must not slow down all others for ever.
const ANSWERS_UNTIL_MORE: u32 = 16;
/// Spans are not halved below this.
const SHORTEST_S: i64 = 600;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// Of this value type.
    History(u8),
    Trends,
}

impl Table {
    fn method(self) -> &'static str {
        match self {
            Self::History(_) => "history.get",
            Self::Trends => "trend.get",
        }
    }

    fn parameters(self, ids: &[u64], (from, till): (i64, i64)) -> Value {
        let common = json!({"itemids": ids, "time_from": from, "time_till": till, "limit": MAX_ROWS});
        let mut parameters = common;
        match self {
            Self::History(value_type) => {
                parameters["history"] = json!(value_type);
                parameters["output"] = json!(["itemid", "clock", "value"]);
            }
            Self::Trends => parameters["output"] = json!(["itemid", "clock", "value_avg", "value_min", "value_max"]),
        }
        parameters
    }
}

/// Reads rows for one run, and remembers what the server can answer.
pub(super) struct Reader<'a> {
    session: &'a Session,
    halvings: u32,
    answers: u32,
    /// What the server could answer lately.
    items_at_once: usize,
    longest_s: i64,
    pub(super) rows: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self { session, halvings: 0, answers: 0, items_at_once: HISTORY_ITEMS_AT_ONCE, longest_s: i64::MAX, rows: 0 }
    }

    /// Hands on all rows of these items from the first second to the last, both included. Yields items that could not be
    /// read, each alone too much for the server.
    pub(super) async fn read(
        &mut self,
        table: Table,
        items: &[&Wanted],
        span: (i64, i64),
        mut take: impl FnMut(Row),
    ) -> Result<Vec<(u64, Failure)>, CallError> {
        let mut failed = Vec::new();
        let mut rest = items;
        while !rest.is_empty() {
            let chunk;
            (chunk, rest) = rest.split_at(self.chunk_length(table, rest, span));
            let ids: Vec<u64> = chunk.iter().map(|item| item.id).collect();
            // Parts of the chunk, the next one last.
            let mut parts =
                spans(span, self.longest_s).into_iter().rev().map(|span| (ids.clone(), span)).collect::<Vec<_>>();
            while let Some((ids, span)) = parts.pop() {
                match self.ask(table, &ids, span).await {
                    Ok(rows) => {
                        self.rows += rows.len() as u64;
                        self.answered();
                        rows.into_iter().for_each(&mut take);
                    }
                    Err(CallError::TooLarge(failure)) => {
                        self.refused(ids.len(), span);
                        if self.halvings > MAX_HALVINGS {
                            return Err(CallError::Failed(failure));
                        }
                        match halved(ids, span) {
                            Ok([first, second]) => parts.extend([second, first]),
                            Err(id) => failed.push((id, failure)),
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(failed)
    }

    fn answered(&mut self) {
        self.halvings = 0;
        self.answers += 1;
        if self.answers >= ANSWERS_UNTIL_MORE {
            self.answers = 0;
            self.items_at_once = (self.items_at_once * 2).min(HISTORY_ITEMS_AT_ONCE);
            self.longest_s = self.longest_s.saturating_mul(2);
        }
    }

    fn refused(&mut self, items: usize, (from, till): (i64, i64)) {
        self.halvings += 1;
        self.answers = 0;
        if items > 1 {
            self.items_at_once = self.items_at_once.min(items / 2).max(1);
        } else {
            self.longest_s = self.longest_s.min((till - from) / 2).max(SHORTEST_S);
        }
    }

    /// How many of the next items promise no more rows than are asked for at once.
    fn chunk_length(&self, table: Table, items: &[&Wanted], (from, till): (i64, i64)) -> usize {
        let (most, rows_of): (usize, &dyn Fn(&Wanted) -> i64) = match table {
            Table::History(_) => (HISTORY_ITEMS_AT_ONCE, &|item| (till - from) / item.period_s.max(1) + 1),
            Table::Trends => (TREND_ITEMS_AT_ONCE, &|_| (till - from) / 3_600 + 1),
        };
        let mut rows = 0;
        let fits = items.iter().take(most.min(self.items_at_once)).take_while(|item| {
            rows += rows_of(item);
            rows <= ROWS_AT_ONCE
        });
        fits.count().max(1)
    }

    async fn ask(&self, table: Table, ids: &[u64], span: (i64, i64)) -> Result<Vec<Row>, CallError> {
        let method = table.method();
        let List(rows) = self.session.call::<List<Row>>(method, table.parameters(ids, span)).await?;
        if rows.len() >= MAX_ROWS {
            let detail = format!("{} has more than {MAX_ROWS} values for {method}", self.session.host());
            return Err(CallError::TooLarge(Failure::new(FailureKind::Protocol, detail)));
        }
        Ok(rows)
    }
}

type Part = (Vec<u64>, (i64, i64));

/// The span in pieces of this length at most, in order.
fn spans((from, till): (i64, i64), longest_s: i64) -> Vec<(i64, i64)> {
    let mut pieces = Vec::new();
    let mut next = from;
    while next <= till {
        let end = next.saturating_add(longest_s.max(SHORTEST_S)).min(till);
        pieces.push((next, end));
        next = end.saturating_add(1);
    }
    pieces
}

/// Half of the items, then half of the time; `Err` with the item that cannot be asked for less.
fn halved(mut ids: Vec<u64>, (from, till): (i64, i64)) -> Result<[Part; 2], u64> {
    if ids.len() > 1 {
        let second = ids.split_off(ids.len() / 2);
        return Ok([(ids, (from, till)), (second, (from, till))]);
    }
    if till - from < 2 * SHORTEST_S {
        return Err(ids.first().copied().unwrap_or_default());
    }
    let middle = from + (till - from) / 2;
    Ok([(ids.clone(), (from, middle)), (ids, (middle + 1, till))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_all_of_it_and_nothing_twice() {
        assert_eq!(halved(vec![1, 2, 3], (0, 9)), Ok([(vec![1], (0, 9)), (vec![2, 3], (0, 9))]));
        assert_eq!(halved(vec![1], (0, 3_599)), Ok([(vec![1], (0, 1_799)), (vec![1], (1_800, 3_599))]));
        assert_eq!(halved(vec![1], (0, 1_199)), Err(1));
        assert_eq!(spans((0, 1_800), 900), [(0, 900), (901, 1_800)]);
        assert_eq!(spans((5, 7), i64::MAX), [(5, 7)]);
    }
}
