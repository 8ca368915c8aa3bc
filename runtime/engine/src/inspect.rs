//! The look at a component before anything expensive happens to it.
//!
//! Only the outline is parsed: kind, sizes, imports, exports. Whether the code is valid is for the compile child to find out.

use syncline_host_api::version::{HOST_VERSION, PACKAGE, Version};
use wasmparser::{ComponentTypeRef, Parser, Payload, TypeBounds};

use crate::text::readable;
use crate::{CompileError, CompileLimits, linker};

pub(crate) fn inspect(wasm: &[u8], limits: &CompileLimits) -> Result<(), CompileError> {
    if Parser::is_core_wasm(wasm) {
        return Err(CompileError::CoreModule);
    }
    if !Parser::is_component(wasm) {
        return Err(CompileError::NotAComponent);
    }
    let mut outline = Outline::default();
    for payload in Parser::new(0).parse_all(wasm) {
        outline.add(&payload.map_err(malformed)?, limits)?;
    }
    for export in ["describe", "call"] {
        if !outline.exports.iter().any(|name| name == export) {
            return Err(CompileError::MissingExport { export });
        }
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn malformed(error: wasmparser::BinaryReaderError) -> CompileError {
    CompileError::Malformed { message: readable(&error.to_string()) }
}

#[derive(Default)]
struct Outline {
    /// How many modules and components we are inside of. What they import, the component itself provides.
    depth: u32,
    modules: u32,
    functions: u32,
    exports: Vec<String>,
}

impl Outline {
    fn add(&mut self, payload: &Payload<'_>, limits: &CompileLimits) -> Result<(), CompileError> {
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                self.depth += 1;
                self.modules += 1;
                if self.modules > limits.max_modules {
                    return Err(CompileError::TooManyModules { limit: limits.max_modules });
                }
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::FunctionSection(functions) => {
                self.functions = self.functions.saturating_add(functions.count());
                if self.functions > limits.max_functions {
                    return Err(CompileError::TooManyFunctions { limit: limits.max_functions });
                }
            }
            Payload::ComponentImportSection(imports) if self.depth == 0 => {
                for import in imports.clone() {
                    let import = import.map_err(malformed)?;
                    // A name for a type that another import brought: nothing is granted by it.
                    if !matches!(import.ty, ComponentTypeRef::Type(TypeBounds::Eq(_))) {
                        check_import(import.name.name)?;
                    }
                }
            }
            Payload::ComponentExportSection(exports) if self.depth == 0 => {
                for export in exports.clone() {
                    self.exports.push(export.map_err(malformed)?.name.name.to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Names look like `syncline:host/records@1.0.0`.
fn check_import(name: &str) -> Result<(), CompileError> {
    let not_granted = || CompileError::ImportNotGranted { import: readable(name) };
    let (path, version) = name.split_once('@').ok_or_else(not_granted)?;
    let (package, interface) = path.split_once('/').ok_or_else(not_granted)?;
    if package != PACKAGE {
        return if linker::grants_wasi(path) { Ok(()) } else { Err(not_granted()) };
    }
    if !version.parse::<Version>().is_ok_and(|version| HOST_VERSION.serves(version)) {
        return Err(CompileError::Version { component: readable(version), host: HOST_VERSION });
    }
    if linker::grants_interface(interface) { Ok(()) } else { Err(not_granted()) }
}
