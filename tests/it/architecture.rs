//! The house's arrows, held against what Cargo knows. `docs/ARCHITECTURE.md` draws them.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Who may know whom. Whoever adds an arrow adds it to the picture too.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("providers", &[]),
    ("host-api", &[]),
    ("console", &[]),
    ("store", &["domain"]),
    ("engine", &["host-api"]),
    ("wall", &["engine", "host-api"]),
    ("outbound", &["providers", "domain"]),
    ("connect", &["outbound", "store", "providers", "domain"]),
    ("worker", &["wall", "engine", "host-api", "connect", "outbound", "store", "providers", "domain"]),
    ("dryrun", &["worker", "wall", "engine", "host-api", "outbound", "providers", "domain"]),
    ("api", &["console", "connect", "outbound", "store", "providers", "domain"]),
    (
        "server",
        &["api", "dryrun", "worker", "wall", "console", "engine", "host-api", "connect", "outbound", "store", "providers", "domain"],
    ),
];

#[test]
fn no_room_knows_more_than_the_house_allows() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(root).no_deps().exec().expect("cargo metadata runs");
    let room = |name: &str| name.strip_prefix("syncline-").map(str::to_owned);
    let found: BTreeMap<String, BTreeSet<String>> = metadata
        .packages
        .iter()
        .filter_map(|package| {
            let known = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind == DependencyKind::Normal)
                .filter_map(|dependency| room(&dependency.name));
            Some((room(package.name.as_str())?, known.collect()))
        })
        .collect();
    let allowed: BTreeMap<String, BTreeSet<String>> =
        ALLOWED.iter().map(|(room, known)| ((*room).to_owned(), known.iter().map(|known| (*known).to_owned()).collect())).collect();
    assert_eq!(found.keys().collect::<Vec<_>>(), allowed.keys().collect::<Vec<_>>(), "a room is missing in this test or in the workspace");
    for (room, known) in &found {
        let extra: Vec<_> = known.difference(&allowed[room]).collect();
        assert!(extra.is_empty(), "`{room}` must not know {extra:?}");
    }
}

/// What a room must never know, by the crates that would tell it.
#[test]
fn every_room_keeps_its_invariant() {
    const NEVER: &[(&str, &[&str])] = &[
        ("domain", &["tokio", "sqlx", "reqwest", "wasmtime", "axum"]),
        ("providers", &["tokio", "sqlx", "reqwest", "wasmtime", "axum"]),
        ("host-api", &["sqlx", "reqwest", "axum"]),
        ("console", &["tokio", "sqlx", "reqwest", "wasmtime", "axum"]),
        ("store", &["reqwest", "wasmtime", "axum"]),
        ("engine", &["sqlx", "reqwest", "axum"]),
        ("wall", &["sqlx", "reqwest", "axum", "wasmtime"]),
        ("outbound", &["sqlx", "wasmtime", "axum"]),
        ("connect", &["sqlx", "wasmtime", "axum"]),
        ("worker", &["sqlx", "reqwest", "axum", "wasmtime"]),
        ("dryrun", &["sqlx", "reqwest", "axum", "wasmtime"]),
        ("api", &["sqlx", "reqwest", "wasmtime"]),
    ];
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(root).no_deps().exec().expect("cargo metadata runs");
    for (room, never) in NEVER {
        let package =
            metadata.packages.iter().find(|package| package.name.as_str() == format!("syncline-{room}")).expect("the room exists");
        let known = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        let broken: Vec<_> =
            known.filter(|dependency| never.contains(&dependency.name.as_str())).map(|dependency| &dependency.name).collect();
        assert!(broken.is_empty(), "`{room}` must never know {broken:?}");
    }
}
