//! Alerts and dashboards, held to what processes tell: rules are tested by Prometheus' own tool, and a real Prometheus evaluates
//! them on real processes.
//!
//! What a reader would get wrong: a rule whose measure nobody tells is no error to Prometheus; it is silent for ever. So each
//! name that a rule or a dashboard uses is looked up in the published list, and that list is held to the code elsewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use acceptance::{Running, SERVICES, World, http_get, notification, until};
use contracts::intake::v1::SubmitRequest;
use contracts::notification::v1::Stage;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// The beginnings of the names of everything that Lapwing measures, and of its labels.
const OURS: [&str; 4] = ["lapwing", "rpc_", "messaging_", "db_client_"];

/// What each alert fires on, and what not.
const RULE_TESTS: [&str; 2] =
    ["deploy/prometheus/tests/lapwing_test.yml", "deploy/prometheus/tests/days_test.yml"];

/// What Prometheus makes of a histogram.
const PARTS_OF_HISTOGRAM: [&str; 3] = ["_bucket", "_sum", "_count"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text_of(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Runs Prometheus' tool, with a text on its standard input.
async fn promtool(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new("promtool");
    command.args(arguments).current_dir(root());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child =
        command.spawn().expect("promtool runs: tests/run installs it, or `apt-get install prometheus`");
    let mut to = child.stdin.take().expect("its input");
    to.write_all(input.as_bytes()).await.expect("it reads");
    drop(to);
    child.wait_with_output().await.expect("it ends")
}

fn succeeded(what: &str, output: &Output) {
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what}: {said}{complained}");
}

/// Names and labels of the published list, as Prometheus has them.
struct Published {
    names: BTreeSet<String>,
    labels: BTreeSet<String>,
}

impl Published {
    fn read() -> Self {
        let (mut names, mut labels) = (BTreeSet::new(), BTreeSet::new());
        for line in text_of("services/MEASURES.md").lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.split('|').collect();
            let in_backticks = |cell: usize| cells[cell].split('`').skip(1).step_by(2);
            names.extend(in_backticks(2).map(str::to_owned));
            labels.extend(in_backticks(5).map(|label| label.replace('.', "_")));
        }
        assert!(names.len() > 20 && labels.len() > 10, "{names:?} {labels:?}: was the list read?");
        Self { names, labels }
    }

    fn has(&self, name: &str) -> bool {
        let whole = PARTS_OF_HISTOGRAM.iter().find_map(|part| name.strip_suffix(part));
        self.names.contains(name) || whole.is_some_and(|whole| self.names.contains(whole))
    }

    /// What an expression uses of ours and is neither measured, nor a label, nor recorded by a rule.
    fn unknown(&self, expression: &str, recorded: &BTreeSet<String>) -> Vec<String> {
        // What stands in quotes is the value of a label.
        let outside: String = expression.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let words =
            outside.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != ':');
        words
            .filter(|word| OURS.iter().any(|ours| word.starts_with(ours)))
            .filter(|word| !self.has(word) && !self.labels.contains(*word) && !recorded.contains(*word))
            .map(str::to_owned)
            .collect()
    }
}

/// Every expression of every dashboard, with the dashboard's name.
fn expressions_of_dashboards() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("deploy/grafana/dashboards")).expect("dashboards") {
        let file = entry.expect("an entry").path();
        if file.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("a dashboard");
        let dashboard: Value = serde_json::from_str(&text).expect("JSON");
        let title = dashboard["title"].as_str().expect("a title").to_owned();
        for panel in dashboard["panels"].as_array().expect("panels") {
            if panel["type"] == "row" {
                continue;
            }
            let told = panel["description"].as_str().unwrap_or_default();
            assert!(!told.is_empty(), "{title}: say what {} tells", panel["title"]);
            assert!(
                panel["fieldConfig"]["defaults"]["unit"].is_string(),
                "{title}: {} has no unit",
                panel["title"]
            );
            for target in panel["targets"].as_array().expect("targets") {
                found.push((title.clone(), target["expr"].as_str().expect("an expression").to_owned()));
            }
        }
    }
    assert!(found.len() > 30, "{found:?}: were the dashboards read?");
    found
}

#[tokio::test]
async fn each_alert_fires_on_what_it_says_and_on_nothing_else() {
    succeeded("check", &promtool(&["check", "rules", "deploy/prometheus/rules/lapwing.yml"], "").await);
    succeeded("test", &promtool(&[&["test", "rules"], &RULE_TESTS[..]].concat(), "").await);
    let (rules, tests) = (text_of("deploy/prometheus/rules/lapwing.yml"), RULE_TESTS.map(text_of).concat());
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 20, "{alerts:?}");
    for alert in alerts {
        assert!(tests.contains(&format!("'{alert} fires: ")), "{alert} has no test in which it fires");
        assert!(
            tests.contains(&format!("'{alert} does not fire: ")),
            "{alert} has no test in which it does not fire"
        );
    }
}

#[tokio::test]
async fn dashboards_ask_what_prometheus_understands() {
    let mut rules = "groups:\n- name: dashboards\n  rules:\n".to_owned();
    for (number, (_, expression)) in expressions_of_dashboards().iter().enumerate() {
        // A text of JSON is one of YAML too.
        let expression = Value::from(expression.as_str());
        rules.push_str(&format!("  - record: dashboard:expression:{number}\n    expr: {expression}\n"));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dashboards.yml");
    std::fs::write(&file, rules).expect("written");
    let file = file.display().to_string();
    succeeded("the expressions of the dashboards", &promtool(&["check", "rules", &file], "").await);
}

#[tokio::test]
async fn a_real_prometheus_evaluates_every_rule_on_what_real_processes_tell() {
    let mut whole = World::production().await;
    let world = whole.processes();
    let mut watched: Vec<Running> = Vec::new();
    for service in SERVICES {
        // A second replica of each, which is watched.
        let settings =
            world.settings((service, 1)).replace("[process]\n", "[process]\nwatch = \"127.0.0.1:0\"\n");
        watched.push(world.run_with((service, 1), "", &settings).await.expect("it starts"));
    }
    let request = SubmitRequest { notification: Some(notification("373", "CASE-1")) };
    let held = world.clients().intake("373").await.submit(request).await.expect("held").into_inner();
    let reference = held.receipt.expect("a receipt").reference;
    world.clients().reached("373", &reference, Stage::Queued).await;

    let addresses: Vec<String> =
        watched.iter().map(|running| running.said("watch").replace("http://", "")).collect();
    let published = Published::read();
    for address in &addresses {
        let told = until("the process to tell how it stands", async || {
            let told = http_get(address, "/metrics").await?;
            told.contains("lapwing_outbox_events").then_some(told)
        })
        .await;
        judge_exposition(&told, &published).await;
    }

    let folder = tempfile::tempdir().expect("a folder");
    let (_prometheus, address) = start_prometheus(folder.path(), &addresses);
    let rules = until("Prometheus to have evaluated every rule", async || {
        let rules = rules_of(&http_get(&address, "/api/v1/rules").await?);
        let scraped = http_get(&address, "/api/v1/query?query=sum(lapwing_ready)").await?;
        let all = !rules.is_empty() && rules.iter().all(|rule| rule["health"] != "unknown");
        (all && scraped.contains("\"4\"")).then_some(rules)
    })
    .await;
    assert!(rules.len() > 30, "{rules:?}");
    let recorded: BTreeSet<String> = rules
        .iter()
        .filter(|rule| rule["type"] == "recording")
        .map(|rule| rule["name"].as_str().expect("a name").to_owned())
        .collect();
    for rule in &rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        let unknown = published.unknown(rule["query"].as_str().expect("an expression"), &recorded);
        assert_eq!(unknown, Vec::<String>::new(), "{} uses what nobody tells", rule["name"]);
    }
    for (dashboard, expression) in expressions_of_dashboards() {
        let unknown = published.unknown(&expression, &recorded);
        assert_eq!(unknown, Vec::<String>::new(), "{dashboard} uses what nobody tells, in {expression}");
    }
    for running in watched {
        running.terminate().await;
    }
}

/// What a process tells is in order, and every name of it is published.
async fn judge_exposition(told: &str, published: &Published) {
    let checked = promtool(&["check", "metrics"], told).await;
    let complaints = [checked.stdout, checked.stderr].concat();
    let complaints = String::from_utf8_lossy(&complaints);
    // OpenTelemetry's name for a gauge ends as a part of a histogram does.
    let allowed = |line: &str| line.is_empty() || line.starts_with("db_client_connection_count ");
    let others: Vec<&str> = complaints.lines().filter(|line| !allowed(line)).collect();
    assert!(others.is_empty(), "{others:?}");
    for line in told.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap_or_default();
        assert!(
            name == "target_info" || published.has(name),
            "{name} is told and not in services/MEASURES.md"
        );
    }
}

/// A Prometheus with the rules of this repository, which scrapes these addresses, and where it is asked.
fn start_prometheus(folder: &Path, scraped: &[String]) -> (Child, String) {
    let address = format!("127.0.0.1:{}", testbed::free_port());
    let settings = folder.join("prometheus.yml");
    let rules = root().join("deploy/prometheus/rules/lapwing.yml");
    let text = format!(
        "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: [{}]\nscrape_configs:\n  - job_name: lapwing\n    \
         static_configs: [{{ targets: [{}] }}]\n",
        Value::from(rules.display().to_string()),
        scraped
            .iter()
            .map(|address| Value::from(address.as_str()).to_string())
            .collect::<Vec<_>>()
            .join(", ")
    );
    std::fs::write(&settings, text).expect("written");
    let prometheus = Command::new("prometheus")
        .arg(format!("--config.file={}", settings.display()))
        .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address={address}"))
        .arg("--log.level=error")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("Prometheus starts: tests/run installs it, or `apt-get install prometheus`");
    (prometheus, address)
}

fn rules_of(answer: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    let groups = answer["data"]["groups"].as_array().cloned().unwrap_or_default();
    groups.iter().flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default()).collect()
}
