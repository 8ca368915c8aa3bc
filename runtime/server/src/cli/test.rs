//! `syncline test`: every recording of a project, replayed without a network.

mod junit;
mod place;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use clap::Args;
use syncline_dryrun::case::{self, CaseFile};
use syncline_dryrun::{Function, Member, Project, Recording, Verdict, judge};
use syncline_engine::Engine;
use syncline_providers::Catalogue;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::build::Toolchain;
use super::exit::FUNCTION_FAILED;
use super::local;
use place::Place;
use report::{Case, Report};

/// A replay waits for nobody: what computes for longer is a loop.
const PATIENCE: Duration = Duration::from_secs(20);

/// A recording is `INTEGRATION/tests/NAME.test.json`; `syncline dryrun --save` makes one. Each is replayed in a fresh instance by the
/// engine that a server runs functions with, offline, and its output, batchSave and batchDelete are compared with what was recorded.
#[derive(Args)]
#[command(after_help = "A case is of the function that NAME.test.ts beside it imports, else of the function with its name, else of the \
                        longest function name that NAME ends or begins with. Numbers are compared by value; a missing field is not null.")]
pub(super) struct Test {
    /// A project, an integration's folder in it, a crate, or one .test.json file
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only cases whose INTEGRATION/NAME contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// One JSON document on stdout: {"passed","failed","cases":[{"name","outcome","diff"}]}
    #[arg(long)]
    json: bool,
    /// Write a report in JUnit's XML, for CI systems
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    toolchain: Toolchain,
}

/// A case, ready to be replayed.
struct Ready {
    case: CaseFile,
    /// `INTEGRATION/NAME`
    name: String,
    /// Why it cannot be.
    of: Result<(Arc<Member>, Arc<Function>), String>,
}

impl Test {
    pub(super) async fn execute(self) -> anyhow::Result<ExitCode> {
        let (mut cases, mut untested) = (Vec::new(), Vec::new());
        let catalogue = Arc::new(Catalogue::embedded());
        let mut time = Duration::ZERO;
        for place in Place::all(&self.paths)? {
            let mut project = Project::impatient(local::engine(&place.project)?, PATIENCE);
            let members = local::load(&mut project, &place.project, &self.toolchain).await?;
            let wanted = |name: &str| self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()));
            let ready = ready(place.cases()?, &members, wanted);
            untested.extend(without_case(&members, &ready).filter(|_| place.is_whole() && self.filter.is_none()));
            let began = Instant::now();
            cases.extend(replay(Arc::new(project), &catalogue, ready).await);
            time += began.elapsed();
        }
        let report = Report { cases, untested, time };
        if let Some(file) = &self.junit {
            std::fs::write(file, junit::of(&report)?).with_context(|| format!("{} cannot be written", file.display()))?;
        }
        report.print(self.json)?;
        anyhow::ensure!(!report.cases.is_empty(), "no recording was found{}", self.remedy());
        Ok(if report.failed() == 0 { ExitCode::SUCCESS } else { ExitCode::from(FUNCTION_FAILED) })
    }

    fn remedy(&self) -> String {
        match &self.filter {
            Some(filter) => format!(" whose name contains `{filter}`"),
            None => "; `syncline dryrun FUNCTION CONNECTION --save` records one in INTEGRATION/tests".to_owned(),
        }
    }
}

/// The recordings of components that an engine holds already, replayed: what `syncline dev` says after a change.
pub(super) async fn rerun(engine: Engine, catalogue: &Arc<Catalogue>, components: Vec<(Bytes, PathBuf)>) -> anyhow::Result<Rerun> {
    let mut project = Project::impatient(engine, PATIENCE);
    let (mut members, mut cases) = (Vec::new(), Vec::new());
    for (wasm, folder) in components {
        members.push((folder.clone(), project.load(wasm, &local::integration(&folder)).await?));
        cases.extend(case::find(&folder).with_context(|| format!("{} cannot be read", folder.display()))?);
    }
    cases.sort();
    cases.dedup();
    let began = Instant::now();
    let cases = replay(Arc::new(project), catalogue, ready(cases, &members, |_| true)).await;
    Ok(Rerun { cases: cases.into_iter().map(|case| (case.name, case.verdict.diff)).collect(), time: began.elapsed() })
}

/// Cases by `INTEGRATION/NAME`, with the difference where there is one.
pub(super) struct Rerun {
    pub(super) cases: Vec<(String, Option<String>)>,
    pub(super) time: Duration,
}

/// The cases that were asked for, each with its function.
fn ready(cases: Vec<CaseFile>, members: &[(PathBuf, Arc<Member>)], wanted: impl Fn(&str) -> bool) -> Vec<Ready> {
    let mut ready = Vec::new();
    for case in cases {
        let own: Vec<&Arc<Member>> = members.iter().filter(|(folder, _)| *folder == case.folder).map(|(_, member)| member).collect();
        let integration = own.first().map_or_else(|| local::integration(&case.folder), |member| member.integration.clone());
        let name = format!("{integration}/{}", case.name);
        if wanted(&name) {
            ready.push(Ready { of: paired(&case, &own), name, case });
        }
    }
    ready
}

fn paired(case: &CaseFile, members: &[&Arc<Member>]) -> Result<(Arc<Member>, Arc<Function>), String> {
    let functions: Vec<&str> =
        members.iter().flat_map(|member| &member.functions).map(|function| function.definition.name.as_str()).collect();
    if functions.is_empty() {
        return Err(format!("{} has no functions, or they are not part of the project", case.folder.display()));
    }
    let name = case.function(&functions).ok_or_else(|| {
        let known = functions.join("`, `");
        format!("no function belongs to this recording: name it after one, as in NAME.test.json; this integration has `{known}`")
    })?;
    let found = members.iter().find_map(|member| Some((Arc::clone(member), member.function(name)?)));
    Ok(found.expect("the name is one of theirs"))
}

/// Functions that no case is of, as `INTEGRATION/NAME`.
fn without_case<'a>(members: &'a [(PathBuf, Arc<Member>)], cases: &'a [Ready]) -> impl Iterator<Item = String> + 'a {
    let all = members.iter().flat_map(|(_, member)| member.functions.iter().map(move |function| (member, function)));
    let tested = |function: &Arc<Function>| cases.iter().any(|ready| matches!(&ready.of, Ok((_, of)) if Arc::ptr_eq(of, function)));
    all.filter(move |(_, function)| !tested(function))
        .map(|(member, function)| format!("{}/{}", member.integration, function.definition.name))
}

/// As many at once as there are cores: a replay does not wait.
async fn replay(project: Arc<Project>, catalogue: &Arc<Catalogue>, ready: Vec<Ready>) -> Vec<Case> {
    let slots = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, Into::into)));
    let mut running = JoinSet::new();
    for (index, Ready { case, name, of }) in ready.into_iter().enumerate() {
        let (project, catalogue, slots) = (Arc::clone(&project), Arc::clone(catalogue), Arc::clone(&slots));
        running.spawn(async move {
            let _slot = slots.acquire_owned().await.expect("the slots are never closed");
            let failed = |diff: String| Verdict { diff: Some(diff), time: Duration::ZERO };
            let verdict = match (of, read(&case)) {
                (Ok((member, function)), Ok(recording)) => judge(&project, &catalogue, &member, &function, Arc::new(recording)).await,
                (Err(problem), _) | (_, Err(problem)) => failed(problem),
            };
            (index, Case { name, verdict })
        });
    }
    let mut done = Vec::new();
    while let Some(ended) = running.join_next().await {
        done.push(ended.expect("a replay does not panic, and nothing aborts it"));
    }
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, case)| case).collect()
}

fn read(case: &CaseFile) -> Result<Recording, String> {
    let text = std::fs::read_to_string(&case.file).map_err(|error| format!("{} cannot be read: {error}", case.file.display()))?;
    Recording::parse(&text).map_err(|problem| format!("{} {problem}", case.file.display()))
}
