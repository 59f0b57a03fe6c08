//! Canaries: both worlds are given notifications full of texts that are found nowhere else, in every field that identifies, in
//! every place where they do not belong, and in what is refused; then everything that came out is searched for them, in every
//! form in which they could have got out. Logs are at `trace`. With intake, and with nobody else.

mod acts;
mod command;
mod misplaced;
mod needles;
mod panel;
mod search;
mod stored;
mod stranger;

use std::path::Path;

use acceptance::{Clients, Collector, Ground, Process, Production, SERVICES, until};
use contracts::notification::v1::Stage;
use lifecycle::Lifecycle;
use tempfile::TempDir;
use testbed::{postgres, rabbitmq};

use acts::{Answers, Held, SENDER};
use command::Desk;
use needles::{Kept, Needles};
use search::{Searcher, Table, told};

/// Where a stranger's message may be: with the broker that took it, where it was parked, and in audit's log, which records
/// whatever the exchange brings and reads none of it.
const PARKED: &[&str] =
    &["RabbitMQ's files", "PostgreSQL's files", "pg_dump parked", "pg_dump audit", "queue *.parked"];

/// Everything that a sender and the panel do, in either world.
async fn do_everything(clients: &Clients, needles: &mut Needles, answers: &mut Answers) -> Vec<Held> {
    let mut held = vec![acts::live(clients, needles, answers).await];
    held.extend(acts::hand_over(clients, needles, answers).await);
    let refused = misplaced::in_every_coded_text(needles);
    misplaced::send(clients, answers, &refused).await;
    let refused: Vec<_> = refused.into_iter().map(|(_, notification)| notification).collect();
    acts::send_many(clients, answers, needles, &refused).await;
    misplaced::elsewhere(clients, needles, answers).await;
    misplaced::raw(clients, needles, answers).await;
    for held in &held {
        clients.reached(SENDER, &held.reference, Stage::Queued).await;
    }
    until("the log to have the end of each", async || {
        let told = panel::entries(clients, &held).await;
        told.iter().all(|entries| *entries >= 5).then_some(())
    })
    .await;
    panel::read_everything(clients, &held, answers).await;
    held
}

/// Looks through what was answered and printed, and what came to the collector.
fn look_at_words(table: &mut Table, answers: &Answers, printed: &[(String, Vec<u8>)], collector: &Collector) {
    for (call, bytes) in &answers.0 {
        table.look("answers by gRPC", call, bytes);
    }
    for (verb, bytes) in printed {
        table.look(verb, verb, bytes);
    }
    let spans = collector.received();
    assert!(spans.len() > 10_000, "only {} bytes of spans came", spans.len());
    table.look("spans", "OTLP", &spans);
}

/// What must hold of the table, whichever world it is of.
fn judge(table: &Table, must_have_been_searched: &[&str]) {
    // The only print of a test that has something to tell: where it has looked.
    let _told = std::io::Write::write_all(&mut std::io::stderr(), table.told().as_bytes());
    for place in must_have_been_searched {
        let known = table.found(Kept::Everywhere, |name| name == *place);
        assert!(!known.is_empty(), "{place} does not hold what it is known to hold: was it searched?");
    }
    let escaped = [
        table.found(Kept::ByIntake, |_| true),
        table.found(Kept::Nowhere, |_| true),
        table.found(Kept::Parked, |place| !PARKED.contains(&place)),
    ]
    .concat();
    assert!(escaped.is_empty(), "{} canaries got out:\n{}", escaped.len(), told(&escaped));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_intake_holds_or_says_who_it_is_about_embedded() {
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let (folder, files, logs) = (folder(), folder(), folder());
    let (lifecycle, log) = (Lifecycle::new(), logs.path().join("up.log"));
    let collector = Collector::start(&lifecycle).await;
    let process = Process::up_heard(program, folder.path(), &collector.endpoint(), &log).await;
    let (mut needles, mut answers) = (Needles::default(), Answers::default());
    let clients = process.clients();
    let held = do_everything(&clients, &mut needles, &mut answers).await;
    let mut desk = Desk {
        program,
        folder: folder.path(),
        files: files.path(),
        collector: collector.endpoint(),
        name: "",
        printed: Vec::new(),
    };
    desk.all_is_well(&mut needles, &held[0].reference).await;
    let refused = misplaced::in_every_coded_text(&mut needles);
    desk.slips(&mut needles, &refused).await;
    let printed = desk.printed;

    let mut table = Table::new(Searcher::new(&needles.all));
    let place = |name: &str| match name.split(['/', '-']).next().unwrap_or_default() {
        of_a_store if of_a_store.ends_with(".sqlite") => of_a_store.to_owned(),
        "pki" => "pki".to_owned(),
        _ => "other files of the folder".to_owned(),
    };
    // While it runs, write-ahead logs included; and again once it has stopped.
    table.look_below(folder.path(), &place);
    process.terminate().await;
    table.look_below(folder.path(), &place);
    table.look("log lines", "up", &std::fs::read(&log).expect("log lines"));
    look_at_words(&mut table, &answers, &printed, &collector);
    let stores = ["intake.sqlite", "eligibility.sqlite", "triage.sqlite", "audit.sqlite"];
    judge(&table, &[&stores[..], &["log lines", "spans", "answers by gRPC", "lapwing status"]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_intake_holds_or_says_who_it_is_about_in_production() {
    let program = Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    let (folder, files, logs, lifecycle) = (folder(), folder(), folder(), Lifecycle::new());
    let collector = Collector::start(&lifecycle).await;
    let (postgres, rabbitmq) = tokio::join!(postgres::Server::start(), rabbitmq::Server::start());
    let ground = Ground { postgres: postgres.into(), rabbitmq: rabbitmq.into() };
    let mut world = Production::prepare(folder.path(), ground).await;
    world.hear_everything(&collector.endpoint(), logs.path());
    world.start_all(1).await;
    let (mut needles, mut answers) = (Needles::default(), Answers::default());
    let clients = world.clients();
    let held = do_everything(&clients, &mut needles, &mut answers).await;

    let about = &held[0].reference;
    let parked = stranger::publish_all(world.broker(), about, &mut needles).await;
    until("a stranger's messages to be parked", async || {
        (world.count("eligibility", "parked").await >= parked - 1).then_some(())
    })
    .await;
    let mut desk = Desk {
        program,
        folder: folder.path(),
        files: files.path(),
        collector: collector.endpoint(),
        name: "",
        printed: Vec::new(),
    };
    for service in SERVICES {
        let address = world.address((service, 0));
        desk.name = service;
        for verb in [&["parked", "list"][..], &["--json", "parked", "list"]] {
            let (code, printed) = desk.run(&[&["--server", &address], verb].concat()).await;
            assert_eq!(code, 0, "{printed}");
        }
    }
    let audit = world.address(("audit", 0));
    let (code, printed) = desk.run(&["--server", &audit, "timeline", about]).await;
    assert!(code == 0 && printed.contains("unknown"), "a stranger's entries are there: {printed}");
    let timeline = contracts::audit::v1::TimelineRequest { reference: about.clone() };
    let told = clients.audit().await.timeline(timeline).await;
    answers.keep("Timeline, with a stranger's", told).expect("told");
    let printed = desk.printed;

    let mut table = Table::new(Searcher::new(&needles.all));
    look_at_what_is_kept(&mut table, &mut world).await;
    table.look_below(folder.path(), &|_| "settings and certificates".to_owned());
    table.look_below(logs.path(), &|name| format!("log lines of {name}"));
    look_at_words(&mut table, &answers, &printed, &collector);
    let must = [
        "pg_dump intake",
        "pg_dump eligibility",
        "pg_dump triage",
        "pg_dump audit",
        "PostgreSQL's files",
        "RabbitMQ's files",
        "messages for readers outside",
        "spans",
        "answers by gRPC",
    ];
    judge(&table, &must);
}

/// Looks through all that the two servers keep, as dumps and messages, and, once the services have stopped, as files.
async fn look_at_what_is_kept(table: &mut Table, world: &mut Production) {
    for service in SERVICES {
        let (own, parked) = (format!("{service}.*"), format!("{service}.parked"));
        let rest = world.dump_with(&["--table", &own, "--exclude-table", &parked]).await;
        table.look(&format!("pg_dump {service}"), service, &rest);
        table.look("pg_dump parked", service, &world.dump_with(&["--table", &parked]).await);
    }
    for queue in ["panel.decisions", "panel.information", "dfe.notices", "ofsted.notices"] {
        for bytes in stranger::take_all(world.broker(), queue).await {
            table.look("messages for readers outside", queue, &bytes);
        }
    }
    for queue in ["eligibility.notifications", "triage.findings", "intake.outcomes", "audit.events"] {
        for bytes in stranger::take_all(world.broker(), &format!("{queue}.parked")).await {
            table.look("queue *.parked", queue, &bytes);
        }
    }
    world.stop_all().await;
    // What is in the database's memory is written down, and its log with it.
    world.ask("CHECKPOINT").await;
    let ground = world.ground();
    table.look_below(ground.postgres.folder(), &|_| "PostgreSQL's files".to_owned());
    table.look_below(ground.rabbitmq.folder(), &|_| "RabbitMQ's files".to_owned());
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The searcher is searched: whatever is planted is found, in every form, and nothing else.
#[test]
fn the_searcher_finds_whatever_is_planted_in_every_form() {
    let mut needles = Needles::default();
    let _sent = needles.fill("planted", &acts::whole("CANARY-0", SENDER));
    needles.short("a code", Kept::Nowhere);
    needles.words("words", Kept::Parked);
    let searcher = Searcher::new(&needles.all);
    assert!(needles.all.len() > 20, "{needles:?}");
    let noise: Vec<u8> = (0..=255).collect();
    assert!(searcher.search("noise", &noise).is_empty());
    for needle in &needles.all {
        let forms = needle.forms();
        assert!(forms.len() >= 6, "{needle:?} has too few forms: {forms:?}");
        for form in forms {
            let planted = [&noise[..], b" ", &form.bytes, b" ", &noise].concat();
            let hits = searcher.search("planted", &planted);
            assert!(hits.iter().any(|hit| hit.needle.what == needle.what), "{}: {form:?}", needle.what);
        }
    }
}

/// What is written to a place by the place's own means is found there, however it was encoded on its way.
#[test]
fn what_programs_make_of_a_text_is_found() {
    let mut needles = Needles::default();
    let text = needles.words("words", Kept::Nowhere);
    let searcher = Searcher::new(&needles.all);
    let json = serde_json::to_string(&serde_json::json!({ "name": text })).expect("JSON");
    let made: [Vec<u8>; 6] = [
        json.clone().into_bytes(),
        serde_json::to_string(&json).expect("JSON").into_bytes(),
        format!("{text:?}").into_bytes(),
        format!("{:?}", text.as_bytes()).into_bytes(),
        format!("{:?}", bytes::Bytes::from(text.clone())).into_bytes(),
        prost::Message::encode_to_vec(&text),
    ];
    for made in made {
        assert!(!searcher.search("made", &made).is_empty(), "{}", String::from_utf8_lossy(&made));
    }
}
