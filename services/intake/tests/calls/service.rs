//! A running intake in a folder of its own, whose clock the test sets.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ambient::{Ambient, SeededChance, SetClock};
use async_trait::async_trait;
use contracts::eligibility::v1::NotificationAssessed;
use contracts::events::NOTIFICATION_ASSESSED;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::client::records_service_client::RecordsServiceClient;
use contracts::intake::v1::intake_service_server::IntakeServiceServer;
use contracts::intake::v1::records_service_server::RecordsServiceServer;
use contracts::intake::v1::{GetRequest, GetResponse, Receipt, SubmitRequest, get_request};
use contracts::notification::v1::{
    Answer, Area, Assessment, Child, ChildFacts, ChildIdentity, CodedNotification, Incident, IncidentFacts,
    Nation, Notification, Outcome,
};
use delivery::{Delivered, Envelope, Origin, Subscriber};
use identity::Caller;
use intake::Intake;
use intake::assessor::Assessor;
use intake::config::Config;
use intake::grpc::IntakeGrpc;
use intake::grpc::records::RecordsGrpc;
use lifecycle::Lifecycle;
use prost::Message;
use rights::Enforced;
use tonic::service::interceptor::InterceptedService;
use tonic::{Request, Status};
use tonic_types::StatusExt;

/// The name that may not be seen before acceptance.
pub(crate) const NAME: &str = "Zaunkoenig Zilpzalp";

type Interceptor = Box<dyn FnMut(Request<()>) -> Result<Request<()>, Status> + Send>;
type Records =
    RecordsServiceClient<InterceptedService<Enforced<RecordsServiceServer<RecordsGrpc>>, Interceptor>>;
type Client = IntakeServiceClient<InterceptedService<Enforced<IntakeServiceServer<IntakeGrpc>>, Interceptor>>;

pub(crate) struct Service {
    pub(crate) intake: Intake,
    pub(crate) clock: SetClock,
    ambient: Ambient,
    background: Lifecycle,
    folder: tempfile::TempDir,
}

/// Finds nothing: what is found is heard, and said by the test.
struct Silent;

#[async_trait]
impl Assessor for Silent {
    async fn assess(&self, _: CodedNotification) -> Result<Assessment, Status> {
        Ok(Assessment::default())
    }
}

impl Service {
    /// A quarter to midnight in London on 20 March 2026.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// The same, with other settings.
    pub(crate) async fn start_with(set: impl FnOnce(&mut Config)) -> Self {
        let clock = SetClock::at("2026-03-20T23:45:00Z".parse().expect("a time"));
        let ambient = Ambient::new(clock.clone(), SeededChance::new(7));
        let folder = tempfile::tempdir().expect("a folder");
        Self::in_folder(folder, clock, ambient, set).await
    }

    async fn in_folder(
        folder: tempfile::TempDir,
        clock: SetClock,
        ambient: Ambient,
        set: impl FnOnce(&mut Config),
    ) -> Self {
        let background = Lifecycle::new();
        let mut config = Config::below(folder.path());
        set(&mut config);
        let stopping = background.stopping();
        let intake = Intake::start(&config, Arc::new(Silent), &ambient, &background, stopping).await;
        let intake = intake.expect("starts");
        Self { intake, clock, ambient, background, folder }
    }

    pub(crate) fn set(&self, time: &str) {
        self.clock.set(time.parse().expect("a time"));
    }

    /// The client of an authority.
    pub(crate) fn client(&self, authority: &str) -> Client {
        let caller = Caller::authority(authority);
        let interceptor: Interceptor = Box::new(move |mut request: Request<()>| {
            request.extensions_mut().insert(caller.clone());
            Ok(request)
        });
        IntakeServiceClient::new(InterceptedService::new(
            Enforced::new(self.intake.grpc.clone()),
            interceptor,
        ))
    }

    /// The client of whoever keeps records, such as the secretariat.
    pub(crate) fn records(&self, caller: Caller) -> Records {
        let interceptor: Interceptor = Box::new(move |mut request: Request<()>| {
            request.extensions_mut().insert(caller.clone());
            Ok(request)
        });
        RecordsServiceClient::new(InterceptedService::new(
            Enforced::new(self.intake.records.clone()),
            interceptor,
        ))
    }

    /// Stops, and starts again in the same folder with other settings.
    pub(crate) async fn restart_with(self, set: impl FnOnce(&mut Config)) -> Self {
        let Self { intake, clock, ambient, background, folder } = self;
        background.wind_down(Duration::from_secs(10)).await;
        intake.close().await;
        Self::in_folder(folder, clock, ambient, set).await
    }

    /// A file of its folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) async fn submit(&self, notification: Notification) -> Receipt {
        let authority = notification.notifying_authority.clone();
        let authority = intake::domain::authority::number_of(&authority);
        let request = SubmitRequest { notification: Some(notification) };
        let held = self.client(&authority).submit(request).await.expect("held").into_inner();
        held.receipt.expect("a receipt")
    }

    pub(crate) async fn get(&self, authority: &str, reference: &str) -> Result<GetResponse, Status> {
        let key = Some(get_request::Key::Reference(reference.to_owned()));
        Ok(self.client(authority).get(GetRequest { key }).await?.into_inner())
    }

    /// Hears eligibility's finding on the newest coded notification that was told of.
    pub(crate) async fn found(&self, duty: &str) {
        let coded = self.coded().await.pop().expect("something was told");
        let outcome = if duty.is_empty() { Outcome::DutyInArea } else { Outcome::DutyOfAnotherAuthority };
        let subject = coded.reference.parse().expect("a reference");
        let owner = coded.notifying_authority.clone();
        let event = NotificationAssessed {
            notification: Some(coded),
            assessment: Some(Assessment {
                outcome: outcome.into(),
                duty_authority: duty.into(),
                ..Default::default()
            }),
            assessed_at: None,
        };
        let origin = Origin { kind: NOTIFICATION_ASSESSED, source: "eligibility", subject, owner: &owner };
        let heard = Delivered::on("intake.outcomes", Envelope::seal(origin, &event, &self.ambient));
        self.intake.outcomes.handle(&[heard]).await.expect("heard");
    }

    pub(crate) async fn events(&self) -> Vec<Envelope> {
        self.intake.post_room.outbox.claim(1000).await.expect("reads").let_go().await.expect("lets go")
    }

    /// The coded notifications of all revisions told of so far, in order. Both events have them in their first field.
    pub(crate) async fn coded(&self) -> Vec<CodedNotification> {
        let events = self.events().await;
        let told = events.iter().filter(|event| {
            ["notification.received.v1", "notification.amended.v1"].contains(&event.kind.as_str())
        });
        told.map(|event| {
            let event = contracts::intake::v1::NotificationAmended::decode(event.payload.clone());
            event.expect("decodes").notification.expect("coded facts")
        })
        .collect()
    }
}

/// What happened in the area of authority 888, with a child who is known by name.
pub(crate) fn notification(authority: &str, sender_reference: &str) -> Notification {
    let identity = ChildIdentity {
        name: NAME.into(),
        date_of_birth: "2019-05-02".into(),
        address: "12 Nest Road, S1 2HH".into(),
        ..Default::default()
    };
    let facts = ChildFacts { looked_after: Answer::Yes.into(), ..Default::default() };
    Notification {
        sender_reference: sender_reference.into(),
        notifying_authority: authority.into(),
        became_aware_on: "2026-03-16".into(),
        incident: Some(Incident {
            facts: Some(IncidentFacts {
                occurred_on: "2026-03-14".into(),
                area: Some(Area { nation: Nation::England.into(), authority: "888".into() }),
                ..Default::default()
            }),
            ..Default::default()
        }),
        children: vec![Child { key: "1".into(), identity: Some(identity), facts: Some(facts) }],
        ..Default::default()
    }
}

/// The stable reason of a refusal.
pub(crate) fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}
