//! Every settings file that is deployed, read by the program that it is for.

use std::path::Path;
use std::process::Command;

use acceptance::SERVICES;
use ambient::Ambient;
use identity::DevelopmentAuthority;

use crate::tools::{output, read};

/// Where a way of deploying has its files, and where those of a certificate are in it.
struct Way {
    files: &'static str,
    certificates: &'static str,
}

const WAYS: [Way; 4] = [
    Way { files: "samples/SERVICE.toml", certificates: "/etc/lapwing/" },
    Way { files: "compose/settings/SERVICE.toml", certificates: "/etc/lapwing/development/pki/" },
    Way { files: "kubernetes/base/settings/SERVICE.toml", certificates: "/etc/lapwing/tls/" },
    Way { files: "systemd/settings/SERVICE.toml", certificates: "/etc/lapwing/SERVICE/" },
];

#[test]
fn every_settings_file_is_in_order_for_its_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let pki = DevelopmentAuthority::open(&folder.path().join("pki"), &Ambient::system()).expect("opens");
    for way in WAYS {
        for service in SERVICES {
            pki.service(service).expect("a certificate");
            let name = way.files.replace("SERVICE", service);
            let (ended_well, said) = judged(&read(&name), service, &way, folder.path());
            assert!(ended_well, "{name}: {said}");
            let misspelt = read(&name).replace("listen = ", "lisen = ");
            let (ended_well, said) = judged(&misspelt, service, &way, folder.path());
            assert!(!ended_well && said.contains("lisen"), "{name}: a slip is not found: {said}");
        }
    }
}

/// Whether the program takes the settings, and what it says. The certificates that they name are development ones here.
fn judged(text: &str, service: &str, way: &Way, folder: &Path) -> (bool, String) {
    let pki = folder.join("pki");
    let here = |name: &str| pki.join(name).display().to_string();
    let own = format!("service-{service}");
    let certificates = way.certificates.replace("SERVICE", service);
    let at = |name: &str| format!("{certificates}{name}");
    let text = text
        .replace(&at("tls.crt"), &here(&format!("{own}.pem")))
        .replace(&at("tls.key"), &here(&format!("{own}.key")))
        .replace(&at("ca.crt"), &here("authority.pem"))
        .replace("/etc/lapwing/revoked/revoked.pem", &here("revoked.pem"))
        .replace(&certificates, &here(""));
    let file = folder.join("settings.toml");
    std::fs::write(&file, text).expect("written");
    let program = std::env::current_exe().expect("a path");
    let program = program.ancestors().nth(2).expect("target/debug").join(format!("{service}-under-test"));
    let output = output(Command::new(program).arg("--check-config").arg("--config").arg(file));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn no_settings_file_holds_a_password_but_the_samples_for_a_trial() {
    for way in WAYS.iter().filter(|way| !way.files.starts_with("samples/")) {
        for service in SERVICES {
            let name = way.files.replace("SERVICE", service);
            for line in read(&name).lines().filter(|line| line.contains("://") && line.contains('@')) {
                let user =
                    line.split("://").nth(1).and_then(|rest| rest.split('@').next()).unwrap_or_default();
                assert!(!user.contains(':'), "{name} holds a password");
            }
        }
    }
}

#[test]
fn every_process_that_something_watches_has_a_watch_port_and_declares_nothing() {
    for way in WAYS.iter().filter(|way| !way.files.starts_with("samples/")) {
        for service in SERVICES {
            let name = way.files.replace("SERVICE", service);
            let settings: toml::Table = read(&name).parse().expect("TOML");
            let watch = settings["process"]["watch"].as_str().expect("an address");
            assert!(watch.ends_with(":9464") || name.starts_with("systemd"), "{name}: {watch}");
            assert_eq!(settings["broker"]["declare"].as_bool(), Some(false), "{name}");
            let user = format!("lapwing_{service}@");
            assert!(settings["broker"]["url"].as_str().is_some_and(|url| url.contains(&user)), "{name}");
        }
    }
}
