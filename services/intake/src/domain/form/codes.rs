//! Codes are checked against the set in force on the incident's date. A code that no set ever had is a
//! violation; one that is retired or yet to come is a warning that names the set in force.

use contracts::notification::v1::{ChildFacts, Notification};
use jiff::civil::Date;
use registers::code_sets::{CodeSet, CodeVerdict};

use super::rules::{CODE_NOT_YET, CODE_RETIRED, CODE_UNKNOWN};
use super::{FormJudgement, remark};

const SOURCE: &str = "codes are those of the collection year of the incident (services/platform/registers/data/code-sets.json)";

pub(super) fn judge(notification: &Notification, today: Date, judgement: &mut FormJudgement) {
    let day = super::day_of(notification).unwrap_or(today);
    for (index, child) in notification.children.iter().enumerate() {
        let Some(facts) = &child.facts else { continue };
        for (field, set, code) in codes(facts) {
            judge_code(format!("children[{index}].facts.{field}"), set, code, day, judgement);
        }
    }
}

fn judge_code(field: String, set: CodeSet, code: &str, day: Date, judgement: &mut FormJudgement) {
    let choose =
        |in_force: &[String]| format!("choose one of the set in force on {day}: {}", in_force.join(", "));
    match set.judge(code, day) {
        CodeVerdict::InForce => (),
        CodeVerdict::Unknown { nearest, in_force } => {
            let hint =
                nearest.map(|nearest| format!("did you mean {nearest}? Otherwise ")).unwrap_or_default();
            judgement.violations.push(remark(
                field,
                CODE_UNKNOWN,
                "no year's set has this code",
                SOURCE,
                format!("{hint}{}", choose(in_force)),
            ));
        }
        CodeVerdict::Retired { last_year, in_force } => judgement.warnings.push(remark(
            field,
            CODE_RETIRED,
            format!("the code was last in force in {last_year}"),
            SOURCE,
            choose(in_force),
        )),
        CodeVerdict::NotYet { first_year, in_force } => judgement.warnings.push(remark(
            field,
            CODE_NOT_YET,
            format!("the code is in force only from {first_year}"),
            SOURCE,
            choose(in_force),
        )),
    }
}

/// Every code that is given, with the path of its field below `facts`.
fn codes(facts: &ChildFacts) -> Vec<(String, CodeSet, &str)> {
    let mut codes = vec![
        ("sex".to_owned(), CodeSet::Sex, facts.sex.as_str()),
        ("ethnicity".to_owned(), CodeSet::Ethnicity, facts.ethnicity.as_str()),
        ("legal_status".to_owned(), CodeSet::LegalStatus, facts.legal_status.as_str()),
        ("primary_need".to_owned(), CodeSet::PrimaryNeed, facts.primary_need.as_str()),
        ("plan_category".to_owned(), CodeSet::PlanCategory, facts.plan_category.as_str()),
    ];
    if let Some(placement) = &facts.placement {
        codes.push(("placement.code".to_owned(), CodeSet::Placement, placement.code.as_str()));
    }
    for (index, disability) in facts.disabilities.iter().enumerate() {
        codes.push((format!("disabilities[{index}]"), CodeSet::Disability, disability.as_str()));
    }
    codes.retain(|(_, _, code)| !code.is_empty());
    codes
}
