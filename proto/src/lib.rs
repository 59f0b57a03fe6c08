//! The only words that Lapwing's services share.
//!
//! Everything here is made from `lapwing/**/*.proto`; the crate adds what goes with the words and belongs to
//! no service: the codec that enforces the rules of form, proto3 JSON, and conversions of times.

pub mod catalogue;
pub mod codec;
pub mod events;
pub mod json;
pub mod parts;
pub mod redacted;
pub mod rules;
pub mod time;
pub mod topology;

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

/// The encoded descriptors of all contracts, for gRPC reflection.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contracts.binpb"));

/// The descriptors of all contracts, with the `buf.validate` rules.
pub static DESCRIPTOR_POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(DESCRIPTOR_SET).expect("the build script wrote a descriptor set that decodes")
});

/// Declares the generated modules of one package.
macro_rules! package {
    ($area:ident, $package:literal, $doc:literal) => {
        #[doc = $doc]
        pub mod $area {
            /// Version 1: fields are added, never changed.
            #[expect(
                clippy::allow_attributes,
                clippy::allow_attributes_without_reason,
                clippy::too_many_lines,
                reason = "generated"
            )]
            pub mod v1 {
                tonic::include_proto!($package);
                /// Clients, which do not enforce rules on replies.
                pub mod client {
                    include!(concat!(env!("OUT_DIR"), "/clients/", $package, ".rs"));
                }
            }
        }
    };
}

#[doc = "The shared vocabulary: a notification, its facts, a finding, a status."]
pub mod notification {
    /// Version 1: fields are added, never changed.
    pub mod v1 {
        tonic::include_proto!("lapwing.notification.v1");
    }
}
package!(intake, "lapwing.intake.v1", "Where authorities' case systems call.");
package!(eligibility, "lapwing.eligibility.v1", "What the law makes of a notification.");
package!(triage, "lapwing.triage.v1", "The panel's queue and its cases.");
package!(audit, "lapwing.audit.v1", "The log of everything that happened.");
package!(operations, "lapwing.operations.v1", "Events that were put aside, for operators.");
