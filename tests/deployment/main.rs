//! What is below `deploy/`, held to the tools that read it: settings by the programs, manifests by the schemas that Kubernetes
//! publishes, units by systemd, compose by docker-compose, the Dockerfile by hadolint, Prometheus by promtool.
//!
//! What a reader would get wrong: no image is built here and no cluster runs. These tests say that the files are well formed and
//! keep our own rules, not that they work together: `deploy/README.md` lists what was never run.

mod containers;
mod kubernetes;
mod settings;
mod systemd;
mod tools;
mod users;
