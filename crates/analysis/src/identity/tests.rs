use super::*;

fn machine(id: i64, name: &str) -> Identity {
    Identity { id: ObjectId(id), name: name.to_owned(), ..Identity::default() }
}

fn found(platform: &[Identity], monitored: &[Identity]) -> Matches {
    matches(platform, monitored, &BTreeMap::new(), &BTreeSet::new())
}

fn linked(found: &Matches) -> Vec<(i64, i64, Rung)> {
    found.links.iter().map(|link| (link.monitored.0, link.platform.0, link.rung)).collect()
}

fn suggested(found: &Matches) -> Vec<(i64, i64, Rung)> {
    found.suggestions.iter().map(|guess| (guess.monitored.0, guess.platform.0, guess.rung)).collect()
}

const UUID: &str = "4203a1b2-c3d4-e5f6-0718-293a4b5c6d7e";
/// The same, its first three groups turned round.
const TURNED: &str = "B2A10342-D4C3-F6E5-0718-293A4B5C6D7E";

#[test]
fn a_uuid_links_in_either_byte_order() {
    let of_vcenter = Identity { bios_uuid: Some(UUID.to_owned()), ..machine(1, "web") };
    let of_windows = Identity { bios_uuid: Some(TURNED.to_owned()), ..machine(9, "WEB01") };
    assert_eq!(linked(&found(&[of_vcenter], &[of_windows])), [(9, 1, Rung::Uuid)]);
}

#[test]
fn a_uuid_of_two_clones_links_neither() {
    let clone = |id| Identity { bios_uuid: Some(UUID.to_owned()), ..machine(id, "clone") };
    let both = [clone(1), clone(2)];
    assert!(found(&both, &[Identity { name: "other".to_owned(), ..clone(9) }]).links.is_empty());
    let placeholder = |id, name| Identity { bios_uuid: Some("ff".repeat(16)), ..machine(id, name) };
    assert!(found(&[placeholder(1, "a")], &[placeholder(9, "b")]).links.is_empty());
}

#[test]
fn the_next_rung_decides_between_clones() {
    let clone = |id, mac: &str| Identity {
        bios_uuid: Some(UUID.to_owned()),
        macs: vec![mac.to_owned()],
        ..machine(id, "clone")
    };
    let both = [clone(1, "00:50:56:00:00:01"), clone(2, "00:50:56:00:00:02")];
    let seen = [clone(9, "00-50-56-00-00-02")];
    assert_eq!(linked(&found(&both, &seen)), [(9, 2, Rung::Mac)]);
}

#[test]
fn a_name_alone_or_an_address_alone_is_a_suggestion() {
    let named = [machine(1, "web")];
    let same_name = found(&named, &[machine(9, "web.example.com")]);
    assert!(same_name.links.is_empty());
    assert_eq!(suggested(&same_name), [(9, 1, Rung::Name)]);

    let at = |id, name| Identity { addresses: vec!["10.0.0.5".to_owned()], ..machine(id, name) };
    let same_address = found(&[at(1, "web")], &[at(9, "mail")]);
    assert_eq!((linked(&same_address), suggested(&same_address)), (vec![], vec![(9, 1, Rung::Address)]));
    assert_eq!(linked(&found(&[at(1, "web")], &[at(9, "WEB")])), [(9, 1, Rung::NameAndAddress)]);
}

#[test]
fn two_candidates_are_suggested_and_not_merged() {
    let called = |id, name: &str| Identity { host_name: Some("web.example.com".to_owned()), ..machine(id, name) };
    let both = found(&[called(1, "old web"), called(2, "new web")], &[called(9, "web")]);
    assert!(both.links.is_empty());
    assert_eq!(suggested(&both), [(9, 1, Rung::Fqdn), (9, 2, Rung::Fqdn)]);
}

#[test]
fn machines_with_different_uuids_are_two_whatever_they_are_called() {
    let known = |id, uuid: &str| Identity {
        bios_uuid: Some(uuid.to_owned()),
        host_name: Some("web.example.com".to_owned()),
        ..machine(id, "web")
    };
    let other = "52030000-0000-4000-8000-000000000001";
    let both = found(&[known(1, UUID)], &[known(9, other)]);
    assert!(both.links.is_empty(), "{both:?}");
    assert_eq!(both.suggestions.len(), 1, "a person may know better");
}

#[test]
fn what_people_decided_stands() {
    let named = |id| Identity { host_name: Some("web.example.com".to_owned()), ..machine(id, "web") };
    let (platform, monitored) = ([named(1)], [named(9)]);
    let refused = BTreeSet::from([(ObjectId(9), ObjectId(1))]);
    assert_eq!(matches(&platform, &monitored, &BTreeMap::new(), &refused), Matches::default());
    let fixed = BTreeMap::from([(ObjectId(8), ObjectId(1))]);
    assert_eq!(matches(&platform, &monitored, &fixed, &BTreeSet::new()), Matches::default());
}

#[test]
fn what_everybody_shares_is_no_evidence() {
    let local = |id| Identity {
        addresses: vec!["127.0.0.1".to_owned(), "fe80::1".to_owned()],
        ..machine(id, &format!("m{id}"))
    };
    assert_eq!(found(&[local(1)], &[local(9)]), Matches::default());
}

#[test]
fn vcenters_own_id_links_as_well() {
    let id = "5003a1b2-c3d4-e5f6-0718-293a4b5c6d7e".to_owned();
    let with_id = |machine: Identity| Identity { instance_uuid: Some(id.clone()), ..machine };
    assert_eq!(linked(&found(&[with_id(machine(1, "web"))], &[with_id(machine(9, "app"))])), [(9, 1, Rung::Uuid)]);
}

#[test]
fn a_link_outlives_its_evidence_and_not_a_contradiction() {
    let at = |id| Identity { addresses: vec!["10.0.0.5".to_owned()], ..machine(id, "web") };
    let before = found(&[at(1)], &[at(9)]);
    let off = machine(1, "web");
    let now = found(std::slice::from_ref(&off), &[at(9)]);
    assert!(now.links.is_empty());
    assert_eq!(kept(&before.links, &[off], &[at(9)], &now), before.links);

    let known = |id, uuid: &str| Identity { bios_uuid: Some(uuid.to_owned()), ..machine(id, "web") };
    let (one, other) = (known(1, UUID), known(9, "52030000-0000-4000-8000-000000000001"));
    assert!(kept(&before.links, &[one], &[other], &Matches::default()).is_empty());
    assert!(kept(&before.links, &[], &[at(9)], &Matches::default()).is_empty(), "its platform has it no more");
}
