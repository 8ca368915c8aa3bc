//! The tour that a newcomer sees first checks itself; here it must come out right.

use std::process::Command;

#[test]
fn the_demo_ends_well_on_an_empty_machine() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(["demo", "--exit"])
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .output()
        .unwrap();
    let said = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?}\n{said}", output.status);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "the demo left something behind\n{said}");
}
