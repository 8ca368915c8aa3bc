//! Components built from source, once a test process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Functions that do what a test asks of them.
pub(crate) static FIXTURE: LazyLock<Vec<u8>> = LazyLock::new(|| build("tests/guests/fixture"));

/// Functions in the life of a connection.
pub(crate) static GUARD: LazyLock<Vec<u8>> = LazyLock::new(|| build("tests/guests/guard"));

/// The function with which a new author begins.
pub(crate) static FIRST: LazyLock<Vec<u8>> = LazyLock::new(|| build("tests/guests/first"));

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is where it was built")
}

fn build(crate_path: &str) -> Vec<u8> {
    let (root, name) = (root(), crate_path.rsplit('/').next().expect("a path has a last part"));
    let target = root.join("target/guests");
    let mut cargo = Command::new(env!("CARGO"));
    // As `syncline deploy` does: a crate that is also an rlib, for its own tests, would be built without link-time optimisation.
    cargo.args(["rustc", "--release", "--locked", "--target", "wasm32-wasip2", "--crate-type", "cdylib", "-p", name, "--manifest-path"]);
    cargo.arg(root.join(crate_path).join("Cargo.toml")).arg("--target-dir").arg(&target);
    // Settings for the host's build would be wrong for the guest's, and make it build twice.
    for variable in ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER", "RUSTDOCFLAGS"] {
        cargo.env_remove(variable);
    }
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{crate_path} does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(target.join("wasm32-wasip2/release").join(format!("{name}.wasm"))).expect("cargo says that it built this")
}

/// The SDK's promise to authors.
#[test]
fn a_small_functions_component_stays_under_250_kb() {
    println!("{} bytes", FIRST.len());
    assert!(FIRST.len() < 250 * 1024, "{} bytes", FIRST.len());
}
