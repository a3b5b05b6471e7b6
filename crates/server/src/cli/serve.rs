//! `switchboard serve`

use crate::{config::Config, logging, serve};
use anyhow::Result;

pub(super) fn run(config: Config) -> Result<()> {
    logging::init(&config.log);
    super::runtime()?.block_on(serve::run(config))
}
