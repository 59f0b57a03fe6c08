//! The Merkle tree hash written down a second time, straight from RFC 6962 section 2.1, to check the log against.
//! It shares nothing with the log: no code, no library but the hash function, no stored subtree.

use sha2::{Digest, Sha256};

/// MTH(D): the root over leaves that are hashed already.
pub(crate) fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            // The largest power of two smaller than n.
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            Sha256::new()
                .chain_update([1])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}

/// MTH({d(0)}): the hash of one leaf.
pub(crate) fn leaf(data: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The published vectors of Certificate Transparency, so that this file is not only as right as its author.
#[test]
fn the_reference_itself_agrees_with_the_published_vectors() {
    let inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let leaves: Vec<[u8; 32]> =
        inputs.iter().map(|input| leaf(&hex::decode(input).expect("hexadecimal"))).collect();
    let roots = [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];
    for (size, expected) in roots {
        assert_eq!(hex::encode(root(&leaves[..size])), expected, "{size} leaves");
    }
}
