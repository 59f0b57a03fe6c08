//! Compiles the contracts without `protoc`, in two passes over the same descriptors: messages and servers,
//! whose codec enforces the `buf.validate` rules; then clients, whose codec does not, because a reply that
//! broke a rule would otherwise look like the caller's own mistake.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use protox::file::{ChainFileResolver, DescriptorSetFileResolver, GoogleFileResolver, IncludeFileResolver};

const FILES: [&str; 18] = [
    "lapwing/notification/v1/answers.proto",
    "lapwing/notification/v1/notification.proto",
    "lapwing/notification/v1/facts.proto",
    "lapwing/notification/v1/remark.proto",
    "lapwing/notification/v1/finding.proto",
    "lapwing/notification/v1/progress.proto",
    "lapwing/notification/v1/records.proto",
    "lapwing/notification/v1/revision.proto",
    "lapwing/intake/v1/intake.proto",
    "lapwing/intake/v1/records.proto",
    "lapwing/intake/v1/events.proto",
    "lapwing/eligibility/v1/eligibility.proto",
    "lapwing/eligibility/v1/events.proto",
    "lapwing/triage/v1/triage.proto",
    "lapwing/triage/v1/events.proto",
    "lapwing/audit/v1/audit.proto",
    "lapwing/operations/v1/operations.proto",
    "lapwing/operations/v1/events.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo:rerun-if-changed=lapwing");

    let mut compiler = protox::Compiler::with_file_resolver(resolver(&root));
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?;
    // `protox` encodes the set itself: prost's descriptor type drops custom options, and the rules with them.
    fs::write(out.join("contracts.binpb"), compiler.encode_file_descriptor_set())?;

    let mut config = prost_build::Config::new();
    // Out of the encoded set, which keeps every option; the types that prost generates from know no `debug_redact`.
    let pool = prost_reflect::DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice())?;
    reflect_every_message(&mut config, pool.all_messages());
    config.skip_debug(messages_with_identities(pool.all_messages())?);
    tonic_prost_build::configure()
        .build_client(false)
        .codec_path("crate::codec::Validated")
        .extern_path(".buf.validate", "::prost_protovalidate::types")
        .bytes(".")
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;

    let clients = out.join("clients");
    fs::create_dir_all(&clients)?;
    tonic_prost_build::configure()
        .build_server(false)
        .out_dir(&clients)
        .extern_path(".buf.validate", "::prost_protovalidate::types")
        .extern_path(".lapwing.notification.v1", "crate::notification::v1")
        .extern_path(".lapwing.intake.v1", "crate::intake::v1")
        .extern_path(".lapwing.eligibility.v1", "crate::eligibility::v1")
        .extern_path(".lapwing.triage.v1", "crate::triage::v1")
        .extern_path(".lapwing.audit.v1", "crate::audit::v1")
        .extern_path(".lapwing.operations.v1", "crate::operations::v1")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

/// Our files, Google's, and `buf/validate/validate.proto` out of the crate that carries it.
fn resolver(root: &Path) -> ChainFileResolver {
    let mut resolver = ChainFileResolver::new();
    resolver.add(IncludeFileResolver::new(root.to_path_buf()));
    resolver.add(GoogleFileResolver::new());
    let validate: prost_reflect::DescriptorPool = prost_protovalidate_types::DESCRIPTOR_POOL.clone();
    let encoded = validate.encode_to_vec();
    resolver.add(
        DescriptorSetFileResolver::decode(encoded.as_slice())
            .expect("a pool that was encoded a line above decodes"),
    );
    resolver
}

/// Every message that has a field marked `debug_redact`: their Debug is written in `src/redacted.rs`. Those around them
/// print them by it.
fn messages_with_identities(
    messages: impl Iterator<Item = prost_reflect::MessageDescriptor>,
) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    for message in messages.filter(|message| message.package_name().starts_with("lapwing.")) {
        for field in message.fields().filter(is_redacted) {
            if field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic()) {
                return Err(format!(
                    "{}: the choice that it is in has a Debug of its own, which would show it; put it into a message of its own",
                    field.full_name()
                )
                .into());
            }
        }
        if message.fields().any(|field| is_redacted(&field)) {
            found.push(format!(".{}", message.full_name()));
        }
    }
    Ok(found)
}

fn is_redacted(field: &prost_reflect::FieldDescriptor) -> bool {
    let options = field.options();
    let marked = options.get_field_by_name("debug_redact").and_then(|value| value.as_bool());
    marked.unwrap_or_default()
}

fn reflect_every_message(
    config: &mut prost_build::Config,
    messages: impl Iterator<Item = prost_reflect::MessageDescriptor>,
) {
    for message in messages.filter(|message| message.package_name().starts_with("lapwing.")) {
        let name = message.full_name();
        config
            .type_attribute(name, "#[derive(::prost_reflect::ReflectMessage)]")
            .type_attribute(name, format!("#[prost_reflect(message_name = \"{name}\")]"))
            .type_attribute(name, "#[prost_reflect(descriptor_pool = \"crate::DESCRIPTOR_POOL\")]");
    }
}
