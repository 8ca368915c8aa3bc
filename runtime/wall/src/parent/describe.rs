//! Asking a component what it is: code that nobody has looked at yet, in a process that serves nothing else.

use bytes::Bytes;
use syncline_engine::{CompileError, DescribeError, Digest, LoadError};
use syncline_host_api::Manifest;

use super::wall::Wall;
use crate::executor::ManifestError;
use crate::tenant::Tenant;
use crate::wire::{FromRun, ToChild, encode};

impl Wall {
    pub(crate) async fn describe(&self, wasm: Bytes) -> Result<(Digest, Manifest), ManifestError> {
        let digest = Digest::of(&wasm);
        let code = self.engine().code(digest, || async move { Some(wasm) }).await.map_err(|error| match error {
            LoadError::Compile(error) => ManifestError::Compile(error),
            other => ManifestError::Internal(Box::new(other)),
        })?;
        let (process, _user) = self.start(Tenant::new("deploy")).await.map_err(|error| ManifestError::Internal(Box::new(error)))?;
        process.retire.cancel();
        let loaded: Result<(), std::convert::Infallible> = process.load(digest, async || Ok(code)).await;
        let Ok(()) = loaded;
        let (mut run, mut said) = process.begin();
        process.send(encode(&ToChild::Describe(run.number, *digest.as_bytes())));
        let patience = process.options.patience;
        let answer = tokio::time::timeout(patience, async {
            while let Some(said) = said.recv().await {
                match said {
                    // What it logs while it describes itself interests nobody.
                    FromRun::Log(..) => {}
                    other => return Some(other),
                }
            }
            None
        });
        let internal = |problem: &str| ManifestError::Internal(problem.into());
        match answer.await {
            Ok(Some(FromRun::Described(described))) => {
                run.ended = true;
                let text = described.map_err(DescribeError::Run)?;
                Ok((digest, Manifest::parse(&text).map_err(DescribeError::Manifest)?))
            }
            Ok(Some(FromRun::Unfit(message))) => {
                run.ended = true;
                Err(ManifestError::Compile(CompileError::Incompatible { message }))
            }
            Ok(Some(_)) => {
                process.condemn("it spoke out of turn while it described a component");
                Err(internal("the process that was asked spoke out of turn"))
            }
            Ok(None) => Err(internal("the process that was asked is gone")),
            Err(_) => {
                process.condemn("a component did not describe itself in time");
                Err(internal("the process that was asked did not answer"))
            }
        }
    }
}
