//! CPU time of the whole process for a fresh instance of a component built from TypeScript, one call, and its end: replayed without a network, so
//! that nothing else is in the figures. Needs Node.js, and `npm ci` in `guest-sdk/typescript`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use syncline_dryrun::{Project, Recording, judge};
use syncline_engine::{CompileLimits, Compiler, Engine, Options};
use syncline_providers::Catalogue;

const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../guest-sdk/typescript");
const WARM_UP: u32 = 300;
const CALLS: u32 = 3_000;
/// The function's name, its source, its budget in microseconds.
/// The folder, the function's name, its source, a recording of it, its budget in microseconds.
const FUNCTIONS: [(&str, &str, &str, &str, f64); 2] = [
    (
        "on-events",
        "small",
        "import { createOnEvent } from 'nango';
         export default createOnEvent({ event: 'post-connection-creation', description: 'small', exec: async (nango) => {
             const ids = [3, 1, 2].sort((a, b) => a - b);
             await nango.log('sorted ' + ids.join(','));
         } });",
        r#"{ "nango": {}, "api": {} }"#,
        400.0,
    ),
    (
        "actions",
        "with-zod",
        "import { createAction } from 'nango';
         import * as z from 'zod';
         const Input = z.object({ n: z.number(), name: z.string().optional() });
         const Output = z.object({ n: z.number() });
         export default createAction({ description: 'with zod', input: Input, output: Output, exec: async (nango, input) => {
             await nango.zodValidateInput({ zodSchema: Input, input });
             return { n: input.n + 1 };
         } });",
        r#"{ "input": { "n": 1 }, "output": { "n": 2 }, "nango": {}, "api": {} }"#,
        1_500.0,
    ),
];

fn main() {
    // Cargo passes `--bench`; a plain `cargo test --benches` does not, and then there is nothing to do.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    // One thread: what several do to each other is another figure.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for (kind, name, source, recording, budget) in FUNCTIONS {
        let folder = tempfile::tempdir().expect("a folder");
        let wasm = build(folder.path(), kind, name, source);
        runtime.block_on(measure(folder.path(), name, wasm, recording, budget));
    }
}

async fn measure(folder: &Path, name: &str, wasm: Vec<u8>, recording: &str, budget: f64) {
    let bytes = wasm.len();
    let engine = Engine::new(Options {
        cache_dir: folder.join("cache"),
        cache_key: [7; 32],
        max_concurrent_instances: 64,
        compiler: Compiler::InProcess,
        compile_limits: CompileLimits::default(),
        max_component_bytes: 64 << 20,
    })
    .expect("the engine starts");
    let mut project = Project::new(engine);
    let member = project.load(wasm.into(), "bench").await.expect("what was built a moment ago loads");
    let (project, catalogue) = (Arc::new(project), Catalogue::embedded());
    let function = member.function(name).expect("the function is in it");
    let recording = Arc::new(Recording::parse(recording).expect("a recording"));
    let mut before = Duration::ZERO;
    for call in 0..WARM_UP + CALLS {
        if call == WARM_UP {
            before = cpu_time();
        }
        let verdict = judge(&project, &catalogue, &member, &function, Arc::clone(&recording)).await;
        assert_eq!(verdict.diff, None, "the replay answers");
    }
    let each = cpu_time().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(CALLS);
    println!("{name:<10} fresh instance and call: {each:>7.1} µs CPU, budget {budget:>6.1} µs; component of {bytes} bytes");
}

/// By the package's own builder, as `syncline build` does.
fn build(folder: &Path, kind: &str, name: &str, source: &str) -> Vec<u8> {
    let functions = folder.join("bench").join(kind);
    fs::create_dir_all(&functions).expect("a folder");
    fs::write(functions.join(format!("{name}.ts")), source).expect("a file");
    // zod is an author's own dependency; the package's tests bring one along.
    std::os::unix::fs::symlink(Path::new(PACKAGE).join("node_modules"), folder.join("node_modules")).expect("a link");
    let builder = Path::new(PACKAGE).join("builder/main.mjs");
    let done = Command::new("node").arg(builder).arg("build").arg(folder).output().expect("Node.js runs");
    let answer: Value = serde_json::from_slice(&done.stdout).expect("the builder answers in JSON");
    assert_eq!(answer["ok"], true, "{answer}");
    let path = answer["components"][0]["path"].as_str().expect("a component");
    fs::read(folder.join(path)).expect("the component is there")
}

fn cpu_time() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("every system that we run on has this clock").into()
}
