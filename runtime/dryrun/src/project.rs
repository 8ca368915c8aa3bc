//! A project's components, loaded once, and runs of their functions in fresh instances.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use syncline_domain::{FunctionDefinition, FunctionKind, RunnerError};
use syncline_engine::{Call, Completion, Engine, Limits};
use syncline_host_api::Host;
use syncline_wall::{Executor, Prepared, Tenant};
use syncline_worker::Budgets;
use syncline_worker::contract::{self, Schemas};
use tokio_util::sync::CancellationToken;

use crate::outcome::Outcome;
use crate::rehearsal::{Rehearsal, Setting};

/// A function that can be run.
pub struct Function {
    /// What it says of itself, checked as at a deploy.
    pub definition: FunctionDefinition,
    pub(crate) schemas: Arc<Schemas>,
}

/// A component of the project.
pub struct Member {
    /// The integration that its functions are for.
    pub integration: String,
    pub(crate) component: Prepared,
    /// In the component's order.
    pub functions: Vec<Arc<Function>>,
}

/// Everything that can be run.
pub struct Project {
    executor: Executor,
    budgets: Budgets,
    members: Vec<Arc<Member>>,
    cancel: CancellationToken,
}

impl Project {
    /// With the limits of a live run.
    pub fn new(engine: Engine) -> Self {
        Self::on(engine.into(), Budgets::default(), CancellationToken::new())
    }

    /// On a server's executor, until `cancel`.
    pub(crate) fn on(executor: Executor, budgets: Budgets, cancel: CancellationToken) -> Self {
        Self { executor, budgets, members: Vec::new(), cancel }
    }

    /// With less patience: a replay waits for nobody, so that what takes longer is a loop.
    pub fn impatient(engine: Engine, patience: Duration) -> Self {
        let hurried = |limits| Limits { cpu_time: patience, wall_time: 2 * patience, ..limits };
        Self { budgets: each(Budgets::default(), hurried), ..Self::new(engine) }
    }

    /// Compiles a component, or finds it compiled, and reads what it holds. `integration` where the component does not say it itself.
    pub async fn load(&mut self, wasm: Bytes, integration: &str) -> Result<Arc<Member>, RunnerError> {
        let internal = |error: syncline_wall::PrepareError| RunnerError::Internal(Box::new(error));
        let deployment = contract::inspect(&self.executor, wasm.clone()).await?;
        let project = Tenant::new("project");
        let component = self.executor.prepare(&project, deployment.digest.0.into(), || async { Some(wasm) }).await.map_err(internal)?;
        let functions = deployment.functions.into_iter().map(|definition| {
            let wrong = |message| RunnerError::Refused { code: "invalid_schema", message };
            let schemas = Arc::new(Schemas::new(&definition).map_err(wrong)?);
            Ok(Arc::new(Function { definition, schemas }))
        });
        let member = Arc::new(Member {
            integration: deployment.integration.unwrap_or_else(|| integration.to_owned()),
            component,
            functions: functions.collect::<Result<_, RunnerError>>()?,
        });
        self.members.push(Arc::clone(&member));
        Ok(member)
    }

    /// All that was loaded.
    pub fn members(&self) -> &[Arc<Member>] {
        &self.members
    }

    /// An action of an integration.
    pub(crate) fn action(&self, integration: &str, name: &str) -> Option<(Arc<Member>, Arc<Function>)> {
        let members = self.members.iter().filter(|member| member.integration == integration);
        members.into_iter().find_map(|member| {
            let found = member.function(name).filter(|function| function.definition.kind == FunctionKind::Action)?;
            Some((Arc::clone(member), found))
        })
    }

    /// Runs a function to its end.
    pub async fn run(self: &Arc<Self>, setting: Setting) -> Outcome {
        let (member, function) = (Arc::clone(&setting.member), Arc::clone(&setting.function));
        let (name, is_action) = (function.definition.name.to_string(), function.definition.kind == FunctionKind::Action);
        let journal = Arc::clone(&setting.journal);
        if is_action && let Err(problem) = function.schemas.check_input(&setting.input) {
            return Outcome::refused(
                "invalid_action_input",
                format!("the input of `{name}` does not match its schema: {problem}"),
                &journal,
            );
        }
        let host = Arc::new(Rehearsal::new(setting, Arc::clone(self)));
        let call = Call {
            function: name.clone(),
            host: Arc::clone(&host) as Arc<dyn Host>,
            limits: self.budgets.of(&function.definition),
            cancel: self.cancel.clone(),
        };
        let Completion { outcome, usage } = self.executor.call(&member.component, call).await;
        let mut result = outcome.map_err(contract::run_error);
        if let (Ok(output), true) = (&result, is_action)
            && let Err(problem) = function.schemas.check_output(output)
        {
            result = Err(Outcome::error("invalid_action_output", format!("the output of `{name}` does not match its schema: {problem}")));
        }
        host.into_outcome(result, usage)
    }
}

impl Member {
    /// The function of this name.
    pub fn function(&self, name: &str) -> Option<Arc<Function>> {
        self.functions.iter().find(|function| function.definition.name.as_str() == name).cloned()
    }
}

/// The limits of each kind of function, changed alike.
pub(crate) fn each(budgets: Budgets, change: impl Fn(Limits) -> Limits) -> Budgets {
    let Budgets { sync, action, event } = budgets;
    Budgets { sync: change(sync), action: change(action), event: change(event) }
}
