//! Programs that judge files, and what they say.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_owned()
}

/// The folder of what is deployed.
pub(crate) fn deploy() -> PathBuf {
    root().join("deploy")
}

/// A text below `deploy/`.
pub(crate) fn read(file: &str) -> String {
    let file = deploy().join(file);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A check in Python: `tests/deployment/<name>.py`. What it prints is shown; a complaint is a failure.
pub(crate) fn check(name: &str, arguments: &[&Path]) {
    let script = root().join("tests/deployment").join(format!("{name}.py"));
    say(&run(Command::new(acceptance::environment()).arg(script).args(arguments)));
}

/// Says what a tool has said. Where standard error is gone there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _gone = writeln!(std::io::stderr(), "{}", text.trim_end());
}

/// Runs a program that must do well, and returns what it prints.
pub(crate) fn run(command: &mut Command) -> String {
    let output = output(command);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// Runs a program. One that is not there is a failure with what to do, never a test that passes.
pub(crate) fn output(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    command.output().unwrap_or_else(|error| {
        panic!("{}: {error}; tests/run installs what the tests need", program.display())
    })
}

/// Whether a program can be started at all.
pub(crate) fn is_installed(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|found| found.status.success())
}
