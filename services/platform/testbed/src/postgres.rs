//! A private PostgreSQL server.
//!
//! PostgreSQL does not run as root: where this process does, the server runs as the user `postgres`, which its package
//! makes.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use identity::Credentials;
use storage::postgres::Place;
use tokio::sync::OnceCell;

use crate::keeper::{Keeper, free_port};

/// A server with a folder and a port of its own.
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    /// Settings of its own, as the server's command line has them.
    settings: String,
    databases: AtomicU32,
    _keeper: Keeper,
}

static SHARED: OnceCell<Arc<Server>> = OnceCell::const_new();

impl Server {
    /// The server that all tests of this process share, each with a database of its own.
    pub async fn shared() -> Arc<Self> {
        SHARED.get_or_init(async || Arc::new(Self::start().await)).await.clone()
    }

    /// Starts a server, and waits until it answers.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed, or does not start: the text says why.
    pub async fn start() -> Self {
        tokio::task::spawn_blocking(|| Self::start_on(new_folder(), None)).await.expect("the server starts")
    }

    /// Starts a server that has a certificate, and lets nobody in who shows none of the same authority.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub async fn start_with_tls(credentials: &Credentials) -> Self {
        let credentials = credentials.clone();
        let start = move || Self::start_on(new_folder(), Some(&credentials));
        tokio::task::spawn_blocking(start).await.expect("the server starts")
    }

    /// Starts a server whose data lies on a disk of its own with so many megabytes, in memory. `None` where this user may not
    /// mount one: root may.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub async fn start_on_a_disk_of(megabytes: u32) -> Option<Self> {
        let start = move || {
            let folder = new_folder();
            mount(&folder.join("data"), megabytes).then(|| Self::start_on(folder, None))
        };
        tokio::task::spawn_blocking(start).await.expect("the server starts")
    }

    fn start_on(folder: PathBuf, credentials: Option<&Credentials>) -> Self {
        let programs = programs();
        let data = folder.join("data");
        let own_disk = data.exists();
        let made = as_its_user(&programs.join("initdb"))
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                // Where the disk is to be full, that is soon felt: a new segment of the log is made every megabyte.
                if own_disk { "--wal-segsize=1" } else { "--wal-segsize=16" },
                "-D",
            ])
            .arg(&data)
            .output()
            .expect("initdb runs");
        succeeded("initdb", &made);
        let last_words = format!(
            "{} -D {data} -m immediate -w stop; ! mountpoint -q {data} || umount {data}",
            as_its_user_in_words(&programs.join("pg_ctl")),
            data = data.display()
        );
        let keeper = Keeper::over(&folder, &last_words);
        let settings = credentials.map(|credentials| speak_tls(&folder, credentials)).unwrap_or_default();
        let (port, databases) = (free_port(), AtomicU32::new(0));
        let server = Self { folder, programs, port, settings, databases, _keeper: keeper };
        let (start, log) = server.start_command();
        run(start, &log);
        server
    }

    /// The folder with all that it keeps: data and logs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port it listens at, on this machine alone.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database for a role that may do everything.
    pub fn url(&self, database: &str) -> String {
        self.url_of("postgres", database)
    }

    /// The URL of a database for a role. Nobody needs a password here.
    pub fn url_of(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// A new and empty database, and its name.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn database(&self) -> String {
        let name = format!("lapwing_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.sql("postgres", &format!("CREATE DATABASE {name}")).await;
        name
    }

    /// A schema in a new database, empty: a place for one service's store.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn schema(&self, name: &str) -> Place {
        let database = self.database().await;
        self.sql(&database, &format!("CREATE SCHEMA {name}")).await;
        self.place(&database, name)
    }

    /// A place in a database, as the role that may do everything.
    pub fn place(&self, database: &str, schema: &str) -> Place {
        Place {
            url: self.url(database).into(),
            password_file: None,
            schema: schema.to_owned(),
            connections: 8,
        }
    }

    /// Runs statements as the role that may do everything.
    ///
    /// # Panics
    /// Where a statement fails.
    pub async fn sql(&self, database: &str, statements: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &self.url(database),
            "-c",
            statements,
        ]);
        let output =
            tokio::task::spawn_blocking(move || psql.output()).await.expect("psql runs").expect("psql runs");
        succeeded(statements, &output);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Stops it as an operator does, and starts it again: connections break, what was committed stays.
    ///
    /// # Panics
    /// Where it does not come back.
    pub async fn restart(&self) {
        self.stop("fast").await;
        self.start_again().await;
    }

    /// Stops it: `fast` ends connections, `immediate` is as good as a kill.
    ///
    /// # Panics
    /// Where it does not stop.
    pub async fn stop(&self, mode: &str) {
        let mut stop = self.pg_ctl();
        stop.args(["-m", mode, "-w", "stop"]);
        let output = tokio::task::spawn_blocking(move || stop.output())
            .await
            .expect("pg_ctl runs")
            .expect("pg_ctl runs");
        succeeded("pg_ctl stop", &output);
    }

    /// Starts it after a stop, at the same port and with the same data.
    ///
    /// # Panics
    /// Where it does not start.
    pub async fn start_again(&self) {
        let (start, log) = self.start_command();
        tokio::task::spawn_blocking(move || run(start, &log)).await.expect("it starts");
    }

    /// Takes all the room that is left on the server's own disk.
    ///
    /// # Panics
    /// Where it has no disk of its own: the one of this machine stays as it is.
    pub async fn fill_disk(&self) {
        let data = self.folder.join("data");
        let fill = format!(
            // The server takes room meanwhile, so a little is left to what goes on until nothing is left.
            "cd {data} && mountpoint -q . && for left in 1 8 64; do \
             ! fallocate -l $(($(df --output=avail -k . | tail -n 1) - left * 1024))K ballast || break; done; ! dd if=/dev/zero of=ballast bs=4k oflag=append conv=notrunc status=none",
            data = data.display()
        );
        shell(fill).await;
    }

    /// Gives the room back as an operator does, and starts the server again where it has given up.
    ///
    /// # Panics
    /// Where it does not come back.
    pub async fn make_room(&self) {
        std::fs::remove_file(self.folder.join("data/ballast")).expect("the disk was filled");
        // It may be about to give up, or be starting again by itself: until it answers, it is started where it does not run.
        for _ in 0..60 {
            let (mut status, mut ready) = (self.pg_ctl(), Command::new(self.programs.join("pg_isready")));
            status.arg("status");
            ready.args(["-q", "-t", "1", "-d", &self.url("postgres")]);
            let runs = |mut command: Command| {
                tokio::task::spawn_blocking(move || {
                    let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
                    silent.status().is_ok_and(|status| status.success())
                })
            };
            if runs(ready).await.expect("pg_isready runs") {
                return;
            }
            if !runs(status).await.expect("pg_ctl runs") {
                self.start_again().await;
            }
            shell("sleep 0.5".to_owned()).await;
        }
        panic!("the server did not come back: {}", self.log());
    }

    /// How often the server has said that its disk is full.
    pub fn disk_was_full(&self) -> usize {
        self.log().matches("No space left on device").count()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn start_command(&self) -> (Command, PathBuf) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 {}",
            self.port, self.settings
        );
        let log = self.folder.join("log");
        let mut start = self.pg_ctl();
        start.args(["-w", "-t", "60", "-o", &options, "-l"]).arg(&log).arg("start");
        (start, log)
    }

    fn pg_ctl(&self) -> Command {
        let mut command = as_its_user(&self.programs.join("pg_ctl"));
        command.arg("-D").arg(self.folder.join("data"));
        command
    }
}

/// A folder that belongs to the server's user.
fn new_folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("lapwing-postgres-").tempdir().expect("a folder").keep();
    give_to_its_user(&folder);
    let mode = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&folder, mode).expect("the folder is ours");
    folder
}

/// Whether a disk in memory could be mounted there.
fn mount(place: &Path, megabytes: u32) -> bool {
    std::fs::create_dir(place).expect("the folder is ours");
    let size = format!("size={megabytes}m,mode=0700");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
        .arg(place)
        .stderr(Stdio::null())
        .status();
    let mounted = mounted.is_ok_and(|status| status.success());
    if mounted {
        give_to_its_user(place);
    }
    mounted
}

async fn shell(words: String) {
    let ran = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &words]).output());
    succeeded("sh", &ran.await.expect("a shell runs").expect("a shell runs"));
}

/// Writes the certificates beside the server's data, and returns the settings that name them.
fn speak_tls(folder: &Path, credentials: &Credentials) -> String {
    let file = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).expect("written");
        // The server refuses a key that others may read.
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&file, mode).expect("the file is ours");
        give_to_its_user(&file);
        file.display().to_string()
    };
    let who = file("hba", "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n");
    format!(
        "-c ssl=on -c hba_file={who} -c ssl_ca_file={} -c ssl_cert_file={} -c ssl_key_file={}",
        file("authority.pem", &credentials.authority),
        file("server.pem", &credentials.certificate),
        file("server.key", &credentials.key)
    )
}

fn run(mut start: Command, log: &Path) {
    // The server keeps its starter's output open: none is given to it.
    let status = start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(
        status.expect("pg_ctl runs").success(),
        "PostgreSQL did not start: {}",
        std::fs::read_to_string(log).unwrap_or_default()
    );
}

fn succeeded(what: &str, output: &Output) {
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The folder of the newest PostgreSQL of Debian and Ubuntu, or that of `initdb` on the path.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| Path::new(&format!("/usr/lib/postgresql/{version}/bin/initdb")).exists())
        .max();
    if let Some(version) = newest {
        return format!("/usr/lib/postgresql/{version}/bin").into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .find(|folder| folder.join("initdb").exists())
        .expect("PostgreSQL is not installed: tests/run installs it, or `apt-get install postgresql`")
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"))
}

/// A command that does not run as root.
fn as_its_user(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").env("LC_ALL", "C.UTF-8");
    command
}

fn as_its_user_in_words(program: &Path) -> String {
    let prefix = if is_root() { "setpriv --reuid=postgres --regid=postgres --init-groups -- " } else { "" };
    format!("cd /; {prefix}{}", program.display())
}

fn give_to_its_user(place: &Path) {
    if is_root() {
        let given = Command::new("chown").arg("postgres:postgres").arg(place).status();
        assert!(
            given.expect("chown runs").success(),
            "there is no user postgres: install PostgreSQL's package"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_committed_is_there_after_a_crash() {
        let server = Server::start().await;
        let database = server.database().await;
        server.sql(&database, "CREATE TABLE bird (name TEXT); INSERT INTO bird VALUES ('lapwing')").await;
        server.stop("immediate").await;
        server.start_again().await;
        assert_eq!(server.sql(&database, "SELECT name FROM bird").await, "lapwing");
    }
}
