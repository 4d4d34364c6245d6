//! The state of a table, as the URL says it: filter, sort, page, columns, archived rows.
//!
//! Everything that changes a table is a link or a GET form made here; what the rows are is the server's business.

use model::{
    filter::{Filter, FilterError, Term},
    table::{Column, Sort, TableQuery},
};

use super::query_string::{self, Pairs};

/// One table's state. A page with two tables gives each a prefix for its keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TableState {
    prefix: &'static str,
    /// The filter as it was typed; it may be wrong.
    pub filter_text: String,
    pub sort: Option<Sort>,
    /// 1-based.
    pub page: u64,
    /// `None` where the URL says nothing: the person's stored choice applies, or else the default.
    pub columns: Option<Vec<String>>,
    pub archived: bool,
    /// What else the URL carries: other tables of the page, its tab.
    rest: Pairs,
}

impl TableState {
    pub(crate) fn parse(search: &str, prefix: &'static str) -> Self {
        let mut state = Self { prefix, page: 1, ..Self::default() };
        let mut sort = None;
        let mut descending = false;
        for (key, value) in query_string::parse(search) {
            match key.strip_prefix(prefix) {
                Some("q") => value.trim().clone_into(&mut state.filter_text),
                Some("sort") => sort = (!value.is_empty()).then_some(value),
                Some("dir") => descending = value == "desc",
                Some("page") => state.page = value.parse().unwrap_or(1).max(1),
                Some("archived") => state.archived = value == "1",
                // A form of checkboxes repeats the key; a link joins the names by commas.
                Some("cols") => {
                    let columns = state.columns.get_or_insert_default();
                    columns.extend(value.split(',').filter(|name| !name.is_empty()).map(str::to_owned));
                }
                _ => state.rest.push((key, value)),
            }
        }
        state.sort = sort.map(|column| Sort { column, descending });
        state
    }

    /// The query's pairs, without those that are at their default.
    pub(crate) fn pairs(&self) -> Pairs {
        let mut pairs = self.rest.clone();
        let mut put = |key: &str, value: String| pairs.push((format!("{}{key}", self.prefix), value));
        if !self.filter_text.is_empty() {
            put("q", self.filter_text.clone());
        }
        if let Some(sort) = &self.sort {
            put("sort", sort.column.clone());
            if sort.descending {
                put("dir", "desc".to_owned());
            }
        }
        if self.page > 1 {
            put("page", self.page.to_string());
        }
        if let Some(columns) = &self.columns {
            put("cols", columns.join(","));
        }
        if self.archived {
            put("archived", "1".to_owned());
        }
        pairs
    }

    /// What a GET form carries along besides its own field: not the page, which a new filter starts over.
    pub(crate) fn pairs_without(&self, keys: &[&str]) -> Pairs {
        let own = |key: &str| key.strip_prefix(self.prefix).is_some_and(|key| key == "page" || keys.contains(&key));
        self.pairs().into_iter().filter(|(key, _)| !own(key)).collect()
    }

    pub(crate) fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(crate) fn href(&self, path: &str) -> String {
        query_string::href(path, &self.pairs())
    }

    pub(crate) fn with_filter(&self, filter_text: String) -> Self {
        Self { filter_text, page: 1, ..self.clone() }
    }

    pub(crate) fn with_columns(&self, columns: Vec<String>) -> Self {
        Self { columns: Some(columns), ..self.clone() }
    }

    pub(crate) fn with_archived(&self, archived: bool) -> Self {
        Self { archived, page: 1, ..self.clone() }
    }

    pub(crate) fn on_page(&self, page: u64) -> Self {
        Self { page, ..self.clone() }
    }

    /// A click on a column's heading: numbers start with the largest, words with A; a second click turns round.
    pub(crate) fn sorted_by(&self, column: &Column) -> Self {
        let descending = self.direction(column.key).map_or(column.value.is_numeric(), |descending| !descending);
        Self { sort: Some(Sort { column: column.key.to_owned(), descending }), page: 1, ..self.clone() }
    }

    /// `Some(true)` where the table is sorted by the column, largest first. Without a word, it is sorted by name.
    pub(crate) fn direction(&self, column: &str) -> Option<bool> {
        match &self.sort {
            Some(sort) => (sort.column == column).then_some(sort.descending),
            None => (column == "name").then_some(false),
        }
    }

    /// What the server is asked; `scope` holds the terms that a page adds on its own (a host's machines).
    pub(crate) fn query(&self, scope: &[Term], page_size: u64) -> Result<TableQuery, FilterError> {
        let mut filter = Filter::parse(&self.filter_text)?;
        filter.terms.splice(0..0, scope.iter().cloned());
        Ok(TableQuery { filter, sort: self.sort.clone(), page: self.page, page_size, archived: self.archived })
    }
}

/// The page of a plain list that shares its address with tables.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PageKey {
    key: &'static str,
    /// 1-based.
    pub page: u64,
    rest: Pairs,
}

impl PageKey {
    pub(crate) fn parse(search: &str, key: &'static str) -> Self {
        let (own, rest): (Pairs, Pairs) = query_string::parse(search).into_iter().partition(|(name, _)| name == key);
        let page = own.last().and_then(|(_, value)| value.parse().ok()).unwrap_or(1).max(1);
        Self { key, page, rest }
    }

    pub(crate) fn href(&self, path: &str, page: u64) -> String {
        let mut pairs = self.rest.clone();
        if page > 1 {
            pairs.push((self.key.to_owned(), page.to_string()));
        }
        query_string::href(path, &pairs)
    }
}

#[cfg(test)]
mod tests {
    use model::table::{TableRow, VmRow};
    use proptest::prelude::*;

    use super::*;

    fn column(key: &str) -> &'static Column {
        VmRow::COLUMNS.iter().find(|column| column.key == key).unwrap()
    }

    #[test]
    fn the_url_says_it_all() {
        let state = TableState::parse("?q=power:on+mem%3E16g&sort=mem&dir=desc&page=2&cols=name,power&archived=1", "");
        assert_eq!(state.filter_text, "power:on mem>16g");
        assert_eq!(state.sort, Some(Sort { column: "mem".into(), descending: true }));
        assert_eq!((state.page, state.archived), (2, true));
        assert_eq!(state.columns, Some(vec!["name".into(), "power".into()]));
        assert_eq!(state.href("/vms"), "/vms?q=power:on+mem%3E16g&sort=mem&dir=desc&page=2&cols=name,power&archived=1");
    }

    #[test]
    fn checkboxes_repeat_the_key() {
        let state = TableState::parse("cols=name&cols=os&cols=", "");
        assert_eq!(state.href("/vms"), "/vms?cols=name,os");
    }

    #[test]
    fn a_bare_address_is_a_bare_address() {
        assert_eq!(TableState::parse("", "").href("/vms"), "/vms");
        assert_eq!(TableState::parse("page=0&q=&sort=", "").href("/vms"), "/vms");
    }

    #[test]
    fn two_tables_share_a_page() {
        let hosts = TableState::parse("h.sort=cpu&sort=mem&tab=hosts", "h.");
        assert_eq!(hosts.sort.as_ref().unwrap().column, "cpu");
        assert_eq!(hosts.on_page(3).href("/clusters/1"), "/clusters/1?sort=mem&tab=hosts&h.sort=cpu&h.page=3");
    }

    #[test]
    fn a_heading_sorts_and_turns_round() {
        let state = TableState::parse("page=4", "");
        let by_memory = state.sorted_by(column("mem"));
        assert_eq!(by_memory.href("/vms"), "/vms?sort=mem&dir=desc");
        assert_eq!(by_memory.sorted_by(column("mem")).href("/vms"), "/vms?sort=mem");
        assert_eq!(state.sorted_by(column("os")).href("/vms"), "/vms?sort=os");
        assert_eq!(state.sorted_by(column("name")).href("/vms"), "/vms?sort=name&dir=desc");
    }

    #[test]
    fn a_scope_comes_first_and_a_wrong_filter_is_an_error() {
        let scope = Filter::parse("host_id=7").unwrap().terms;
        let query = TableState::parse("q=web", "").query(&scope, 10).unwrap();
        assert_eq!(query.filter.to_string(), "host_id=7 web");
        assert!(TableState::parse("q=name:%22a", "").query(&[], 10).is_err());
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(
            filter_text in "[a-z0-9:<>=,\"%+&ü -]{0,40}",
            sort in proptest::option::of(("[a-z_]{1,12}", any::<bool>())),
            page in 1_u64..10_000,
            columns in proptest::option::of(proptest::collection::vec("[a-z_]{1,10}", 1..8)),
            archived in any::<bool>(),
            tab in "[a-z]{1,8}",
        ) {
            let state = TableState {
                prefix: "v.",
                filter_text: filter_text.trim().to_owned(),
                sort: sort.map(|(column, descending)| Sort { column, descending }),
                page,
                columns,
                archived,
                rest: vec![("tab".to_owned(), tab)],
            };
            prop_assert_eq!(TableState::parse(&query_string::print(&state.pairs()), "v."), state);
        }
    }
}
