//! This node's part of a bucket in one window.

use tokio::sync::watch;

/// A batch is this part of the limit: a node that leases and then hears of nobody any more keeps little from the others.
const BATCHES: u32 = 50;
/// And no more than this part of what is left, so that the last points go to whoever needs them.
const OF_THE_REST: u32 = 8;

/// Points of one window.
#[derive(Debug)]
pub(super) struct Window {
    /// Which minute since 1970.
    pub(super) index: i64,
    limit: u32,
    /// This node's part.
    leased: u32,
    used: u32,
    /// By all nodes, as far as this one knows; at most the limit.
    taken: u32,
    /// While points are being leased; closes when that is over.
    pub(super) leasing: Option<watch::Receiver<()>>,
}

/// What became of a wish for points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Take {
    /// Granted.
    Granted,
    /// The window is used up.
    Refused,
    /// This node's part is used up, and so many more can be asked for.
    Lease(u32),
}

impl Window {
    /// The whole limit for a node that is alone, nothing yet for one that is not.
    pub(super) fn new(index: i64, limit: u32, is_shared: bool) -> Self {
        let leased = if is_shared { 0 } else { limit };
        Self { index, limit, leased, used: 0, taken: leased, leasing: None }
    }

    pub(super) fn take(&mut self, points: u32) -> Take {
        if self.leased - self.used >= points {
            self.used += points;
            return Take::Granted;
        }
        if self.taken >= self.limit {
            // Whoever wants more than is left takes what is left.
            self.used = self.leased;
            return Take::Refused;
        }
        let rest = self.limit - self.taken;
        let batch = (self.limit / BATCHES).min(rest / OF_THE_REST).max(1);
        Take::Lease(batch.max(points))
    }

    /// After `asked` more were taken and the nodes have `taken` in all.
    pub(super) fn lease(&mut self, asked: u32, taken: u64) {
        let before = taken.saturating_sub(u64::from(asked));
        let rest = u64::from(self.limit).saturating_sub(before);
        self.leased += asked.min(u32::try_from(rest).unwrap_or(u32::MAX));
        self.taken = u32::try_from(taken).unwrap_or(u32::MAX).min(self.limit);
    }

    /// Where nobody can be asked: this node goes on by itself.
    pub(super) fn lease_unasked(&mut self, asked: u32) {
        self.leased = self.leased.saturating_add(asked);
    }

    pub(super) const fn is_used_up(&self) -> bool {
        self.used >= self.leased && self.taken >= self.limit
    }

    /// Of the limit, as far as this node knows.
    pub(super) fn remaining(&self) -> u32 {
        (self.limit - self.taken).saturating_add(self.leased - self.used).min(self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_alone_grants_exactly_the_limit() {
        let mut window = Window::new(0, 3, false);
        assert_eq!([(); 4].map(|()| window.take(1)), [Take::Granted, Take::Granted, Take::Granted, Take::Refused]);
        assert_eq!((window.remaining(), window.is_used_up()), (0, true));
    }

    #[test]
    fn whoever_wants_more_than_is_left_takes_what_is_left() {
        let mut window = Window::new(0, 15, false);
        assert_eq!((window.take(10), window.remaining()), (Take::Granted, 5));
        assert_eq!((window.take(10), window.remaining()), (Take::Refused, 0));
    }

    /// X8: whatever the order in which nodes lease and use, together they grant the limit, and never a point more.
    #[test]
    fn nodes_together_grant_the_limit_and_never_more() {
        for limit in [1, 7, 50, 600, 12_000] {
            let mut nodes = [(); 3].map(|()| Window::new(0, limit, true));
            let (mut row, mut granted, mut leases, mut refused, mut random) = (0_u64, 0, 0, [false; 3], 1_u64);
            while refused != [true; 3] {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // The first is busier than the others.
                let node = [0, 0, 0, 0, 0, 1, 1, 2][(random >> 61) as usize];
                match nodes[node].take(1) {
                    Take::Granted => granted += 1,
                    Take::Refused => refused[node] = true,
                    Take::Lease(points) => {
                        leases += 1;
                        row += u64::from(points);
                        nodes[node].lease(points, row);
                    }
                }
            }
            assert_eq!(granted, limit);
            assert!(leases <= 2 * BATCHES + 40, "{leases} statements for {limit} requests");
        }
    }
}
