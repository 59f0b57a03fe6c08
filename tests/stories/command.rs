//! The command, as the README tells it: what it prints, and how it ends.

use std::path::{Path, PathBuf};
use std::process::Output;

use acceptance::{Process, until};
use tempfile::TempDir;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lapwing-under-test"))
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/notifications").join(name);
    path.to_str().expect("a path").to_owned()
}

struct Desk {
    process: Process,
    folder: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { process: Process::up(program(), folder.path()).await, folder }
    }

    async fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Process::run(program(), self.folder.path(), arguments).await;
        told(&output)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    }

    /// Waits until a verb prints something.
    async fn until_prints(&self, arguments: &[&str], words: &str) -> String {
        until(&format!("{arguments:?} to print {words:?}"), async || {
            let (_, printed) = self.run(arguments).await;
            printed.contains(words).then_some(printed)
        })
        .await
    }
}

fn told(output: &Output) -> (i32, String) {
    let printed =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().expect("it ended by itself"), printed)
}

fn reference_in(printed: &str) -> String {
    let reference = printed.split_whitespace().find(|word| word.starts_with("LW-") && word.len() == 14);
    reference.unwrap_or_else(|| panic!("no reference in {printed}")).to_owned()
}

#[tokio::test]
async fn the_first_hour_from_notify_to_acknowledge() {
    let desk = Desk::new().await;
    let (code, printed) = desk.run(&["notify", &fixture("01-death-by-violence-at-home.json")]).await;
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("1 held"), "{printed}");
    let reference = reference_in(&printed);

    desk.until_prints(&["status", &reference.to_lowercase()], "queued for the panel's decision").await;
    let (code, printed) = desk.run(&["queue"]).await;
    assert_eq!(code, 0);
    assert!(printed.contains("panel.decisions: 1 waiting") && printed.contains(&reference), "{printed}");
    let (_, printed) = desk.run(&["case", &reference]).await;
    assert!(printed.contains("s.16C(1)(a)") && printed.contains("rapid review: due"), "{printed}");
    let (_, printed) = desk.run(&["take"]).await;
    let lease = printed.split_whitespace().last().expect("a lease").to_owned();
    let (code, printed) = desk.run(&["acknowledge", &reference, &lease]).await;
    assert_eq!(code, 0, "{printed}");
    let (code, printed) = desk.run(&["status", &reference, "--watch"]).await;
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("the panel has taken it over"), "{printed}");
    let printed = desk.until_prints(&["timeline", &reference], "case.acknowledged.v1").await;
    for event in ["notification.received.v1", "notification.assessed.v1", "case.queued.v1"] {
        assert!(printed.contains(event), "{printed}");
    }
    let (_, printed) = desk.run(&["checkpoint"]).await;
    assert!(printed.starts_with("lapwing-audit-log\n6\n"), "{printed}");
    let (_, printed) = desk.run(&["take"]).await;
    assert_eq!(printed.trim(), "nothing waits in this lane");
}

#[tokio::test]
async fn sending_again_says_that_it_is_held_and_other_content_is_a_conflict() {
    let desk = Desk::new().await;
    let file = fixture("01-death-by-violence-at-home.json");
    let (_, first) = desk.run(&["notify", &file]).await;
    let (code, again) = desk.run(&["notify", &file]).await;
    assert_eq!(code, 0);
    assert!(again.contains("held before") && reference_in(&again) == reference_in(&first), "{again}");
    let text =
        std::fs::read_to_string(&file).expect("a fixture").replacen('{', "{\"late_reason\":\"other\",", 1);
    let (code, conflict) = desk.run(&["notify", &desk.write("other.json", &text)]).await;
    assert_eq!(code, 4, "{conflict}");
    assert!(conflict.contains("held fingerprint") && conflict.contains("to do:"), "{conflict}");
}

#[tokio::test]
async fn bad_files_are_told_apart_and_fail_no_other() {
    let desk = Desk::new().await;
    let files = [
        fixture("02-serious-harm-by-neglect.json"),
        desk.write("truncated.json", "{\n  \"sender_reference\": \"A-1\",\n"),
        desk.write("unknown.json", r#"{"children":[{"facts":{"evnt":"EVENT_DEATH"}}]}"#),
        desk.write("type.json", r#"{"children":"Robin Zaunkoenig"}"#),
        desk.write("form.json", r#"{"sender_reference":"A-2","notifying_authority":"373","became_aware_on":"2026-02-30","incident":{},"children":[{"key":"1"}]}"#),
        desk.write("huge.json", &format!(r#"{{"late_reason":"{}"}}"#, "x".repeat(5 * 1024 * 1024))),
        desk.write("nobody.json", r#"{"sender_reference":"A-3"}"#),
    ];
    let mut arguments = vec!["notify"];
    arguments.extend(files.iter().map(String::as_str));
    let (code, printed) = desk.run(&arguments).await;
    assert_eq!(code, 3, "{printed}");
    for words in [
        "1 held",
        "6 refused",
        "truncated.json\n  unreadable: line 3",
        "children[0].facts",
        "became_aware_on: there is no such day in the calendar [DATE_DOES_NOT_EXIST]",
        "notifying_authority: it is missing [required]",
        "a notification may have 4194288",
        "to do:",
    ] {
        assert!(printed.contains(words), "{words:?} is not in {printed}");
    }
    assert!(!printed.contains("Zaunkoenig"), "{printed}");
}

#[tokio::test]
async fn a_check_shows_the_finding_and_stores_nothing() {
    let desk = Desk::new().await;
    let (code, printed) =
        desk.run(&["notify", "--check", &fixture("20-serious-harm-by-accident.json")]).await;
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("would be held") && printed.contains("nothing was stored"), "{printed}");
    assert!(printed.contains("finding:"), "{printed}");
    let (_, printed) = desk.run(&["queue"]).await;
    assert!(printed.contains("panel.decisions: 0 waiting"), "{printed}");
}

#[tokio::test]
async fn samples_are_made_up_and_sent_one_a_line() {
    let desk = Desk::new().await;
    let (code, samples) = desk.run(&["sample", "--count", "300", "--seed", "7", "--year", "2026"]).await;
    assert_eq!(code, 0, "{samples}");
    let (_, again) = desk.run(&["sample", "--count", "300", "--seed", "7", "--year", "2026"]).await;
    assert_eq!(samples, again, "the same seed makes up the same");
    let (code, printed) = desk.run(&["notify", &desk.write("samples.ndjson", &samples)]).await;
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("300 held"), "{printed}");
    let (_, printed) = desk.run(&["sample", "--year", "1999"]).await;
    assert!(printed.contains("1999"), "{printed}");
}

#[tokio::test]
async fn json_is_one_value_a_line() {
    let desk = Desk::new().await;
    let (_, printed) = desk.run(&["--json", "notify", &fixture("01-death-by-violence-at-home.json")]).await;
    let answer: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    let reference =
        answer["answer"]["held"]["receipt"]["reference"].as_str().expect("a reference").to_owned();
    desk.until_prints(&["status", &reference], "queued").await;
    for arguments in [
        vec!["status", &reference],
        vec!["queue"],
        vec!["case", &reference],
        vec!["timeline", &reference],
        vec!["take"],
        vec!["checkpoint"],
    ] {
        let (code, printed) = desk.run(&[&["--json"], arguments.as_slice()].concat()).await;
        assert_eq!(code, 0, "{arguments:?}: {printed}");
        assert!(!printed.is_empty(), "{arguments:?}");
        for line in printed.lines() {
            serde_json::from_str::<serde_json::Value>(line)
                .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {line}"));
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_says_what_to_do_and_ends_with_its_own_code() {
    let nowhere = tempfile::tempdir().expect("a folder");
    let (code, printed) = told(&Process::run(program(), nowhere.path(), &["queue"]).await);
    assert_eq!(code, 1);
    assert!(printed.contains("Start one with `cargo run`"), "{printed}");

    let desk = Desk::new().await;
    let (code, printed) = desk.run(&["status", "LW-7K4-MXP-2R8"]).await;
    assert_eq!(code, 1);
    assert!(printed.contains("read it out again"), "{printed}");
    let unknown = ids::Reference::mint(&ambient::Ambient::system()).to_string();
    let (code, printed) = desk.run(&["case", &unknown]).await;
    assert_eq!(code, 6, "{printed}");
    let (code, printed) = desk.run(&["status", &unknown]).await;
    assert!(code == 1 && printed.contains("--authority"), "{printed}");
    let (code, printed) = desk.run(&["status", &unknown, "--authority", "373"]).await;
    assert_eq!(code, 6, "{printed}");
    let (code, _) = desk.run(&["notfy"]).await;
    assert_eq!(code, 2);
}

#[tokio::test]
async fn help_and_completions_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, help) = told(&Process::run(program(), folder.path(), &["--help"]).await);
    assert_eq!(code, 0);
    for word in ["notify", "status", "queue", "case", "timeline", "sample", "Exit codes:"] {
        assert!(help.contains(word), "{word}");
    }
    let (code, script) = told(&Process::run(program(), folder.path(), &["completions", "bash"]).await);
    assert_eq!(code, 0);
    assert!(script.contains("complete -F _lapwing"), "{script}");
}

#[tokio::test]
async fn a_signal_to_stop_drains_and_says_how_it_ended() {
    let desk = Desk::new().await;
    desk.run(&["notify", &fixture("01-death-by-violence-at-home.json")]).await;
    let Desk { process, folder } = desk;
    assert_eq!(process.terminate().await, "stopped: every call was answered and every event delivered");
    let (code, printed) = told(&Process::run(program(), folder.path(), &["queue"]).await);
    assert_eq!(code, 1, "nobody listens any more: {printed}");
}

#[tokio::test]
async fn a_receipt_that_was_missed_is_kept_when_it_comes_again() {
    let desk = Desk::new().await;
    let file = fixture("01-death-by-violence-at-home.json");
    desk.run(&["notify", &file]).await;
    std::fs::remove_file(desk.folder.path().join("receipts.ndjson")).expect("the receipts are lost");
    let (_, printed) = desk.run(&["notify", &file]).await;
    let (code, printed) = desk.run(&["status", &reference_in(&printed)]).await;
    assert_eq!(code, 0, "{printed}");
}

#[tokio::test]
async fn a_panel_member_stands_aside_and_the_secretariat_lifts_it() {
    let desk = Desk::new().await;
    let (_, printed) = desk.run(&["notify", &fixture("01-death-by-violence-at-home.json")]).await;
    let reference = reference_in(&printed);
    desk.until_prints(&["status", &reference], "queued for the panel's decision").await;
    let aside = ["stand-aside", &reference, "--member", "ada", "--reason", "knows-the-family"];
    let (code, first) = desk.run(&aside).await;
    assert_eq!(code, 0, "{first}");
    assert!(first.contains("lapwing://panel/ada stood aside"), "{first}");
    assert_eq!(desk.run(&aside).await, (0, first), "repeating it answers the same");
    let lift = ["lift-stand-aside", &reference, "--member", "ada"];
    let (code, lifted) = desk.run(&lift).await;
    assert_eq!(code, 0, "{lifted}");
    let (code, nothing) = desk.run(&lift).await;
    assert_eq!(code, 6, "{nothing}");
    let secretariat = ["stand-aside", &reference, "--member", "secretariat", "--reason", "other-interest"];
    let (code, refused) = desk.run(&secretariat).await;
    assert_eq!(code, 1, "{refused}");
    assert!(refused.contains("lapwing://secretariat/desk"), "{refused}");
}

#[tokio::test]
async fn who_may_call_what_is_printed_as_it_is_published() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, printed) = told(&Process::run(program(), folder.path(), &["rights"]).await);
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services/platform/rights/TABLE.md");
    assert_eq!(code, 0, "{printed}");
    assert_eq!(printed, std::fs::read_to_string(published).expect("it is published"));
}

#[tokio::test]
async fn a_revoked_certificate_lets_nobody_in_until_there_is_a_new_one() {
    let desk = Desk::new().await;
    let (code, printed) = desk.run(&["notify", &fixture("01-death-by-violence-at-home.json")]).await;
    assert_eq!(code, 0, "{printed}");
    let secretariat = "lapwing://secretariat/desk";
    let (code, printed) = desk.run(&["pki", "revoke", secretariat]).await;
    assert!(code == 1 && printed.contains("lapwing pki issue"), "there is none yet: {printed}");
    let (code, printed) = desk.run(&["pki", "issue", secretariat]).await;
    assert!(code == 0 && printed.contains("secretariat-desk.key"), "{printed}");
    assert_eq!(desk.run(&["certificate", secretariat]).await, (0, printed), "as it was called before");
    assert_eq!(desk.run(&["queue"]).await.0, 0);
    let (code, printed) = desk.run(&["pki", "revoke", secretariat]).await;
    assert!(code == 0 && printed.contains("revoked.pem") && printed.contains("--anew"), "{printed}");
    until("the revoked one to be refused", async || (desk.run(&["queue"]).await.0 != 0).then_some(())).await;
    assert_eq!(desk.run(&["pki", "issue", "--anew", secretariat]).await.0, 0);
    let (code, printed) = desk.run(&["queue"]).await;
    assert_eq!(code, 0, "{printed}");
}
