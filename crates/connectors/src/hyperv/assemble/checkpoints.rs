//! A machine's checkpoints as the tree of snapshots that the model knows.

use std::collections::{HashMap, HashSet};

use model::inventory::Snapshot;

use crate::hyperv::report::Checkpoint;

/// Depth-first, parents before children, siblings by age. What points to itself or to nothing stands at the top.
pub(super) fn tree(rows: &[&Checkpoint], current: Option<&str>) -> Vec<Snapshot> {
    let own: Vec<&Checkpoint> = rows.iter().copied().filter(|row| row.id.is_some() && is_of_people(row)).collect();
    let ids: HashSet<&str> = own.iter().filter_map(|row| row.id.as_deref()).collect();
    let parent = |row: &Checkpoint| row.parent.clone().filter(|parent| ids.contains(parent.as_str()));
    let mut children: HashMap<Option<String>, Vec<&Checkpoint>> = HashMap::new();
    for row in &own {
        children.entry(parent(row).filter(|parent| Some(parent) != row.id.as_ref())).or_default().push(row);
    }
    for siblings in children.values_mut() {
        // The last is taken first.
        siblings.sort_by(|a, b| (b.created_ms, &b.id).cmp(&(a.created_ms, &a.id)));
    }
    let mut snapshots = Vec::with_capacity(own.len());
    let mut told: HashSet<&str> = HashSet::new();
    let mut open: Vec<&Checkpoint> = children.remove(&None).unwrap_or_default();
    let mut rest = own.iter().copied();
    loop {
        // Circles have no top: their members follow as they come.
        let Some(row) = open.pop().or_else(|| rest.find(|row| row.id.as_deref().is_some_and(|id| !told.contains(id))))
        else {
            return snapshots;
        };
        let Some(id) = row.id.as_deref().filter(|id| told.insert(id)) else { continue };
        snapshots.push(snapshot(row, id, parent(row), current));
        open.extend(children.remove(&Some(id.to_owned())).unwrap_or_default());
    }
}

fn snapshot(row: &Checkpoint, id: &str, parent: Option<String>, current: Option<&str>) -> Snapshot {
    Snapshot {
        key: id.to_owned(),
        parent,
        name: row.name.clone().unwrap_or_else(|| id.to_owned()),
        description: row.notes.clone(),
        created_at_ms: row.created_ms,
        size_bytes: None,
        is_current: current == Some(id),
        quiesced: None,
    }
}

/// Recovery points of a replica come and go by themselves. What a backup has left behind is worth showing.
fn is_of_people(row: &Checkpoint) -> bool {
    let kind = &row.kind;
    let by_itself = [(2, "Planned"), (3, "Missing"), (4, "Replica"), (5, "AppConsistentReplica"), (6, "SyncedReplica")];
    !by_itself.iter().any(|(number, name)| kind.is(*number, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, parent: Option<&str>, created_ms: i64) -> Checkpoint {
        Checkpoint {
            id: Some(id.to_owned()),
            parent: parent.map(str::to_owned),
            created_ms: Some(created_ms),
            ..Checkpoint::default()
        }
    }

    fn keys(rows: &[Checkpoint]) -> Vec<String> {
        let rows: Vec<&Checkpoint> = rows.iter().collect();
        tree(&rows, Some("c")).into_iter().map(|snapshot| snapshot.key).collect()
    }

    #[test]
    fn parents_stand_before_children_and_siblings_by_age() {
        let rows = [
            row("c", Some("b"), 3),
            row("d", Some("a"), 4),
            row("b", Some("a"), 2),
            row("a", None, 1),
            row("e", Some("gone"), 0),
        ];
        assert_eq!(keys(&rows), ["e", "a", "b", "c", "d"]);
        let all: Vec<&Checkpoint> = rows.iter().collect();
        let tree = tree(&all, Some("c"));
        assert!(tree.iter().filter(|snapshot| snapshot.is_current).map(|snapshot| snapshot.key.as_str()).eq(["c"]));
    }

    #[test]
    fn circles_and_repeats_end() {
        let rows = [row("a", Some("b"), 1), row("b", Some("a"), 2), row("c", Some("c"), 3), row("c", None, 4)];
        let mut found = keys(&rows);
        found.sort();
        assert_eq!(found, ["a", "b", "c"]);
    }

    #[test]
    fn recovery_points_of_a_replica_are_left_out() {
        let mut replica = row("r", None, 1);
        replica.kind = crate::hyperv::value::Choice { number: Some(4), name: Some("Replica".into()) };
        assert!(keys(&[replica]).is_empty());
    }
}
