//! Authorities are named by DfE number, or by a GSS code that they have or had; either must be one that the register
//! knows. A GSS code is understood and told back with its number, because codes change while numbers stay.

use contracts::notification::v1::{Area, Nation, Notification};
use jiff::civil::Date;
use registers::{Authority, AuthorityNumber};

use super::rules::{
    AUTHORITY_ENDED, AUTHORITY_OUTSIDE_ENGLAND, AUTHORITY_UNKNOWN, GSS_CODE_NOT_IN_FORCE, GSS_CODE_UNDERSTOOD,
};
use super::{FormJudgement, remark};
use crate::domain::authority::named;

const REGISTER: &str = "register: services/platform/registers/data/local-authorities.csv";

pub(super) fn judge(notification: &Notification, today: Date, judgement: &mut FormJudgement) {
    let day = super::day_of(notification).unwrap_or(today);
    for (field, text) in named_authorities(notification) {
        let by_number = text.parse::<AuthorityNumber>().is_ok();
        // The form itself is a rule of the contract and has been told already.
        if !by_number && !is_gss_code(text) {
            continue;
        }
        let Some(authority) = named(text) else {
            judge_unknown(field, text, judgement);
            continue;
        };
        if !by_number {
            judge_gss_code(&field, text, authority, day, judgement);
        }
        if !authority.is_live_on(today) {
            judgement.warnings.push(remark(
                field,
                AUTHORITY_ENDED,
                format!("{text} ({}) is not in being today", authority.name),
                format!("the register gives each authority's dates ({REGISTER})"),
                "name the authority that has taken its place, unless the past one is meant",
            ));
        }
    }
    judge_nations(notification, judgement);
}

fn judge_unknown(field: String, text: &str, judgement: &mut FormJudgement) {
    judgement.violations.push(remark(
        field,
        AUTHORITY_UNKNOWN,
        format!("{text} is no children's-services authority in England"),
        format!("authorities are named by their three-digit DfE number, or by a GSS code that they have or had ({REGISTER})"),
        "look the number up in Get Information About Schools, or in the register",
    ));
}

/// A code is understood whenever it was in force; which one was in force on the day is told where it is another.
fn judge_gss_code(field: &str, text: &str, authority: &Authority, day: Date, judgement: &mut FormJudgement) {
    let number = authority.number;
    judgement.warnings.push(remark(
        field,
        GSS_CODE_UNDERSTOOD,
        format!("the GSS code {text} is understood as DfE number {number} ({})", authority.name),
        format!("a GSS code changes with an authority's boundary, its DfE number stays ({REGISTER})"),
        format!("nothing, if {number} is meant; receipts and findings say {number}"),
    ));
    match authority.gss_code_on(day) {
        Some(in_force) if in_force != text => judgement.warnings.push(remark(
            field,
            GSS_CODE_NOT_IN_FORCE,
            format!("the GSS code {text} was not in force on {day}; {in_force} was"),
            format!("the register gives the dates of each code ({REGISTER})"),
            format!("give {in_force}, or better the DfE number {number}"),
        )),
        _ => (),
    }
}

fn judge_nations(notification: &Notification, judgement: &mut FormJudgement) {
    for (field, area) in areas(notification) {
        if !area.authority.is_empty() && !matches!(area.nation(), Nation::England | Nation::Unspecified) {
            judgement.warnings.push(remark(
                field,
                AUTHORITY_OUTSIDE_ENGLAND,
                "an English authority is given for a place outside England",
                "only England's areas have a DfE number; the finding goes by the nation (Children Act 2004 s.16C(1)(b))",
                "leave the authority out, or correct the nation",
            ));
        }
    }
}

/// The form of a GSS code of an English authority, as the contract has it: no name has that form.
fn is_gss_code(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() == 9 && bytes.next() == Some(b'E') && bytes.all(|byte| byte.is_ascii_digit())
}

/// Every authority that is named, with the path of its field.
fn named_authorities(notification: &Notification) -> Vec<(String, &str)> {
    let mut named = vec![("notifying_authority".to_owned(), notification.notifying_authority.as_str())];
    for (field, area) in areas(notification) {
        named.push((format!("{field}.authority"), area.authority.as_str()));
    }
    for (index, child) in notification.children.iter().enumerate() {
        if let Some(placement) = child.facts.as_ref().and_then(|facts| facts.placement.as_ref()) {
            let path = format!("children[{index}].facts.placement");
            named.push((format!("{path}.host_authority"), placement.host_authority.as_str()));
            named.push((format!("{path}.placing_authority"), placement.placing_authority.as_str()));
        }
    }
    named.retain(|(_, text)| !text.is_empty());
    named
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
