//! The log as a tree: what its edge states and what it stores, at every size and however it was filled.

use std::collections::BTreeMap;

use audit::domain::log::{Edge, EdgeBroken, StoredHash, edge_positions, leaf_position, size_of};
use proptest::prelude::*;
use tlog_tiles::{Error, Hash, HashReader, check_record, prove_record};

use crate::reference_tree;

/// Every hash that was stored, as a table would hold it.
#[derive(Default)]
struct Stored(BTreeMap<u64, Hash>);

impl Stored {
    /// The edge, made of nothing but the hashes that an edge asks for.
    fn edge(&self) -> Edge {
        let size = size_of(self.0.len() as u64).expect("whole records");
        let wanted =
            edge_positions(size).into_iter().map(|position| StoredHash { position, hash: self.0[&position] });
        Edge::new(size, wanted).expect("a whole edge")
    }

    fn append(&mut self, leaves: &[Hash]) {
        for stored in self.edge().append(leaves) {
            assert_eq!(stored.position, self.0.len() as u64, "places are dense");
            self.0.insert(stored.position, stored.hash);
        }
    }
}

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.0.get(index).copied().ok_or(Error::IndexesNotInTree)).collect()
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|number| Hash(reference_tree::leaf(&number.to_be_bytes()))).collect()
}

fn expected_root(leaves: &[Hash]) -> Hash {
    let leaves: Vec<[u8; 32]> = leaves.iter().map(|leaf| leaf.0).collect();
    Hash(reference_tree::root(&leaves))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_root_is_that_of_rfc_6962_however_the_log_was_filled(batches in proptest::collection::vec(0usize..40, 0..8)) {
        let leaves = leaves(batches.iter().sum());
        let (mut stored, mut size) = (Stored::default(), 0);
        for batch in batches {
            stored.append(&leaves[size..size + batch]);
            size += batch;
            prop_assert_eq!(stored.edge().size(), size as u64);
            prop_assert_eq!(stored.edge().root(), expected_root(&leaves[..size]));
        }
    }
}

#[test]
fn the_root_is_that_of_rfc_6962_at_every_size() {
    let leaves = leaves(200);
    let mut stored = Stored::default();
    assert_eq!(stored.edge().root(), expected_root(&[]));
    for (size, leaf) in (1..).zip(&leaves) {
        stored.append(&[*leaf]);
        assert_eq!(stored.edge().root(), expected_root(&leaves[..size]), "{size} records");
        assert_eq!(stored.0[&leaf_position(size as u64 - 1)], *leaf);
    }
}

#[test]
fn every_record_can_be_proved_to_be_in_the_log_and_no_other_can() {
    for count in [1, 2, 3, 7, 64, 100, 129] {
        let (leaves, size) = (leaves(count), count as u64);
        let mut stored = Stored::default();
        stored.append(&leaves);
        let root = stored.edge().root();
        for (record, leaf) in (0..).zip(&leaves) {
            let proof = prove_record(size, record, &stored).expect("a proof");
            check_record(&proof, size, root, record, *leaf).expect("it is in the log");
            let other = Hash(reference_tree::leaf(b"another record"));
            check_record(&proof, size, root, record, other).expect_err("it is not in the log");
        }
    }
}

#[test]
fn the_number_of_hashes_tells_the_size_and_a_record_stored_in_part_is_noticed() {
    let mut stored = 0;
    assert_eq!(size_of(stored), Some(0));
    for size in 1u64..1000 {
        // A record adds its leaf, and one subtree for each time that the size can be halved.
        let added = 1 + u64::from(size.trailing_zeros());
        for part in 1..added {
            assert_eq!(size_of(stored + part), None, "{size} records, the last without its subtrees");
        }
        stored += added;
        assert_eq!(size_of(stored), Some(size));
    }
}

#[test]
fn an_edge_that_lacks_a_hash_is_refused_and_says_which() {
    let mut stored = Stored::default();
    stored.append(&leaves(7));
    let positions = edge_positions(7);
    assert_eq!(positions.len(), 3, "seven is four, two and one");
    for missing in positions.clone() {
        let others = positions.iter().filter(|position| **position != missing);
        let others = others.map(|position| StoredHash { position: *position, hash: stored.0[position] });
        assert_eq!(Edge::new(7, others), Err(EdgeBroken { size: 7, position: missing }));
    }
}
