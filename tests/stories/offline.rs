//! `lapwing check` judges with no server and no network: the same bytes as the service, the whole published table, and
//! the fixtures' findings as they are on record.

use std::path::{Path, PathBuf};

use acceptance::{Process, World, fixtures};
use ambient::{Ambient, SetClock, SystemChance};
use contracts::intake::v1::{CheckRequest, CheckResponse};
use contracts::json::{from_json, to_json};
use contracts::notification::v1::{Assessment, Notification, Outcome};
use contracts::time::london_date;
use eligibility::domain::finding::OutcomeKind;
use eligibility::truth_table::{self, Found, Published};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use prost::Message;
use serde_json::Value;
use tempfile::TempDir;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a verb in a folder in which no server has ever run.
async fn run(folder: &TempDir, arguments: &[&str]) -> (i32, String) {
    let output = Process::run(program(), folder.path(), arguments).await;
    (output.status.code().expect("it ended by itself"), String::from_utf8(output.stdout).expect("UTF-8"))
}

fn written(folder: &TempDir, notifications: &[Notification]) -> String {
    let lines: String = notifications.iter().map(|notification| to_json(notification) + "\n").collect();
    let path = folder.path().join("backlog.ndjson");
    std::fs::write(&path, lines).expect("written");
    path.to_str().expect("a path").to_owned()
}

fn answers(printed: &str) -> Vec<CheckResponse> {
    let answer = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        from_json(&line["answer"].to_string()).expect("an answer")
    };
    printed.lines().map(answer).collect()
}

fn noon(day: Date) -> Ambient {
    let london = TimeZone::get("Europe/London").expect("the time zones are compiled in");
    let noon = day.at(12, 0, 0, 0).to_zoned(london).expect("a time");
    Ambient::new(SetClock::at(noon.timestamp()), SystemChance)
}

/// Well-formed ones, and some that are not.
fn drafts() -> Vec<Notification> {
    let mut drafts: Vec<Notification> = fixtures().into_iter().map(|fixture| fixture.notification).collect();
    let mut unknown_code = drafts[0].clone();
    unknown_code.children[0].facts.as_mut().expect("facts").ethnicity = "XXXX".into();
    let mut twice = drafts[0].clone();
    twice.children.push(twice.children[0].clone());
    let empty = Notification { notifying_authority: "373".into(), ..Notification::default() };
    drafts.extend([unknown_code, twice, empty]);
    drafts
}

#[tokio::test]
async fn a_draft_judged_offline_gets_the_same_bytes_as_from_the_service() {
    let today = london_date(Ambient::system().now());
    let world = World::with(&noon(today)).await;
    let clients = world.clients();
    let folder = tempfile::tempdir().expect("a folder");
    let drafts = drafts();
    let file = written(&folder, &drafts);
    let (code, printed) = run(&folder, &["--json", "check", &file, "--on", &today.to_string()]).await;
    assert_eq!(code, 3, "some are not well formed");
    let offline = answers(&printed);
    assert_eq!(offline.len(), drafts.len());
    for (draft, offline) in drafts.into_iter().zip(offline) {
        let mut intake = clients.intake(&draft.notifying_authority).await;
        let request = CheckRequest { notification: Some(draft) };
        let served = intake.check(request).await.expect("checked").into_inner();
        assert_eq!(served.encode_to_vec(), offline.encode_to_vec(), "{served:?}\n{offline:?}");
    }
}

/// The outcome of the one child, and the reports due beside it.
fn told(assessment: &Assessment) -> Found {
    let child = &assessment.children[0];
    assert_eq!(child.outcome(), assessment.outcome(), "one child speaks for the incident");
    Found { outcome: kind(child.outcome()), also: child.also().map(kind).collect() }
}

fn kind(outcome: Outcome) -> OutcomeKind {
    match outcome {
        Outcome::DutyInArea => OutcomeKind::DutyInArea,
        Outcome::DutyOutsideEngland => OutcomeKind::DutyOutsideEngland,
        Outcome::DutyOfAnotherAuthority => OutcomeKind::DutyOfAnotherAuthority,
        Outcome::LookedAfterDeath => OutcomeKind::LookedAfterDeath,
        Outcome::CareLeaverDeath => OutcomeKind::CareLeaverDeath,
        Outcome::NeedsJudgement => OutcomeKind::NeedsJudgement,
        Outcome::Outside => OutcomeKind::Outside,
        Outcome::Unspecified => panic!("every finding has an outcome"),
    }
}

#[tokio::test]
async fn every_combination_judged_offline_gives_the_published_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let published = std::fs::read_to_string(root().join("services/eligibility/TRUTH_TABLE.md"))
        .expect("the table is published");
    for day in ["2019-03-14", "2024-03-14", "2026-03-13"] {
        let (_, combinations) = run(&folder, &["policy", "combinations", day]).await;
        let file = folder.path().join("combinations.ndjson");
        std::fs::write(&file, &combinations).expect("written");
        let file = file.to_str().expect("a path");
        let (code, printed) = run(&folder, &["--json", "check", file, "--on", day]).await;
        assert_eq!(code, 0, "every combination is well formed");
        let answers = answers(&printed);
        assert_eq!((answers.len(), combinations.lines().count()), (36_450, 36_450));
        let published = Published::read(&published).expect("it reads");
        let table = published.on(day.parse().expect("a day")).expect("a table for that day");
        for (combination, answer) in truth_table::combinations().zip(&answers) {
            let met = table.met_by(&combination);
            assert_eq!((met.len(), answer.violations.len()), (1, 0), "{combination:?}");
            let assessment = answer.assessment.as_ref().expect("a finding");
            assert_eq!(told(assessment), met[0].found, "{combination:?}");
        }
    }
}

#[tokio::test]
async fn each_fixture_still_gets_the_finding_on_record_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorded = std::fs::read_to_string(root().join("tests/fixtures/findings.ndjson")).expect("a record");
    let notifications: Vec<Notification> =
        fixtures().into_iter().map(|fixture| fixture.notification).collect();
    let file = written(&folder, &notifications);
    let (code, printed) = run(&folder, &["--json", "check", &file, "--on", "2026-11-22"]).await;
    assert_eq!(code, 0);
    let (now, then) = (answers(&printed), answers(&recorded));
    assert_eq!((now.len(), then.len()), (notifications.len(), notifications.len()));
    for ((notification, now), then) in notifications.iter().zip(now).zip(then) {
        let hash = |answer: &CheckResponse| answer.assessment.clone().unwrap_or_default().finding_hash;
        assert_eq!(hash(&now), hash(&then), "{}", notification.sender_reference);
        assert_eq!(now.encode_to_vec(), then.encode_to_vec(), "{}", notification.sender_reference);
    }
}

#[tokio::test]
async fn the_policy_of_a_day_is_explained_and_every_code_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, printed) = run(&folder, &["policy", "explain", "2026-03-14"]).await;
    assert_eq!(code, 0, "{printed}");
    for words in
        ["Working Together 2023 (June 2025)", "15 working days", "6 calendar months", "Ofsted", "sha256"]
    {
        assert!(printed.contains(words), "{words:?} is not in {printed}");
    }
    let (code, printed) = run(&folder, &["explain", "code_retired"]).await;
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("meaning:") && printed.contains("to do:"), "{printed}");
    let (code, _) = run(&folder, &["explain", "NO_SUCH_CODE"]).await;
    assert_eq!(code, 1);
}
