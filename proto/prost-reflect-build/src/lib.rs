//! Compiles protobuf files with `protox` behind the interface of `prost-reflect-build` that
//! `prost-protovalidate-types` uses. Custom options survive because `protox` itself encodes the
//! descriptor set: prost's own descriptor type would drop them, and every validation rule with them.

use std::io;
use std::path::{Path, PathBuf};

/// Where the descriptor set goes and which static of the generated crate holds it.
#[derive(Debug, Default)]
pub struct Builder {
    descriptor_set_path: PathBuf,
    descriptor_pool: String,
}

impl Builder {
    /// An empty builder; both settings must be given before compiling.
    pub fn new() -> Self {
        Self::default()
    }

    /// The file into which the compiled descriptor set is written.
    pub fn file_descriptor_set_path(&mut self, path: impl Into<PathBuf>) -> &mut Self {
        self.descriptor_set_path = path.into();
        self
    }

    /// The expression that names the descriptor pool inside the generated crate.
    pub fn descriptor_pool(&mut self, expression: impl Into<String>) -> &mut Self {
        self.descriptor_pool = expression.into();
        self
    }

    /// Compiles `files`, found below `includes`, into `OUT_DIR`.
    pub fn compile_protos(
        &mut self,
        files: &[impl AsRef<Path>],
        includes: &[impl AsRef<Path>],
    ) -> io::Result<()> {
        let mut compiler = protox::Compiler::new(includes).map_err(io::Error::other)?;
        compiler
            .include_imports(true)
            .include_source_info(true)
            .open_files(files)
            .map_err(io::Error::other)?;
        std::fs::write(&self.descriptor_set_path, compiler.encode_file_descriptor_set())?;
        let mut config = prost_build::Config::new();
        for message in compiler.descriptor_pool().all_messages() {
            let name = message.full_name();
            config
                .type_attribute(name, "#[derive(::prost_reflect::ReflectMessage)]")
                .type_attribute(name, format!("#[prost_reflect(message_name = \"{name}\")]"))
                .type_attribute(
                    name,
                    format!("#[prost_reflect(descriptor_pool = \"{}\")]", self.descriptor_pool),
                );
        }
        config.compile_fds(compiler.file_descriptor_set())
    }
}
