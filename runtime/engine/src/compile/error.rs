//! Why a component is refused.

use syncline_host_api::version::Version;

/// Why a component cannot be deployed. `Display` is for its author.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Some other file.
    #[error("this is not a WebAssembly component")]
    NotAComponent,
    /// A module of the kind that most tools make by default.
    #[error("this is a core WebAssembly module, not a component: build for wasm32-wasip2, or turn it into a component first")]
    CoreModule,
    /// Truncated, damaged or invalid.
    #[error("the component is malformed: {message}")]
    Malformed {
        /// Where and what.
        message: String,
    },
    /// Built for a contract that this host does not serve.
    #[error("the component was built for syncline:host@{component}, but this server has {host}: build it with an SDK of version {}", host.major)]
    Version {
        /// As the component names it.
        component: String,
        /// This server's.
        host: Version,
    },
    /// It wants something of the world that functions do not get.
    #[error("the component imports {import:?}, which functions are not granted")]
    ImportNotGranted {
        /// The import's name.
        import: String,
    },
    /// It is a component, but not one of functions.
    #[error("the component does not export {export:?}: it was not built with a Syncline SDK")]
    MissingExport {
        /// The export's name.
        export: &'static str,
    },
    /// Its imports and exports have the right names and the wrong types, or a later minor version's functions; or it wants more
    /// memories, tables or instances than one run gets.
    #[error("the component does not fit this server: {message}")]
    Incompatible {
        /// Which import or export, and how it differs.
        message: String,
    },
    /// More bytes than are read.
    #[error("the component has {size_bytes} bytes, {limit_bytes} are allowed")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
        /// The operator's limit.
        limit_bytes: usize,
    },
    /// More functions than are compiled.
    #[error("the component has more than {limit} functions")]
    TooManyFunctions {
        /// The operator's limit.
        limit: u32,
    },
    /// More modules than are compiled.
    #[error("the component has more than {limit} modules")]
    TooManyModules {
        /// The operator's limit.
        limit: u32,
    },
    /// The compile child reached a limit.
    #[error("compiling the component took more than {limit}")]
    LimitExceeded {
        /// Which.
        limit: String,
    },
    /// Our own failure: the child could not be started, or ended in an unforeseen way.
    #[error("the compiler failed: {message}")]
    Compiler {
        /// For the operator.
        message: String,
    },
}

impl CompileError {
    /// Stable and machine-readable.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAComponent => "not_a_component",
            Self::CoreModule => "core_module",
            Self::Malformed { .. } => "malformed_component",
            Self::Version { .. } => "incompatible_host_version",
            Self::ImportNotGranted { .. } => "import_not_granted",
            Self::MissingExport { .. } => "missing_export",
            Self::Incompatible { .. } => "incompatible_component",
            Self::TooLarge { .. } => "component_too_large",
            Self::TooManyFunctions { .. } | Self::TooManyModules { .. } => "component_too_complex",
            Self::LimitExceeded { .. } => "compile_limit_exceeded",
            Self::Compiler { .. } => "compile_failed",
        }
    }
}
