//! Builds the component that `syncline demo` deploys, so that the demo needs neither a network nor a second command, and takes the guest SDK
//! into the binary, so that whoever has only that can write functions.

#[path = "build/embed.rs"]
mod embed;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const TARGET: &str = "wasm32-wasip2";

/// The npm package that functions in TypeScript are built with, and the contract where it looks for it. Not its tests.
const TYPESCRIPT_SDK: &[&str] = &[
    "guest-sdk/typescript/package.json",
    "guest-sdk/typescript/package-lock.json",
    "guest-sdk/typescript/src",
    "guest-sdk/typescript/builder",
    "host-api/wit",
];

/// What a crate of functions depends on. Not its tests, and not `.cargo`, which names this repository's target folder.
const RUST_SDK: &[&str] = &["guest-sdk/rust/Cargo.toml", "guest-sdk/rust/src", "guest-sdk/rust/macros", "host-api/wit", "LICENSE"];

/// Cargo tells these to its children; they are about this build, for another target and with other flags than the component's.
const OF_THIS_BUILD: &[&str] = &[
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC",
    "RUSTC_LINKER",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "CARGO_MAKEFLAGS",
    "MAKEFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CLIPPY_ARGS",
    "TARGET",
    "HOST",
    "OUT_DIR",
    "PROFILE",
    "OPT_LEVEL",
    "DEBUG",
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the crate lies in the workspace");
    // Not the folders above them, which may hold a `target`.
    for watched in [
        "functions/github",
        "functions/Cargo.toml",
        "functions/Cargo.lock",
        "guest-sdk/rust/src",
        "guest-sdk/rust/macros",
        "guest-sdk/rust/Cargo.toml",
        "host-api/wit",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    embed::table("typescript_sdk", &root, TYPESCRIPT_SDK);
    embed::table("rust_sdk", &root, RUST_SDK);

    // In the shared target folder, not in OUT_DIR: debug and release builds, clippy and tests embed the same component.
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let guests = guests(&out_dir);
    let functions = root.join("functions");
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    cargo
        // As `syncline deploy` does it: an rlib beside would switch link-time optimisation off.
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--release", "--locked", "--package", "syncline-github", "--target", TARGET])
        .arg("--target-dir")
        .arg(&guests)
        .current_dir(&functions);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let of_the_package = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_FEATURE_") || text.starts_with("CARGO_CFG_");
        if of_the_package || text.starts_with("CARGO_PROFILE_") || OF_THIS_BUILD.contains(&&*text) {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.output().expect("cargo, which runs this, can be run");
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("functions/github does not build for {TARGET} (is the target there? `rustup target add {TARGET}`):\n{said}");
    }
    let wasm = guests.join(TARGET).join("release/syncline_github.wasm");
    fs::copy(&wasm, out_dir.join("github.wasm")).unwrap_or_else(|error| panic!("{}: {error}", wasm.display()));
}

/// `target/guests`, found from `target/PROFILE/build/PACKAGE-HASH/out`; its own lock, so that the outer build does not wait for itself.
fn guests(out_dir: &Path) -> PathBuf {
    let profile = out_dir.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "build")).and_then(Path::parent);
    profile.and_then(Path::parent).unwrap_or(out_dir).join("guests")
}
