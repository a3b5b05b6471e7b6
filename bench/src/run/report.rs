//! The results of all rounds: medians, the table, the file.

use std::fmt::Write as _;

use serde::Serialize;

use super::contender::Contender;
use crate::load::{Load, Outcome, Rates};
use crate::stats::median;

/// One run of one load against one fresh server.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    pub(crate) round: usize,
    pub(crate) contender: &'static str,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// The medians over the rounds of one load and contender.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Medians {
    load: &'static str,
    contender: &'static str,
    runs: usize,
    failed: usize,
    deliveries_per_second: Option<f64>,
    /// Its deliveries beside those of the first contender.
    ratio: Option<f64>,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    cpu_seconds_per_100k: Option<f64>,
    server_cores: Option<f64>,
    generator_cores: Option<f64>,
}

/// The medians in the order of the loads and contenders, of those that ran.
pub(crate) fn medians(runs: &[Run], loads: &[Load], contenders: &[Contender]) -> Vec<Medians> {
    let mut rows: Vec<Medians> = Vec::new();
    for load in loads {
        let first = rows.len();
        for contender in contenders {
            let mut row = row(runs, load.name(), contender.name());
            let base = rows.get(first).unwrap_or(&row).deliveries_per_second;
            if row.runs == 0 {
                continue;
            }
            row.ratio = row.deliveries_per_second.zip(base).map(|(own, base)| own / base);
            rows.push(row);
        }
    }
    rows
}

fn row(runs: &[Run], load: &'static str, contender: &'static str) -> Medians {
    let of_row = |run: &&Run| run.outcome.load == load && run.contender == contender;
    let runs: Vec<&Run> = runs.iter().filter(of_row).collect();
    let middle = |value: fn(&Rates) -> Option<f64>| {
        let values = runs.iter().filter_map(|run| value(run.outcome.rates.as_ref()?));
        median(&values.collect::<Vec<_>>())
    };
    Medians {
        load,
        contender,
        runs: runs.len(),
        failed: runs.iter().filter(|run| run.outcome.failure.is_some()).count(),
        deliveries_per_second: middle(|rates| Some(rates.deliveries_per_second)),
        ratio: None,
        p50_ms: middle(|rates| rates.p50_ms),
        p99_ms: middle(|rates| rates.p99_ms),
        cpu_seconds_per_100k: middle(|rates| rates.cpu_seconds_per_100k),
        server_cores: middle(|rates| rates.server_cores),
        generator_cores: middle(|rates| Some(rates.generator_cores)),
    }
}

/// The rows as text, one line each under a heading.
pub(crate) fn table(rows: &[Medians]) -> String {
    let mut text = format!(
        "{:10} {:12} {:>8} {:>12} {:>7} {:>8} {:>8} {:>11} {:>7} {:>7}\n",
        "load", "server", "runs ok", "deliveries/s", "ratio", "p50 ms", "p99 ms", "CPU s/100k", "server", "client"
    );
    for row in rows {
        let ok = format!("{}/{}", row.runs - row.failed, row.runs);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:10} {:12} {:>8} {:>12} {:>7} {:>8} {:>8} {:>11} {:>7} {:>7}",
            row.load,
            row.contender,
            ok,
            number(row.deliveries_per_second, 0),
            number(row.ratio, 2),
            number(row.p50_ms, 1),
            number(row.p99_ms, 1),
            number(row.cpu_seconds_per_100k, 3),
            number(row.server_cores, 2),
            number(row.generator_cores, 2),
        );
    }
    text
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(contender: &'static str, rate: f64, failure: Option<&str>) -> Run {
        let rates = Rates { deliveries_per_second: rate, ..Rates::default() };
        let outcome = Outcome {
            load: "w2".to_owned(),
            rates: Some(rates),
            failure: failure.map(str::to_owned),
            ..Outcome::default()
        };
        Run { round: 0, contender, outcome }
    }

    #[test]
    fn ratios_are_of_medians_to_the_first_contender() {
        let runs = [
            run("node-each", 10.0, None),
            run("node-each", 12.0, None),
            run("node-each", 90.0, None),
            run("switchboard", 60.0, Some("1 lost")),
        ];
        let rows = medians(&runs, &[Load::W2], &[Contender::NodeEach, Contender::Switchboard]);
        assert_eq!(rows[0].deliveries_per_second, Some(12.0));
        assert_eq!((rows[0].ratio, rows[1].ratio), (Some(1.0), Some(5.0)));
        assert_eq!((rows[0].failed, rows[1].failed), (0, 1));
        assert!(table(&rows).contains("0/1"));
    }
}
