//! A first function, as the README has it.

use serde::{Deserialize, Serialize};
use syncline_functions::prelude::*;

/// A task of the provider.
#[derive(Serialize, Deserialize, Model)]
struct Task {
    id: u64,
    title: String,
    done: bool,
}

#[sync(description = "All tasks", every = "1h", models(Task))]
async fn tasks(cx: SyncContext) -> Result<()> {
    let mut pages = cx.get("/tasks").paginate().page_number("page", 1).page_size(100).page_size_name("per_page");
    while let Some(page) = pages.next::<Task>().await? {
        cx.save(&page).await?;
    }
    Ok(())
}

component!(integration = "tasks"; tasks);
