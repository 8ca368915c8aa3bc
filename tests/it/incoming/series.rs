//! W1: many at once.

use std::time::Instant;

use futures_util::{StreamExt as _, stream};

use super::*;

const DELIVERIES: usize = 500;

on_both_databases! {
    /// W1, W2: side by side, in any order and each twice: every event once. Prints the rate at which they were taken in.
    async fn many_at_once_are_kept_once_each(app: Hooked) {
        app.team("ada", "t1", None).await;
        let begin = Instant::now();
        let sent = stream::iter((0..DELIVERIES).flat_map(|at| [at, DELIVERIES - 1 - at]).map(|at| {
            let app = &app;
            async move { app.deliver(&format!("d-{at}"), "item.ignored", &json!({ "team": "t1", "id": at.to_string() })).await.status }
        }));
        let statuses: Vec<_> = sent.buffer_unordered(16).collect().await;
        let took = begin.elapsed();
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
        println!("{} webhooks in {took:?}: {:.0}/s", statuses.len(), statuses.len() as f64 / took.as_secs_f64());
        app.eventually("every event routed", || async { (app.listed("state=routed").await.len() == DELIVERIES).then_some(()) }).await;
        assert_eq!(app.listed("").await.len(), DELIVERIES);
        assert!(took < Duration::from_mins(2), "{took:?}");
    }
}
