//! What the command prints, verb by verb. None of those that are run is meant to show who a notification is about; `identities`,
//! which is, is not run.

use std::path::Path;

use acceptance::Process;
use contracts::json::to_json_pretty;
use contracts::notification::v1::Notification;

use crate::acts::{SENDER, whole};
use crate::needles::{Kept, Needles};

/// Everything that was printed: the verb, and standard output and error.
pub(crate) type Printed = Vec<(String, Vec<u8>)>;

/// The verbs that are run. What is typed in the place of one must not become the name of a place that is searched.
const VERBS: [&str; 34] = [
    "check",
    "notify",
    "status",
    "amend",
    "withdraw",
    "hand-overs",
    "accept",
    "decline",
    "queue",
    "case",
    "take",
    "acknowledge",
    "link",
    "notices",
    "timeline",
    "checkpoint",
    "policy",
    "explain",
    "sample",
    "certificate",
    "migrate",
    "topology",
    "parked",
    "up",
    "readings",
    "erase",
    "hold",
    "release",
    "retention",
    "rotate-keys",
    "stand-aside",
    "lift-stand-aside",
    "rights",
    "doctor",
];

/// A desk with a server.
pub(crate) struct Desk<'a> {
    pub(crate) program: &'a Path,
    pub(crate) folder: &'a Path,
    /// Where files with notifications are: they are no part of what is searched.
    pub(crate) files: &'a Path,
    pub(crate) collector: String,
    /// Which server is asked, where there are several.
    pub(crate) name: &'static str,
    pub(crate) printed: Printed,
}

impl Desk<'_> {
    fn write(&self, name: &str, text: &str) -> String {
        let path = self.files.join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    /// Runs a verb, keeps what it prints, and returns its exit code and what it printed.
    pub(crate) async fn run(&mut self, arguments: &[&str]) -> (i32, String) {
        let all = [&["--log", "trace", "--otlp", &self.collector], arguments].concat();
        let output = Process::run(self.program, self.folder, &all).await;
        let printed = [output.stdout, output.stderr].concat();
        let verb = arguments.iter().find(|word| VERBS.contains(word)).unwrap_or(&"in the dark");
        self.printed.push((format!("lapwing {verb} {}", self.name).trim_end().to_owned(), printed.clone()));
        (output.status.code().expect("it ended by itself"), String::from_utf8_lossy(&printed).into_owned())
    }

    /// Every verb on something that is well.
    pub(crate) async fn all_is_well(&mut self, needles: &mut Needles, reference: &str) {
        let (sent, _) = needles.fill("a file", &whole("CANARY-8", SENDER));
        let file = self.write("canary-8.json", &to_json_pretty(&sent));
        for json in [&[][..], &["--json"]] {
            for verb in [
                &["check", &file][..],
                &["notify", "--check", &file],
                &["notify", &file],
                &["status", reference, "--authority", SENDER],
                &["case", reference],
                &["timeline", reference],
                &["queue", "--all"],
                &["take"],
                &["hand-overs", "--authority", "888", "--all"],
                &["notices", "dfe"],
                &["notices", "ofsted"],
                &["checkpoint"],
                &["parked", "list"],
                &["policy", "explain", "2026-03-14"],
                &["explain", "CODE_RETIRED"],
                &["sample", "--count", "1"],
                &["readings", reference, "--secretariat"],
                &["hold", reference, "--reason", "inquiry"],
                &["release", reference],
                &["retention"],
                &["rotate-keys"],
                &["stand-aside", reference, "--member", "ada", "--reason", "other-interest"],
                &["lift-stand-aside", reference, "--member", "ada"],
                &["rights"],
            ] {
                let (code, printed) = self.run(&[json, verb].concat()).await;
                assert_eq!(code, 0, "{verb:?}: {printed}");
            }
            // Events may wait, and in a world of processes no world has run in this folder: nothing has failed in either.
            let (code, printed) = self.run(&[json, &["doctor"]].concat()).await;
            assert!([0, 8, 9].contains(&code), "{printed}");
        }
        let (amended, _) = needles.fill("an amended file", &sent);
        let file = self.write("amended.json", &to_json_pretty(&amended));
        let words = needles.words("words of a withdrawal by the command", Kept::ByIntake);
        let (_, printed) = self.run(&["notify", &self.write("again.json", &to_json_pretty(&sent))]).await;
        let held = printed.split_whitespace().find(|word| word.starts_with("LW-") && word.len() == 14);
        let held = held.expect("a reference").to_owned();
        let (code, printed) = self.run(&["amend", &held, &file]).await;
        assert_eq!(code, 0, "{printed}");
        let (code, printed) = self.run(&["withdraw", &held, "--reason", "other", "--words", &words]).await;
        assert_eq!(code, 0, "{printed}");
        let (code, printed) = self.run(&["erase", &held, "--reason", "sent-in-error"]).await;
        assert_eq!(code, 0, "{printed}");
    }

    /// Every kind of slip, each with a canary where it does not belong.
    pub(crate) async fn slips(&mut self, needles: &mut Needles, refused: &[(String, Notification)]) {
        let lines: Vec<String> =
            refused.iter().map(|(_, notification)| contracts::json::to_json(notification)).collect();
        let many = self.write("refused.ndjson", &lines.join("\n"));
        let mut bad = Vec::new();
        for (number, text) in [
            r#"{"sender_reference": "A-1", "CANARY": 1}"#,
            r#"{"sender_reference": "A-1", "notifier": "CANARY"}"#,
            r#"{"sender_reference": "A-1", "notifier": {"name": ["CANARY"]}}"#,
            r#"{"sender_reference": "A-1", "children": [{"facts": {"event": "CANARY"}}]}"#,
            r#"{"sender_reference": "A-1", "children": [{"facts": {"age": {"years": "CANARY"}}}]}"#,
            r#"{"sender_reference": "A-1", "children": {"CANARY": "CANARY"}}"#,
            r#"{"sender_reference": "CANARY"#,
            r#"{"sender_reference": "CANARY" CANARY}"#,
            "CANARY",
            r#""CANARY""#,
            r#"{"late_reason": "CANARY \x"}"#,
            "{\"late_reason\": \"CANARY \u{1}\"}",
        ]
        .iter()
        .enumerate()
        {
            let canary = needles.words(&format!("no notification: {text}"), Kept::Nowhere).replace('"', "");
            bad.push(self.write(&format!("bad-{number}.json"), &text.replace("CANARY", &canary)));
        }
        for file in [&many].into_iter().chain(&bad) {
            for verb in [
                &["check", file][..],
                &["notify", file],
                &["--json", "notify", file],
                &["--json", "check", file],
            ] {
                let (code, printed) = self.run(verb).await;
                assert_eq!(code, 3, "{verb:?}: {printed}");
            }
        }
        self.typed_amiss(&needles.words("a name typed where none belongs", Kept::Nowhere), &many).await;
    }

    /// A name in every place of the command line where none belongs.
    async fn typed_amiss(&mut self, name: &str, file: &str) {
        let option = format!("--{name}");
        let value = format!("--log={name}");
        for verb in [
            &["status", name][..],
            &["status", "LW-234-567-89A", "--authority", name],
            &["case", name],
            &["timeline", name],
            &["withdraw", name, "--reason", name],
            &["decline", name, "--authority", "888", "--reason", "other", "--words", name],
            &["accept", name, "--authority", "888", "--aware-on", name],
            &["check", "--on", name, file],
            &["queue", "--most", name],
            &["take", "--lease", name],
            &["acknowledge", name, name],
            &["link", name, name],
            &["notices", name],
            &["policy", "explain", name],
            &["explain", name],
            &["parked", "--operator", name, "list"],
            &["parked", "list", "--queue", name],
            &["parked", "show", name],
            &["parked", "discard", name, "--reason", "x"],
            &["certificate", name],
            &["pki", "revoke", name],
            &["identities", name, "--purpose", "decision"],
            &["identities", "LW-234-567-89A", "--purpose", name],
            &["identities", "LW-234-567-89A", "--purpose", "decision", "--member", name],
            &["readings", name, "--secretariat"],
            &["erase", name, "--reason", "court-order"],
            &["erase", "LW-234-567-89A", "--reason", name],
            &["hold", name, "--reason", name],
            &["release", name],
            &["retention", "--most", name],
            &["rotate-keys", "--operator", name],
            &["stand-aside", name, "--member", name, "--reason", "other-interest"],
            &["lift-stand-aside", name, "--member", name],
            &["sample", "--seed", name],
            &["status", "LW-234-567-89A", name],
            &["status", "LW-234-567-89A", &option],
            &["status", "LW-234-567-89A", &value],
            &[name],
            &["up", "--listen", name],
            &["migrate", name],
            &["migrate", "--database", name],
            &["topology", "check", "--broker", name],
        ] {
            let (code, printed) = self.run(verb).await;
            // A list of a queue that is none is an empty one.
            assert!(code != 0 || verb.contains(&"--queue"), "{verb:?}: {printed}");
        }
    }
}
