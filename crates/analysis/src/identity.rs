//! Who is who: one machine as several systems see it.
//!
//! A monitoring system knows a machine from within, a platform from outside. They are one where exactly one candidate stands
//! on each side of strong evidence; everything weaker or ambiguous is a suggestion for a person, never a silent merge. What
//! people decided comes in from outside, and stands.

mod evidence;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    identity::{Identity, Match, Rung},
    ids::ObjectId,
};

use evidence::{contradict, keys};

/// Candidates of one machine that are suggested; more say nothing.
const MAX_SUGGESTED: usize = 3;

/// The rungs that link, strongest first; those after them only suggest.
const LADDER: [Rung; 4] = [Rung::Uuid, Rung::Mac, Rung::Fqdn, Rung::NameAndAddress];
const HINTS: [Rung; 2] = [Rung::Address, Rung::Name];

/// What is one, and what might be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    pub links: Vec<Match>,
    /// At most a few for a machine, none for one that is linked.
    pub suggestions: Vec<Match>,
}

/// Finds the machines of a platform that the machines of one monitoring system are.
///
/// `fixed` are pairs (monitored, platform) that people have made: both are taken. `refused` are pairs that people have
/// rejected: they are neither linked nor suggested.
pub fn matches(
    platform: &[Identity],
    monitored: &[Identity],
    fixed: &BTreeMap<ObjectId, ObjectId>,
    refused: &BTreeSet<(ObjectId, ObjectId)>,
) -> Matches {
    let mut open: BTreeMap<ObjectId, &Identity> = monitored.iter().map(|machine| (machine.id, machine)).collect();
    let mut free: BTreeMap<ObjectId, &Identity> = platform.iter().map(|machine| (machine.id, machine)).collect();
    for (of_monitor, of_platform) in fixed {
        open.remove(of_monitor);
        free.remove(of_platform);
    }
    let mut found = Matches::default();
    let mut suggested: BTreeMap<ObjectId, Vec<Match>> = BTreeMap::new();
    for rung in LADDER.into_iter().chain(HINTS) {
        let mut pairs = pairs(rung, &free, &open);
        pairs.retain(|pair, _| !refused.contains(pair));
        let mut of_monitor: BTreeMap<ObjectId, usize> = BTreeMap::new();
        let mut of_platform: BTreeMap<ObjectId, usize> = BTreeMap::new();
        for (monitored, platform) in pairs.keys() {
            *of_monitor.entry(*monitored).or_default() += 1;
            *of_platform.entry(*platform).or_default() += 1;
        }
        for ((monitored, platform), evidence) in pairs {
            let is_alone = of_monitor[&monitored] == 1 && of_platform[&platform] == 1;
            let agrees = !contradict(open[&monitored], free[&platform]);
            if rung.links() && is_alone && agrees {
                found.links.push(Match { monitored, platform, rung, evidence });
                continue;
            }
            let guesses = suggested.entry(monitored).or_default();
            if guesses.len() < MAX_SUGGESTED && guesses.iter().all(|guess| guess.platform != platform) {
                guesses.push(Match { monitored, platform, rung, evidence });
            }
        }
        for link in &found.links {
            open.remove(&link.monitored);
            free.remove(&link.platform);
        }
    }
    let is_open = |guess: &Match| open.contains_key(&guess.monitored) && free.contains_key(&guess.platform);
    found.suggestions = suggested.into_values().flatten().filter(is_open).collect();
    found
}

/// Links from before for which evidence is missing now, but which nothing speaks against: a machine that is switched off tells
/// neither its name nor its addresses, and is the same machine all the same.
pub fn kept(before: &[Match], platform: &[Identity], monitored: &[Identity], found: &Matches) -> Vec<Match> {
    let by_id = |all: &'_ [Identity]| -> BTreeMap<ObjectId, usize> {
        all.iter().enumerate().map(|(at, machine)| (machine.id, at)).collect()
    };
    let (outer, inner) = (by_id(platform), by_id(monitored));
    let taken: BTreeSet<ObjectId> = found.links.iter().flat_map(|link| [link.monitored, link.platform]).collect();
    let still_holds = |link: &&Match| {
        let is_free = !taken.contains(&link.monitored) && !taken.contains(&link.platform);
        let both = inner.get(&link.monitored).zip(outer.get(&link.platform));
        is_free && both.is_some_and(|(inner, outer)| !contradict(&monitored[*inner], &platform[*outer]))
    };
    before.iter().filter(still_holds).cloned().collect()
}

/// Pairs (monitored, platform) that share a key of this rung, and the key. One that stands twice on a side is a clone's or a
/// virtual device's, and says nothing, where keys are meant to be unique.
fn pairs(
    rung: Rung,
    platform: &BTreeMap<ObjectId, &Identity>,
    monitored: &BTreeMap<ObjectId, &Identity>,
) -> BTreeMap<(ObjectId, ObjectId), String> {
    let known = by_key(rung, platform);
    let mut pairs = BTreeMap::new();
    for (key, seen) in by_key(rung, monitored) {
        let Some(owners) = known.get(&key) else { continue };
        let must_be_unique = matches!(rung, Rung::Uuid | Rung::Mac);
        if (must_be_unique && (seen.len() > 1 || owners.len() > 1)) || seen.len() * owners.len() > MAX_SHARED {
            continue;
        }
        for monitored in &seen {
            for platform in owners {
                pairs.entry((*monitored, *platform)).or_insert_with(|| key.clone());
            }
        }
    }
    pairs
}

/// A key that so many pairs share is no evidence: `localhost`, 192.168.0.1.
const MAX_SHARED: usize = 16;

fn by_key(rung: Rung, machines: &BTreeMap<ObjectId, &Identity>) -> BTreeMap<String, BTreeSet<ObjectId>> {
    let mut owners: BTreeMap<String, BTreeSet<ObjectId>> = BTreeMap::new();
    for (id, machine) in machines {
        for key in keys(rung, machine) {
            owners.entry(key).or_default().insert(*id);
        }
    }
    owners
}

#[cfg(test)]
mod tests;
