//! Which keys are which machine: one machine stays one, however many jobs, replicas or hosts tell of it. Pure.

use std::collections::BTreeMap;

use model::ids::ExternalId;

use super::{
    evidence::Evidence,
    exporter::{Exporter, Key},
    identity::host_of,
};

/// One machine, with everything that is told of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Machine {
    pub(super) id: ExternalId,
    pub(super) exporter: Exporter,
    /// In order; the first one's samples win where several have them.
    pub(super) keys: Vec<Key>,
    pub(super) evidence: Evidence,
    /// Several machines stand behind the keys: nothing that is told can be believed of one of them.
    pub(super) is_ambiguous: bool,
}

impl Machine {
    /// The name that people know it by.
    pub(super) fn name(&self) -> &str {
        let key = &self.keys[0];
        match self.exporter {
            Exporter::Node | Exporter::Windows => {
                let told = self.evidence.host_names.first().filter(|_| !self.is_ambiguous);
                told.map_or(host_of(key.second()), String::as_str)
            }
            Exporter::Vmware | Exporter::Libvirt => key.second(),
        }
    }

    /// One machine that several jobs scrape.
    pub(super) fn is_duplicated(&self) -> bool {
        self.exporter.is_inside() && self.keys.len() > 1
    }
}

/// All machines, and which key leads to which.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Roster {
    /// In the order of their ids.
    pub(super) machines: Vec<Machine>,
    by_key: BTreeMap<Key, usize>,
    /// Machines that one instance is, for queries that know no job.
    by_instance: BTreeMap<String, Vec<usize>>,
}

impl Roster {
    pub(super) fn new(told: BTreeMap<Key, Evidence>) -> Self {
        let mut groups: BTreeMap<String, Vec<(Key, Evidence)>> = BTreeMap::new();
        for (key, evidence) in told {
            if evidence.is_there {
                groups.entry(identity(&key, &evidence)).or_default().push((key, evidence));
            }
        }
        let mut machines: Vec<Machine> = groups.into_iter().flat_map(|(id, keys)| machines_of(&id, keys)).collect();
        machines.sort_by(|one, another| one.id.cmp(&another.id));
        // A job or a domain may be called so that two identities are the same text.
        machines.dedup_by(|later, earlier| later.id == earlier.id);
        let mut roster = Self { machines, ..Self::default() };
        for (at, machine) in roster.machines.iter().enumerate() {
            for key in &machine.keys {
                roster.by_key.insert(key.clone(), at);
                if machine.exporter.is_inside() {
                    let instance = roster.by_instance.entry(key.second().to_owned()).or_default();
                    if !instance.contains(&at) {
                        instance.push(at);
                    }
                }
            }
        }
        roster
    }

    /// The machine that a key leads to, if its values can be believed.
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.by_key.get(key).copied().filter(|at| !self.machines[*at].is_ambiguous)
    }

    /// The machine that has this instance, in that job if one is named; `None` also where several have it.
    pub(super) fn find_instance(&self, job: &str, instance: &str) -> Option<usize> {
        let all = self.by_instance.get(instance)?;
        let is_of_job = |at: &&usize| job.is_empty() || self.machines[**at].keys.iter().any(|key| key.first() == job);
        let mut found = all.iter().filter(is_of_job);
        let first = found.next().copied().filter(|_| found.next().is_none());
        first.filter(|at| !self.machines[*at].is_ambiguous)
    }

    pub(super) fn has(&self, exporter: Exporter) -> bool {
        self.count(exporter) > 0
    }

    pub(super) fn count(&self, exporter: Exporter) -> usize {
        self.machines.iter().filter(|machine| machine.exporter == exporter).count()
    }
}

/// The identity that outlives restarts, renames of jobs and, where there is a UUID, moves between hosts.
fn identity(key: &Key, evidence: &Evidence) -> String {
    let kind = key.exporter.key();
    match (key.exporter, evidence.uuids.first()) {
        (Exporter::Node | Exporter::Windows, _) => format!("{kind}:{}", key.second()),
        (Exporter::Libvirt, Some(uuid)) => format!("{kind}:{uuid}"),
        (Exporter::Vmware | Exporter::Libvirt, _) => format!("{kind}:{}/{}", key.first(), key.second()),
    }
}

/// One machine, if what the keys tell does not contradict itself; else one for each job.
fn machines_of(id: &str, mut keys: Vec<(Key, Evidence)>) -> Vec<Machine> {
    let exporter = keys[0].0.exporter;
    // A key that nothing is known of any more does not speak for the others.
    keys.sort_by_key(|(key, evidence)| (evidence.is_gone, key.clone()));
    let mut all = keys[0].1.clone();
    for (_, evidence) in &keys[1..] {
        all.merge(evidence.clone());
    }
    if keys.len() == 1 || !exporter.is_inside() || !all.is_ambiguous(exporter) {
        let is_ambiguous = all.is_ambiguous(exporter);
        let keys = keys.into_iter().map(|(key, _)| key).collect();
        return vec![Machine { id: ExternalId::new(id), exporter, keys, evidence: all, is_ambiguous }];
    }
    let one_each = keys.into_iter().map(|(key, evidence)| Machine {
        id: ExternalId::new(format!("{id}@{}", key.first())),
        exporter,
        is_ambiguous: evidence.is_ambiguous(exporter),
        keys: vec![key],
        evidence,
    });
    one_each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(exporter: Exporter, first: &str, second: &str) -> Key {
        Key { exporter, labels: [first.to_owned(), second.to_owned()] }
    }

    fn node(name: &str) -> Evidence {
        Evidence { host_names: [name.to_owned()].into(), is_there: true, ..Evidence::default() }
    }

    fn ids(roster: &Roster) -> Vec<&str> {
        roster.machines.iter().map(|machine| machine.id.as_str()).collect()
    }

    #[test]
    fn a_machine_that_two_jobs_scrape_is_one() {
        let (one, other) = (key(Exporter::Node, "a", "web1:9100"), key(Exporter::Node, "b", "web1:9100"));
        let roster = Roster::new([(one.clone(), node("web1")), (other.clone(), node("WEB1"))].into());
        assert_eq!(ids(&roster), ["node:web1:9100"]);
        assert!(roster.machines[0].is_duplicated());
        assert_eq!((roster.find(&one), roster.find(&other)), (Some(0), Some(0)));
        assert_eq!(roster.find_instance("", "web1:9100"), Some(0));
    }

    #[test]
    fn two_machines_behind_one_instance_are_told_apart_by_job_or_not_believed() {
        let (one, other) = (key(Exporter::Node, "a", "localhost:9100"), key(Exporter::Node, "b", "localhost:9100"));
        let roster = Roster::new([(one.clone(), node("web1")), (other, node("web2"))].into());
        assert_eq!(ids(&roster), ["node:localhost:9100@a", "node:localhost:9100@b"]);
        assert_eq!(roster.find_instance("", "localhost:9100"), None);
        assert_eq!(roster.find_instance("b", "localhost:9100"), Some(1));

        let mut both = node("web1");
        both.merge(node("web2"));
        let roster = Roster::new([(one.clone(), both)].into());
        assert!(roster.machines[0].is_ambiguous && roster.machines[0].name() == "localhost");
        assert_eq!(roster.find(&one), None);
    }

    #[test]
    fn a_machine_that_moves_between_hosts_keeps_its_identity() {
        let uuid = "42035b1c-7e0a-1122-3344-5566778899aa";
        let domain = || Evidence { uuids: [uuid.to_owned()].into(), is_there: true, ..Evidence::default() };
        let keys = [key(Exporter::Libvirt, "kvm1:9177", "web1"), key(Exporter::Libvirt, "kvm2:9177", "web1")];
        let roster = Roster::new(keys.clone().map(|key| (key, domain())).into());
        assert_eq!(ids(&roster), [format!("libvirt:{uuid}")]);
        assert!(keys.iter().all(|key| roster.find(key) == Some(0)));
    }

    #[test]
    fn facts_alone_make_no_machine() {
        let lonely = Evidence { cores: Some(4), ..Evidence::default() };
        assert!(Roster::new([(key(Exporter::Node, "a", "b"), lonely)].into()).machines.is_empty());
    }
}
