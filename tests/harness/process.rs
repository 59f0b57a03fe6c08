//! The command as a process of its own, for stories about killing it and about what it prints.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::Clients;

/// A running `lapwing up`.
pub struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
    folder: PathBuf,
}

impl Process {
    /// Starts the program in a folder, and waits for its ready line.
    pub async fn up(program: &Path, folder: &Path) -> Self {
        Self::up_with(program, folder, &[]).await
    }

    /// The same, with further arguments.
    pub async fn up_with(program: &Path, folder: &Path, arguments: &[&str]) -> Self {
        let mut command = command(program, folder);
        command.args(["--json", "--log", "error"]).args(arguments).args(["up", "--listen", "127.0.0.1:0"]);
        let mut child =
            command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let ready =
            lines.next_line().await.expect("its output can be read").expect("it says that it is ready");
        let ready: serde_json::Value = serde_json::from_str(&ready).expect("JSON");
        let url = ready["ready"].as_str().expect("the address").to_owned();
        Self { child, lines, url, folder: folder.to_owned() }
    }

    /// Clients that call it.
    pub fn clients(&self) -> Clients {
        Clients::new(self.url.clone(), &self.folder)
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Stops it as a supervisor does, waits until it has ended by itself, and returns what it said last.
    pub async fn terminate(mut self) -> String {
        let id = self.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill runs");
        assert!(told.success());
        assert!(self.child.wait().await.expect("it ends").success());
        let last =
            self.lines.next_line().await.expect("its output can be read").expect("it says how it ended");
        let last: serde_json::Value = serde_json::from_str(&last).expect("JSON");
        last["stopped"].as_str().expect("how it stopped").to_owned()
    }

    /// Runs another command of the program in the same folder, to its end.
    pub async fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Output {
        command(program, folder)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .await
            .expect("the program runs")
    }
}

fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for setting in ["LAPWING_SERVER", "LAPWING_LISTEN", "LAPWING_LOG", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
        command.env_remove(setting);
    }
    command.env("LAPWING_FOLDER", folder);
    command
}
