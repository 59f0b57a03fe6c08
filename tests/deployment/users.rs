//! The broker's users, made as an operator makes them: by the command, and by `rabbitmqctl`.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use broker::topology::USERS;
use broker::{BrokerError, Config, Reachable, probe};
use testbed::rabbitmq::Server;

use crate::tools::run;

fn export(passwords: &Path, to: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lapwing-under-test"));
    command.args(["topology", "export", "--vhost", "made-by-the-command", "--passwords"]).arg(passwords);
    run(command.arg("--to").arg(to));
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    let read =
        |user: &&str| ((*user).to_owned(), std::fs::read_to_string(folder.join(user)).expect("a password"));
    USERS.iter().map(read).collect()
}

#[tokio::test]
async fn passwords_are_drawn_once_and_let_each_user_in_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let (passwords, definitions) = (folder.path().join("passwords"), folder.path().join("definitions.json"));
    export(&passwords, &definitions);
    let drawn = texts(&passwords);
    let mode = |file: &Path| std::fs::metadata(file).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode(&definitions), mode(&passwords.join("lapwing_intake"))), (0o600, 0o600));
    let text = std::fs::read_to_string(&definitions).expect("definitions");
    assert!(drawn.values().all(|password| password.len() == 64 && !text.contains(password)), "hashes alone");
    let server = Server::shared().await;
    server.ctl(&["import_definitions", &definitions.display().to_string()]).await;
    // Again, as before each new version: passwords are those that are there.
    export(&passwords, &definitions);
    assert_eq!(texts(&passwords), drawn);
    server.ctl(&["import_definitions", &definitions.display().to_string()]).await;
    for user in USERS {
        let url = server.url("made-by-the-command").replace("guest:guest", user);
        let with = |file: &str| Config {
            declare: false,
            password_file: Some(passwords.join(file)),
            ..Config::at(url.as_str())
        };
        assert_eq!(probe(&with(user)).await.expect("lets it in"), Reachable::Yes, "{user}");
        let another = USERS.iter().find(|other| **other != user).expect("another");
        let refused = probe(&with(another)).await.expect_err("another's password");
        assert!(matches!(refused, BrokerError::Credentials(_)), "{user}: {refused}");
    }
}
