//! Programs as processes of their own, for stories about killing them and about what they print.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::Clients;

/// A program that has said that it is ready. It is killed when this value goes.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    ready: serde_json::Value,
}

impl Running {
    /// Starts a program and waits for its ready line.
    ///
    /// # Errors
    /// What it says on standard error, where it ends before it is ready.
    ///
    /// # Panics
    /// Where the program cannot be started at all.
    pub async fn start(command: Command) -> Result<Self, String> {
        Self::start_telling(command, Stdio::piped()).await
    }

    /// The same with its log lines in a file: at `trace` they are too many to be passed on.
    ///
    /// # Errors
    /// Where it ends before it is ready; the file says why.
    ///
    /// # Panics
    /// Where the program cannot be started at all.
    pub async fn start_into(command: Command, log: &Path) -> Result<Self, String> {
        let file = std::fs::File::create(log).expect("a file for its log lines");
        Self::start_telling(command, file.into()).await
    }

    async fn start_telling(mut command: Command, errors: Stdio) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let complaints = child.stderr.take();
        let complaints = tokio::spawn(async move {
            match complaints {
                Some(complaints) => pass_on(complaints).await,
                None => "its log says why".to_owned(),
            }
        });
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let Some(ready) = lines.next_line().await.expect("its output can be read") else {
            child.wait().await.expect("it ended");
            return Err(complaints.await.expect("its output can be read"));
        };
        let ready = serde_json::from_str(&ready).expect("the ready line is JSON");
        Ok(Self { child, lines, ready })
    }

    /// What the ready line says under a name.
    ///
    /// # Panics
    /// Where it says nothing.
    pub fn said(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap_or_else(|| panic!("the ready line has no {name}: {}", self.ready))
    }

    /// The process's number.
    ///
    /// # Panics
    /// Where it has ended.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Whether it has ended by itself.
    ///
    /// # Panics
    /// Where the system does not know.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("the system knows").is_some()
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    ///
    /// # Panics
    /// Where it cannot be killed.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// Stops it as a supervisor does, waits until it has ended by itself, and returns what it said last.
    ///
    /// # Panics
    /// Where it does not end well.
    pub async fn terminate(mut self) -> String {
        let id = self.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill runs");
        assert!(told.success());
        let ended = self.child.wait().await.expect("it ends");
        assert!(ended.success(), "it ended with {ended}");
        let last =
            self.lines.next_line().await.expect("its output can be read").expect("it says how it ended");
        let last: serde_json::Value = serde_json::from_str(&last).expect("JSON");
        last["stopped"].as_str().expect("how it stopped").to_owned()
    }
}

/// Passes on what a program says on standard error, as it says it, and returns all of it once the program has ended.
async fn pass_on(output: ChildStderr) -> String {
    let mut lines = BufReader::new(output).lines();
    let mut said = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        // Where standard error is gone there is nobody to tell.
        let _gone = writeln!(std::io::stderr(), "{line}");
        said.push_str(&line);
        said.push('\n');
    }
    said
}

/// A running `lapwing up`.
pub struct Process {
    running: Running,
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
        let running = Running::start(command).await.expect("it says that it is ready");
        Self { running, folder: folder.to_owned() }
    }

    /// Starts the program with every log line in a file, and its spans sent to a collector.
    ///
    /// # Panics
    /// Where it does not start: its log says why.
    pub async fn up_heard(program: &Path, folder: &Path, collector: &str, log: &Path) -> Self {
        let mut command = command(program, folder);
        command.args(["--json", "--log", "trace", "--otlp", collector]);
        command.args(["up", "--listen", "127.0.0.1:0"]);
        let running = Running::start_into(command, log).await.expect("it says that it is ready");
        Self { running, folder: folder.to_owned() }
    }

    /// Clients that call it.
    pub fn clients(&self) -> Clients {
        Clients::of_one_server(self.running.said("ready"), &self.folder)
    }

    /// Where it is called.
    pub fn url(&self) -> String {
        self.running.said("ready").to_owned()
    }

    /// What its ready line says under a name.
    pub fn said(&self, name: &str) -> String {
        self.running.said(name).to_owned()
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub async fn kill(self) {
        self.running.kill().await;
    }

    /// Stops it as a supervisor does, waits until it has ended by itself, and returns what it said last.
    pub async fn terminate(self) -> String {
        self.running.terminate().await
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

/// A program without the settings of whoever runs the tests.
pub(crate) fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    for setting in
        ["LAPWING_SERVER", "LAPWING_LISTEN", "LAPWING_LOG", "LAPWING_CONFIG", "OTEL_EXPORTER_OTLP_ENDPOINT"]
    {
        command.env_remove(setting);
    }
    command.env("LAPWING_FOLDER", folder);
    command
}
