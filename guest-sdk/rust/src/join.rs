//! Waiting for several futures at once.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use crate::error::Result;

/// A future and, once it is ready, its output.
type Waiting<F> = (Pin<Box<F>>, Option<<F as Future>::Output>);

/// Waits for all, and gives their outputs in order.
///
/// ```
/// # use syncline_functions::{ActionContext, Result, join_all};
/// # async fn example(cx: ActionContext, names: Vec<String>) -> Result<()> {
/// let answers = join_all(names.iter().map(|name| cx.get("/users/{name}").segment("name", name).send())).await;
/// # Ok(())
/// # }
/// ```
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<Waiting<F>> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|cx| {
        let mut ready = true;
        for (future, output) in waiting.iter_mut().filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(cx) {
                Poll::Ready(done) => *output = Some(done),
                Poll::Pending => ready = false,
            }
        }
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().map(|(_, output)| output.expect("all are ready")).collect()
}

/// Waits for all, and gives their outputs in order or the first error among them.
pub async fn try_join_all<T, F: Future<Output = Result<T>>>(futures: impl IntoIterator<Item = F>) -> Result<Vec<T>> {
    join_all(futures).await.into_iter().collect()
}
