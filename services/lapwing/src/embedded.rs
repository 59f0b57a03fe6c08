//! The embedded mode: all four services in one process, on SQLite, with delivery from their own outboxes.
//!
//! This is the one place that wires every service. Several worlds may live in one process: nothing here is
//! global. Killed at any moment, a world goes on where it was: what was receipted is in a table.

mod drain;
mod folder;
mod operator;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ambient::Ambient;
use audit::Audit;
use contracts::operations::v1::parked_service_server::ParkedServiceServer;
use delivery::{InProcess, PostRoom, Receiver, Relay, Subscriber};
use eligibility::Eligibility;
use host::server::{self, Health, Rules};
use host::{Files, Limits, ObservedCertificate, ObservedPostRoom, Standing, Trusted, observe};
use identity::{Caller, DevelopmentAuthority, Role};
use intake::Intake;
use intake::assessor::GrpcAssessor;
use lifecycle::Lifecycle;
use operations::ParkedGrpc;
use rights::Enforced;
use telemetry::LookedAt;
use telemetry::measures::Observed;
use tonic::Request;
use tonic::service::Routes;
use tonic::service::interceptor::InterceptedService;
use triage::Triage;

pub use drain::{Stopped, Waiting};
pub(crate) use folder::Folder;
pub use operator::OperatorCalls;

use crate::page::{self, Page, Shown};

/// How long each step of a way down may take: the calls, the outboxes, the background.
const DRAIN: Duration = Duration::from_secs(10);

/// The services by their names in the contracts.
const NAMES: &[&str] = &[
    "lapwing.intake.v1.IntakeService",
    "lapwing.intake.v1.RecordsService",
    "lapwing.eligibility.v1.EligibilityService",
    "lapwing.triage.v1.TriageService",
    "lapwing.audit.v1.AuditService",
    operations::NAME,
];

/// Where a world lives and listens.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder; made where there is none. One world at a time uses it.
    pub folder: PathBuf,
    /// The address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
}

/// All four services, running.
pub struct Embedded {
    address: SocketAddr,
    folder: Folder,
    services: Services,
    health: Health,
    standing: Standing,
    ambient: Ambient,
    /// The server and its calls: stopped first, so that nothing new begins.
    front: Lifecycle,
    /// Commits and relays: stopped once the outboxes are empty.
    background: Lifecycle,
}

struct Services {
    intake: Intake,
    eligibility: Eligibility,
    triage: Triage,
    audit: Audit,
}

impl Embedded {
    /// Starts all four services. First the address and the stores, then the server, and the relays at once after it.
    ///
    /// # Errors
    /// What is wrong with the folder, a store, a key or the address, and what to do.
    pub async fn start(config: &Config, ambient: &Ambient) -> anyhow::Result<Self> {
        contracts::rules::warm_up();
        let folder = Folder::open(&config.folder)?;
        let pki_folder = crate::connection::pki_folder(&config.folder);
        DevelopmentAuthority::open(&pki_folder, ambient)?.server()?;
        // All that may be refused comes before the first task runs on: a start that fails leaves none behind.
        let listener = server::listen(config.listen).await?;
        let address = listener.local_addr()?;
        let (front, background) = (Lifecycle::new(), Lifecycle::new());
        let files = Files::of_development(&pki_folder, "server");
        let (trusted, looking) = Trusted::from_files(files, ambient, background.stopping())?;
        let services = Services::start(&config.folder, ambient, &front, &background).await?;
        folder.announce(address)?;
        let standing = Standing::default();
        let rules = Rules {
            trusted: trusted.clone(),
            limits: Limits::default(),
            reflection: true,
            ambient: ambient.clone(),
            standing: standing.clone(),
        };
        let health = server::serve(listener, rules, services.routes(ambient), NAMES, &front).await?;
        background.run(looking);
        services.relay(&background);
        let mut observed = services.observed(ambient);
        observed.push(Arc::new(ObservedCertificate::new(trusted, ambient.clone())));
        background.run(observe(observed, background.stopping()));
        let ambient = ambient.clone();
        Ok(Self { address, folder, services, health, standing, ambient, front, background })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as clients write it.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The public key with which receipts verify.
    pub fn receipt_key(&self) -> &str {
        &self.services.intake.receipt_key
    }

    /// The public key with which checkpoints of the audit log verify.
    pub fn checkpoint_key(&self) -> &str {
        &self.services.audit.checkpoint_key
    }

    /// Whether it takes calls, for whoever watches.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The services, as an operator may call them.
    pub fn operator_calls(&self) -> OperatorCalls {
        OperatorCalls::new(self.services.parked(&self.ambient), self.services.audit.grpc.clone())
    }

    /// Serves the operator's page until this world stops.
    ///
    /// # Errors
    /// Where no port of the host can be listened at.
    pub async fn serve_page(&self, address: SocketAddr, looked_at: LookedAt) -> anyhow::Result<Page> {
        let shown = Shown {
            looked_at,
            standing: self.standing.clone(),
            calls: self.operator_calls(),
            ambient: self.ambient.clone(),
        };
        page::serve(address, shown, &self.front).await
    }

    /// What waits in the outboxes and what is parked.
    ///
    /// # Errors
    /// Where a store cannot be read.
    pub async fn waiting(&self) -> Result<Waiting, storage::StoreError> {
        drain::waiting(&self.services).await
    }

    /// Stops softly: no new calls, then an end to what was begun, then an empty outbox, then closed stores.
    pub async fn stop(self) -> Stopped {
        self.health.not_serving("it is stopping").await;
        let calls = self.front.wind_down(DRAIN).await;
        let stopped = drain::drain(&self.services, calls, DRAIN).await;
        self.background.wind_down(DRAIN).await;
        self.services.close().await;
        self.folder.withdraw();
        stopped
    }
}

impl Services {
    async fn start(
        folder: &std::path::Path,
        ambient: &Ambient,
        front: &Lifecycle,
        background: &Lifecycle,
    ) -> anyhow::Result<Self> {
        let eligibility = Eligibility::start(&eligibility::config::Config::below(folder), ambient).await?;
        let triage = Triage::start(&triage::config::Config::below(folder), ambient).await?;
        let audit = Audit::start(&audit::config::Config::below(folder), ambient).await?;
        // Intake asks eligibility by gRPC as it would over a network, with the certificate's place taken by an
        // extension, which no call from outside can carry; and through the same table of rights as over a network.
        let as_intake = |mut request: Request<()>| {
            request.extensions_mut().insert(Caller::new(Role::Service, "intake"));
            Ok(request)
        };
        let transport = InterceptedService::new(Enforced::new(eligibility.grpc.clone()), as_intake);
        let assessor = Arc::new(GrpcAssessor::new(transport));
        let config = intake::config::Config::below(folder);
        let intake = Intake::start(&config, assessor, ambient, background, front.stopping()).await?;
        Ok(Self { intake, eligibility, triage, audit })
    }

    /// Facts go forward, everything goes to audit, and outcomes come back to intake.
    fn relay(&self, lifecycle: &Lifecycle) {
        let carrier = Arc::new(InProcess::new(self.receivers()));
        for post_room in self.post_rooms() {
            let relay = Relay::new(post_room.outbox.clone(), carrier.clone());
            lifecycle.run(relay.run(lifecycle.stopping()));
        }
    }

    /// What hears events.
    fn receivers(&self) -> Vec<Receiver> {
        let subscribers: [Arc<dyn Subscriber>; 4] = [
            self.intake.outcomes.clone(),
            self.eligibility.notifications.clone(),
            self.triage.findings.clone(),
            self.audit.events.clone(),
        ];
        let kept = subscribers.into_iter().zip(self.post_rooms());
        kept.map(|(subscriber, room)| Receiver { subscriber, keeper: Arc::new(room.clone()) }).collect()
    }

    /// What is measured of them from time to time.
    fn observed(&self, ambient: &Ambient) -> Vec<Arc<dyn Observed>> {
        let rooms = self.names().zip(self.post_rooms()).map(|(name, room)| {
            Arc::new(ObservedPostRoom::new(name, room.clone(), ambient.clone())) as Arc<dyn Observed>
        });
        let own: [Arc<dyn Observed>; 3] =
            [self.intake.way.clone(), self.triage.queue.clone(), self.audit.log.clone()];
        rooms.chain(own).collect()
    }

    /// Their names, in the order of their post rooms.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [intake::SERVICE, eligibility::SERVICE, triage::SERVICE, audit::SERVICE].into_iter()
    }

    /// What they answer.
    fn routes(&self, ambient: &Ambient) -> Routes {
        Routes::new(self.intake.grpc.clone())
            .add_service(self.intake.records.clone())
            .add_service(self.eligibility.grpc.clone())
            .add_service(self.triage.grpc.clone())
            .add_service(self.audit.grpc.clone())
            .add_service(self.parked(ambient))
    }

    /// What answers operators about parked events, of all services.
    fn parked(&self, ambient: &Ambient) -> ParkedServiceServer<ParkedGrpc> {
        let rooms = self.names().zip(self.post_rooms()).map(|(name, room)| (name, room.parked_events()));
        ParkedServiceServer::new(ParkedGrpc::new(rooms.collect(), ambient.clone()))
    }

    /// Where events leave and are put aside, in the direction of the facts: when the outbox of each in turn is empty, all
    /// are.
    fn post_rooms(&self) -> [&PostRoom; 4] {
        [&self.intake.post_room, &self.eligibility.post_room, &self.triage.post_room, &self.audit.post_room]
    }

    async fn close(&self) {
        self.intake.close().await;
        self.eligibility.close().await;
        self.triage.close().await;
        self.audit.close().await;
    }
}

#[cfg(test)]
mod tests {
    use contracts::{events, topology};

    use super::*;

    #[tokio::test]
    async fn a_queue_of_the_broker_takes_what_its_reader_hears_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (front, background) = (Lifecycle::new(), Lifecycle::new());
        let services = Services::start(folder.path(), &Ambient::system(), &front, &background).await;
        for receiver in services.expect("starts").receivers() {
            let subscriber = receiver.subscriber;
            let queue = topology::queue(subscriber.queue()).expect("the queue is in the table");
            for event in events::ALL {
                for key in topology::routing_keys(event) {
                    assert_eq!(queue.takes(key), subscriber.hears(event), "{} on {}", key, queue.name);
                }
            }
        }
    }
}
