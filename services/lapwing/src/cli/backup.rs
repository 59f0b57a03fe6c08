//! The arguments of `backup` and `restore`.

use std::path::PathBuf;

use clap::Args;

/// `backup`
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder to make; it must be new or empty
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
}

/// `restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// The folder that `lapwing backup` made
    #[arg(long, value_name = "FOLDER")]
    pub from: PathBuf,
}
