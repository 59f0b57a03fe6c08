//! Which stored cases are worth comparing with those of a batch.
//!
//! What a reader would get wrong: a seek decides nothing. It only has to find every pair that the domain's rule may
//! propose; the rule is asked about each pair that is found.

use std::collections::{BTreeSet, HashSet};

use ids::Reference;
use jiff::ToSpan;
use jiff::civil::Date;
use sqlx::QueryBuilder;
use storage::{Columns, ROWS, StoreError};

use super::super::dialect::{Connection, Db, YES, cases_found, fetch_all, push_rows};
use super::{DOING, SOUGHT_AT_MOST, reference_of};
use crate::domain::link::{LinkRule, Linkable, Pair};

/// What is sought for a case: one row of the statement's table `sought`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Sought<'a> {
    reference: Reference,
    authority: &'a str,
    key: String,
    days: Days,
}

/// A day, and the first and last one that are near enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Days {
    from: Date,
    middle: Date,
    to: Date,
}

/// A seek: for whom, and the rows of the other cases, which end in [`SOUGHT_AT_MOST`]. `sought` is the row above.
struct Seek {
    sought: for<'a> fn(&'a (Linkable, LinkRule)) -> Vec<Sought<'a>>,
    others: &'static str,
}

/// Along the indexes of the migrations; `{yes}` is how the database says that something is so. Days are sought from the middle, onwards and back, so that the bound
/// leaves out those farthest away; and cases are counted, not their children. Where two authorities are sought, the
/// notifier's own cases are passed over by two ranges of the index, before it and after it.
const SEEKS: [Seek; 17] = [
    Seek {
        sought: child_tokens,
        others: "SELECT reference FROM linkable_child WHERE child_token = sought.key \
                 AND dated_on BETWEEN sought.day AND sought.to_day AND reference <> sought.reference \
                 GROUP BY dated_on, reference ORDER BY dated_on, reference",
    },
    Seek {
        sought: child_tokens,
        others: "SELECT reference FROM linkable_child WHERE child_token = sought.key \
                 AND dated_on >= sought.from_day AND dated_on < sought.day AND reference <> sought.reference \
                 GROUP BY dated_on, reference ORDER BY dated_on DESC, reference DESC",
    },
    Seek {
        sought: child_tokens,
        others: "SELECT reference FROM linkable_child WHERE child_token = sought.key AND dated_on IS NULL \
                 AND reference <> sought.reference GROUP BY dated_on, reference ORDER BY dated_on, reference",
    },
    Seek {
        sought: household_tokens,
        others: "SELECT reference FROM linkable_child WHERE household_token = sought.key \
                 AND dated_on BETWEEN sought.day AND sought.to_day AND reference <> sought.reference \
                 GROUP BY dated_on, reference ORDER BY dated_on, reference",
    },
    Seek {
        sought: household_tokens,
        others: "SELECT reference FROM linkable_child WHERE household_token = sought.key \
                 AND dated_on >= sought.from_day AND dated_on < sought.day AND reference <> sought.reference \
                 GROUP BY dated_on, reference ORDER BY dated_on DESC, reference DESC",
    },
    Seek {
        sought: area_of_victims,
        others: "SELECT reference FROM linkable WHERE area = sought.key AND names_perpetrator = {yes} \
                 AND occurred_on BETWEEN sought.day AND sought.to_day AND reference <> sought.reference \
                 ORDER BY occurred_on",
    },
    Seek {
        sought: area_of_victims,
        others: "SELECT reference FROM linkable WHERE area = sought.key AND names_perpetrator = {yes} \
                 AND occurred_on >= sought.from_day AND occurred_on < sought.day \
                 AND reference <> sought.reference ORDER BY occurred_on DESC",
    },
    Seek {
        sought: setting_of_victims,
        others: "SELECT reference FROM linkable WHERE setting_urn = sought.key AND names_perpetrator = {yes} \
                 AND occurred_on BETWEEN sought.day AND sought.to_day AND reference <> sought.reference \
                 ORDER BY occurred_on",
    },
    Seek {
        sought: setting_of_victims,
        others: "SELECT reference FROM linkable WHERE setting_urn = sought.key AND names_perpetrator = {yes} \
                 AND occurred_on >= sought.from_day AND occurred_on < sought.day \
                 AND reference <> sought.reference ORDER BY occurred_on DESC",
    },
    Seek {
        sought: area_of_perpetrators,
        others: "SELECT reference FROM linkable WHERE area = sought.key AND names_victim = {yes} \
                 AND occurred_on BETWEEN sought.day AND sought.to_day AND reference <> sought.reference \
                 ORDER BY occurred_on",
    },
    Seek {
        sought: area_of_perpetrators,
        others: "SELECT reference FROM linkable WHERE area = sought.key AND names_victim = {yes} \
                 AND occurred_on >= sought.from_day AND occurred_on < sought.day \
                 AND reference <> sought.reference ORDER BY occurred_on DESC",
    },
    Seek {
        sought: setting_of_perpetrators,
        others: "SELECT reference FROM linkable WHERE setting_urn = sought.key AND names_victim = {yes} \
                 AND occurred_on BETWEEN sought.day AND sought.to_day AND reference <> sought.reference \
                 ORDER BY occurred_on",
    },
    Seek {
        sought: setting_of_perpetrators,
        others: "SELECT reference FROM linkable WHERE setting_urn = sought.key AND names_victim = {yes} \
                 AND occurred_on >= sought.from_day AND occurred_on < sought.day \
                 AND reference <> sought.reference ORDER BY occurred_on DESC",
    },
    Seek {
        sought: area_and_day,
        others: "SELECT reference FROM linkable WHERE area = sought.key AND occurred_on = sought.day \
                 AND authority < sought.authority",
    },
    Seek {
        sought: area_and_day,
        others: "SELECT reference FROM linkable WHERE area = sought.key AND occurred_on = sought.day \
                 AND authority > sought.authority",
    },
    Seek {
        sought: setting_and_day,
        others: "SELECT reference FROM linkable WHERE setting_urn = sought.key AND occurred_on = sought.day \
                 AND authority < sought.authority",
    },
    Seek {
        sought: setting_and_day,
        others: "SELECT reference FROM linkable WHERE setting_urn = sought.key AND occurred_on = sought.day \
                 AND authority > sought.authority",
    },
];

/// Every pair that is worth comparing; pairs within the batch among them, for its rows are written before.
pub(super) async fn of(
    connection: &mut Connection,
    batch: &[&(Linkable, LinkRule)],
) -> Result<BTreeSet<Pair>, StoreError> {
    let mut pairs = BTreeSet::new();
    for seek in &SEEKS {
        let sought: HashSet<Sought<'_>> = batch.iter().flat_map(|taken| (seek.sought)(taken)).collect();
        let sought: Vec<Sought<'_>> = sought.into_iter().collect();
        for some in sought.chunks(ROWS) {
            follow(connection, seek, some, &mut pairs).await?;
        }
    }
    Ok(pairs)
}

const BEFORE: &str = "WITH sought (reference, authority, key, from_day, day, to_day) AS (";

fn after(seek: &Seek) -> String {
    cases_found(&seek.others.replace("{yes}", YES), SOUGHT_AT_MOST)
}

/// Each seek as a statement, for one that seeks nothing.
#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    let nothing = "VALUES ('', '', '', '', '', '')";
    SEEKS.iter().map(|seek| format!("{BEFORE}{nothing}{}", after(seek))).collect()
}

async fn follow(
    connection: &mut Connection,
    seek: &Seek,
    sought: &[Sought<'_>],
    pairs: &mut BTreeSet<Pair>,
) -> Result<(), StoreError> {
    let mut select = QueryBuilder::<Db>::new(BEFORE);
    push_rows(
        &mut select,
        &Columns::of(sought)
            .text(|sought| sought.reference.to_string())
            .text(|sought| sought.authority)
            .text(|sought| &sought.key)
            .text(|sought| sought.days.from.to_string())
            .text(|sought| sought.days.middle.to_string())
            .text(|sought| sought.days.to.to_string()),
    );
    select.push(after(seek));
    for row in fetch_all(connection, select, DOING).await? {
        let reference = reference_of(&row, "linkable", "reference")?;
        pairs.extend(Pair::of(reference, reference_of(&row, "linkable", "other")?));
    }
    Ok(())
}

fn child_tokens((case, _): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    let tokens = case.children.iter().filter_map(|child| child.child_token.as_ref());
    // At any distance; a case without a day is as far from every other, and the newest are as good as any.
    let middle = case.dated.map_or(Date::MAX, |dated| dated.on);
    let days = Days { from: Date::MIN, middle, to: Date::MAX };
    tokens.map(|token| sought(case, token.clone(), days)).collect()
}

fn household_tokens((case, rule): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    let Some(dated) = case.dated else { return Vec::new() };
    let tokens = case.children.iter().filter_map(|child| child.household_token.as_ref());
    tokens.map(|token| sought(case, token.clone(), around(dated.on, *rule))).collect()
}

fn area_of_victims((case, rule): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    near(case, *rule, case.names_victim(), area(case))
}

fn setting_of_victims((case, rule): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    near(case, *rule, case.names_victim(), case.setting_urn.clone())
}

fn area_of_perpetrators((case, rule): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    near(case, *rule, case.names_perpetrator(), area(case))
}

fn setting_of_perpetrators((case, rule): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    near(case, *rule, case.names_perpetrator(), case.setting_urn.clone())
}

fn area_and_day((case, _): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    near(case, LinkRule { days_apart: 0 }, true, area(case))
}

fn setting_and_day((case, _): &(Linkable, LinkRule)) -> Vec<Sought<'_>> {
    near(case, LinkRule { days_apart: 0 }, true, case.setting_urn.clone())
}

fn area(case: &Linkable) -> Option<String> {
    case.area.as_ref().map(ToString::to_string)
}

fn near(case: &Linkable, rule: LinkRule, concerned: bool, place: Option<String>) -> Vec<Sought<'_>> {
    let known = case.occurred_on.zip(place).filter(|_| concerned);
    known.map(|(day, place)| sought(case, place, around(day, rule))).into_iter().collect()
}

fn around(middle: Date, rule: LinkRule) -> Days {
    let days = i32::from(rule.days_apart).days();
    Days {
        from: middle.checked_sub(days).unwrap_or(Date::MIN),
        middle,
        to: middle.checked_add(days).unwrap_or(Date::MAX),
    }
}

fn sought(case: &Linkable, key: String, days: Days) -> Sought<'_> {
    Sought { reference: case.reference, authority: &case.authority, key, days }
}
