//! `syncline build` and `deploy` on a project in TypeScript, with the real binary: what an author reads when it does not build, and what
//! the server gets when it does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use syncline_store::testing::TestDatabase;
use tempfile::TempDir;

use crate::app::App;
use crate::guests::root;
use crate::javascript::on_path;
use crate::node::KEY;

const ACTION: &str = "import { createAction } from 'nango';
import * as z from 'zod';
import { doubled } from '../doubled.js';

export default createAction({
    description: 'Doubles a number',
    input: z.object({ n: z.number() }),
    output: z.object({ n: z.number() }),
    exec: async (nango, input) => {
        await nango.log('doubling');
        return { n: doubled(input.n) };
    },
});
";
const SHARED: &str =
    "export const doubled = (n: number): number => {\n    if (n > 100) throw new Error('too much');\n    return n * 2;\n};\n";
const SYNC: &str = "import { createSync } from 'nango';
import * as z from 'zod';

export default createSync({
    description: 'Saves',
    frequency: 'every hour',
    models: { Thing: z.object({ id: z.string(), size: z.number() }) },
    exec: async (nango) => {
        await nango.batchSave([{ id: '1', size: 1 }], 'Thing');
    },
});
";

/// Where an author's own packages come from here. `None` where they are not installed, after saying so; panics then when `CI=true`.
fn package() -> Option<PathBuf> {
    let package = root().join("guest-sdk/typescript");
    if on_path(&["node"]).is_some() && package.join("node_modules/esbuild").is_dir() {
        return Some(package);
    }
    #[expect(clippy::disallowed_methods, reason = "the same switch as for a missing PostgreSQL")]
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!is_ci, "Node.js 20 is not installed, or `npm ci` was not run in guest-sdk/typescript");
    eprintln!("the test of TypeScript's builder did not run: it needs Node.js 20 and `npm ci` in guest-sdk/typescript");
    None
}

fn project(package: &Path, files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = dir.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    fs::create_dir(dir.path().join("node_modules")).unwrap();
    std::os::unix::fs::symlink(package.join("node_modules/zod"), dir.path().join("node_modules/zod")).unwrap();
    dir
}

/// Code, stdout, stderr.
fn syncline(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A syntax error, a type error, a model that is not there, an import that cannot work: file, line, the line itself, and what to do.
#[test]
fn what_does_not_build_is_shown_where_it_stands() {
    let Some(package) = package() else { return };
    let environment = [("SYNCLINE_FUNCTIONS_PACKAGE", package.to_str().unwrap())];
    let mistakes = [
        ("exec: async (nango) => {", "exec: async (nango) => {{", "syntax_error", "fixture/syncs/things.ts:"),
        ("size: 1 }", "size: '1' }", "type_error", "fixture/syncs/things.ts:9:43"),
        ("'Thing');", "'Thingy');", "unknown_model", "fixture/syncs/things.ts:9:55"),
        ("import * as z from 'zod';", "import * as z from 'zod'; import 'node:fs';", "unusable_import", "fixture/syncs/things.ts:2:34"),
    ];
    for (right, wrong, code, place) in mistakes {
        let text = SYNC.replace(right, wrong);
        let dir = project(&package, &[("fixture/syncs/things.ts", &text)]);
        let folder = dir.path().to_str().unwrap();
        let (exit, stdout, stderr) = syncline(&["build", folder], &environment);
        assert_eq!(exit, 5, "{code}: {stdout}{stderr}");
        assert!(stdout.is_empty(), "{stdout}");
        assert!(stderr.contains(&format!("error[{code}]: ")), "{code}: {stderr}");
        assert!(stderr.contains(&format!("--> {place}")), "{place}: {stderr}");
        assert!(stderr.contains("= help: "), "{stderr}");
        let line = wrong.lines().next().unwrap();
        if code != "syntax_error" {
            assert!(stderr.contains(line), "{line}: {stderr}");
        }
        let (exit, stdout, stderr) = syncline(&["build", folder, "--json"], &environment);
        let document: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
        assert_eq!((exit, &document["ok"], &document["errors"][0]["code"]), (5, &json!(false), &json!(code)));
    }
}

#[test]
fn what_is_missing_on_the_machine_is_named() {
    let Some(package) = package() else { return };
    let dir = project(&package, &[("fixture/syncs/things.ts", SYNC)]);
    let folder = dir.path().to_str().unwrap();
    let (exit, _, stderr) = syncline(&["build", folder], &[("PATH", "/nowhere")]);
    assert!(exit == 1 && stderr.contains("`node` cannot be run") && stderr.contains("Node.js 20"), "{exit} {stderr}");
    let (exit, _, stderr) = syncline(&["build", folder], &[("SYNCLINE_FUNCTIONS_PACKAGE", folder)]);
    assert!(exit == 2 && stderr.contains("no copy of @syncline/functions"), "{exit} {stderr}");
    let empty = tempfile::tempdir().unwrap();
    let (exit, _, stderr) = syncline(&["build", empty.path().to_str().unwrap()], &[]);
    assert!(exit == 2 && stderr.contains("there are no functions in"), "{exit} {stderr}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_is_deployed_with_its_source_and_fails_with_the_authors_lines() {
    let Some(package) = package() else { return };
    let mut app = App::start(TestDatabase::sqlite()).await;
    let index = "import './fixture/actions/double.js';\nimport './fixture/syncs/things.js';\n";
    let files =
        [("index.ts", index), ("fixture/actions/double.ts", ACTION), ("fixture/doubled.ts", SHARED), ("fixture/syncs/things.ts", SYNC)];
    let dir = project(&package, &files);
    let (folder, server) = (dir.path().to_str().unwrap(), app.url(""));
    let environment =
        [("SYNCLINE_FUNCTIONS_PACKAGE", package.to_str().unwrap()), ("SYNCLINE_SERVER", server.as_str()), ("SYNCLINE_SECRET_KEY_DEV", KEY)];
    let (exit, stdout, stderr) = syncline(&["deploy", folder], &environment);
    assert_eq!(exit, 0, "{stdout}{stderr}");
    assert!(stdout.contains("double") && stdout.contains("things"), "{stdout}");

    app.connect("ada", json!({})).await;
    assert_eq!(app.action("ada", "double", json!({ "n": 21 })).await.ok(), json!({ "n": 42 }));
    let failed = app.action("ada", "double", json!({ "n": 101 })).await;
    assert!(failed.text.contains("too much (fixture/doubled.ts:2)"), "{}", failed.text);
    let source = app.get("/integrations/fixture/functions/double/code").await.ok().to_string();
    for (file, part) in [("// fixture/doubled.ts", "too much"), ("// fixture/actions/double.ts", "Doubles a number")] {
        assert!(source.contains(file) && source.contains(part), "{file}: {source}");
    }
    app.stop();
}
