//! The command line: commands, and the flags that override the configuration.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

use crate::configuration::Layer;

/// IROA keeps watch over virtualization estates.
#[derive(Debug, Parser)]
#[command(name = "iroa", version, about, long_about = None)]
pub struct Cli {
    /// Configuration file, TOML. Without it, `iroa.toml` in the working directory is read where there is one
    #[arg(long, global = true, env = "IROA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(flatten)]
    pub overrides: Layer,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the web application until it is told to stop
    Serve,
    /// Brings the database to this version's schema and ends
    Migrate,
    /// Adds users and resets passwords, without the web application
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Seals all stored passwords with a new key and replaces the key file; servers may go on meanwhile
    RotateKey,
    /// Reads the configuration, says what is wrong with it or prints what is in effect
    CheckConfig,
    /// Asks a running server on this machine whether it is ready; for container health checks
    #[command(hide = true)]
    Health,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Adds a user and prints a one-time password
    Add(AddUser),
    /// Gives a user a new one-time password, enables the account and ends its sessions
    Reset {
        /// The user's name
        name: String,
    },
}

#[derive(Debug, Args)]
pub struct AddUser {
    /// The user's name
    pub name: String,
    /// What the user may do
    #[arg(long, value_enum, default_value = "viewer")]
    pub role: RoleName,
    /// Reads the password from standard input instead of making a one-time one
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    Viewer,
    Manager,
    Admin,
}

impl From<RoleName> for model::account::Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Manager => Self::Manager,
            RoleName::Admin => Self::Admin,
        }
    }
}
