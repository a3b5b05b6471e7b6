//! What a run of a load found, as the one JSON object that it prints.

use serde::{Deserialize, Serialize};

use super::exchange::Exchange;

/// The figures and faults of one run. Times are milliseconds, rates are per second of the measured time.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    pub(crate) load: String,
    pub(crate) sockets: usize,
    /// Sockets that got `authenticated`.
    pub(crate) authenticated: usize,
    /// Seconds from the first connect to the last `authenticated`.
    pub(crate) sign_in_seconds: f64,
    /// Over the whole run, like all counts below that are no rates.
    pub(crate) sent: u64,
    pub(crate) acked: u64,
    pub(crate) delivered: u64,
    #[serde(flatten)]
    pub(crate) rates: Option<Rates>,
    /// Messages that a socket should have got and did not.
    pub(crate) lost: u64,
    /// Steps of `seq` that a socket never got.
    pub(crate) gaps: u64,
    /// Messages, acknowledgements or steps of `seq` that others overtook.
    pub(crate) reordered: u64,
    pub(crate) duplicated: u64,
    /// Sends never acknowledged, and sockets never answered.
    pub(crate) hung: u64,
    /// Everything else that was wrong.
    pub(crate) faults: u64,
    /// The verdict, if it is bad, in one sentence.
    pub(crate) failure: Option<String>,
}

/// What was measured between warm-up and stop.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rates {
    pub(crate) seconds: f64,
    pub(crate) deliveries_per_second: f64,
    pub(crate) acks_per_second: f64,
    /// Packets beside `new_message` and acknowledgements.
    pub(crate) other_per_second: f64,
    /// From the send to the delivery at each socket.
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
    pub(crate) ack_p50_ms: Option<f64>,
    pub(crate) ack_p99_ms: Option<f64>,
    /// The server's cores in use; `None` without its process id.
    pub(crate) server_cores: Option<f64>,
    pub(crate) cpu_seconds_per_100k: Option<f64>,
    /// The generator's own cores in use: near 1 it is the limit.
    pub(crate) generator_cores: f64,
}

impl Outcome {
    /// Takes over what the exchange counted.
    pub(crate) fn count(&mut self, exchange: &Exchange) {
        let tally = &exchange.tally;
        (self.sent, self.acked, self.delivered) = (tally.sent, tally.acked, tally.delivered);
        (self.lost, self.gaps) = exchange.missing();
        (self.reordered, self.duplicated) = (tally.reordered, tally.duplicated);
        self.hung += tally.hung();
        self.faults += tally.faults;
    }

    /// Sets the verdict; `sentences` are the first faults.
    pub(crate) fn judge(&mut self, sentences: &[String]) {
        let counts = [
            (self.lost, "lost"),
            (self.gaps, "missing in seq"),
            (self.reordered, "reordered"),
            (self.duplicated, "duplicated"),
            (self.hung, "hung"),
            (self.faults, "faults"),
        ];
        let bad = counts.iter().filter(|(count, _)| *count > 0);
        let bad: Vec<String> = bad.map(|(count, what)| format!("{count} {what}")).collect();
        if bad.is_empty() {
            return;
        }
        let first = sentences.first().map_or(String::new(), |first| format!("; first fault: {first}"));
        self.failure = Some(format!("{}: {}{first}", self.load, bad.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_clean_run_has_no_failure() {
        let mut outcome = Outcome::default();
        outcome.judge(&[]);
        assert_eq!(outcome.failure, None);
    }

    #[test]
    fn a_failure_says_what_and_how_many() {
        let mut outcome = Outcome { load: "w2".into(), lost: 3, faults: 1, ..Outcome::default() };
        outcome.judge(&["socket 4: gone".into()]);
        assert_eq!(outcome.failure.unwrap(), "w2: 3 lost, 1 faults; first fault: socket 4: gone");
    }

    #[test]
    fn the_object_comes_back_as_it_was_written() {
        let mut outcome = Outcome { load: "w2".into(), rates: Some(Rates::default()), ..Outcome::default() };
        outcome.rates.as_mut().unwrap().deliveries_per_second = 12.5;
        let text = serde_json::to_string(&outcome).unwrap();
        let back: Outcome = serde_json::from_str(&text).unwrap();
        assert_eq!(back.rates.unwrap().deliveries_per_second, 12.5);
    }
}
