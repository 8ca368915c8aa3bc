//! `syncline:host/provider`.

use std::sync::Arc;

use syncline_host_api::bindings::syncline::host::provider::{Host, HostPages, HostWithStore};
use syncline_host_api::host::{Failure, Method, Page, PageWalk, Request, Response};
use tokio::sync::oneshot;
use tracing::Instrument as _;
use wasmtime::Result;
use wasmtime::component::{Access, FutureReader, Resource};

use super::Imports;
use crate::run::{State, Stop};

impl Host for State {
    async fn get(&mut self, request: Request) -> Result<Result<Response, Failure>> {
        Host::send(self, Method::Get, request).await
    }

    async fn post(&mut self, request: Request) -> Result<Result<Response, Failure>> {
        Host::send(self, Method::Post, request).await
    }

    async fn send(&mut self, method: Method, request: Request) -> Result<Result<Response, Failure>> {
        self.spend_host_call()?;
        Ok(self.host.send(method, request).await)
    }

    async fn paginate(&mut self, method: Method, request: Request, options: String) -> Result<Result<Resource<PageWalk>, Failure>> {
        self.spend_host_call()?;
        match self.host.paginate(method, request, options).await {
            Ok(pages) => Ok(Ok(self.table.push(PageWalk(pages))?)),
            Err(failure) => Ok(Err(failure)),
        }
    }
}

impl HostPages for State {
    async fn next(&mut self, pages: Resource<PageWalk>) -> Result<Result<Option<Page>, Failure>> {
        self.spend_host_call()?;
        Ok(self.table.get_mut(&pages)?.0.next().await)
    }

    async fn drop(&mut self, pages: Resource<PageWalk>) -> Result<()> {
        self.table.delete(pages)?;
        Ok(())
    }
}

impl HostWithStore<State> for Imports {
    /// The request runs on a task of its own: the guest may block in another call before it asks for the answer.
    fn start(
        mut access: Access<'_, State, Self>,
        method: Method,
        request: Request,
    ) -> Result<FutureReader<std::result::Result<Response, Failure>>> {
        let state = access.get();
        state.spend_host_call()?;
        while state.in_flight.try_join_next().is_some() {}
        let (host, slots) = (Arc::clone(&state.host), Arc::clone(&state.in_flight_slots));
        let (sender, receiver) = oneshot::channel();
        let send = async move {
            let _slot = slots.acquire().await.expect("the slots are never closed");
            // Nobody listens any more when the guest dropped its future.
            let _ = sender.send(host.send(method, request).await);
        };
        state.in_flight.spawn(send.in_current_span());
        // The sender is lost without a word only when the task panicked: the run's end aborts tasks, but then nobody reads.
        FutureReader::new(access, async move { receiver.await.map_err(|_| Stop::HostPanic) })
    }
}
