//! Authorities are named by DfE number, and a number must be one that the register knows.

use contracts::notification::v1::{Area, Nation, Notification};
use jiff::civil::Date;
use registers::{AuthorityNumber, authorities};

use super::{FormJudgement, remark};

pub(super) fn judge(notification: &Notification, today: Date, judgement: &mut FormJudgement) {
    for (field, number) in numbers(notification) {
        // The form of the number itself is a rule of the contract and has been told already.
        let Ok(number) = number.parse::<AuthorityNumber>() else {
            continue;
        };
        match authorities().find(number) {
            None => judgement.violations.push(remark(
                field,
                "AUTHORITY_UNKNOWN",
                format!("{number} is no children's-services authority in England"),
                "authorities are named by their three-digit DfE number (register: services/platform/registers/data/local-authorities.csv)",
                "look the number up in Get Information About Schools, or in the register; a GSS code such as E08000016 is not it",
            )),
            Some(authority) if !authority.is_live_on(today) => judgement.warnings.push(remark(
                field,
                "AUTHORITY_ENDED",
                format!("{number} ({}) is not in being today", authority.name),
                "the register gives each authority's dates (services/platform/registers/data/local-authorities.csv)",
                "name the authority that has taken its place, unless the past one is meant",
            )),
            Some(_) => (),
        }
    }
    for (field, area) in areas(notification) {
        if !area.authority.is_empty() && !matches!(area.nation(), Nation::England | Nation::Unspecified) {
            judgement.warnings.push(remark(
                field,
                "AUTHORITY_OUTSIDE_ENGLAND",
                "an English authority is given for a place outside England",
                "only England's areas have a DfE number; the finding goes by the nation (Children Act 2004 s.16C(1)(b))",
                "leave the authority out, or correct the nation",
            ));
        }
    }
}

/// Every authority number that is given, with the path of its field.
fn numbers(notification: &Notification) -> Vec<(String, &str)> {
    let mut numbers = vec![("notifying_authority".to_owned(), notification.notifying_authority.as_str())];
    for (field, area) in areas(notification) {
        numbers.push((format!("{field}.authority"), area.authority.as_str()));
    }
    for (index, child) in notification.children.iter().enumerate() {
        if let Some(placement) = child.facts.as_ref().and_then(|facts| facts.placement.as_ref()) {
            let path = format!("children[{index}].facts.placement");
            numbers.push((format!("{path}.host_authority"), placement.host_authority.as_str()));
            numbers.push((format!("{path}.placing_authority"), placement.placing_authority.as_str()));
        }
    }
    numbers.retain(|(_, number)| !number.is_empty());
    numbers
}

fn areas(notification: &Notification) -> Vec<(String, &Area)> {
    let incident = notification.incident.as_ref().and_then(|incident| incident.facts.as_ref());
    let mut areas: Vec<(String, &Area)> = incident
        .and_then(|facts| facts.area.as_ref())
        .map(|area| ("incident.facts.area".to_owned(), area))
        .into_iter()
        .collect();
    for (index, child) in notification.children.iter().enumerate() {
        if let Some(area) = child.facts.as_ref().and_then(|facts| facts.normal_residence.as_ref()) {
            areas.push((format!("children[{index}].facts.normal_residence"), area));
        }
    }
    areas
}
