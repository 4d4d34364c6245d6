use super::*;

const TODAY: i64 = 20_000;

/// Every quantile a line: from 50, by so much a day.
fn lines(slopes: [f64; 5], grows: bool) -> Forecast {
    let line = |slope: f64| (1..=365).map(|day| 50.0 + slope * f64::from(day)).collect();
    Forecast { first_day: TODAY + 1, quantiles: slopes.into_iter().map(line).collect(), grows }
}

fn days(forecast: &Forecast, usable: &Steps, added: &Steps, quantile: usize) -> Option<u32> {
    crossing(forecast, usable, added, quantile, TODAY)
}

#[test]
fn a_line_crosses_where_arithmetic_says() {
    let forecast = lines([0.05, 0.1, 0.2, 0.25, 0.5], true);
    let found =
        runway(Resource::MemoryDemand, &forecast, &Steps::constant(100.0), &Steps::default(), Caution::Balanced, TODAY);
    // 50 / 0.25 = 200 days; at worst 50 / 0.5 = 100; at best beyond a year.
    assert_eq!((found.outlook, found.worst_days, found.best_days), (Outlook::Full { days: 200 }, Some(100), None));
}

#[test]
fn what_does_not_grow_exhausts_nothing_however_wide_its_interval() {
    let forecast = lines([-0.5, -0.2, 0.0, 0.2, 0.5], false);
    let found =
        runway(Resource::CpuDemand, &forecast, &Steps::constant(60.0), &Steps::default(), Caution::Conservative, TODAY);
    assert_eq!((found.outlook, found.worst_days), (Outlook::NoExhaustion, None));
}

#[test]
fn demand_that_comes_on_a_day_crosses_on_that_day() {
    let forecast = lines([0.0; 5], false);
    let added = Steps(vec![(TODAY, 0.0), (TODAY + 40, 20.0)]);
    assert_eq!(days(&forecast, &Steps::constant(60.0), &added, MEDIAN), Some(40));
    let shrinking = Steps(vec![(0, 60.0), (TODAY + 90, 45.0)]);
    assert_eq!(days(&forecast, &shrinking, &Steps::default(), MEDIAN), Some(90), "capacity that shrinks");
}

#[test]
fn a_peak_of_two_days_is_no_exhaustion() {
    let mut forecast = lines([0.0; 5], true);
    for quantile in &mut forecast.quantiles {
        quantile[9..11].fill(99.0);
    }
    assert_eq!(days(&forecast, &Steps::constant(60.0), &Steps::default(), 4), None);
    for quantile in &mut forecast.quantiles {
        quantile[9..12].fill(99.0);
    }
    assert_eq!(days(&forecast, &Steps::constant(60.0), &Steps::default(), 4), Some(10));
}

#[test]
fn a_pool_lasts_as_long_as_what_runs_out_first() {
    let of = |resource, outlook, worst_days| Runway { resource, outlook, worst_days, best_days: None };
    let all = [
        of(Resource::CpuDemand, Outlook::NoExhaustion, None),
        of(Resource::MemoryDemand, Outlook::Full { days: 80 }, Some(40)),
        of(Resource::MemoryAllocation, Outlook::Full { days: 90 }, Some(30)),
        of(Resource::CpuAllocation, Outlook::Collecting { days: 3 }, None),
    ];
    let found = least(&all);
    assert_eq!((found.outlook, found.binding), (Outlook::Full { days: 80 }, Some(Resource::MemoryDemand)));
    assert_eq!((found.worst_days, found.unknown), (Some(30), 1));
    assert_eq!(least(&all[3..]).outlook, Outlook::Collecting { days: 3 });
    assert_eq!(least(&all[..1]).binding, None);
}

#[cfg(feature = "forecast")]
mod forecasts;
