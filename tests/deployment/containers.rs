//! The Dockerfile, compose.yaml and what its containers are given.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use acceptance::environment;

use crate::tools::{check, deploy, is_installed, output, root, run};

#[test]
fn the_dockerfile_has_a_target_for_each_program_that_is_nobody_and_holds_its_materials() {
    let dockerfile = deploy().join("Dockerfile");
    check("dockerfile", &[&dockerfile]);
    run(Command::new(environment().with_file_name("hadolint"))
        .arg("--failure-threshold=info")
        .arg(&dockerfile));
}

#[test]
fn compose_is_read_and_every_container_is_held_to_the_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("compose.yaml");
    // By standard output alone: docker-compose warns on standard error.
    let read =
        output(Command::new("docker-compose").arg("-f").arg(deploy().join("compose.yaml")).arg("config"));
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    std::fs::write(&file, read.stdout).expect("written");
    check("compose", &[&file, &deploy()]);
}

#[test]
fn passwords_are_made_once_and_nobody_else_gets_into_their_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = folder.path().join("made");
    let prepare = || run(Command::new(deploy().join("compose/prepare")).arg(&made));
    let read = || -> BTreeMap<String, String> {
        let entries = std::fs::read_dir(&made).expect("made").map(|entry| entry.expect("an entry").path());
        entries
            .map(|file| {
                let name = file.file_name().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read_to_string(&file).expect("text"))
            })
            .collect()
    };
    prepare();
    let first = read();
    assert!(first.values().all(|password| password.len() == 48), "each is drawn");
    let distinct: std::collections::BTreeSet<&String> = first.values().collect();
    assert_eq!(distinct.len(), first.len(), "each is its own");
    assert_eq!(std::fs::metadata(&made).expect("a folder").permissions().mode() & 0o777, 0o700);
    prepare();
    assert_eq!(first, read(), "what is there stays");
    let users = broker::topology::USERS.iter().map(|user| (*user).to_owned());
    assert!(users.clone().all(|user| first.contains_key(&user)), "one for each user of the broker");
    let compose = crate::tools::read("compose.yaml");
    for name in first.keys() {
        assert!(
            compose.contains(&format!("  {name}: {{file: ./compose/made/{name}}}")),
            "{name} is given to nobody"
        );
    }
    let ignored = std::fs::read_to_string(root().join(".gitignore")).expect("text");
    assert!(ignored.lines().any(|line| line == "/deploy/compose/made"), "git would see the passwords");
}

#[test]
fn prometheus_takes_its_settings_and_whatever_rules_there_are() {
    assert!(is_installed("promtool"), "promtool is missing: tests/run installs it (Debian: prometheus)");
    run(Command::new("promtool").args(["check", "config"]).arg(deploy().join("prometheus/prometheus.yml")));
}
