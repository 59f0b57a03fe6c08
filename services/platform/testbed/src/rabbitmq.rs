//! A private RabbitMQ broker.
//!
//! It has a port mapper (epmd) of its own, so that it meets no other broker of this machine. What a reader would get wrong:
//! `guest` may log in from this machine alone, and nobody else is there unless a test makes somebody.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use identity::Credentials;
use tokio::sync::OnceCell;

use crate::keeper::{Keeper, free_port};

const PROGRAMS: &str = "/usr/lib/rabbitmq/bin";

/// A broker with a folder and ports of its own.
pub struct Server {
    folder: PathBuf,
    ports: Ports,
    scheme: &'static str,
    vhosts: AtomicU32,
    _keeper: Keeper,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    amqp: u16,
    distribution: u16,
    epmd: u16,
}

static SHARED: OnceCell<Arc<Server>> = OnceCell::const_new();

impl Server {
    /// The broker that all tests of this process share, each with a virtual host of its own.
    pub async fn shared() -> Arc<Self> {
        SHARED.get_or_init(async || Arc::new(Self::start().await)).await.clone()
    }

    /// Starts a broker, and waits until it answers: some five seconds.
    ///
    /// # Panics
    /// Where RabbitMQ is not installed, or does not start: the text says why.
    pub async fn start() -> Self {
        Self::start_speaking("amqp", |port, _| format!("listeners.tcp.default = 127.0.0.1:{port}\n")).await
    }

    /// Starts a broker that speaks TLS alone, and asks every client for a certificate of the same authority.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub async fn start_with_tls(credentials: &Credentials) -> Self {
        Self::start_speaking("amqps", |port, folder| {
            let file = |name: &str, text: &str| {
                let file = folder.join(name);
                std::fs::write(&file, text).expect("written");
                file.display().to_string()
            };
            format!(
                "listeners.tcp = none\nlisteners.ssl.default = 127.0.0.1:{port}\nssl_options.cacertfile = {}\n\
                 ssl_options.certfile = {}\nssl_options.keyfile = {}\nssl_options.verify = verify_peer\n\
                 ssl_options.fail_if_no_peer_cert = true\n",
                file("authority.pem", &credentials.authority),
                file("server.pem", &credentials.certificate),
                file("server.key", &credentials.key)
            )
        })
        .await
    }

    async fn start_speaking(scheme: &'static str, listeners: impl FnOnce(u16, &Path) -> String) -> Self {
        assert!(
            Path::new(PROGRAMS).join("rabbitmq-server").exists(),
            "RabbitMQ is not installed: tests/run installs it, or `apt-get install rabbitmq-server`"
        );
        let folder = tempfile::Builder::new().prefix("lapwing-rabbitmq-").tempdir().expect("a folder").keep();
        let ports = Ports { amqp: free_port(), distribution: free_port(), epmd: free_port() };
        std::fs::write(folder.join("plugins"), "[].\n").expect("written");
        std::fs::write(
            folder.join("rabbitmq.conf"),
            format!(
                "{}loopback_users.guest = true\nlog.console = false\ndisk_free_limit.absolute = 50MB\n",
                listeners(ports.amqp, &folder)
            ),
        )
        .expect("written");
        let last_words = format!(
            "kill -9 $(cat '{folder}/pid'); sleep 0.2; ERL_EPMD_PORT={epmd} epmd -kill",
            folder = folder.display(),
            epmd = ports.epmd
        );
        let keeper = Keeper::over(&folder, &last_words);
        let server = Self { folder, ports, scheme, vhosts: AtomicU32::new(0), _keeper: keeper };
        server.start_again().await;
        server
    }

    /// The folder with all that it keeps: data and logs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port it listens at, on this machine alone.
    pub fn port(&self) -> u16 {
        self.ports.amqp
    }

    /// The URL of a virtual host for a user that may do everything there.
    pub fn url(&self, vhost: &str) -> String {
        format!("{}://guest:guest@127.0.0.1:{}/{vhost}", self.scheme, self.ports.amqp)
    }

    /// A new and empty virtual host, and its URL.
    ///
    /// # Panics
    /// Where the broker does not answer.
    pub async fn vhost(&self) -> String {
        self.vhost_of(|_| "{}".to_owned()).await
    }

    /// A new virtual host with what definitions give it, as `rabbitmqctl import_definitions` takes them; they are made for its
    /// name. Its URL is of a user that may do everything there.
    ///
    /// # Panics
    /// Where the broker does not answer, or does not take them.
    pub async fn vhost_of(&self, definitions: impl FnOnce(&str) -> String) -> String {
        let name = format!("lapwing-{}", self.vhosts.fetch_add(1, Ordering::SeqCst));
        let file = self.folder.join(format!("{name}.json"));
        std::fs::write(&file, definitions(&name)).expect("written");
        self.ctl(&["eval", &format!(
            "rabbit_vhost:add(<<\"{name}\">>, <<\"tests\">>), rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, \
             <<\"{name}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"tests\">>), \
             {{ok, Definitions}} = file:read_file(\"{}\"), ok = rabbit_definitions:import_raw(Definitions).",
            file.display()
        )])
        .await;
        self.url(&name)
    }

    /// Messages in each queue of a virtual host, those under way to a reader included.
    ///
    /// # Panics
    /// Where the broker does not answer.
    pub async fn depths(&self, url: &str) -> BTreeMap<String, usize> {
        let vhost = url.rsplit('/').next().expect("a URL has a last part");
        // What `list_queues` tells is some seconds old. The leader of each queue is asked instead; a queue that has none just
        // now is not taken for an empty one.
        let asked = format!(
            "[begin {{resource, _, queue, Name}} = amqqueue:get_name(Queue), \
             Number = case ra:consistent_query(amqqueue:get_pid(Queue), fun rabbit_fifo:query_messages_total/1) of \
             {{ok, Found, _}} -> Found; _ -> 1 end, \
             lists:flatten(io_lib:format(\"~s=~b\", [Name, Number])) end \
             || Queue <- rabbit_amqqueue:list(<<\"{vhost}\">>), amqqueue:get_type(Queue) =:= rabbit_quorum_queue]."
        );
        depths(&self.ctl(&["eval", &asked]).await)
    }

    /// Whether what is published to an exchange under a key comes to a queue of a virtual host by a binding of just that key.
    ///
    /// # Panics
    /// Where the broker does not answer.
    pub async fn is_bound(&self, url: &str, exchange: &str, key: &str, queue: &str) -> bool {
        let vhost = url.rsplit('/').next().expect("a URL has a last part");
        let columns = ["source_name", "destination_name", "routing_key"];
        let bindings = self.ctl(&[&["-q", "list_bindings", "-p", vhost], &columns[..]].concat()).await;
        bindings.lines().any(|line| line == format!("{exchange}\t{queue}\t{key}"))
    }

    /// Stops it as an operator does, and starts it again.
    ///
    /// # Panics
    /// Where it does not come back.
    pub async fn restart(&self) {
        self.ctl(&["stop", &self.folder.join("pid").display().to_string()]).await;
        self.start_again().await;
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    ///
    /// # Panics
    /// Where it does not run.
    pub async fn kill(&self) {
        let pid = std::fs::read_to_string(self.folder.join("pid")).expect("it runs");
        let kill = format!(
            "kill -9 {pid} && while kill -0 {pid} 2>/dev/null; do sleep 0.05; done",
            pid = pid.trim()
        );
        run(Command::new("sh").args(["-c", &kill])).await;
    }

    /// Starts it after a stop or a kill, at the same ports and with the same data, and waits until it answers.
    ///
    /// # Panics
    /// Where it does not start.
    pub async fn start_again(&self) {
        // What a kill leaves behind would be taken for the new process.
        let _gone = std::fs::remove_file(self.folder.join("pid"));
        let mut start = self.program("rabbitmq-server");
        let started = start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        // The process is the keeper's to end; nobody waits for it here.
        drop(started.expect("RabbitMQ starts"));
        let pid = self.folder.join("pid").display().to_string();
        self.ctl(&["wait", "--timeout", "60", &pid]).await;
    }

    /// Runs `rabbitmqctl`, and returns what it prints.
    ///
    /// # Panics
    /// Where it fails: the text says why.
    pub async fn ctl(&self, arguments: &[&str]) -> String {
        let output = run(self.program("rabbitmqctl").args(arguments)).await;
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(Path::new(PROGRAMS).join(name));
        let in_folder = |name: &str| self.folder.join(name);
        command
            .env("HOME", &self.folder)
            .env("RABBITMQ_NODENAME", format!("lapwing{}@localhost", self.ports.amqp))
            .env("RABBITMQ_DIST_PORT", self.ports.distribution.to_string())
            .env("ERL_EPMD_PORT", self.ports.epmd.to_string())
            .env("RABBITMQ_CONFIG_FILE", in_folder("rabbitmq.conf"))
            .env("RABBITMQ_MNESIA_BASE", in_folder("data"))
            .env("RABBITMQ_LOG_BASE", in_folder("log"))
            .env("RABBITMQ_PID_FILE", in_folder("pid"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", in_folder("plugins"))
            .env("RABBITMQ_CONF_ENV_FILE", in_folder("none"))
            .env("LANG", "C.UTF-8")
            .env("LC_ALL", "C.UTF-8");
        command
    }
}

/// Erlang prints a list of texts, each in quotes.
fn depths(text: &str) -> BTreeMap<String, usize> {
    text.split('"')
        .filter_map(|word| {
            let (name, messages) = word.split_once('=')?;
            Some((name.to_owned(), messages.parse().ok()?))
        })
        .collect()
}

async fn run(command: &mut Command) -> Output {
    let words = format!("{command:?}");
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = spawned.unwrap_or_else(|error| panic!("{words}: {error}"));
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.expect("it ends");
    let output = output.expect("its output can be read");
    assert!(
        output.status.success(),
        "{words}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_broker_starts_is_killed_and_comes_back_with_its_virtual_hosts() {
        let server = Server::start().await;
        let url = server.vhost().await;
        server.kill().await;
        server.start_again().await;
        assert!(server.depths(&url).await.is_empty());
        server.restart().await;
        assert!(server.depths(&url).await.is_empty());
    }
}
