//! How findings are told: to a person, one line a check and the remedy below it; to a machine, one JSON value a line.

use serde_json::json;

use super::finding::{Finding, Group, Level, Sum};
use crate::printing::line;

/// Prints everything that was found, and what it comes to.
pub(super) fn tell(groups: &[Group], json: bool) {
    for group in groups {
        if json {
            group.findings.iter().for_each(|finding| line(as_json(&group.name, finding)));
        } else {
            line(&group.name);
            group.findings.iter().flat_map(as_lines).for_each(line);
        }
    }
    let sum = Sum::of(groups);
    if json {
        let Sum { well, not_here, not_checked, warnings, failures } = sum;
        line(
            json!({ "summary": sum.sentence(), "ok": well, "not_here": not_here, "not_checked": not_checked,
                    "warn": warnings, "fail": failures })
            .to_string(),
        );
    } else {
        line(sum.sentence());
    }
}

fn as_lines(finding: &Finding) -> Vec<String> {
    let mut lines = vec![format!("  {:11}  {}: {}", finding.level.word(), finding.check, finding.what)];
    let below = [("where", &finding.place), ("why", &finding.why), ("to do", &finding.to_do)];
    if !matches!(finding.level, Level::Well | Level::NotHere) {
        let told = below.into_iter().filter(|(_, text)| !text.is_empty());
        lines.extend(told.map(|(name, text)| format!("                 {name}: {text}")));
    }
    lines
}

fn as_json(group: &str, finding: &Finding) -> String {
    let Finding { level, check, what, place, why, to_do } = finding;
    json!({ "of": group, "check": check, "level": level.code(), "what": what, "where": place, "why": why,
            "to_do": to_do })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_stands_below_what_is_not_well_and_nothing_below_what_is() {
        let bad = Finding::failure("disk", "it is full", "nothing can be kept", "make room").at("/var/lib");
        assert_eq!(
            as_lines(&bad),
            [
                "  FAIL         disk: it is full",
                "                 where: /var/lib",
                "                 why: nothing can be kept",
                "                 to do: make room",
            ]
        );
        assert_eq!(
            as_lines(&Finding::well("disk", "there is room").at("/var")),
            ["  ok           disk: there is room"]
        );
        let json: serde_json::Value = serde_json::from_str(&as_json("audit", &bad)).expect("JSON");
        assert_eq!(
            (&json["level"], &json["to_do"], &json["of"]),
            (&json!("fail"), &json!("make room"), &json!("audit"))
        );
    }
}
