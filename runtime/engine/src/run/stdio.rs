//! A guest's stdout and stderr: lines of the run's log.

use std::sync::Arc;

use bytes::Bytes;
use syncline_host_api::host::Level;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use super::log::RunLog;

/// What is kept of a line that has not ended yet. The log cuts at 10,000 characters, which are at most four bytes each.
const MAX_PENDING_BYTES: usize = 40_000;

/// What a guest may hand over in one write.
const WRITE_BYTES: usize = 64 << 10;

/// One of the two streams.
pub(super) struct LogStream {
    log: Arc<RunLog>,
    level: Level,
}

impl LogStream {
    pub(super) fn new(log: Arc<RunLog>, level: Level) -> Self {
        Self { log, level }
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    /// Only WASI 0.3 asks for this one, and that is not linked.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Lines { log: Arc::clone(&self.log), level: self.level, pending: Vec::new() })
    }
}

struct Lines {
    log: Arc<RunLog>,
    level: Level,
    pending: Vec<u8>,
}

impl Lines {
    fn end_line(&mut self) {
        if !self.pending.is_empty() {
            self.log.line(self.level, &String::from_utf8_lossy(&self.pending), None);
            self.pending.clear();
        }
    }
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ended) = part.strip_suffix(b"\n").map_or((part, false), |text| (text, true));
            let room = MAX_PENDING_BYTES - self.pending.len();
            self.pending.extend_from_slice(&text[..text.len().min(room)]);
            if ended {
                self.end_line();
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES)
    }
}

#[async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

impl Drop for Lines {
    /// The last line may lack its end.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end_line();
        }
    }
}
