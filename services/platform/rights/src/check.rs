//! Whether the table is whole: every call of the contracts has a row, and every row a call.

use std::collections::BTreeSet;

use contracts::DESCRIPTOR_POOL;

use crate::row::{Row, Who};
use crate::table::TABLE;

/// What every server answers besides the contracts.
const OF_EVERY_SERVER: [&str; 3] = [
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
];

/// The table and the contracts do not agree.
#[derive(Debug, thiserror::Error)]
#[error("the table of rights (services/platform/rights/src/table.rs) is not whole: {}", .0.join("; "))]
pub struct TableFaults(Vec<String>);

/// Refuses a table that is not whole. A server asks before it serves.
///
/// # Errors
/// [`TableFaults`] with all that is wrong.
pub fn check() -> Result<(), TableFaults> {
    let faults = faults();
    if faults.is_empty() { Ok(()) } else { Err(TableFaults(faults)) }
}

/// What is wrong with the table: calls without a row, rows without a call, rows against the principles.
pub fn faults() -> Vec<String> {
    faults_of(TABLE, &calls())
}

fn calls() -> BTreeSet<String> {
    let of_contracts = DESCRIPTOR_POOL.services().flat_map(|service| {
        let name = service.full_name().to_owned();
        service.methods().map(|method| format!("{name}/{}", method.name())).collect::<Vec<_>>()
    });
    of_contracts.chain(OF_EVERY_SERVER.map(str::to_owned)).collect()
}

fn faults_of(table: &[Row], calls: &BTreeSet<String>) -> Vec<String> {
    let with_rows: BTreeSet<&str> = table.iter().map(|row| row.call).collect();
    let without = calls.iter().filter(|call| !with_rows.contains(call.as_str()));
    let mut faults: Vec<String> =
        without.map(|call| format!("nobody may call {call}, for it has no row")).collect();
    let mut seen = BTreeSet::new();
    for Row { call, who, whose, why } in table {
        if !calls.contains(*call) {
            faults.push(format!("a row names {call}, which is no call"));
        }
        if !who.may_reach(*whose) {
            faults.push(format!("{call}: {who} may not reach “{whose}”, whatever the call"));
        }
        if why.is_empty() {
            faults.push(format!("{call}: the row of {who} does not say why"));
        }
        if !seen.insert((*call, *who)) {
            faults.push(format!("{call}: {who} has two rows"));
        }
        let alone = table.iter().filter(|row| row.call == *call).count() == 1;
        if *who == Who::Everyone && !alone {
            faults.push(format!("{call}: is for everyone, so no other row can say anything"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Whose, row};

    #[test]
    fn the_table_is_whole_and_keeps_to_the_principles() {
        assert_eq!(faults(), Vec::<String>::new());
    }

    #[test]
    fn a_call_without_a_row_and_a_row_without_a_call_are_found() {
        let mut calls = calls();
        calls.insert("lapwing.intake.v1.IntakeService/New".to_owned());
        let mut table = TABLE.to_vec();
        table.push(row("lapwing.intake.v1.IntakeService/Old", Who::Authority, Whose::Own, "why"));
        let faults = faults_of(&table, &calls);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(
            faults[0].contains("IntakeService/New") && faults[1].contains("IntakeService/Old"),
            "{faults:?}"
        );
    }

    #[test]
    fn a_row_against_the_principles_is_found() {
        let against = [
            (Who::Operator, Whose::All),
            (Who::Authority, Whose::All),
            (Who::Panel, Whose::All),
            (Who::Everyone, Whose::All),
        ];
        for (who, whose) in against {
            let table = [row("grpc.health.v1.Health/Check", who, whose, "why")];
            let calls = ["grpc.health.v1.Health/Check".to_owned()].into();
            assert_eq!(faults_of(&table, &calls).len(), 1, "{who}");
        }
    }
}
