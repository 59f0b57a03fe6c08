//! What only processes of their own can show: what each refuses to start on, replicas, and another program at the panel's end.

use acceptance::{Collector, Production, Replica, World, notification, until};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::{Lane, Stage};
use contracts::triage::v1::TakeNextRequest;
use lifecycle::Lifecycle;

/// What a process says when it is started with settings in which one text stands for another.
async fn refusal(world: &Production, replica: Replica, text: &str, in_its_place: &str) -> String {
    let settings = world.settings(replica);
    assert!(settings.contains(text), "{text} is not in the settings");
    let wrong = settings.replace(text, in_its_place);
    match world.run_with(replica, "", &wrong).await {
        Ok(_) => panic!("it started with {in_its_place}"),
        Err(said) => said,
    }
}

#[tokio::test]
async fn what_retrying_does_not_mend_is_refused_at_the_start_with_what_to_do() {
    let mut world = World::production().await;
    let world = world.processes();
    // A second replica: the first one serves on.
    let triage = ("triage", 1);
    let said = refusal(world, triage, "schema = \"triage\"", "schema = \"nowhere\"").await;
    assert!(said.contains("schema nowhere") && said.contains("roles.sql"), "{said}");
    let said = refusal(world, triage, "[broker]\n", "[broker]\nprefech = 5\n").await;
    assert!(said.contains("prefech") && said.contains("triage-1.toml"), "{said}");
    let said = refusal(world, triage, "service-triage.pem", "service-nobody.pem").await;
    assert!(said.contains("service-nobody.pem") && said.contains("certificate"), "{said}");
    world.ask("UPDATE triage._sqlx_migrations SET checksum = '\\x00'").await;
    let said = world.run(triage, "").await.err().expect("an edited migration is refused");
    assert!(said.contains("never edited"), "{said}");
    world.ask("DELETE FROM triage._sqlx_migrations").await;
    let said = world.run(triage, "").await.err().expect("a schema that is not migrated is refused");
    assert!(said.contains("lapwing migrate"), "{said}");
    world.ask("INSERT INTO audit._sqlx_migrations VALUES (9999, 'to come', now(), true, '\\x00', 0)").await;
    let said = world.run(("audit", 1), "").await.err().expect("a newer schema is refused");
    assert!(said.contains("newer version"), "{said}");
}

#[tokio::test]
async fn two_of_each_share_the_work_and_no_case_is_leased_twice() {
    const NOTIFICATIONS: usize = 40;
    let mut whole = World::production().await;
    whole.processes().start_all(2).await;
    let world = whole.processes();
    let mut references = Vec::new();
    for number in 0..NOTIFICATIONS {
        let mut intake = world.clients_of(number % 2).intake("373").await;
        let notification = Some(notification("373", &format!("CASE-{number}")));
        let held = intake.submit(SubmitRequest { notification }).await.expect("held").into_inner();
        references.push(held.receipt.expect("a receipt").reference);
    }
    for reference in &references {
        world.clients_of(1).reached("373", reference, Stage::Queued).await;
    }
    let mut leased = Vec::new();
    for _ in 0..NOTIFICATIONS {
        let lane = Lane::Decision.into();
        let one = async |replica| {
            let mut triage = world.clients_of(0).triage_of(&world.address(("triage", replica))).await;
            triage.take_next(TakeNextRequest { lane, lease: None }).await.expect("answers").into_inner()
        };
        let (one, other) = tokio::join!(one(0), one(1));
        leased.extend([one, other].into_iter().filter_map(|taken| taken.entry).map(|entry| entry.reference));
    }
    let number = leased.len();
    leased.sort();
    leased.dedup();
    assert_eq!((leased.len(), number), (NOTIFICATIONS, NOTIFICATIONS), "each case is leased to one reader");
    world.settled().await;
    assert_eq!(world.count("audit", "entry").await, 5 * NOTIFICATIONS);
}

#[tokio::test]
async fn a_broker_that_is_away_holds_up_no_receipt() {
    let folder = tempfile::tempdir().expect("a folder");
    let ground = acceptance::Ground::shared().await;
    let mut world = Production::prepare(folder.path(), ground).await;
    let (_, broker) = world.behind_proxies().await;
    broker.set(acceptance::Link::Cut);
    world.start_all(1).await;
    let mut intake = world.clients().intake("373").await;
    let notification = Some(notification("373", "CASE-1"));
    let held = intake.submit(SubmitRequest { notification }).await.expect("held").into_inner();
    assert_eq!(world.count("intake", "outbox").await, 1, "the event waits");
    broker.set(acceptance::Link::Open);
    let reference = held.receipt.expect("a receipt").reference;
    world.clients().reached("373", &reference, Stage::Queued).await;
    until("everything to be told", async || (world.waiting().await == 0).then_some(())).await;
}

#[tokio::test]
async fn a_service_with_the_rights_of_before_runs_and_says_what_it_may_not() {
    let (folder, logs) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let lifecycle = Lifecycle::new();
    let collector = Collector::start(&lifecycle).await;
    let ground = acceptance::Ground::shared().await;
    let mut world = Production::prepare(folder.path(), ground).await;
    let vhost = world.broker().rsplit('/').next().expect("a virtual host");
    // As definitions had it before a service could bind its own queues.
    let (write, read) =
        (r"^(lapwing\.events|lapwing\.retries)$", r"^(eligibility\.notifications(\.parked)?)$");
    let permissions = ["set_permissions", "-p", vhost, "lapwing_eligibility", "^$", write, read];
    world.ground().rabbitmq.ctl(&permissions).await;
    world.hear_everything(&collector.endpoint(), logs.path());
    world.start_all(1).await;
    until("its log to say so", async || {
        let log = std::fs::read_to_string(logs.path().join("eligibility-0.log")).ok()?;
        log.contains("this user may not bind its queues again").then_some(())
    })
    .await;
    let request = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let held = world.clients().intake("373").await.submit(request).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    world.clients().reached("373", &reference, Stage::Queued).await;
    world.settled().await;
    world.stop_all().await;
    lifecycle.wind_down(std::time::Duration::from_secs(10)).await;
}

#[test]
fn the_sample_settings_are_in_order() {
    let file = |service: &str| {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../deploy/samples/{service}.toml"))
    };
    host::read::<intake::config::Config>(&file("intake")).expect("intake");
    host::read::<eligibility::config::Config>(&file("eligibility")).expect("eligibility");
    host::read::<triage::config::Config>(&file("triage")).expect("triage");
    host::read::<audit::config::Config>(&file("audit")).expect("audit");
}
