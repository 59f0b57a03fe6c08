//! The combinations as a decision tree: one fact after the other, values with the same consequences together, and a
//! fact that makes no difference left out.
//!
//! What a reader would get wrong: the paths of a tree are disjoint and leave nothing out, so that its rows need no
//! order: a combination is met by just one of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::combination::{COLUMNS, Combination, combinations};
use super::{Found, found};
use crate::domain::policy::Policy;

/// The facts in the order in which they are asked, by number of column: first what happened and whether abuse or
/// neglect is suspected, then how old, where, and the rest. Chosen for a short table that reads as the statute asks.
const ORDER: [usize; COLUMNS.len()] = [0, 1, 2, 3, 4, 5, 6, 7];

/// A path through the tree: for each column the values that take it; `None` where any does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) cells: [Option<Vec<usize>>; COLUMNS.len()],
    pub(super) found: Found,
    /// How many combinations take it.
    pub(super) combinations: usize,
}

/// Every path, in the order of the values.
pub(super) fn paths(policy: &Policy) -> Vec<Path> {
    let all: Vec<(Combination, Found)> =
        combinations().map(|combination| (combination, found(&combination, policy))).collect();
    let tree = grow(&all.iter().map(|(combination, found)| (combination, found)).collect::<Vec<_>>(), 0);
    let mut paths = Vec::new();
    walk(&tree, &mut [const { None }; COLUMNS.len()], &mut paths);
    paths
}

/// Values of one fact that lead to the same.
type Arm = (Vec<usize>, Rc<Tree>);

#[derive(Debug, PartialEq, Eq)]
enum Tree {
    Leaf(Found),
    Branch { column: usize, arms: Vec<Arm> },
}

fn grow(among: &[(&Combination, &Found)], depth: usize) -> Rc<Tree> {
    if among.iter().all(|(_, found)| *found == among[0].1) {
        return Rc::new(Tree::Leaf(among[0].1.clone()));
    }
    let column = ORDER[depth];
    let mut by_value: BTreeMap<usize, Vec<(&Combination, &Found)>> = BTreeMap::new();
    for (combination, found) in among {
        by_value.entry(combination.values[column]).or_default().push((combination, found));
    }
    let mut arms: Vec<Arm> = Vec::new();
    for (value, among) in by_value {
        let tree = grow(&among, depth + 1);
        match arms.iter_mut().find(|(_, known)| *known == tree) {
            Some((values, _)) => values.push(value),
            None => arms.push((vec![value], tree)),
        }
    }
    match arms.as_slice() {
        [(_, only)] => only.clone(),
        _ => Rc::new(Tree::Branch { column, arms }),
    }
}

fn walk(tree: &Tree, cells: &mut [Option<Vec<usize>>; COLUMNS.len()], paths: &mut Vec<Path>) {
    match tree {
        Tree::Leaf(found) => {
            let width = |(cell, column): (&Option<Vec<usize>>, &super::Column)| {
                cell.as_ref().map_or(column.values.len(), Vec::len)
            };
            let combinations = cells.iter().zip(&COLUMNS).map(width).product();
            paths.push(Path { cells: cells.clone(), found: found.clone(), combinations });
        }
        Tree::Branch { column, arms } => {
            for (values, below) in arms {
                cells[*column] = Some(values.clone());
                walk(below, cells, paths);
            }
            cells[*column] = None;
        }
    }
}
