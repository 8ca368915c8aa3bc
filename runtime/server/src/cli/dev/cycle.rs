//! One turn: what changed is built, deployed to the server in this process, and tested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use syncline_domain::{ComponentSource, Deployment, Digest, RunnerError};
use syncline_providers::Catalogue;

use super::integrations::{Presence, ensure};
use super::parts::{Crates, Parts, TypeScript};
use super::report::{Report, Timings};
use super::server::Server;
use super::watch::Changed;
use crate::cli::build::{self, Built, Companion, Diagnostic, Outcome, Toolchain};
use crate::cli::client::ClientError;
use crate::cli::deploy::{self, Source};
use crate::cli::test;

/// What is deployed, and what builds it.
pub(super) struct Cycle<'a> {
    root: &'a Path,
    server: &'a Server,
    toolchain: &'a Toolchain,
    report: Report,
    /// Pagination in replays is the provider's; none where nothing is replayed.
    catalogue: Option<Arc<Catalogue>>,
    companion: Option<Companion>,
    /// The last good version of every component, by where it comes from.
    ready: BTreeMap<Origin, Ready>,
    /// Integrations that could not be deployed to, which the author may have made since.
    waiting: BTreeSet<String>,
    /// Whether this turn met something that does not build.
    is_broken: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    TypeScript(String),
    Crate(PathBuf, String),
}

struct Ready {
    integration: String,
    /// Where its recordings are: an integration's folder, or a crate's.
    folder: PathBuf,
    digest: Digest,
    wasm: Bytes,
    build: Option<String>,
    code: Option<build::Code>,
}

impl<'a> Cycle<'a> {
    pub(super) fn new(root: &'a Path, server: &'a Server, toolchain: &'a Toolchain, report: Report, is_tested: bool) -> Self {
        let catalogue = is_tested.then(|| Arc::new(Catalogue::embedded()));
        Self {
            root,
            server,
            toolchain,
            report,
            catalogue,
            companion: None,
            ready: BTreeMap::new(),
            waiting: BTreeSet::new(),
            is_broken: false,
        }
    }

    /// Whatever is wrong with the author's files is said and no error.
    pub(super) async fn turn(&mut self, parts: &Parts, changed: Option<&Changed>) -> anyhow::Result<()> {
        if let Some(changed) = changed {
            Report::changed(self.root, &changed.paths);
        }
        let began = Instant::now();
        let (mut built, mut stale) = (Vec::new(), std::mem::take(&mut self.waiting));
        self.typescript(&parts.typescript, &mut built, &mut stale).await?;
        self.crates(&parts.crates, &mut built, &mut stale).await?;
        let mut timings = Timings { build: began.elapsed(), ..Timings::default() };
        for (origin, built) in built {
            if let Some(integration) = self.take(origin, built, &mut timings.compile).await? {
                stale.insert(integration);
            }
        }
        let since = changed.map_or(began, |changed| changed.at);
        let deployed = self.deploy(stale, &mut timings).await?;
        let is_any = !deployed.is_empty();
        if !std::mem::take(&mut self.is_broken) {
            self.report.done(is_any, since, timings);
        }
        self.test(&deployed, &parts.recordings).await;
        Ok(())
    }

    /// What the type checker says of the last build, later than its redeployment. Never, where there is nothing to wait for.
    pub(super) async fn types(&mut self) -> Vec<Diagnostic> {
        let Some(companion) = &mut self.companion else { return std::future::pending().await };
        match companion.types().await {
            Ok(errors) => errors,
            Err(error) => {
                self.companion = None;
                eprintln!("error: {error:#}");
                Vec::new()
            }
        }
    }

    async fn typescript(
        &mut self,
        changed: &TypeScript,
        built: &mut Vec<(Origin, Built)>,
        stale: &mut BTreeSet<String>,
    ) -> anyhow::Result<()> {
        let integrations: Option<Vec<String>> = match changed {
            TypeScript::None => return Ok(()),
            TypeScript::Some(names) => Some(names.iter().cloned().collect()),
            TypeScript::All => None,
        };
        if !build::has_typescript(self.root) {
            return Ok(());
        }
        let has_earlier = self.ready.keys().any(|origin| matches!(origin, Origin::TypeScript(_)));
        let outcome = match self.build(integrations.as_deref()).await {
            Ok(outcome) => outcome,
            Err(error) => {
                // Node.js may be missing, or have ended; crates do not depend on it, and the next save tries again.
                self.companion = None;
                eprintln!("error: {error:#}");
                self.broken("TypeScript", has_earlier);
                return Ok(());
            }
        };
        Report::diagnostics("warning", &outcome.warnings, self.root);
        if !outcome.errors.is_empty() {
            Report::diagnostics("error", &outcome.errors, self.root);
            self.broken("TypeScript", has_earlier);
            return Ok(());
        }
        if integrations.is_none() {
            self.forget(stale, |origin| match origin {
                Origin::TypeScript(name) => outcome.built.iter().any(|built| built.integration.as_ref() == Some(name)),
                Origin::Crate(..) => true,
            });
        }
        built.extend(outcome.built.into_iter().map(|built| (Origin::TypeScript(built.integration.clone().unwrap_or_default()), built)));
        Ok(())
    }

    async fn build(&mut self, integrations: Option<&[String]>) -> anyhow::Result<Outcome> {
        let companion = match &mut self.companion {
            Some(companion) => companion,
            none => none.insert(Companion::start(self.root, self.toolchain).await?),
        };
        companion.build(integrations).await
    }

    async fn crates(&mut self, changed: &Crates, built: &mut Vec<(Origin, Built)>, stale: &mut BTreeSet<String>) -> anyhow::Result<()> {
        let folders = match changed {
            Crates::None => return Ok(()),
            Crates::All => build::crates(self.root)?,
            Crates::Some(folders) => folders.iter().filter(|folder| build::is_crate(folder)).cloned().collect(),
        };
        self.forget(stale, |origin| match origin {
            Origin::Crate(folder, _) => build::is_crate(folder),
            Origin::TypeScript(_) => true,
        });
        for folder in folders {
            match build::crate_components(&folder).await {
                Ok(components) => built.extend(components.into_iter().map(|one| {
                    let name = one.wasm.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    (Origin::Crate(folder.clone(), name), one)
                })),
                Err(error) => {
                    // What is wrong with the source cargo has said.
                    eprintln!("{error:#}");
                    let has_earlier = self.ready.keys().any(|origin| matches!(origin, Origin::Crate(known, _) if *known == folder));
                    self.broken(&folder.strip_prefix(self.root).unwrap_or(&folder).display().to_string(), has_earlier);
                }
            }
        }
        Ok(())
    }

    /// Replays the recordings of what was deployed, and those that changed themselves.
    async fn test(&self, deployed: &BTreeSet<String>, recordings: &BTreeSet<PathBuf>) {
        let Some(catalogue) = &self.catalogue else { return };
        let of_it = self.ready.values().filter(|ready| deployed.contains(&ready.integration) || recordings.contains(&ready.folder));
        let components: Vec<_> = of_it.map(|ready| (ready.wasm.clone(), ready.folder.clone())).collect();
        if components.is_empty() {
            return;
        }
        match test::rerun(self.server.engine.clone(), catalogue, components).await {
            Ok(rerun) => Report::tested(&rerun),
            Err(error) => eprintln!("error: the recordings cannot be replayed: {error:#}"),
        }
    }

    /// Says that something does not build, or is refused; what is deployed stays.
    fn broken(&mut self, what: &str, has_earlier: bool) {
        self.is_broken = true;
        Report::broken(what, has_earlier);
    }

    /// Forgets what is not there any more; its integration is to be deployed without it.
    fn forget(&mut self, stale: &mut BTreeSet<String>, is_there: impl Fn(&Origin) -> bool) {
        self.ready.retain(|origin, ready| {
            let stays = is_there(origin);
            if !stays {
                stale.insert(ready.integration.clone());
            }
            stays
        });
    }

    /// Compiles a component and asks it what it is for; its integration where that has to be deployed again.
    async fn take(&mut self, origin: Origin, built: Built, compile: &mut Duration) -> anyhow::Result<Option<String>> {
        let wasm = tokio::fs::read(&built.wasm).await.with_context(|| format!("{} cannot be read", built.wasm.display()))?;
        let wasm = Bytes::from(wasm);
        let began = Instant::now();
        let inspected = self.server.node.runner().inspect(ComponentSource { wasm: wasm.clone() }).await;
        *compile += began.elapsed();
        let what = built.wasm.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Deployment { digest, integration, .. } = match inspected {
            Ok(deployment) => deployment,
            Err(RunnerError::Refused { code, message }) => {
                eprintln!("error[{code}]: {message}");
                self.broken(&what, self.ready.contains_key(&origin));
                return Ok(None);
            }
            Err(error) => return Err(error).with_context(|| format!("{what} cannot be compiled")),
        };
        let Some(integration) = integration.or(built.integration) else {
            Report::skipped(&what, "it names no integration; write component!(integration = \"...\"; ...)");
            return Ok(None);
        };
        let folder = match &origin {
            Origin::TypeScript(name) => self.root.join(name),
            Origin::Crate(folder, _) => folder.clone(),
        };
        let ready = Ready { integration: integration.clone(), folder, digest, wasm, build: built.build, code: built.code };
        let before = self.ready.insert(origin, ready);
        Ok(before.is_none_or(|before| before.digest != digest || before.integration != integration).then_some(integration))
    }

    /// Brings the server's integrations to what is ready. An integration has afterwards what its components hold, so all of them go together.
    async fn deploy(&mut self, stale: BTreeSet<String>, timings: &mut Timings) -> anyhow::Result<BTreeSet<String>> {
        let began = Instant::now();
        let mut deployed = BTreeSet::new();
        for integration in stale {
            match ensure(&self.server.client, &integration).await? {
                Presence::There => {}
                Presence::Made => Report::made(&integration),
                Presence::Missing(what_to_do) => {
                    Report::skipped(&integration, &what_to_do);
                    self.waiting.insert(integration);
                    continue;
                }
            }
            if self.send(&integration).await? {
                deployed.insert(integration);
            }
        }
        timings.deploy = began.elapsed();
        Ok(deployed)
    }

    async fn send(&mut self, integration: &str) -> anyhow::Result<bool> {
        let of_it = self.ready.values().filter(|ready| ready.integration == integration);
        let source = |ready: &Ready| {
            let source = Source::new(ready.wasm.to_vec(), Some(integration.to_owned()));
            source.with_build(ready.build.clone()).with_code(ready.code.clone())
        };
        let sources: Vec<Source> = of_it.map(source).collect();
        if sources.is_empty() {
            Report::skipped(integration, "the project has nothing for it any more; what is deployed stays until this command ends");
            return Ok(false);
        }
        // What the author deletes goes: it is their own server.
        let (_, changed) = match deploy::send(&self.server.client, &sources, true).await {
            Ok(sent) => sent,
            Err(error) => match error.downcast::<ClientError>()? {
                refused @ ClientError::Refused { .. } => {
                    eprintln!("error: {refused}");
                    self.broken(integration, true);
                    return Ok(false);
                }
                other => return Err(other.into()),
            },
        };
        let mut functions: Vec<_> = changed.functions.into_iter().map(|function| (function.name, function.change)).collect();
        functions.extend(changed.deleted.into_iter().map(|gone| (gone.name, "deleted".to_owned())));
        Report::deployed(integration, &functions);
        Ok(true)
    }
}
