//! What limits the measurements of a server: its clock, how much it answers at once, and the statistics levels of its
//! history. Each that costs something is told.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::inventory::ObjectKind;

use super::{counter::Counters, plan::Interval};
use crate::vcenter::{
    answer::read_whole,
    envelope::Request,
    stage::Reader,
    value::{Moref, number, time_ms},
};

/// `config.vpxd.stats.maxQueryMetrics` where nobody has changed it, or where it may not be read.
const DEFAULT_METRICS: usize = 64;
/// What "no limit" (−1) is taken for.
const MOST_METRICS: usize = 1_024;
const MAX_METRICS_OPTION: &str = "config.vpxd.stats.maxQueryMetrics";
const STATISTICS_ADVICE: &str = "From now on IROA reads these from the hosts, at any level. Only if older history matters, raise the level in the vSphere Client (vCenter, Configure, General, Statistics): the server's database grows by it.";

/// The server's clock minus this one's, to the second or so. `None` where the server does not tell.
pub(super) async fn skew_ms(reader: &Reader<'_>) -> Option<i64> {
    let request = Request::new("CurrentTime", &Moref::new("ServiceInstance", "ServiceInstance")).finish();
    let read = |body| read_whole(body, |response| response.get("returnval").and_then(time_ms));
    let told = reader.session().transport.call(request, read).await.ok()??;
    Some(told - Timestamp::now().as_millisecond())
}

pub(super) fn note_skew(reader: &mut Reader<'_>, skew_ms: i64) {
    let minutes = (skew_ms.abs() + 59_999) / 60_000;
    let direction = if skew_ms > 0 { "ahead of" } else { "behind" };
    reader.issues.note(
        None,
        format!(
            "the server's clock is about {minutes} min {direction} this machine's; its times were corrected by that"
        ),
        Some("Let both take their time from the same NTP server."),
    );
}

/// How many metrics one request for history may name.
pub(super) async fn metrics_at_once(reader: &Reader<'_>) -> usize {
    let Some(setting) = reader.session().content.setting.clone() else { return DEFAULT_METRICS };
    let mut request = Request::new("QueryOptions", &setting);
    request.text("name", MAX_METRICS_OPTION);
    let read = |body| {
        read_whole(body, |response| response.child("returnval").and_then(|option| option.get("value")).and_then(number))
    };
    match reader.session().transport.call(request.finish(), read).await {
        Ok(Some(limit)) if limit > 0 => (limit as usize).min(MOST_METRICS),
        Ok(Some(_)) => MOST_METRICS,
        _ => DEFAULT_METRICS,
    }
}

/// Says which counters the server does not have, and which its history leaves out.
pub(super) fn note_missing(reader: &mut Reader<'_>, counters: &Counters, history: &[Interval]) {
    const KINDS: [ObjectKind; 2] = [ObjectKind::Vm, ObjectKind::Host];
    if KINDS.iter().all(|kind| counters.of(*kind).is_empty()) {
        reader.issues.not_read(
            None,
            "measurements were not read: the server names no performance counter that IROA knows",
            "Check that the account has the read-only role on the top object.",
        );
        return;
    }
    for kind in KINDS {
        let missing = counters.missing(kind);
        if !missing.is_empty() {
            let message = format!("the server does not measure {} of {}", missing.join(", "), kind.plural());
            reader.issues.note(Some(kind), message, None);
        }
    }
    let Some(lowest) = history.iter().map(|interval| interval.level).min() else { return };
    let known = KINDS.into_iter().flat_map(|kind| counters.of(kind));
    let left_out: BTreeSet<_> =
        known.filter(|known| known.level > lowest).map(|known| known.counter.metric.label()).collect();
    if !left_out.is_empty() {
        let left_out = left_out.into_iter().collect::<Vec<_>>().join(", ");
        let message = format!("the server keeps history at statistics level {lowest}, without: {left_out}");
        reader.issues.note(None, message, Some(STATISTICS_ADVICE));
    }
}
