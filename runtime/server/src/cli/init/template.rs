//! The files of a first project.

use super::Language;

const RUST: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("templates/rust/Cargo.toml.template")),
    // What this repository builds with, so that an author gets what was tested.
    ("rust-toolchain.toml", include_str!("../../../../../rust-toolchain.toml")),
    // The versions that the SDK was tested with. cargo adds the crate itself to it.
    ("Cargo.lock", include_str!("../../../../../guest-sdk/rust/Cargo.lock")),
    ("src/lib.rs", include_str!("templates/rust/src/lib.rs")),
    ("tests/stars.test.json", include_str!("templates/recordings/stars.test.json")),
    ("tests/create-issue.test.json", include_str!("templates/recordings/create-issue.test.json")),
    (".gitignore", "target/\n.syncline/\n"),
    ("README.md", include_str!("templates/rust/README.md")),
];

const TYPESCRIPT: &[(&str, &str)] = &[
    ("index.ts", include_str!("templates/typescript/index.ts")),
    ("INTEGRATION/syncs/stars.ts", include_str!("templates/typescript/stars.ts")),
    ("INTEGRATION/actions/create-issue.ts", include_str!("templates/typescript/create-issue.ts")),
    ("INTEGRATION/tests/stars.test.json", include_str!("templates/recordings/stars.test.json")),
    ("INTEGRATION/tests/create-issue.test.json", include_str!("templates/recordings/create-issue.test.json")),
    ("package.json", include_str!("templates/typescript/package.json")),
    ("tsconfig.json", include_str!("templates/typescript/tsconfig.json")),
    (".gitignore", "node_modules/\n.syncline/\n"),
    ("README.md", include_str!("templates/typescript/README.md")),
];

/// Paths and texts.
pub(super) fn files(language: Language, integration: &str, name: &str) -> Vec<(String, String)> {
    let (templates, quote) = match language {
        Language::TypeScript => (TYPESCRIPT, "\""),
        Language::Rust => (RUST, ""),
    };
    let fill = |text: &str| {
        // Record ids are texts in TypeScript and may be numbers in Rust.
        let text = text.replace("STAR_1", &format!("{quote}101{quote}")).replace("STAR_2", &format!("{quote}102{quote}"));
        text.replace("NAME", name).replace("INTEGRATION", integration)
    };
    templates.iter().map(|(path, text)| (fill(path), fill(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_filled() {
        for language in [Language::TypeScript, Language::Rust] {
            for (path, text) in files(language, "github-pat", "my-stars") {
                for place in ["NAME", "INTEGRATION", "STAR_"] {
                    assert!(!text.contains(place) && !path.contains(place), "{path}: {place}");
                }
            }
        }
    }
}
