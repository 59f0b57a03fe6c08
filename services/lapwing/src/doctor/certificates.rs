//! Certificates, keys, authorities and lists of revoked ones: what those they are shown to will make of them, and how long they
//! last.

use std::path::Path;

use host::Files;
use identity::{Anchors, Caller, Examined, Pair, Role, TrustError, Unfit, ends};
use jiff::{SignedDuration, Timestamp};

use super::finding::Finding;
use super::key_files;

/// How long before its end a certificate is warned of: a month, for an authority may take weeks to give a new one.
const WARN_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long before a list is to be replaced it is warned of: a weekend. Lists may be made anew each day.
const WARN_BEFORE_LIST: SignedDuration = SignedDuration::from_hours(48);

const ISSUE: &str = "ask the authority for a new one, and write it over the old one; no restart is needed";
const REFUSED: &str = "every handshake with it is refused";

/// What a certificate must be good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// To serve alone: the embedded mode's.
    Server,
    /// To serve, and to be this service towards others.
    Service(&'static str),
    /// The same, where the service calls nobody: what it is called is of little weight.
    ServiceThatIsCalled(&'static str),
}

/// Looks at one end's own certificate, and at whom it trusts.
pub(super) fn own(files: &Files, to_be: Use, now: Timestamp) -> Vec<Finding> {
    let mut found = vec![key_files::permissions("key permissions", &files.key)];
    let (certificate, key) = (text("certificate", &files.certificate), text("key", &files.key));
    let authority = text("authority", &files.authority);
    let revoked = files.revoked.as_deref().map(|file| text("revocation list", file)).transpose();
    if let (Ok(certificate), Ok(key)) = (&certificate, &key) {
        found.extend(
            of_pair("certificate", certificate, key, now).map(|found| found.at(files.certificate.display())),
        );
    }
    if let Ok(authority) = &authority {
        found.push(of_authority("authority", authority, now).at(files.authority.display()));
        if let Ok(revoked) = &revoked {
            let place = files.revoked.as_deref().unwrap_or(&files.authority).display();
            found.push(of_list(authority, revoked.as_deref(), now).at(place));
        }
    }
    if let (Ok(certificate), Ok(authority), Ok(revoked)) = (&certificate, &authority, &revoked)
        && let Ok(examined) = Examined::read(certificate)
    {
        let judged = of_use(&examined, authority, revoked.as_deref(), to_be, now);
        found.extend(judged.map(|found| found.at(files.certificate.display())));
    }
    let unread = [certificate.err(), key.err(), authority.err(), revoked.err()];
    found.extend(unread.into_iter().flatten());
    found
}

/// Looks at a certificate that is shown to somebody else's server, and at who vouches for that server.
pub(super) fn towards(
    check: &'static str,
    authority: Option<&Path>,
    certificate: Option<&Path>,
    key: Option<&Path>,
    now: Timestamp,
) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(file) = authority {
        let judged = text(check, file).map(|pem| of_authority(check, &pem, now).at(file.display()));
        found.push(judged.unwrap_or_else(|unread| unread));
    }
    match (certificate, key) {
        (Some(certificate), Some(key)) => {
            found.push(key_files::permissions(check, key));
            match (text(check, certificate), text(check, key)) {
                (Ok(pem), Ok(key)) => {
                    found
                        .extend(of_pair(check, &pem, &key, now).map(|found| found.at(certificate.display())));
                }
                (one, other) => found.extend([one.err(), other.err()].into_iter().flatten()),
            }
        }
        (None, None) => (),
        _ => found.push(Finding::failure(
            check,
            "only one of certificate and key is named",
            "it can be shown to nobody",
            "name both files, or neither",
        )),
    }
    found
}

fn text(check: &'static str, file: &Path) -> Result<String, Finding> {
    std::fs::read_to_string(file).map_err(|error| {
        Finding::failure(
            check,
            format!("{} cannot be read: {error}", file.display()),
            "without it the service does not start",
            "correct the setting that names it, or let this user read it",
        )
        .at(file.display())
    })
}

/// A certificate's time, and whether the key is its own.
fn of_pair(
    check: &'static str,
    certificate: &str,
    key: &str,
    now: Timestamp,
) -> impl Iterator<Item = Finding> {
    let examined = match Examined::read(certificate) {
        Err(error) => return vec![not_usable(check, &error)].into_iter(),
        Ok(examined) => examined,
    };
    let time = of_time(check, "the certificate", examined.from, examined.until, now);
    // Its time is told apart from its key.
    let belongs = match Pair::of(certificate, key, examined.from) {
        Ok(_) => None,
        Err(error) => Some(not_usable(check, &error)),
    };
    [Some(time), belongs].into_iter().flatten().collect::<Vec<_>>().into_iter()
}

fn not_usable(check: &'static str, error: &TrustError) -> Finding {
    let said = error.to_string();
    let (what, to_do) = said.split_once("; ").unwrap_or((&said, ISSUE));
    Finding::failure(check, what, "the service does not start, and one that runs goes by the old ones", to_do)
}

fn of_time(check: &'static str, what: &str, from: Timestamp, until: Timestamp, now: Timestamp) -> Finding {
    let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
    if now >= until {
        return Finding::failure(check, format!("{what} is over since {}", day(until)), REFUSED, ISSUE);
    }
    if now < from {
        let to_do = "set this machine's clock right, or ask the authority for one that is valid now";
        return Finding::failure(
            check,
            format!("{what} is valid only from {} on", day(from)),
            REFUSED,
            to_do,
        );
    }
    let left = until.duration_since(now);
    let days = left.as_hours() / 24;
    let said = format!("{what} is valid until {}, {days} days from now", day(until));
    if left < WARN_BEFORE {
        return Finding::warning(check, said, format!("from then on {REFUSED}"), ISSUE);
    }
    Finding::well(check, said)
}

fn of_authority(check: &'static str, pem: &str, now: Timestamp) -> Finding {
    match ends(pem).ok().and_then(|ends| ends.into_iter().min()) {
        Some(until) => of_time(check, "the authority's certificate", Timestamp::UNIX_EPOCH, until, now),
        None => not_usable(check, &TrustError::Authority),
    }
}

/// Whether the authority that is named has signed it, for what it is to be good.
fn of_use(
    examined: &Examined,
    authority: &str,
    revoked: Option<&str>,
    to_be: Use,
    now: Timestamp,
) -> impl Iterator<Item = Finding> {
    const CHECK: &str = "certificate";
    // Its own time is told already: whether somebody vouches for it is asked within it.
    let when = if now >= examined.until || now < examined.from { examined.from } else { now };
    let lists = if when == now { revoked } else { None };
    let mut judged = vec![examined.as_server(authority, lists, when)];
    if to_be != Use::Server {
        judged.push(examined.as_client(authority, lists, when));
    }
    let unfit = judged.into_iter().find_map(Result::err);
    let signed = match unfit {
        Some(unfit) => unfit_for(CHECK, &unfit),
        None => Some(Finding::well(CHECK, "its authority vouches for it")),
    };
    let named = match to_be {
        Use::Server => None,
        Use::Service(service) => of_name(examined, service, Finding::failure),
        Use::ServiceThatIsCalled(service) => of_name(examined, service, Finding::warning),
    };
    signed.into_iter().chain(named)
}

fn unfit_for(check: &'static str, unfit: &Unfit) -> Option<Finding> {
    let (what, to_do) = match unfit {
        Unfit::Authority => (
            "none of those in `authority` has signed the certificate".to_owned(),
            "ask the authority that is named for a certificate, or name the one that issued this in `authority`, here and at every \
             service and caller",
        ),
        Unfit::Revoked => ("the certificate has been revoked by its authority".to_owned(), ISSUE),
        Unfit::NoHost => (
            "the certificate names no host by which a client could call".to_owned(),
            "ask the authority for one with the host's name among its subject alternative names",
        ),
        // Whose time it is, is told where that one is judged.
        Unfit::Time => return None,
        Unfit::Other(words) => (
            format!("the certificate is not good for both ends of a connection: {words}"),
            "ask the authority for one that may serve and call (serverAuth, clientAuth)",
        ),
    };
    Some(Finding::failure(check, what, REFUSED, to_do))
}

type Grave = fn(&'static str, String, String, String) -> Finding;

fn of_name(examined: &Examined, service: &'static str, grave: Grave) -> Option<Finding> {
    let wanted = Caller::new(Role::Service, service);
    let what = match &examined.caller {
        Ok(caller) if *caller == wanted => return None,
        Ok(caller) => format!("the certificate names {caller}, and not {wanted}"),
        Err(_) => format!("the certificate does not name {wanted}, or names more besides"),
    };
    let why = "other services let in whoever the certificate names";
    let to_do = format!("ask the authority for one whose only URI is {wanted}");
    Some(grave("certificate", what, why.to_owned(), to_do))
}

fn of_list(authority: &str, revoked: Option<&str>, now: Timestamp) -> Finding {
    const CHECK: &str = "revocation list";
    if revoked.is_none() {
        return Finding::not_here(
            CHECK,
            "no `revoked` is set: a certificate that was taken back is let in until its time has passed",
        );
    }
    let fetch = "fetch the authority's newest list, by a timer, before the old one is out of date";
    match Anchors::of(authority, revoked, now) {
        Ok(anchors) => match anchors.list_until() {
            Some(until) if until.duration_since(now) < WARN_BEFORE_LIST => Finding::warning(
                CHECK,
                format!("it is to be replaced by {}", until.strftime("%Y-%m-%d %H:%M UTC")),
                "a process does not start on a list that is out of date",
                fetch,
            ),
            _ => Finding::well(CHECK, "it is there, signed and in force"),
        },
        // The authority is judged for itself.
        Err(TrustError::Authority) => Finding::not_here(CHECK, "the authority cannot be read"),
        Err(error) => not_usable(CHECK, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Level;

    #[test]
    fn a_certificates_time_is_told_before_it_is_over() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().expect("a time");
        let from = "2026-01-01T00:00:00Z".parse().expect("a time");
        for (until, level, words) in [
            ("2028-01-01T00:00:00Z", Level::Well, "valid until 2028-01-01, 398 days from now"),
            ("2026-12-28T12:00:00Z", Level::Well, "30 days from now"),
            ("2026-12-28T11:59:59Z", Level::Warning, "29 days from now"),
            ("2026-11-28T12:00:00Z", Level::Failure, "is over since 2026-11-28"),
        ] {
            let found = of_time("certificate", "it", from, until.parse().expect("a time"), now);
            assert_eq!(found.level, level, "{until}");
            assert!(found.what.contains(words), "{found:?}");
        }
        let early = of_time("certificate", "it", now, now, from);
        assert!(early.level == Level::Failure && early.what.contains("only from 2026-11-28"), "{early:?}");
    }
}
