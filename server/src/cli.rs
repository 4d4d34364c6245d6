//! The command line: commands, and the flags that override the configuration.

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
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

/// Read by the engine itself: they are no settings of a file.
const SECRETS: [&str; 2] = ["IROA_SECRET_KEY", "IROA_NEW_SECRET_KEY"];

impl Cli {
    /// Those of these variables that are named like ours and mean nothing: mistyped ones, most likely.
    pub fn unknown_variables(names: impl IntoIterator<Item = String>) -> Vec<String> {
        let command = Self::command();
        let known: Vec<_> = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str()).collect();
        let is_unknown = |name: &String| {
            let name = name.as_str();
            name.starts_with("IROA_") && !SECRETS.contains(&name) && !known.contains(&name)
        };
        let mut unknown: Vec<_> = names.into_iter().filter(is_unknown).collect();
        unknown.sort();
        unknown
    }
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
    /// Asks the server of this configuration on this machine whether it is ready; for health checks of containers
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_variables_are_named_and_known_ones_are_not() {
        let names = ["IROA_LOGS", "IROA_LOG", "IROA_CONFIG", "IROA_SECRET_KEY", "DATABASE_URL", "IRON", "IROA_BINDS"];
        assert_eq!(Cli::unknown_variables(names.map(str::to_owned)), ["IROA_BINDS", "IROA_LOGS"]);
    }
}
