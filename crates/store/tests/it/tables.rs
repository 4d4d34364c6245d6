//! Tables, filters, search and overview.

use std::collections::HashSet;

use futures::TryStreamExt;
use model::{
    filter::Filter,
    inventory::{PowerState, Vm, VmRole},
    table::{ClusterRow, Column, DatastoreRow, HostRow, NetworkRow, Sort, TableQuery, ValueType, VmRow},
};
use store::{QueryError, inventory, inventory::Listed};

use crate::{
    estate::estate,
    stores::{Store, on_both},
};

on_both!(
    every_column_sorts_and_filters,
    pages_hold_every_row_once,
    terms_mean_what_the_syntax_says,
    signs_of_patterns_are_taken_literally,
    mistakes_are_told,
    details_hold_relations_and_documents,
    search_finds_names_first_and_says_what_matched,
    the_overview_counts_workload_and_each_datastore_once,
    sums_say_what_they_leave_out,
    the_database_says_what_it_is,
    an_export_holds_all_rows_in_order,
);

fn query(filter: &str) -> TableQuery {
    TableQuery { filter: Filter::parse(filter).unwrap(), page_size: 500, ..TableQuery::default() }
}

async fn filled(store: &Store, vms: usize) {
    let source = store.add_source("vc1").await;
    store.sync(source, &estate(vms), 1_700_000_000_000).await.unwrap();
}

fn example(column: &Column) -> &'static str {
    match column.value {
        ValueType::Text => "e",
        ValueType::Number | ValueType::Percent => "2",
        ValueType::Bytes => "16g",
        ValueType::Mhz => "2.4ghz",
        ValueType::Duration => "2d",
        ValueType::Time => "2023-11-14",
        ValueType::Flag => "yes",
        ValueType::Choice(words) => words[0],
    }
}

async fn walk<R: Listed>(store: &Store) {
    for column in R::COLUMNS {
        for descending in [false, true] {
            let sort = Some(Sort { column: column.key.to_owned(), descending });
            let sorted = inventory::list::<R>(&store.db, &TableQuery { sort, ..TableQuery::default() }).await;
            match sorted {
                Ok(page) => assert!(!page.rows.is_empty(), "{}", column.key),
                Err(error) => assert!(!column.sortable, "{}: {error}", column.key),
            }
        }
        let mut forms = vec![":", "="];
        if column.value.is_numeric() {
            forms.extend(["<", "<=", ">", ">="]);
        }
        for (sign, negated) in forms.iter().flat_map(|sign| [(sign, ""), (sign, "-")]) {
            let text = format!("{negated}{}{sign}{}", column.key, example(column));
            inventory::list::<R>(&store.db, &query(&text)).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}

async fn every_column_sorts_and_filters(store: Store) {
    filled(&store, 60).await;
    walk::<VmRow>(&store).await;
    walk::<HostRow>(&store).await;
    walk::<ClusterRow>(&store).await;
    walk::<DatastoreRow>(&store).await;
    walk::<NetworkRow>(&store).await;
}

async fn pages_hold_every_row_once(store: Store) {
    filled(&store, 130).await;
    for column in ["name", "vcpu", "uptime", "host"] {
        for descending in [false, true] {
            let mut seen = HashSet::new();
            for page in 1..=4 {
                let sort = Some(Sort { column: column.into(), descending });
                let asked = TableQuery { sort, page, page_size: 50, ..TableQuery::default() };
                let page = inventory::list_vms(&store.db, &asked).await.unwrap();
                assert_eq!(page.total, 130);
                seen.extend(page.rows.iter().map(|row| row.id));
            }
            assert_eq!(seen.len(), 130, "{column}");
        }
    }
    let sort = Some(Sort { column: "uptime".into(), descending: false });
    let rows = inventory::list_vms(&store.db, &TableQuery { sort, page_size: 500, ..TableQuery::default() })
        .await
        .unwrap()
        .rows;
    let first_unknown = rows.iter().position(|row| row.uptime_s.is_none()).unwrap();
    assert!(rows[first_unknown..].iter().all(|row| row.uptime_s.is_none()), "unknown values come last");
    let names: Vec<String> =
        inventory::list_vms(&store.db, &query("web")).await.unwrap().rows.into_iter().map(|row| row.name).collect();
    let at = |name: &str| names.iter().position(|known| known == name).unwrap();
    assert!(at("web-2") < at("web-10"), "numbers in names sort by size");
}

async fn terms_mean_what_the_syntax_says(store: Store) {
    filled(&store, 200).await;
    let count = async |text: &str| inventory::list_vms(&store.db, &query(text)).await.unwrap().total;
    assert_eq!(count("power:on").await, 160);
    assert_eq!(count("-power:on").await, 40);
    assert_eq!(count("power:on,off").await, 200);
    assert_eq!(count("mem>=16g").await, 80);
    assert_eq!(count("mem=16g power:on").await, 40);
    assert_eq!(count("10.0.0.188").await, 1);
    assert_eq!(count("\"00:50:56:00:00:11\"").await, 1);
    assert_eq!(count("ip=10.0.0.1").await, 1, "a whole address");
    assert_eq!(count("tag:prod").await, 67);
    assert_eq!(count("-tag:prod").await, 133, "machines without tags have not that one");
    assert_eq!(count("tag=production").await, 67);
    assert_eq!(count("tag=\"env:production\"").await, 67);
    assert_eq!(count("WEB").await, 25);
    assert_eq!(count("esx-3.lab").await, 25, "a bare word finds the host");
    assert_eq!(count("host:esx-3").await, 25);
    assert_eq!(count("os:ubuntu").await, 50);
    assert_eq!(count("platform:vmware source:vc1").await, 200);
    assert_eq!(count("seen=2023-11-14").await, 200);
    assert_eq!(count("seen>2023-11-14").await, 0);
    assert_eq!(count("snapshots>0").await, 20);
    let host = inventory::list_hosts(&store.db, &query("name=esx-3.lab")).await.unwrap().rows.remove(0);
    assert_eq!((host.vm_count, count(&format!("host_id:{}", host.id)).await), (25, 25));
    let datastore = inventory::list_datastores(&store.db, &query("name=vmfs-1")).await.unwrap().rows.remove(0);
    assert_eq!(datastore.vm_count as u64, count(&format!("datastore_id:{}", datastore.id)).await);
    let network = inventory::list_networks(&store.db, &query("vlan=101")).await.unwrap().rows.remove(0);
    assert_eq!(network.vm_count as u64, count(&format!("network_id:{}", network.id)).await);
}

async fn signs_of_patterns_are_taken_literally(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(4);
    for (vm, name) in collection.inventory.vms.iter_mut().zip(["100%", "a_b", "a\\b", "Ärger 'x' \"y\""]) {
        vm.name = name.into();
    }
    store.sync(source, &collection, 1_000).await.unwrap();
    for (text, expected) in [
        ("name:%", "100%"),
        ("name:_", "a_b"),
        ("name=a_b", "a_b"),
        (r#"name:"\\""#, "a\\b"),
        (r#""a\\b""#, "a\\b"),
        ("name:ärger", "Ärger 'x' \"y\""),
        ("ÄRGER", "Ärger 'x' \"y\""),
        ("\"'x'\"", "Ärger 'x' \"y\""),
    ] {
        let names: Vec<String> =
            inventory::list_vms(&store.db, &query(text)).await.unwrap().rows.into_iter().map(|row| row.name).collect();
        assert_eq!(names, [expected], "{text}");
    }
}

async fn mistakes_are_told(store: Store) {
    filled(&store, 5).await;
    let error = async |text: &str| inventory::list_vms(&store.db, &query(text)).await.unwrap_err();
    assert!(
        matches!(error("nonsense:1").await, QueryError::UnknownField { known, .. } if known.contains(&"mem".to_owned()))
    );
    assert!(matches!(error("mem>many").await, QueryError::BadValue { .. }));
    assert!(matches!(error("power:sideways").await, QueryError::BadValue { .. }));
    assert!(matches!(error("name>a").await, QueryError::BadOperator { .. }));
    assert!(matches!(error("host_id:x").await, QueryError::BadValue { .. }));
    let sort = Some(Sort { column: "; DROP TABLE vm".into(), descending: false });
    let sorted = inventory::list_vms(&store.db, &TableQuery { sort, ..TableQuery::default() }).await;
    assert!(matches!(sorted, Err(QueryError::UnknownField { .. })));
}

async fn details_hold_relations_and_documents(store: Store) {
    filled(&store, 60).await;
    let row = inventory::list_vms(&store.db, &query("name=web-0")).await.unwrap().rows.remove(0);
    let vm = inventory::vm(&store.db, row.id).await.unwrap().unwrap();
    assert_eq!(vm.row, row);
    assert_eq!(vm.config, estate(60).inventory.vms[0].config);
    assert_eq!(vm.state, estate(60).inventory.vms[0].state);
    assert_eq!((vm.datastores.len(), vm.networks.len()), (1, 1));
    let host = inventory::host(&store.db, row.host.unwrap().id).await.unwrap().unwrap();
    assert_eq!((host.alarms.len(), host.datastores.len(), host.row.cpu_total_mhz), (1, 1, Some(76_800)));
    let cluster = inventory::cluster(&store.db, row.cluster.unwrap().id).await.unwrap().unwrap();
    assert_eq!((cluster.row.host_count, cluster.row.vm_count), (2, 40));
    let datastore = inventory::datastore(&store.db, vm.datastores[0].object.id).await.unwrap().unwrap();
    assert!(!datastore.hosts.is_empty());
    let network = inventory::network(&store.db, vm.networks[0].object.id).await.unwrap().unwrap();
    assert_eq!(network.hosts.len(), 2);
    assert_eq!(inventory::vm(&store.db, model::ids::ObjectId(999_999)).await.unwrap(), None);
}

async fn search_finds_names_first_and_says_what_matched(store: Store) {
    filled(&store, 100).await;
    let hits = inventory::search(&store.db, "WEB-1", 20).await.unwrap();
    assert_eq!((hits[0].object.name.as_str(), &hits[0].matched), ("web-1", &None));
    let hits = inventory::search(&store.db, "10.0.0.17", 20).await.unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].matched.as_deref(), Some("IP 10.0.0.17"));
    assert!(hits[0].place.as_deref().is_some_and(|place| place.contains("cluster prod-0")));
    assert!(inventory::search(&store.db, "%", 20).await.unwrap().is_empty());
    assert!(inventory::search(&store.db, "  ", 20).await.unwrap().is_empty());
}

async fn the_overview_counts_workload_and_each_datastore_once(store: Store) {
    filled(&store, 200).await;
    let second = store.add_source("vc2").await;
    let mut collection = estate(200);
    collection.identity.instance_uuid = Some("second".into());
    collection.inventory.vms.clear();
    collection.inventory.datastores.truncate(1);
    store.sync(second, &collection, 2_000).await.unwrap();
    let overview = inventory::overview(&store.db).await.unwrap();
    assert_eq!((overview.vms.total, overview.vms.templates), (196, 2));
    assert_eq!(overview.vms.on + overview.vms.off, 196);
    assert_eq!(overview.storage.datastores, 2, "the same URL in two sources is one datastore");
    assert_eq!((overview.hosts.total, overview.clusters), (16, 2));
    assert_eq!(overview.by_platform.len(), 1);
    assert!(overview.capacity.iter().any(|bar| bar.is_host) && overview.capacity.iter().any(|bar| !bar.is_host));
    assert_eq!(overview.alarms.len(), 2);
}

async fn sums_say_what_they_leave_out(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(600);
    let inventory = &mut collection.inventory;
    let host = inventory.hosts.iter_mut().find(|host| host.cluster.is_some()).unwrap();
    let (on_it, cluster) = (Some(host.external_id.clone()), host.cluster.clone());
    host.state.memory_usage_bytes = None;
    host.config.cores = None;
    let is_counted =
        |vm: &&mut Vm| vm.host == on_it && vm.config.power == PowerState::On && vm.config.role == VmRole::Ordinary;
    inventory.vms.iter_mut().find(is_counted).unwrap().config.memory_bytes = None;
    inventory.datastores[0].config.capacity_bytes = None;
    let name =
        inventory.clusters.iter().find(|found| Some(&found.external_id) == cluster.as_ref()).unwrap().name.clone();
    store.sync(source, &collection, 1_000).await.unwrap();

    let overview = inventory::overview(&store.db).await.unwrap();
    assert_eq!((overview.hosts.size_unknown, overview.vms.size_unknown, overview.storage.size_unknown), (1, 1, 1));
    let bar = overview.capacity.iter().find(|bar| bar.name == name).unwrap();
    assert_eq!((bar.hosts_silent, bar.vms_size_unknown), (1, 1));
    assert!(bar.memory_used_bytes.is_some(), "the others are summed");
    let other = overview.capacity.iter().find(|bar| !bar.is_host && bar.name != name).unwrap();
    assert_eq!((other.hosts_silent, other.vms_size_unknown), (0, 0));
    assert!(overview.datastores.iter().all(|bar| bar.datacenter.is_some()), "names repeat between datacenters");
}

async fn the_database_says_what_it_is(store: Store) {
    let about = store.db.about().await.unwrap();
    let product = if store.url.starts_with("sqlite") { "SQLite" } else { "PostgreSQL" };
    assert_eq!(about.product, product);
    assert!(about.version.starts_with(|digit: char| digit.is_ascii_digit()), "{}", about.version);
    assert!(about.size_bytes.is_some_and(|bytes| bytes > 10_000));
}

async fn an_export_holds_all_rows_in_order(store: Store) {
    filled(&store, 1_100).await;
    let asked = TableQuery { page: 7, page_size: 3, ..query("power:on") };
    let pages: Vec<Vec<VmRow>> = inventory::export(&store.db, &asked).await.unwrap().try_collect().await.unwrap();
    let rows: Vec<VmRow> = pages.into_iter().flatten().collect();
    let first = inventory::list_vms(&store.db, &query("power:on")).await.unwrap();
    assert_eq!(rows.len() as u64, first.total);
    assert_eq!(rows[..500], first.rows);
}
