//! The servers that are compared, and how each is started and prepared.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::load::Load;
use crate::plan::Plan;
use crate::setup;
use crate::shape::Shape;

/// A server under test.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Contender {
    /// The guide's server on Node, one INSERT a message.
    NodeEach,
    /// The same with one transaction for what arrived together.
    NodeGroup,
    Switchboard,
}

/// Where the programs of the contenders are.
pub(crate) struct Programs {
    pub(crate) node_peer: PathBuf,
    /// A release binary; always there when Switchboard is among the contenders.
    pub(crate) switchboard: PathBuf,
}

impl Contender {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NodeEach => "node-each",
            Self::NodeGroup => "node-group",
            Self::Switchboard => "switchboard",
        }
    }

    /// Whether it needs the Node peer installed.
    pub(crate) fn is_node(self) -> bool {
        self != Self::Switchboard
    }

    /// Whether the load can be asked of it. socket.io closes a client whose event comes before CONNECT was answered; that is no fault in it.
    pub(crate) fn takes(self, load: Load) -> bool {
        !(self.is_node() && load == Load::SameTurn)
    }

    /// The command that serves on a port of the system's choice, with its data in `folder`.
    pub(crate) fn command(self, programs: &Programs, folder: &Path, shape: Shape) -> Result<Command> {
        let data = folder.join("data");
        fs::create_dir(&data)?;
        match self {
            Self::NodeEach | Self::NodeGroup => {
                let seed = folder.join("seed.json");
                setup::node::write_seed(&seed, shape)?;
                let mut command = Command::new("node");
                command.arg(programs.node_peer.join("server.js"));
                command.env("SEED", seed).env("NODE_ENV", "production");
                command.env("GROUP", if self == Self::NodeGroup { "1" } else { "0" });
                command.env("JWT_SECRET", setup::JWT_SECRET);
                command.env("PORT", "0").env("DATA_DIR", data);
                Ok(command)
            }
            Self::Switchboard => {
                let mut command = Command::new(&programs.switchboard);
                command.arg("serve").envs(setup::switchboard::ENVIRONMENT);
                command.env("HOST", "127.0.0.1").env("PORT", "0").env("DATA_DIR", data);
                Ok(command)
            }
        }
    }

    /// Makes what `shape` asks for on the server that now listens at `address`.
    pub(crate) fn prepare(self, address: SocketAddr, shape: Shape) -> Result<Plan> {
        match self {
            Self::NodeEach | Self::NodeGroup => setup::node::plan(address, shape),
            Self::Switchboard => setup::switchboard::prepare(address, shape),
        }
    }
}
