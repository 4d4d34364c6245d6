//! The address of the activity page, typed.

use leptos_router::params::ParamsMap;
use model::{
    change::ChangeAction,
    ids::{RunId, SourceId},
    inventory::ObjectKind,
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    #[default]
    Runs,
    Changes,
}

impl View {
    pub(super) const ALL: [Self; 2] = [Self::Runs, Self::Changes];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Changes => "changes",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Runs => "Runs",
            Self::Changes => "Changes",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) view: View,
    pub(super) source: Option<SourceId>,
    pub(super) run: Option<RunId>,
    pub(super) action: Option<ChangeAction>,
    pub(super) kind: Option<ObjectKind>,
    /// 1-based; 0 stands for 1.
    pub(super) page: u64,
}

impl State {
    pub(super) fn parse(query: &ParamsMap) -> Self {
        let text = |key: &str| query.get_str(key).unwrap_or_default();
        Self {
            view: if text("view") == View::Changes.key() { View::Changes } else { View::Runs },
            source: text("source").parse().ok(),
            run: text("run").parse().ok(),
            action: ChangeAction::from_key(text("action")),
            kind: ObjectKind::from_key(text("kind")),
            page: text("page").parse().unwrap_or(1).max(1),
        }
    }

    pub(super) fn href(self) -> String {
        let mut pairs = vec![("view", self.view.key().to_owned())];
        pairs.extend(self.source.map(|source| ("source", source.to_string())));
        if self.view == View::Changes {
            pairs.extend(self.run.map(|run| ("run", run.to_string())));
            pairs.extend(self.action.map(|action| ("action", action.key().to_owned())));
            pairs.extend(self.kind.map(|kind| ("kind", kind.key().to_owned())));
        }
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        let pairs: Vec<_> = pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("/activity?{}", pairs.join("&"))
    }
}
