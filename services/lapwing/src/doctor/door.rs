//! Where a process answers: whether it does, by the name of each of its services, over mutual TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ambient::Ambient;
use host::Files;
use identity::{Caller, Credentials, DevelopmentAuthority, Examined, Pair, Role};
use jiff::SignedDuration;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::clock;
use super::finding::Finding;
use crate::connection::innermost;

/// The check of a process's own health.
pub(super) const OWN: &str = "health";

/// How long the certificate is good that is made for asking in the embedded mode, in memory alone.
const TO_ASK: SignedDuration = SignedDuration::from_mins(5);

/// How a process is called.
#[derive(Debug, Clone)]
pub(super) enum Door {
    /// A service as a process of its own, by its own certificate, wherever its settings say that it listens.
    Process(Files, SocketAddr),
    /// A service that another asks at an address, as that other.
    Asked(Files, String),
    /// All four in one process, at an address, by what the folder's development authority issues for the moment.
    Embedded(PathBuf, String),
}

/// Why a process could not be asked.
#[derive(Debug)]
pub(super) enum NotAsked {
    /// There is no certificate to ask with; why that is so is told where certificates are looked at.
    NoCertificate,
    /// It takes whatever port is free, so nobody knows which.
    AnyPort,
    /// It does not answer.
    NoAnswer(String),
}

impl Door {
    /// Where it is.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Process(_, listen) => format!("https://{}", reachable(*listen)),
            Self::Asked(_, address) | Self::Embedded(_, address) => address.clone(),
        }
    }

    /// Connects, within some seconds.
    ///
    /// # Errors
    /// [`NotAsked`].
    pub(super) async fn connect(&self) -> Result<Channel, NotAsked> {
        if matches!(self, Self::Process(_, listen) if listen.port() == 0) {
            return Err(NotAsked::AnyPort);
        }
        let (credentials, named) = self.credentials().ok_or(NotAsked::NoCertificate)?;
        let no_answer = |error: &dyn std::error::Error| NotAsked::NoAnswer(innermost(error));
        let endpoint = Endpoint::from_shared(self.address()).map_err(|error| no_answer(&error))?;
        let host =
            named.or_else(|| endpoint.uri().host().map(|host| host.trim_matches(['[', ']']).to_owned()));
        let endpoint = endpoint
            .tls_config(credentials.client_tls(&host.unwrap_or_default()))
            .map_err(|error| no_answer(&error))?
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(5));
        endpoint.connect().await.map_err(|error| no_answer(&error))
    }

    /// What to show, and the name by which the other end is to be known where the address does not say it.
    fn credentials(&self) -> Option<(Credentials, Option<String>)> {
        let ambient = Ambient::system();
        let now = ambient.now();
        match self {
            Self::Embedded(pki, _) => {
                let authority = DevelopmentAuthority::kept(pki, &ambient).ok()?;
                let doctor = Caller::new(Role::Operator, "doctor");
                Some((authority.caller_until(&doctor, now + TO_ASK).ok()?, None))
            }
            Self::Process(files, _) | Self::Asked(files, _) => {
                let credentials = files.read().ok()?;
                let examined = Examined::read(&credentials.certificate).ok()?;
                Pair::of(&credentials.certificate, &credentials.key, now).ok()?;
                examined.as_client(&credentials.authority, credentials.revoked.as_deref(), now).ok()?;
                let own =
                    matches!(self, Self::Process(..)).then(|| examined.hosts.first().cloned()).flatten();
                Some((credentials, own))
            }
        }
    }
}

/// Asks a process for its health, by the names of its services, and for its time.
pub(super) async fn look(
    check: &'static str,
    door: &Door,
    names: &[String],
    ambient: &Ambient,
) -> Vec<Finding> {
    let channel = match door.connect().await {
        Ok(channel) => channel,
        Err(error) => return vec![judge(check, &error, &door.address())],
    };
    let mut client = HealthClient::new(channel);
    let (mut unwell, mut time) = (Vec::new(), None);
    for name in names {
        let before = ambient.now();
        match client.check(HealthCheckRequest { service: name.clone() }).await {
            Ok(answer) => {
                let header = answer.metadata().get("date").and_then(|date| date.to_str().ok());
                time = time.or_else(|| header.and_then(|header| clock::ahead(before, header)));
                if answer.into_inner().status() != ServingStatus::Serving {
                    unwell.push(format!("{name} does not serve"));
                }
            }
            Err(status) if status.code() == Code::NotFound => unwell.push(format!("{name} is not there")),
            Err(status) => unwell.push(format!("{name} gives no answer ({})", status.code())),
        }
    }
    let health = if unwell.is_empty() {
        Finding::well(check, format!("it serves at {}", door.address()))
    } else {
        let why = "its callers are refused, or answered by another process";
        let to_do =
            "read its log: it says why; clocks that differ and a process on its way down are two reasons";
        Finding::failure(check, unwell.join("; "), why, to_do).at(door.address())
    };
    let clock = match time {
        Some(ahead) => clock::judge(ahead, &format!("that of {}", door.address())),
        None => Finding::not_here("clock", "the server's answers bear no time"),
    };
    vec![health, clock]
}

fn judge(check: &'static str, error: &NotAsked, address: &str) -> Finding {
    match error {
        NotAsked::NoCertificate => Finding::not_checked(
            check,
            "there is no certificate with which it would let anybody in",
            "see to the certificate first, then run this again",
        ),
        NotAsked::AnyPort => {
            Finding::not_here(check, "it listens at whatever port is free: only its ready line names it")
        }
        NotAsked::NoAnswer(reason) => Finding::failure(
            check,
            format!("it does not answer: {reason}"),
            "its callers are not served",
            "start it where it does not run; where it runs, its log says whom it refuses and why",
        )
        .at(address),
    }
}

/// An address by which this machine itself can be called: one that stands for all of its addresses is none.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The services by their names in the contracts: those of one service's own, or all where none is named; and the operators'.
pub(super) fn names(service: Option<&str>) -> Vec<String> {
    let own = service.map(|service| format!("lapwing.{service}.v1."));
    let all = contracts::DESCRIPTOR_POOL.services().map(|service| service.full_name().to_owned());
    let wanted = |name: &String| {
        name.starts_with("lapwing.")
            && (name == operations::NAME || own.as_ref().is_none_or(|own| name.starts_with(own.as_str())))
    };
    let mut names: Vec<String> = all.filter(wanted).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_process_is_called_where_it_can_be() {
        let at = |text: &str| reachable(text.parse().expect("an address")).to_string();
        assert_eq!(at("0.0.0.0:7441"), "127.0.0.1:7441");
        assert_eq!(at("[::]:7441"), "[::1]:7441");
        assert_eq!(at("10.1.2.3:7441"), "10.1.2.3:7441");
        assert_eq!(judge(OWN, &NotAsked::AnyPort, "x").level, Level::NotHere);
        assert_eq!(judge(OWN, &NotAsked::NoCertificate, "x").level, Level::NotChecked);
    }

    #[test]
    fn health_is_asked_by_the_names_of_the_contracts() {
        assert_eq!(
            names(Some("intake")),
            ["lapwing.intake.v1.IntakeService", "lapwing.intake.v1.RecordsService", operations::NAME]
        );
        assert_eq!(names(None).len(), 6);
    }
}
