//! The life of a process: up, ready, down.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use anyhow::Result;
use broker::Publisher;
use contracts::operations::v1::parked_service_server::ParkedServiceServer;
use delivery::{PostRoom, Subscriber};
use lifecycle::{CancellationToken, Ending, Lifecycle, Signals, pause};
use operations::ParkedGrpc;
use serde::de::DeserializeOwned;
use telemetry::Measured;
use telemetry::measures::Observed;
use tonic::service::Routes;
use tonic::transport::Channel;

use crate::channel::channel;
use crate::limits::Limits;
use crate::observing::{ObservedCertificate, ObservedPostRoom, observe};
use crate::server::Rules;
use crate::settings::{Arguments, Process, read};
use crate::trusted::Trusted;
use crate::watch::{self, Standing};
use crate::{clock, delivering, readiness, server};

/// How often the outbox is looked at on the way down.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long whoever watches may still have an answer under way at the very end.
const WATCHED_ON: Duration = Duration::from_secs(1);

/// What a process offers to the service in it.
pub struct Host {
    /// Clock and chance.
    pub ambient: Ambient,
    /// The server and its calls: stopped first.
    front: Lifecycle,
    /// What hears events: stopped once no call is left.
    pub(crate) hearing: Lifecycle,
    /// Commits and relays: stopped once the outbox is empty.
    pub(crate) background: Lifecycle,
    trusted: Trusted,
    limits: Limits,
}

impl Host {
    /// How much callers may take.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Told once the process stops taking calls.
    pub fn stopping(&self) -> CancellationToken {
        self.front.stopping()
    }

    /// Tasks that go on until every call has its answer.
    pub fn background(&self) -> &Lifecycle {
        &self.background
    }

    /// A connection to another service, made when it is first used and made again when it breaks: with the certificate of that
    /// time.
    ///
    /// # Errors
    /// Where `address` is none.
    pub fn channel(&self, address: &str) -> Result<Channel> {
        channel(address, &self.trusted)
    }
}

/// A service that is ready to be served.
pub struct Hosted {
    /// What it answers.
    pub routes: Routes,
    /// Its gRPC services by their names in the contracts.
    pub names: &'static [&'static str],
    /// What it hears.
    pub subscribers: Vec<Arc<dyn Subscriber>>,
    /// Where its events leave.
    pub post_room: PostRoom,
    /// What the ready line tells besides the address, such as public keys.
    pub tells: Vec<(&'static str, String)>,
    /// What the service measures of itself besides what every process does.
    pub observed: Vec<Arc<dyn Observed>>,
}

/// Runs a service as this process, from its arguments to its exit code.
pub async fn run<Service: DeserializeOwned>(
    service: &'static str,
    about: &'static str,
    start: impl AsyncFnOnce(Service, &Host) -> Result<Hosted>,
) -> ExitCode {
    let arguments = Arguments::of_process(service, about);
    if arguments.check_ready {
        return match read::<Service>(&arguments.config).and_then(|settings| readiness::ask(&settings.process))
        {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => tell(service, &error),
        };
    }
    let telemetry = telemetry::start(&telemetry::Settings {
        service,
        otlp_endpoint: arguments.otlp.clone().filter(|endpoint| !endpoint.is_empty()),
        otlp_tls: telemetry::OtlpTls {
            authority: arguments.otlp_authority.clone(),
            certificate: arguments.otlp_certificate.clone(),
            key: arguments.otlp_key.clone(),
        },
        sampled: arguments.sampled,
        // Whoever looks at a process of its own has a collector.
        kept_spans: 0,
        log: arguments.log.clone(),
        log_form: arguments.log_form,
    });
    let telemetry = match telemetry {
        Ok(telemetry) => telemetry,
        Err(error) => return tell(service, &anyhow::Error::from(error)),
    };
    let ended = live(service, &arguments, telemetry.looked_at().measured, start).await;
    telemetry.stop().await;
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => tell(service, &error),
    }
}

fn tell(service: &str, error: &anyhow::Error) -> ExitCode {
    // Where standard error is gone there is nobody to tell.
    let _gone = writeln!(std::io::stderr(), "{service}: {error:#}");
    ExitCode::FAILURE
}

fn say(line: &str) {
    let _gone = writeln!(std::io::stdout(), "{line}");
}

async fn live<Service: DeserializeOwned>(
    service: &'static str,
    arguments: &Arguments,
    measured: Measured,
    start: impl AsyncFnOnce(Service, &Host) -> Result<Hosted>,
) -> Result<()> {
    let settings = read::<Service>(&arguments.config)?;
    let ambient = Ambient::system();
    let (front, background) = (Lifecycle::new(), Lifecycle::new());
    settings.process.limits.judge()?;
    let (trusted, looking) = Trusted::from_files(settings.process.files(), &ambient, background.stopping())?;
    if arguments.check_config {
        say(&format!("{service}: {} is in order", arguments.config.display()));
        return Ok(());
    }
    contracts::rules::warm_up();
    let (standing, watched) = (Standing::default(), Lifecycle::new());
    let watch_address = match settings.process.watch {
        Some(address) => Some(watch::serve(address, standing.clone(), measured, &watched).await?),
        None => None,
    };
    let listener = server::listen(settings.process.listen).await?;
    let address = format!("https://{}", listener.local_addr()?);
    delivering::reach(&settings.broker).await?;
    background.run(looking);
    let limits = settings.process.limits.clone();
    let host = Host { ambient, front, hearing: Lifecycle::new(), background, trusted, limits };
    let Hosted { routes, names, subscribers, post_room, mut tells, mut observed } =
        start(settings.service, &host).await?;
    tells.extend(watch_address.map(|address| ("watch", format!("http://{address}"))));
    let parked = ParkedGrpc::new(vec![(service, post_room.parked_events())], host.ambient.clone());
    let routes = routes.add_service(ParkedServiceServer::new(parked));
    let names = [names, &[operations::NAME]].concat();
    clock::agrees(post_room.store(), &host.ambient).await?;
    let publishers = delivering::start(&settings.broker, &host, service, &post_room, subscribers);
    let rules = Rules {
        trusted: host.trusted.clone(),
        limits: host.limits.clone(),
        reflection: settings.process.reflection,
        ambient: host.ambient.clone(),
        standing,
    };
    observed.push(Arc::new(ObservedPostRoom::new(service, post_room.clone(), host.ambient.clone())));
    observed.push(Arc::new(ObservedCertificate::new(host.trusted.clone(), host.ambient.clone())));
    let health = server::serve(listener, rules, routes, &names, &host.front).await?;
    let agreeing =
        clock::watch(post_room.store().clone(), host.ambient.clone(), health.clone(), host.front.stopping());
    host.front.run(agreeing);
    host.background.run(observe(observed, host.background.stopping()));
    let mut signals = Signals::listen();
    say_ready(service, arguments.json, &address, &tells);
    signals.next().await;
    health.not_serving("it is stopping").await;
    let stopped = tokio::select! {
        stopped = come_down(&settings.process, &host, &post_room, publishers) => stopped,
        () = signals.next() => "stopped at once: what was receipted is kept, and goes on at the next start".to_owned(),
    };
    watched.wind_down(WATCHED_ON).await;
    say(&if arguments.json { serde_json::json!({ "stopped": stopped }).to_string() } else { stopped });
    Ok(())
}

fn say_ready(service: &str, json: bool, address: &str, tells: &[(&'static str, String)]) {
    if json {
        let mut line = serde_json::Map::new();
        line.insert("ready".into(), address.into());
        line.insert("service".into(), service.into());
        line.extend(tells.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())));
        return say(&serde_json::Value::Object(line).to_string());
    }
    say(&format!("{service} is ready at {address} (gRPC, mutual TLS); Ctrl-C stops it softly"));
    for (name, value) in tells {
        say(&format!("    {name}: {value}"));
    }
}

/// Whatever takes in stops before whatever carries out.
async fn come_down(
    process: &Process,
    host: &Host,
    post_room: &PostRoom,
    publishers: Vec<Arc<Publisher>>,
) -> String {
    let at_most = Duration::from_secs(process.drain_seconds);
    let calls = host.front.wind_down(at_most).await;
    host.hearing.wind_down(at_most).await;
    let waiting = empty(post_room, at_most).await;
    host.background.wind_down(at_most).await;
    for publisher in publishers {
        publisher.close().await;
    }
    post_room.close().await;
    match (calls, waiting) {
        (Ending::CutShort, _) => {
            "stopped: some calls were cut off; whoever has no receipt sends again".to_owned()
        }
        (Ending::Drained, Some(0)) => {
            "stopped: every call was answered and every event is with the broker".to_owned()
        }
        (Ending::Drained, waiting) => format!(
            "stopped: {} events wait in the outbox; another replica carries them, or the next start; nothing is lost",
            waiting.map_or_else(|| "an unknown number of".to_owned(), |waiting| waiting.to_string())
        ),
    }
}

/// Waits for an empty outbox, at most so long, and returns how many events are left in it, as far as they can be counted.
async fn empty(post_room: &PostRoom, at_most: Duration) -> Option<u64> {
    let never = CancellationToken::new();
    let mut left = None;
    let emptied = async {
        while left != Some(0) {
            match post_room.outbox.waiting().await {
                Ok(waiting) => left = Some(waiting),
                Err(error) => {
                    tracing::warn!(%error, "the outbox cannot be counted");
                    return;
                }
            }
            pause(LOOK_AGAIN, &never).await;
        }
    };
    // Where time runs out, what was counted last is what is left.
    let _in_time = tokio::time::timeout(at_most, emptied).await;
    left
}
