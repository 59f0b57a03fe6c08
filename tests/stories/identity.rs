//! Who may call: the certificate says who it is, and nothing in a request can say otherwise.

use acceptance::{World, notification};
use ambient::Ambient;
use contracts::audit::v1::TimelineRequest;
use contracts::audit::v1::client::audit_service_client::AuditServiceClient;
use contracts::intake::v1::answer_hand_over_request::Answer;
use contracts::intake::v1::client::intake_service_client::IntakeServiceClient;
use contracts::intake::v1::{
    Acceptance, AmendRequest, AnswerHandOverRequest, GetRequest, ListHandOversRequest, SubmitRequest,
    WithdrawRequest, get_request,
};
use contracts::notification::v1::WithdrawalReason;
use contracts::triage::v1::client::triage_service_client::TriageServiceClient;
use contracts::triage::v1::{
    DecideLinkRequest, GetCaseRequest, LinkState, ListNoticesRequest, Recipient, TakeNextRequest,
};
use identity::{Caller, DevelopmentAuthority, Role};
use tonic::Code;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[tokio::test]
async fn a_notification_for_another_authority_is_refused() {
    let world = World::embedded().await;
    let mut intake = world.clients().intake("370").await;
    let status = intake
        .submit(SubmitRequest { notification: Some(notification("373", "CASE-1")) })
        .await
        .expect_err("refused");
    assert_eq!(status.code(), Code::PermissionDenied);
    assert!(status.message().contains("s.16C(1)"), "{}", status.message());
}

#[tokio::test]
async fn another_authoritys_notification_is_not_found() {
    let world = World::embedded().await;
    let clients = world.clients();
    let held = clients
        .intake("373")
        .await
        .submit(SubmitRequest { notification: Some(notification("373", "CASE-1")) })
        .await;
    let reference = held.expect("held").into_inner().receipt.expect("a receipt").reference;
    world.settled().await;
    let key = Some(get_request::Key::Reference(reference.clone()));
    let status = clients.intake("370").await.get(GetRequest { key }).await.expect_err("refused");
    assert_eq!(status.code(), Code::NotFound);
    let channel = clients.channel(&Caller::authority("370")).await;
    let status =
        AuditServiceClient::new(channel).timeline(TimelineRequest { reference: reference.clone() }).await;
    assert_eq!(status.expect_err("refused").code(), Code::NotFound);
    let channel = clients.channel(&Caller::authority("373")).await;
    AuditServiceClient::new(channel)
        .timeline(TimelineRequest { reference })
        .await
        .expect("its own timeline is shown");
}

#[tokio::test]
async fn an_authority_cannot_read_the_panels_queue_nor_the_panel_notify() {
    let world = World::embedded().await;
    let clients = world.clients();
    let channel = clients.channel(&Caller::authority("373")).await;
    let mut triage = TriageServiceClient::new(channel);
    let taken = triage.take_next(TakeNextRequest { lane: 1, lease: None }).await.expect_err("refused");
    assert_eq!(taken.code(), Code::PermissionDenied);
    let case =
        triage.get_case(GetCaseRequest { reference: "LW-222-222-222".into() }).await.expect_err("refused");
    assert_eq!(case.code(), Code::PermissionDenied);
    let channel = clients.channel(&Caller::new(Role::Secretariat, "desk")).await;
    let sent = IntakeServiceClient::new(channel)
        .submit(SubmitRequest { notification: Some(notification("373", "A")) })
        .await;
    assert_eq!(sent.expect_err("refused").code(), Code::PermissionDenied);
}

#[tokio::test]
async fn no_authority_decides_about_cases_and_nobody_but_authorities_changes_notifications() {
    let world = World::embedded().await;
    let clients = world.clients();
    let unknown = ids::Reference::mint(&Ambient::system()).to_string();
    let mut triage = TriageServiceClient::new(clients.channel(&Caller::authority("373")).await);
    let decide = DecideLinkRequest {
        reference: unknown.clone(),
        other_reference: unknown.clone(),
        decision: LinkState::SameIncident.into(),
    };
    assert_eq!(triage.decide_link(decide).await.expect_err("refused").code(), Code::PermissionDenied);
    let notices = ListNoticesRequest { recipient: Recipient::Dfe.into(), ..Default::default() };
    assert_eq!(triage.list_notices(notices).await.expect_err("refused").code(), Code::PermissionDenied);

    for caller in [Caller::new(Role::Secretariat, "desk"), Caller::new(Role::Operator, "night")] {
        let mut intake = IntakeServiceClient::new(clients.channel(&caller).await);
        let amend = AmendRequest {
            reference: unknown.clone(),
            revision: 2,
            notification: Some(notification("373", "CASE-1")),
        };
        let withdraw = WithdrawRequest {
            reference: unknown.clone(),
            revision: 2,
            reason: WithdrawalReason::SentByMistake.into(),
            words: String::new(),
        };
        let accept = Some(Answer::Accept(Acceptance::default()));
        let answer = AnswerHandOverRequest { reference: unknown.clone(), answer: accept };
        let refused = [
            intake.amend(amend).await.expect_err("refused"),
            intake.withdraw(withdraw).await.expect_err("refused"),
            intake.answer_hand_over(answer).await.expect_err("refused"),
            intake.list_hand_overs(ListHandOversRequest::default()).await.expect_err("refused"),
        ];
        for status in refused {
            assert_eq!(status.code(), Code::PermissionDenied, "{caller}: {status}");
        }
    }
}

#[tokio::test]
async fn a_caller_without_a_certificate_does_not_get_through_the_handshake() {
    let world = World::embedded().await;
    let authority = std::fs::read_to_string(world.folder().join("pki/authority.pem"))
        .expect("the authority's certificate");
    let tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority)).domain_name("127.0.0.1");
    assert!(call(&world, tls).await.is_err());
}

#[tokio::test]
async fn a_certificate_of_somebody_elses_authority_does_not_get_through_the_handshake() {
    let world = World::embedded().await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let forged = DevelopmentAuthority::open(elsewhere.path(), &Ambient::system()).expect("opens");
    let mut credentials = forged.caller(&Caller::authority("373")).expect("a certificate");
    // The forger trusts the real server; the server must not trust the forger.
    credentials.authority =
        std::fs::read_to_string(world.folder().join("pki/authority.pem")).expect("a certificate");
    assert!(call(&world, credentials.client_tls("127.0.0.1")).await.is_err());
}

/// Asks for health, which every caller with a certificate may: a refusal can only be the handshake's.
async fn call(world: &World, tls: ClientTlsConfig) -> Result<(), String> {
    let endpoint = Endpoint::from_shared(world.url()).and_then(|endpoint| endpoint.tls_config(tls));
    let channel = endpoint.expect("an endpoint").connect().await.map_err(|error| error.to_string())?;
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
    answer.map(drop).map_err(|status| status.to_string())
}

#[tokio::test]
async fn a_caller_with_a_certificate_does_get_through() {
    let world = World::embedded().await;
    let pki = DevelopmentAuthority::open(&world.folder().join("pki"), &Ambient::system()).expect("opens");
    let credentials = pki.caller(&Caller::authority("373")).expect("a certificate");
    call(&world, credentials.client_tls("127.0.0.1")).await.expect("gets through");
}
