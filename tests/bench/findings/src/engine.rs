//! The same decision by zen-engine: its decision table has the rows of the published truth table, those that stand for
//! the most combinations first, because it reads them from the top and their order is free. Its inputs are made
//! beforehand, and cloned as its own benchmarks do.

use std::cmp::Reverse;
use std::hint::black_box;
use std::sync::Arc;

use eligibility::domain::policy::compiled_in;
use eligibility::truth_table::{COLUMNS, Combination, Found, Published, Row, Table, published, words};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};
use zen_engine::Decision;
use zen_engine::model::GraphContent;
use zen_expression::variable::Variable;

/// An engine that holds one compiled decision table.
pub struct Engine {
    decision: Decision,
    runtime: Runtime,
}

impl Engine {
    /// The published table for incidents of a day.
    pub fn with_the_published_table(day: Date) -> Self {
        let published = Published::read(&published(compiled_in())).expect("what was written can be read");
        let table = published.on(day).expect("a table for the day");
        let content: GraphContent = serde_json::from_value(model(table)).expect("a decision model");
        let mut decision = Decision::from(Arc::new(content));
        decision.compile();
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        Self { decision, runtime }
    }

    /// Decides every input, one after the other, on this thread.
    pub fn decide_all(&self, inputs: &[Variable]) {
        self.runtime.block_on(async {
            for input in inputs {
                black_box(self.decision.evaluate(input.clone()).await.expect("it decides"));
            }
        });
    }

    /// On how many combinations it decides as expected.
    pub fn agrees_with(&self, combinations: &[Combination], expected: &[Found]) -> usize {
        let agreed = |(input, found): (&Variable, &Found)| {
            let decided = self.runtime.block_on(self.decision.evaluate(input.clone()));
            let decided = decided.expect("it decides").result.to_value();
            decided["outcome"] == json!(words(found.outcome))
        };
        inputs(combinations).iter().zip(expected).filter(|pair| agreed(*pair)).count()
    }
}

/// The combinations as the engine takes them.
pub fn inputs(combinations: &[Combination]) -> Vec<Variable> {
    let input = |combination: &Combination| {
        let named = COLUMNS.iter().enumerate();
        let cells =
            named.map(|(number, column)| (column.name.to_owned(), json!(combination.in_words(number))));
        Value::Object(cells.collect::<Map<_, _>>()).into()
    };
    combinations.iter().map(input).collect()
}

fn model(table: &Table) -> Value {
    let inputs: Vec<Value> = COLUMNS
        .iter()
        .map(|column| json!({ "id": column.name, "name": column.name, "field": column.name }))
        .collect();
    let mut rows: Vec<&Row> = table.rows.iter().collect();
    rows.sort_by_key(|row| Reverse(row.combinations));
    let rules: Vec<Value> = rows.iter().enumerate().map(|(number, row)| rule(number, row)).collect();
    json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode", "content": {} },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": {
                "hitPolicy": "first",
                "inputs": inputs,
                "outputs": [{ "id": "outcome", "name": "outcome", "field": "outcome" }],
                "rules": rules
            } },
            { "id": "out", "name": "out", "type": "outputNode", "content": {} }
        ],
        "edges": [
            { "id": "a", "sourceId": "in", "targetId": "table" },
            { "id": "b", "sourceId": "table", "targetId": "out" }
        ]
    })
}

/// A cell lists its values; an empty one is met by any.
fn rule(number: usize, row: &Row) -> Value {
    let mut rule = Map::new();
    rule.insert("_id".to_owned(), json!(format!("row {number}")));
    for (column, cell) in COLUMNS.iter().zip(row.cells()) {
        let values = cell.map(|values| values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>());
        rule.insert(column.name.to_owned(), json!(values.unwrap_or_default().join(", ")));
    }
    rule.insert("outcome".to_owned(), json!(format!("\"{}\"", words(row.found.outcome))));
    Value::Object(rule)
}
