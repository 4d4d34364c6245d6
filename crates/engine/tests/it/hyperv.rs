//! A Hyper-V estate from sealed messages of seven hosts to what pages show. Syncs: nothing new, a machine that migrates, a node
//! that falls silent and is given up. Measurements: from counters of two reads, with a restart of the program between them.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use engine::Workers;
use model::{
    change::{ChangeAction, ChangeQuery},
    filter::Filter,
    ids::{ObjectId, SourceId},
    inventory::{ConnectionState, ObjectKind},
    live::ServerFrame,
    measuring::MeasuringView,
    metric::Metric,
    run::{Outcome, RunIssue, RunState, RunView},
    source::{InventoryFate, SourceKind, SourceSettings},
    table::{HostRow, TableQuery, VmRow},
};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::{
    endpoint::PASSWORD,
    hyperv_aged::aged,
    support::{Place, end_of, on_both, settings},
    vcsim::{required, workspace},
};

const PATIENCE: Duration = Duration::from_mins(1);

on_both!(
    a_hyper_v_estate_is_kept_through_migration_and_loss,
    counters_are_compared_with_those_that_another_process_has_read
);

/// `end2end/peers/hyperv_estate.py serve`.
struct Estate {
    process: Child,
    /// Its end is the estate's.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    address: String,
    folder: TempDir,
}

impl Estate {
    fn start() -> Option<Self> {
        let script = workspace().join("end2end/peers/setup_winrm.sh");
        let set_up = Command::new("bash").arg(script).stderr(Stdio::inherit()).output().unwrap();
        if !set_up.status.success() {
            required("the WinRM peer (python3 with venv, pyspnego and pywinrm from the package index)");
            return None;
        }
        let python = String::from_utf8(set_up.stdout).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users");
        fs::write(&users, format!("LAB:tester:{PASSWORD}\n")).unwrap();
        let mut process = Command::new(python.trim())
            .arg(workspace().join("end2end/peers/hyperv_estate.py"))
            .arg("serve")
            .arg(users)
            .env("HYPERV_STATE", folder.path().join("state"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take(), process.stdout.take().unwrap());
        let mut estate = Self { process, input, output: BufReader::new(output), address: String::new(), folder };
        estate.address = estate.line();
        Some(estate)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn change(&self, arguments: &[&str]) {
        let mut command = Command::new("python3");
        command.arg(workspace().join("end2end/peers/hyperv_estate.py")).args(arguments);
        assert!(command.env("HYPERV_STATE", self.folder.path().join("state")).status().unwrap().success());
    }

    /// The host answers no more, and nobody is told.
    fn silence(&mut self, host: &str) {
        writeln!(self.input.as_mut().unwrap(), "end {host}").unwrap();
        assert_eq!(self.line(), "ended");
    }
}

impl Drop for Estate {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

fn settings_of(estate: &Estate) -> SourceSettings {
    SourceSettings {
        kind: SourceKind::Hyperv,
        endpoint: estate.address.clone(),
        username: "LAB\\tester".to_owned(),
        ..settings("hyper-v")
    }
}

struct Lab {
    place: Place,
    source: SourceId,
    workers: Workers,
}

impl Lab {
    async fn start(place: Place, estate: &Estate) -> Self {
        let source = place.engine.add_source(&place.admin, settings_of(estate), PASSWORD.into()).await.unwrap();
        let workers = place.engine.start();
        Self { place, source, workers }
    }

    /// One read of measurements that ends after this.
    async fn measure(&self) -> MeasuringView {
        let mut feed = self.place.engine.subscribe();
        self.place.execute("UPDATE source SET measure_interval_s = 300").await;
        self.place.execute("UPDATE measuring SET next_ms = NULL").await;
        let wanted = ServerFrame::Measured { source: self.source };
        timeout(PATIENCE, async { while feed.next().await != wanted {} }).await.expect("it is measured");
        self.place.engine.source(&self.place.admin, self.source).await.unwrap().measuring.unwrap()
    }

    async fn metrics(&self, kind: ObjectKind, object: ObjectId) -> BTreeMap<Metric, f64> {
        let found = self.place.engine.metrics_of(&self.place.admin, kind, object).await.unwrap();
        found.into_iter().map(|summary| (summary.metric, summary.last)).collect()
    }

    async fn sync(&self) -> (RunView, Vec<RunIssue>) {
        let mut feed = self.place.engine.subscribe();
        let run = self.place.engine.start_sync(&self.place.admin, self.source).await.unwrap();
        end_of(&mut feed, run).await;
        self.place.engine.run(&self.place.admin, run).await.unwrap()
    }

    async fn vms(&self, filter: &str) -> (Vec<VmRow>, u64) {
        let query = TableQuery { filter: Filter::parse(filter).unwrap(), ..TableQuery::default() };
        let page = self.place.engine.list_vms(&self.place.admin, &query).await.unwrap();
        (page.rows, page.total)
    }

    async fn host(&self, name: &str) -> HostRow {
        let query = TableQuery { filter: Filter::parse(&format!("name={name}")).unwrap(), ..TableQuery::default() };
        self.place.engine.list_hosts(&self.place.admin, &query).await.unwrap().rows.remove(0)
    }
}

async fn a_hyper_v_estate_is_kept_through_migration_and_loss(place: Place) {
    let Some(mut estate) = Estate::start() else { return };
    let lab = Lab::start(place, &estate).await;

    let (first, issues) = lab.sync().await;
    assert_eq!((first.state, issues), (RunState::Completed, Vec::new()));
    assert_eq!(lab.vms("").await.1, 700);
    assert_eq!(lab.vms("platform:hyperv role:replica replication:replica").await.1, 20);
    assert_eq!(lab.vms("replication:primary replication_health:green").await.1, 20);
    assert_eq!(lab.vms("mem_max>=1t snapshots:2 generation:1").await.1, 70);
    let added = first.outcome.unwrap().added;

    let (second, _) = lab.sync().await;
    assert_eq!(second.outcome, Some(Outcome { unchanged: added, ..Outcome::default() }), "no row of configuration");

    estate.change(&["migrate", "web-hva-8", "hva1"]);
    let (third, _) = lab.sync().await;
    let outcome = third.outcome.unwrap();
    assert_eq!((third.state, outcome.changed, outcome.added, outcome.archived), (RunState::Completed, 1, 0, 0));
    let changes = lab.place.engine.changes(&lab.place.admin, ChangeQuery::default()).await.unwrap().rows;
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(
        (change.kind, change.action, change.field.as_deref()),
        (ObjectKind::Vm, ChangeAction::Changed, Some("host"))
    );
    assert_eq!((change.old.as_deref(), change.new.as_deref()), (Some("hva3.lab.invalid"), Some("hva1.lab.invalid")));

    let whole = lab.host("hva3.lab.invalid").await;
    let machines = lab.vms("host=hva3.lab.invalid").await.1;
    assert_eq!(machines, 99);
    estate.silence("hva3");
    let (fourth, issues) = lab.sync().await;
    assert_eq!((fourth.state, fourth.outcome.unwrap().archived), (RunState::CompletedWithIssues, 0));
    assert_eq!(issues.len(), 1, "{issues:?}");
    let lost = lab.host("hva3.lab.invalid").await;
    assert_eq!(lost.connection, ConnectionState::NotResponding);
    assert_eq!((lost.memory_bytes, lost.cores, &lost.model), (whole.memory_bytes, whole.cores, &whole.model));
    assert_eq!((lab.vms("").await.1, lab.vms("host=hva3.lab.invalid").await.1), (700, machines));

    estate.change(&["lose", "hva3"]);
    let (fifth, _) = lab.sync().await;
    let outcome = fifth.outcome.unwrap();
    assert_eq!((outcome.added, outcome.archived, outcome.returned), (0, 0, 0));
    assert_eq!((lab.vms("").await.1, lab.vms("host=hva3.lab.invalid").await.1), (700, 0));

    // An account that is shown nothing any more has not emptied the host.
    estate.change(&["forbid", "hvc1"]);
    let (sixth, issues) = lab.sync().await;
    assert_eq!((sixth.state, sixth.outcome.unwrap().archived), (RunState::CompletedWithIssues, 0));
    assert!(issues.iter().any(|issue| issue.message.starts_with("hvc1.lab.invalid shows no machines")), "{issues:?}");
    assert_eq!(lab.vms("").await.1, 700);
    lab.workers.stop(Duration::from_secs(10)).await;
}

async fn counters_are_compared_with_those_that_another_process_has_read(place: Place) {
    let Some(estate) = Estate::start() else { return };
    let mut lab = Lab::start(place, &estate).await;
    lab.sync().await;
    let first = lab.measure().await;
    assert!(first.failure.is_none() && first.issues.is_empty() && first.samples > 700, "{first:?}");
    let machine = lab.vms("name=db-hva-17 replication:primary").await.0.remove(0);
    let off = lab.vms("name=web-hva-0 replication:primary").await.0.remove(0);
    let levels = lab.metrics(ObjectKind::Vm, machine.id).await;
    assert!(levels.contains_key(&Metric::MemoryGranted) && !levels.contains_key(&Metric::CpuUsage), "{levels:?}");
    assert!(lab.metrics(ObjectKind::Vm, off.id).await.is_empty());

    let name = format!("measuring_{}_remembered", lab.source);
    let remembered = format!("SELECT value FROM setting WHERE name = '{name}'");
    // Whatever the time of day is, the interval that ended last lies wholly between the first read and the third.
    for _ in 0..2 {
        lab.workers.stop(Duration::from_secs(10)).await;
        let earlier = aged(lab.place.text(&remembered).await.unwrap().trim_matches('"'));
        lab.place.execute(&format!("UPDATE setting SET value = '\"{earlier}\"' WHERE name = '{name}'")).await;
        estate.change(&["pass", "300"]);
        lab.place.engine = lab.place.another_engine().await;
        lab.workers = lab.place.engine.start();
        let next = lab.measure().await;
        assert!(next.failure.is_none() && next.issues.is_empty(), "{next:?}");
    }
    let rates = lab.metrics(ObjectKind::Vm, machine.id).await;
    assert!((rates[&Metric::CpuUsage] - 17.0).abs() < 0.2, "{rates:?}");
    let wanted =
        [Metric::CpuWait, Metric::DiskRead, Metric::DiskWrite, Metric::NetworkReceive, Metric::NetworkTransmit];
    assert!(wanted.iter().all(|metric| rates.contains_key(metric)), "{rates:?}");
    let host = lab.host("hva1.lab.invalid").await;
    assert!((lab.metrics(ObjectKind::Host, host.id).await[&Metric::CpuUsage] - 30.0).abs() < 0.5);

    lab.place.engine.delete_source(&lab.place.admin, lab.source, InventoryFate::Remove).await.unwrap();
    assert_eq!(lab.place.text(&remembered).await, None);
    lab.workers.stop(Duration::from_secs(10)).await;
}
