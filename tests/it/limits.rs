//! Rate limits on real servers.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use syncline_domain::{Clock as _, SystemClock};
use syncline_store::testing::TestDatabase;

use crate::node::{Node, Place};

const LIMIT: u32 = 200;
/// To each node, in each round.
const AT_ONCE: usize = 60;

/// What the nodes answered in one window.
#[derive(Default)]
struct Window {
    granted: u32,
    refused_by: Vec<usize>,
}

/// Sends bursts to all nodes at once, until all have refused in the same window. The edge of a window may fall into any burst: each answer says
/// in which window it was counted.
async fn exhaust(nodes: &[Node]) -> BTreeMap<u64, Window> {
    let mut windows: BTreeMap<u64, Window> = BTreeMap::new();
    for _ in 0..100 {
        let burst = nodes.iter().enumerate().flat_map(|(at, node)| {
            (0..AT_ONCE).map(move |_| async move { (at, node.call(Method::GET, "/integrations", &[], None).await) })
        });
        for (at, answer) in join_all(burst).await {
            let read = |name: &str| answer.headers[name].to_str().unwrap().parse::<u64>().unwrap();
            let (reset, remaining) = (read("x-ratelimit-reset"), read("x-ratelimit-remaining"));
            assert_eq!((read("x-ratelimit-limit"), reset % 60), (u64::from(LIMIT), 0));
            assert!(remaining < u64::from(LIMIT), "{remaining}");
            let window = windows.entry(reset).or_default();
            if answer.status == StatusCode::OK {
                window.granted += 1;
                assert!(!answer.headers.contains_key("retry-after"));
                continue;
            }
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_request"));
            let error = answer.json()["error"].clone();
            assert_eq!((error["method"].as_str(), error["path"].as_str(), remaining), (Some("GET"), Some("/integrations"), 0));
            // As long as it lasts until the window is over; the answer took some time to get here.
            let (wait, now) = (read("retry-after"), u64::try_from(SystemClock.now().unix_millis()).unwrap() / 1_000);
            assert!((1..=60).contains(&wait) && now + wait >= reset, "{wait} s at {now}, reset at {reset}");
            if !window.refused_by.contains(&at) {
                window.refused_by.push(at);
            }
        }
        if windows.values().any(|window| window.refused_by.len() == nodes.len()) {
            return windows;
        }
    }
    panic!("nobody was refused");
}

async fn test(database: TestDatabase, nodes: usize) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("providers")).unwrap();
    let mut started = Vec::new();
    for n in 0..nodes {
        let data = format!("data-{n}");
        let place = Place { database_url: database.url(), directory: directory.path(), data: &data, public_url: None, rate_limit: LIMIT };
        started.push(Node::start(&place).await);
    }
    for (reset, window) in exhaust(&started).await {
        assert!(window.granted <= LIMIT, "{} were granted until {reset}", window.granted);
        // Whoever refuses has used up its own part, and there was nothing left to lease.
        if window.refused_by.len() == nodes {
            assert_eq!(window.granted, LIMIT);
        }
    }
    for mut node in started {
        node.terminate();
    }
}

/// X8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_on_one_node_is_granted_exactly_the_limit() {
    test(TestDatabase::sqlite(), 1).await;
}

/// X8
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_together_grant_exactly_the_limit() {
    if let Some(database) = TestDatabase::postgres().await {
        test(database, 3).await;
    }
}
