//! One read of measurements: all machines at once, a metric and a piece of time after the other, the newest first.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    failure::{Failure, FailureKind},
    metric::Metric,
    run::Severity,
    sample::{Grain, SeriesSamples},
};

use super::{
    answer::Answer,
    client::{Client, RANGE},
    exporter::Exporter,
    fact::identity_questions,
    issues::Issues,
    measure::{self, Mapping, Measure},
    read,
    refusal::CallError,
    roster::Roster,
    series::{add_maxima, averages, batch},
    span::{Span, points_at_once},
    status,
};
use crate::{Endpoint, Sampled, Sampling, http_failure::cancelled};

/// Dear maxima are asked for intervals that ended so lately.
const DEAR_MS: i64 = 86_400_000;
/// What one read may ask in vain for being too much: beyond it nothing is halved any more.
const PATIENCE: usize = 128;
/// A time-out takes the server a minute for nothing; a refusal at once does not.
const COST_OF_TIME_OUT: usize = 16;

/// A read of so many intervals would have found rates.
const ENOUGH_POINTS: i64 = 3;

/// Reads the measurements of all machines, those of `mappings` as well: queries of people's own.
pub async fn samples(endpoint: &Endpoint, sampling: Sampling<'_>, mappings: &[Mapping]) -> Result<Sampled, Failure> {
    let client = Client::open(endpoint, sampling.cancel).await?;
    let mut issues = Issues::default();
    let clock = client.clock().await.map_err(CallError::failure)?;
    issues.clock(&clock);
    let told = read::ask(&client, identity_questions(), &mut issues).await?;
    let is_whole = told.is_whole();
    let roster = Roster::new(told.evidence);
    issues.roster(&roster);
    let retention = status::retention(&client).await;
    let retention_ms = retention.as_deref().and_then(status::retention_ms);
    let request = sampling.request;
    let Some(span) = Span::new(request.since_ms, request.until_ms, clock.now_ms(), retention_ms) else {
        return Ok(Sampled { complete_until_ms: None, issues: issues.finish(), remember: None });
    };
    let measures = measures(&roster, mappings);
    let mut reader = Reader {
        client: &client,
        sampling: &sampling,
        roster: &roster,
        issues,
        points: points_at_once(roster.machines.len()),
        fewer: BTreeMap::new(),
        dear_since_ms: clock.now_ms() - DEAR_MS,
        given_up: BTreeSet::new(),
        patience: PATIENCE,
        has_sent: false,
        has_rates: BTreeSet::new(),
        strangers: BTreeSet::new(),
        is_whole,
    };
    reader.read(span, &measures).await?;
    reader.tell_what_is_missing(span, &measures);
    let is_whole = reader.is_whole && !roster.machines.is_empty();
    Ok(Sampled { complete_until_ms: is_whole.then_some(span.last_ms), issues: reader.issues.finish(), remember: None })
}

fn measures(roster: &Roster, mappings: &[Mapping]) -> Vec<Measure> {
    let known = Exporter::ALL.into_iter().filter(|exporter| roster.has(*exporter));
    known.flat_map(measure::of).chain(mappings.iter().map(Measure::from)).collect()
}

struct Reader<'a> {
    client: &'a Client,
    sampling: &'a Sampling<'a>,
    roster: &'a Roster,
    issues: Issues,
    /// Intervals that are asked for at once, at most.
    points: i64,
    /// And of measures, by place, that the server has found to be too much.
    fewer: BTreeMap<usize, i64>,
    dear_since_ms: i64,
    /// Measures, by place, that the server cannot answer; they are not asked for again in this read.
    given_up: BTreeSet<usize>,
    patience: usize,
    has_sent: bool,
    is_whole: bool,
    /// Exporters whose CPU usage came, of one machine at least.
    has_rates: BTreeSet<Exporter>,
    /// Mappings whose series name no machine, by place.
    strangers: BTreeSet<usize>,
}

impl Reader<'_> {
    async fn read(&mut self, span: Span, measures: &[Measure]) -> Result<(), Failure> {
        let (points, dear_since_ms) = (self.points, self.dear_since_ms);
        for piece in span.cut_at(dear_since_ms).flat_map(|part| part.pieces(points)) {
            for (at, measure) in measures.iter().enumerate() {
                match self.measure(at, measure, piece).await {
                    Ok(()) => {}
                    Err(failure) if failure.kind == FailureKind::Cancelled || !self.has_sent => return Err(failure),
                    Err(failure) => {
                        self.is_whole = false;
                        self.issues.broke_off(&failure);
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads a piece of one measure and hands it on, in halves of halves where the server finds it too much.
    async fn measure(&mut self, at: usize, measure: &Measure, piece: Span) -> Result<(), Failure> {
        let mut waiting: Vec<Span> = vec![piece];
        while let Some(span) = waiting.pop() {
            if self.given_up.contains(&at) {
                return Ok(());
            }
            let fitting = self.fewer.get(&at).copied().unwrap_or(self.points);
            if span.points() > fitting {
                let newest_first: Vec<Span> = span.pieces(fitting).collect();
                waiting.extend(newest_first.into_iter().rev());
                continue;
            }
            match self.fetch(at, measure, span).await {
                Ok(series) => self.send(series).await?,
                Err(CallError::Failed(failure)) => return Err(failure),
                Err(CallError::TooMuch(failure)) => {
                    let cost = if failure.kind == FailureKind::TimedOut { COST_OF_TIME_OUT } else { 1 };
                    self.patience = self.patience.saturating_sub(cost);
                    match span.halves().filter(|_| self.patience > 0) {
                        Some((older, newer)) => {
                            self.fewer.insert(at, newer.points());
                            waiting.extend([older, newer]);
                        }
                        None => self.give_up(at, measure, &failure),
                    }
                }
                Err(CallError::Refused(failure)) => self.give_up(at, measure, &failure),
            }
        }
        Ok(())
    }

    fn give_up(&mut self, at: usize, measure: &Measure, failure: &Failure) {
        self.given_up.insert(at);
        self.is_whole = false;
        self.issues.not_read(&measure.name(), failure);
    }

    /// Silence that a person can end.
    fn tell_what_is_missing(&mut self, span: Span, measures: &[Measure]) {
        let roster = self.roster;
        for exporter in Exporter::ALL.into_iter().filter(|exporter| exporter.is_inside() && roster.has(*exporter)) {
            if span.points() >= ENOUGH_POINTS && !self.has_rates.contains(&exporter) {
                self.issues.add(
                    Severity::Note,
                    format!("there is no CPU usage of {} in all that was read", exporter.label()),
                    Some("Rates over 5 minutes need two scrapes in them: scrape at least every 2 minutes. If Prometheus has just started, it is only young."),
                );
            }
        }
        for at in &self.strangers {
            self.issues.add(
                Severity::Warning,
                format!("the series of {} name no machine", measures[*at].name()),
                Some("They need the label instance of the machine and, where several jobs scrape that, job: sum by (job, instance) (…)."),
            );
        }
    }

    async fn fetch(&mut self, at: usize, measure: &Measure, span: Span) -> Result<Vec<SeriesSamples>, CallError> {
        let range = (span.first_ms, span.last_ms);
        let answer = self.ask(measure, &measure.average, span).await?;
        let mut all = averages(self.roster, measure, &answer.series, range);
        match measure.exporter {
            Some(exporter) if measure.metric == Metric::CpuUsage && !all.is_empty() => {
                self.has_rates.insert(exporter);
            }
            None if all.is_empty() && !answer.series.is_empty() => {
                self.strangers.insert(at);
            }
            _ => {}
        }
        let maximum = measure.maximum.as_ref().filter(|maximum| !maximum.is_dear || span.first_ms > self.dear_since_ms);
        if let Some(maximum) = maximum.filter(|_| !all.is_empty()) {
            match self.ask(measure, &maximum.promql, span).await {
                Ok(answer) => add_maxima(&mut all, self.roster, measure, &answer.series, range),
                Err(error) if error.is_final() => return Err(error),
                // Averages alone are samples, too.
                Err(error) => self.issues.not_read(&format!("the maximum of {}", measure.name()), &error.failure()),
            }
        }
        Ok(batch(self.roster, measure.metric, all))
    }

    async fn ask(&mut self, measure: &Measure, promql: &str, span: Span) -> Result<Answer, CallError> {
        let range = (span.first_ms, span.last_ms);
        let answer = self.client.query_range(promql, range, Grain::BASE.seconds(), RANGE).await?;
        self.issues.remarks(&self.client.host(), &measure.name(), &answer.remarks);
        if answer.lost > 0 {
            self.is_whole = false;
            self.issues.lost(&measure.name(), answer.lost);
        }
        Ok(answer)
    }

    async fn send(&mut self, series: Vec<SeriesSamples>) -> Result<(), Failure> {
        if series.is_empty() {
            return Ok(());
        }
        self.has_sent = true;
        tokio::select! {
            biased;
            () = self.sampling.cancel.cancelled() => Err(cancelled()),
            sent = self.sampling.sink.send(series) => sent.map_err(|_| cancelled()),
        }
    }
}
