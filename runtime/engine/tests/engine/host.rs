//! A host for tests: answers the endpoints that the hostile guest asks for, and remembers its log.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use syncline_host_api::host::{
    Body, ConnectionRef, Failure, FetchRequest, FetchResponse, Host, Level, Merging, Method, Page, Pages, Request, Response, RunInfo,
    Saved, SyncOptions, failure,
};
use tokio::sync::{Barrier, Notify};

pub(crate) struct TestHost {
    pub(crate) log: Mutex<Vec<(Level, String, Option<String>)>>,
    /// Told whenever somebody asks for `/never`.
    pub(crate) waiting: Notify,
    /// Told when somebody sleeps for more than a minute.
    pub(crate) asleep: Notify,
    /// Those who sleep now.
    pub(crate) sleepers: AtomicUsize,
    together: Barrier,
    pair: Barrier,
}

/// One of those who sleep, until it is dropped.
struct Sleeper<'h>(&'h AtomicUsize);

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Default for TestHost {
    fn default() -> Self {
        Self {
            log: Mutex::default(),
            waiting: Notify::new(),
            asleep: Notify::new(),
            sleepers: AtomicUsize::new(0),
            together: Barrier::new(20),
            pair: Barrier::new(2),
        }
    }
}

impl TestHost {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(|(_, message, _)| message.clone()).collect()
    }
}

struct NoPages;

#[async_trait]
impl Pages for NoPages {
    async fn next(&mut self) -> Result<Option<Page>, Failure> {
        Ok(None)
    }
}

fn unused<T>() -> Result<T, Failure> {
    Err(failure("unused", "no test asks for this"))
}

#[async_trait]
impl Host for TestHost {
    async fn send(&self, _: Method, request: Request) -> Result<Response, Failure> {
        match request.endpoint.as_str() {
            "/panic" => panic!("a bug of the host"),
            "/never" => {
                self.waiting.notify_one();
                std::future::pending::<()>().await;
            }
            "/together" => _ = self.together.wait().await,
            "/pair" => _ = self.pair.wait().await,
            // Long enough for the epoch to pass, so that the guest returns behind its deadline.
            "/tick" => tokio::time::sleep(std::time::Duration::from_millis(11)).await,
            _ => {}
        }
        Ok(Response { status: 200, headers: Vec::new(), body: Body::Text("ok".to_owned()) })
    }
    async fn paginate(&self, _: Method, _: Request, _: String) -> Result<Box<dyn Pages>, Failure> {
        Ok(Box::new(NoPages))
    }
    async fn batch_save(&self, _: String, _: String) -> Result<Saved, Failure> {
        unused()
    }
    async fn batch_update(&self, _: String, _: String) -> Result<Saved, Failure> {
        unused()
    }
    async fn batch_delete(&self, _: String, _: String) -> Result<u32, Failure> {
        unused()
    }
    async fn get_by_ids(&self, _: String, _: Vec<String>) -> Result<String, Failure> {
        unused()
    }
    async fn list_page(&self, _: String, _: Option<String>) -> Result<(String, Option<String>), Failure> {
        unused()
    }
    async fn track_deletes_start(&self, _: String) -> Result<(), Failure> {
        unused()
    }
    async fn track_deletes_end(&self, _: String) -> Result<Vec<String>, Failure> {
        unused()
    }
    async fn set_merging_strategy(&self, _: String, _: Merging) -> Result<(), Failure> {
        unused()
    }
    fn info(&self) -> RunInfo {
        let unknown = String::new;
        RunInfo {
            id: unknown(),
            function: unknown(),
            kind: unknown(),
            variant: unknown(),
            environment: unknown(),
            provider: unknown(),
            provider_config_key: unknown(),
            connection_id: unknown(),
            attempt: 1,
            last_success_at: None,
        }
    }
    fn input(&self) -> String {
        r#"{"number":12345678901234567890}"#.to_owned()
    }
    fn log(&self, level: Level, message: String, fields: Option<String>) {
        assert_ne!(message, "panic, please", "a bug of the host");
        self.log.lock().unwrap().push((level, message, fields));
    }
    async fn get_checkpoint(&self) -> Result<Option<String>, Failure> {
        Ok(None)
    }
    async fn save_checkpoint(&self, _: String) -> Result<(), Failure> {
        unused()
    }
    async fn clear_checkpoint(&self) -> Result<(), Failure> {
        unused()
    }
    fn details(&self) -> String {
        r#"{"trigger":"api"}"#.to_owned()
    }
    async fn sleep(&self, duration: std::time::Duration) {
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let _sleeper = Sleeper(&self.sleepers);
        if duration > std::time::Duration::from_mins(1) {
            self.asleep.notify_one();
        }
        tokio::time::sleep(duration).await;
    }
    async fn refresh_connection(&self, _: Option<ConnectionRef>) -> Result<String, Failure> {
        unused()
    }
    async fn get_connection(&self, _: Option<ConnectionRef>) -> Result<String, Failure> {
        unused()
    }
    async fn get_metadata(&self) -> Result<String, Failure> {
        unused()
    }
    async fn set_metadata(&self, _: String) -> Result<(), Failure> {
        unused()
    }
    async fn update_metadata(&self, _: String) -> Result<(), Failure> {
        unused()
    }
    async fn get_integration(&self) -> Result<String, Failure> {
        unused()
    }
    async fn try_acquire_lock(&self, _: String, _: u64) -> Result<bool, Failure> {
        unused()
    }
    async fn release_lock(&self, _: String) -> Result<bool, Failure> {
        unused()
    }
    async fn release_all_locks(&self) -> Result<(), Failure> {
        unused()
    }
    async fn variables(&self) -> Result<Vec<(String, String)>, Failure> {
        unused()
    }
    async fn trigger_action(&self, _: Option<ConnectionRef>, _: String, _: String) -> Result<String, Failure> {
        unused()
    }
    async fn trigger_sync(&self, _: Option<ConnectionRef>, _: String, _: SyncOptions) -> Result<(), Failure> {
        unused()
    }
    async fn start_sync(&self, _: Option<ConnectionRef>, _: String) -> Result<(), Failure> {
        unused()
    }
    async fn fetch(&self, _: FetchRequest) -> Result<FetchResponse, Failure> {
        unused()
    }
}
