//! Waiting between attempts, and chance.

use std::time::Duration;

use async_trait::async_trait;

/// Waits, says by how much a wait is shortened, and gives signatures their nonces. A port, so that tests neither wait nor guess.
#[async_trait]
pub trait Pace: Send + Sync + 'static {
    /// Comes back after `duration`.
    async fn sleep(&self, duration: Duration);

    /// A random number from 0 up to but not including 1.
    fn fraction(&self) -> f64;

    /// Different each time; need not be secret.
    fn nonce(&self) -> [u8; 16];
}

/// Tokio's timer and the system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemPace;

#[async_trait]
impl Pace for SystemPace {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn fraction(&self) -> f64 {
        // Without randomness all wait the full time, which is safe, only less spread.
        let random = getrandom::u32().unwrap_or(u32::MAX);
        f64::from(random) / (f64::from(u32::MAX) + 1.0)
    }

    fn nonce(&self) -> [u8; 16] {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).expect("the system has randomness");
        nonce
    }
}
