//! Who a case is about is read on the record, kept as long as the law asks, and erased when it must go: the log still verifies, and
//! nothing of it comes back.

use acceptance::{Clients, World, both_worlds, notification, until};
use contracts::audit::v1::{CheckpointRequest, TimelineRequest};
use contracts::intake::v1::client::records_service_client::RecordsServiceClient;
use contracts::intake::v1::{
    AmendRequest, ApplyRetentionRequest, EraseRequest, GetRequest, GetResponse, ListReadingsRequest,
    PlaceHoldRequest, ReadIdentitiesRequest, ReadIdentitiesResponse, ReleaseHoldRequest, RotateKeysRequest,
    SubmitRequest, get_request,
};
use contracts::notification::v1::{
    ChildIdentity, ErasureReason, HoldReason, Notification, ReadingPurpose, Stage,
};
use contracts::triage::v1::{GetCaseRequest, StandAsideReason, StandAsideRequest};
use identity::{Caller, Role};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

const NAME: &str = "Zaunkoenig Zilpzalp";

type Records = RecordsServiceClient<Channel>;

fn named() -> Notification {
    let mut sent = notification("373", "CASE-1");
    sent.children[0].identity =
        Some(ChildIdentity { name: NAME.into(), date_of_birth: "2019-05-17".into(), ..Default::default() });
    sent
}

async fn queued(clients: &Clients) -> String {
    let mut intake = clients.intake("373").await;
    let held = intake.submit(SubmitRequest { notification: Some(named()) }).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    clients.reached("373", &reference, Stage::Queued).await;
    reference
}

async fn records(clients: &Clients, caller: &Caller) -> Records {
    RecordsServiceClient::new(clients.channel(caller).await)
}

async fn desk(clients: &Clients) -> Records {
    records(clients, &Caller::new(Role::Secretariat, "desk")).await
}

async fn read(records: &mut Records, reference: &str) -> Result<ReadIdentitiesResponse, Status> {
    let purpose = ReadingPurpose::Decision.into();
    let request = ReadIdentitiesRequest { reference: reference.into(), purpose };
    records.read_identities(request).await.map(tonic::Response::into_inner)
}

async fn get(clients: &Clients, reference: &str) -> GetResponse {
    let key = Some(get_request::Key::Reference(reference.into()));
    clients.intake("373").await.get(GetRequest { key }).await.expect("its own").into_inner()
}

async fn timeline(clients: &Clients, reference: &str) -> Vec<(String, String)> {
    let request = TimelineRequest { reference: reference.into() };
    let told = clients.audit().await.timeline(request).await.expect("is on record").into_inner();
    told.entries.into_iter().map(|entry| (entry.event_type, entry.words)).collect()
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

both_worlds!(who_has_read_it_is_on_record_and_the_authority_sees_it);
both_worlds!(what_is_erased_leaves_its_receipt_and_the_proof_and_nothing_of_anybody);

async fn who_has_read_it_is_on_record_and_the_authority_sees_it(world: World) {
    let clients = world.clients();
    let reference = queued(&clients).await;
    let (ada, bert) = (Caller::new(Role::Panel, "ada"), Caller::new(Role::Panel, "bert"));
    let told = read(&mut records(&clients, &ada).await, &reference).await.expect("may be read");
    assert_eq!(told.notification, Some(named()));

    // The authority sees it in the list, and in the log.
    let request = || ListReadingsRequest { reference: reference.clone() };
    let mut own = records(&clients, &Caller::authority("373")).await;
    let listed = own.list_readings(request()).await.expect("its own").into_inner();
    let readers: Vec<&str> = listed.readings.iter().map(|reading| reading.reader.as_str()).collect();
    assert_eq!(readers, ["lapwing://panel/ada"]);
    until("the reading to be in the log", async || {
        let logged = timeline(&clients, &reference).await;
        logged.iter().any(|(kind, words)| kind == "identities.read.v1" && words.contains("ada")).then_some(())
    })
    .await;
    let mut other = records(&clients, &Caller::authority("370")).await;
    let refused = other.list_readings(request()).await.expect_err("another's");
    assert_eq!(refused.code(), Code::NotFound);

    // A member who stood aside reads nothing, and is not on record for it.
    let stand =
        StandAsideRequest { reference: reference.clone(), reason: StandAsideReason::KnowsTheFamily.into() };
    let triage = clients.channel_to(clients.triage_address(), &bert).await;
    contracts::triage::v1::client::triage_service_client::TriageServiceClient::new(triage)
        .stand_aside(stand)
        .await
        .expect("stands aside");
    world.settled().await;
    let refused = until("the member to be refused", async || {
        read(&mut records(&clients, &bert).await, &reference).await.err()
    })
    .await;
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "STOOD_ASIDE"));
    assert!(!refused.message().contains(NAME), "{refused}");
}

async fn what_is_erased_leaves_its_receipt_and_the_proof_and_nothing_of_anybody(world: World) {
    let clients = world.clients();
    let reference = queued(&clients).await;
    let before = get(&clients, &reference).await;
    let mut desk = desk(&clients).await;
    let mut audit = clients.audit().await;
    let older = audit.checkpoint(CheckpointRequest {}).await.expect("is signed").into_inner();

    // A legal hold keeps it.
    let hold = PlaceHoldRequest { reference: reference.clone(), reason: HoldReason::Inquiry.into() };
    desk.place_hold(hold).await.expect("is held");
    let erase = || EraseRequest { reference: reference.clone(), reason: ErasureReason::CourtOrder.into() };
    let kept = desk.erase(erase()).await.expect_err("is on hold");
    assert_eq!(reason(&kept), "NOTIFICATION_ON_HOLD");
    assert!(kept.message().contains("Inquiries Act"), "{kept}");
    let due = desk.apply_retention(ApplyRetentionRequest { dry_run: true, at_most: 0 }).await;
    assert!(due.expect("is listed").into_inner().due.is_empty(), "it came only now");
    desk.release_hold(ReleaseHoldRequest { reference: reference.clone() }).await.expect("is released");

    let erased = desk.erase(erase()).await.expect("is erased").into_inner();
    let erasure = erased.erasure.expect("says when");
    assert!(!erased.already_erased && erasure.erased_by == "lapwing://secretariat/desk");
    assert!(desk.erase(erase()).await.expect("answers the same").into_inner().already_erased);

    // The authority has its receipt, and no record; it is told, and adds nothing.
    let after = get(&clients, &reference).await;
    assert_eq!((after.notification, &after.receipt), (None, &before.receipt));
    assert_eq!(after.status.expect("a status").erasure, Some(erasure.clone()));
    let amend = AmendRequest { reference: reference.clone(), revision: 2, notification: Some(named()) };
    let refused = clients.intake("373").await.amend(amend).await.expect_err("nothing is added");
    assert_eq!(reason(&refused), "NOTIFICATION_ERASED");
    let refused = read(&mut desk, &reference).await.expect_err("nothing is left");
    assert_eq!(reason(&refused), "NOTIFICATION_ERASED");

    // The panel and the log are told, and have forgotten the rest.
    until("the case to say so", async || {
        let request = GetCaseRequest { reference: reference.clone() };
        let case = clients.triage().await.get_case(request).await.expect("the case stays").into_inner();
        let children = case.notification.as_ref().map(|coded| coded.children.as_slice()).unwrap_or_default();
        let tokens = children.iter().any(|child| !child.child_token.is_empty());
        (case.erasure.as_ref() == Some(&erasure) && !tokens).then_some(())
    })
    .await;
    let left = until("the log to say so", async || {
        let logged = timeline(&clients, &reference).await;
        logged.iter().all(|(kind, _)| kind == "notification.erased.v1").then_some(logged)
    })
    .await;
    assert!(left[0].1.contains("court"), "{left:?}");
    let newer = audit.checkpoint(CheckpointRequest {}).await.expect("is signed").into_inner();
    assert!(
        newer.size > older.size,
        "the log has grown, and lost nothing: {} and {}",
        older.size,
        newer.size
    );

    // What is left can be wrapped anew.
    let mut operator = records(&clients, &Caller::new(Role::Operator, "night")).await;
    let mut pages = operator.rotate_keys(RotateKeysRequest {}).await.expect("is wrapped").into_inner();
    let page = pages.message().await.expect("is told").expect("one page at least");
    assert_eq!((page.done, page.left), (0, 0), "there is no other wrapping key");
}
