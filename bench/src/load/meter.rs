//! The measured time of a run: its length and the CPU spent in it.

use std::time::Instant;

use anyhow::Result;

use super::outcome::Rates;
use super::tally::Measured;
use crate::cpu;

/// Readings at the beginning of the measured time.
pub(crate) struct Meter {
    began: Instant,
    own: f64,
    server: Option<(u32, f64)>,
}

impl Meter {
    pub(crate) fn start(server_pid: Option<u32>) -> Result<Self> {
        let server = server_pid.map(|pid| Ok::<_, anyhow::Error>((pid, cpu::seconds(pid)?)));
        Ok(Self { began: Instant::now(), own: cpu::seconds(std::process::id())?, server: server.transpose()? })
    }

    /// What was measured from the start until now.
    pub(crate) fn stop(self, measured: &Measured) -> Result<Rates> {
        let seconds = self.began.elapsed().as_secs_f64();
        let server = self.server.map(|(pid, before)| Ok::<_, anyhow::Error>(cpu::seconds(pid)? - before));
        let server = server.transpose()?;
        let own = cpu::seconds(std::process::id())? - self.own;
        let delivered = measured.delivered as f64;
        Ok(Rates {
            seconds,
            deliveries_per_second: delivered / seconds,
            acks_per_second: measured.acked as f64 / seconds,
            other_per_second: measured.other as f64 / seconds,
            p50_ms: measured.delivery.quantile_ms(0.5),
            p99_ms: measured.delivery.quantile_ms(0.99),
            ack_p50_ms: measured.ack.quantile_ms(0.5),
            ack_p99_ms: measured.ack.quantile_ms(0.99),
            server_cores: server.map(|cpu| cpu / seconds),
            cpu_seconds_per_100k: server.filter(|_| delivered > 0.0).map(|cpu| cpu / delivered * 1e5),
            generator_cores: own / seconds,
        })
    }
}
