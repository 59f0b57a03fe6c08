//! The units, judged by systemd itself.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use acceptance::SERVICES;

use crate::tools::{deploy, run, say};

/// What systemd says of a unit's exposure, at the most, of 100. Without a network it would be less; a service has one.
const EXPOSURE_AT_MOST: &str = "20";

/// What every system has and ours depend on. Here they are empty.
const OF_EVERY_SYSTEM: [&str; 6] = [
    "sysinit.target",
    "basic.target",
    "shutdown.target",
    "multi-user.target",
    "network-online.target",
    "time-sync.target",
];

/// A file system as an operator makes it: units, users, and programs in their places.
fn installed(root: &Path) {
    let units = root.join("etc/systemd/system");
    for folder in ["etc/systemd/system", "usr/local/bin", "usr/bin", "etc/lapwing"] {
        fs::create_dir_all(root.join(folder)).expect("made");
    }
    let from = deploy().join("systemd");
    for unit in ["lapwing@.service", "lapwing.target"] {
        fs::copy(from.join(unit), units.join(unit)).expect("copied");
    }
    for unit in OF_EVERY_SYSTEM {
        fs::write(units.join(unit), "[Unit]\n").expect("written");
    }
    for service in SERVICES {
        let unit = format!("lapwing@{service}.service");
        symlink("lapwing@.service", units.join(&unit)).expect("linked");
        let keys = from.join(format!("{unit}.d"));
        if keys.exists() {
            fs::create_dir(units.join(format!("{unit}.d"))).expect("made");
            fs::copy(keys.join("keys.conf"), units.join(format!("{unit}.d/keys.conf"))).expect("copied");
        }
        fs::copy("/bin/true", root.join("usr/local/bin").join(service)).expect("a program");
    }
}

#[test]
fn systemd_takes_every_unit_and_finds_little_exposed() {
    let folder = tempfile::tempdir().expect("a folder");
    installed(folder.path());
    let root = format!("--root={}", folder.path().display());
    for service in SERVICES {
        let unit = format!("lapwing@{service}.service");
        verify(&root, &unit);
        let threshold = format!("--threshold={EXPOSURE_AT_MOST}");
        let security = ["security", "--offline=true", "--no-pager", &threshold, &root, &unit];
        let said = run(Command::new("systemd-analyze").args(security));
        say(said.lines().last().unwrap_or_default());
    }
    verify(&root, "lapwing.target");
}

/// It calls a unit with an unknown key in order, and only says that it passes over the key: so it is to say nothing.
fn verify(root: &str, unit: &str) {
    let said = run(Command::new("systemd-analyze").args(["verify", "--man=no", root, unit]));
    assert!(said.trim().is_empty(), "{unit}: {said}");
}

#[test]
fn every_service_has_a_user_a_folder_and_the_keys_that_its_settings_name() {
    let users = crate::tools::read("systemd/lapwing.sysusers");
    let folders = crate::tools::read("systemd/lapwing.tmpfiles");
    let unit = crate::tools::read("systemd/lapwing@.service");
    for service in SERVICES {
        assert!(users.contains(&format!("u lapwing-{service} ")), "{service} has no user");
        assert!(
            folders.contains(&format!("/etc/lapwing/{service} 0750 root lapwing-{service} ")),
            "{service}"
        );
        let settings = crate::tools::read(&format!("systemd/settings/{service}.toml"));
        let own = deploy().join(format!("systemd/lapwing@{service}.service.d/keys.conf"));
        let loaded = format!("{unit}{}", fs::read_to_string(own).unwrap_or_default());
        let place = format!("/run/credentials/lapwing@{service}.service/");
        let named = settings.split(&place).skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
        let named: Vec<&str> = named.collect();
        assert!(named.len() >= 2, "{service} names {named:?}");
        for credential in named {
            assert!(
                loaded.contains(&format!("LoadCredential={credential}:")),
                "{service}: {credential} is not loaded"
            );
        }
    }
}
