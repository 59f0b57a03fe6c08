//! The manifests, as kustomize builds them.

use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::environment;

use crate::tools::{check, deploy, is_installed, output, root, run, say};

/// A builder of ours that knows as much of kustomize as the manifests use: for a machine without kubectl.
fn own_builder() -> Command {
    let mut command = Command::new(environment());
    command.arg(root().join("tests/deployment/kustomize.py"));
    command
}

/// What an overlay is built to: by kubectl, which is then also to be what our own builder makes of it; or by that alone.
fn built(overlay: &str, into: &Path) -> PathBuf {
    let folder = deploy().join("kubernetes/overlays").join(overlay);
    let with_kubectl = is_installed("kubectl");
    let mut builder = if with_kubectl { Command::new("kubectl") } else { own_builder() };
    if with_kubectl {
        builder.arg("kustomize");
    } else {
        say(&format!("there is no kubectl here: {overlay} is built by tests/deployment/kustomize.py"));
    }
    let built = output(builder.arg(&folder));
    assert!(built.status.success(), "{overlay}: {}", String::from_utf8_lossy(&built.stderr));
    let file = into.join(format!("{overlay}.yaml"));
    std::fs::write(&file, built.stdout).expect("written");
    if with_kubectl {
        say(&run(own_builder().arg(&folder).arg(&file)));
    }
    file
}

#[test]
fn both_overlays_follow_the_published_schemas_and_the_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    for overlay in ["trial", "production"] {
        check("kubernetes", &[&built(overlay, folder.path())]);
    }
}

#[test]
fn queues_are_scaled_by_a_metric_that_prometheus_is_told_to_take() {
    let adapter = crate::tools::read("kubernetes/scaling/prometheus-adapter.yaml");
    let scaling = crate::tools::read("kubernetes/overlays/production/scaling.yaml");
    let prometheus = crate::tools::read("prometheus/prometheus.yml");
    assert!(adapter.contains("as: lapwing_queue_messages"), "the adapter gives another metric");
    assert!(prometheus.contains("family: [queue_coarse_metrics]"), "queue lengths are not scraped");
    let asked: Vec<&str> = scaling
        .lines()
        .filter_map(|line| line.trim().strip_prefix("matchLabels: {queue: "))
        .map(|queue| queue.trim_end_matches('}'))
        .collect();
    assert_eq!(asked.len(), 3, "{asked:?}");
    for queue in asked {
        assert!(contracts::topology::queue(queue).is_some(), "there is no queue {queue}");
    }
}
