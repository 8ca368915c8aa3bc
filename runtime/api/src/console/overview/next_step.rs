//! What to do where nothing happens yet.

use syncline_console::pages::Empty;
use syncline_store::ConnectionFilter;

use super::page::Reading;
use super::range::Range;
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// `None` where something happens, or everything is there that it takes.
pub(super) async fn of(console: &Console, here: &Here, reading: &Reading) -> Result<Option<Empty>, Refusal> {
    if !reading.total.is_empty() || reading.standing.waiting.count + reading.standing.running.count > 0 {
        return Ok(None);
    }
    let (store, home) = (&console.app.store, here.home());
    // A quiet night is no beginning.
    let week = store.overview().history(here.environment, Range::Week.span(reading.now)).await?;
    if week.iter().any(|step| !step.is_empty()) {
        return Ok(None);
    }
    if store.integrations().list(here.environment).await?.is_empty() {
        let text =
            "An integration is your configuration for one provider: GitHub, Slack, HubSpot and so on. With it, accounts are connected.";
        let step = Empty::new("First: add an integration", text);
        let catalogue = format!("{home}/catalogue");
        return Ok(Some(if here.may_develop() { step.with_link(catalogue, "Choose a provider") } else { step }));
    }
    let one = ConnectionFilter { limit: 1, ..ConnectionFilter::default() };
    if store.connections().list(here.environment, one).await?.is_empty() {
        let text = "An integration is there. Sign in to an account with it, or let your product’s users do so with the Connect UI.";
        let step = Empty::new("Next: connect an account", text);
        let connections = format!("{home}/connections");
        return Ok(Some(if here.may_develop() { step.with_link(connections, "Connect an account") } else { step }));
    }
    if store.functions().list(here.environment, None).await?.is_empty() {
        let text = "An account is connected: the proxy can be used with it. Syncs and actions run once they are deployed.";
        return Ok(Some(Empty::new("Next: deploy a function", text).with_command("syncline deploy")));
    }
    Ok(None)
}
