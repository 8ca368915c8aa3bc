//! What a run gets, what it answers, and how it ends when something breaks. Fault rows S6 and S9.

use std::sync::Arc;

use syncline_engine::{Call, Limits, RunFailure};
use tokio_util::sync::CancellationToken;

use super::guest::{call, hostile};
use super::host::TestHost;

#[tokio::test]
async fn a_result_comes_back_as_the_text_that_the_guest_wrote() {
    let completion = call("echo", &Arc::default(), Limits::default()).await;
    assert_eq!(completion.outcome.unwrap(), r#"{"number":12345678901234567890}"#);
    assert_eq!(completion.usage.host_calls, 1);
}

#[tokio::test]
async fn a_functions_own_failure_is_data() {
    match call("fail", &Arc::default(), Limits::default()).await.outcome {
        Err(RunFailure::Guest(failure)) => {
            assert_eq!(failure.code, "action_error");
            assert_eq!(failure.details.as_deref(), Some(r#"{"id":7}"#));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_component_describes_itself_with_nothing_granted() {
    let (engine, component) = hostile().await;
    let manifest = engine.engine.describe(&component).await.unwrap();
    assert_eq!(manifest.functions[0].description, "variables: not_granted");
}

#[tokio::test]
async fn twenty_requests_are_in_flight_at_one_time() {
    assert_eq!(call("starts", &Arc::default(), Limits::default()).await.outcome.unwrap(), "40");
}

#[tokio::test]
async fn a_started_request_goes_on_while_the_guest_blocks_in_another_call() {
    assert!(call("start_and_block", &Arc::default(), Limits::default()).await.outcome.is_ok());
}

/// S6: QuickJS imports a file system; there is nothing in it.
#[tokio::test]
async fn a_guest_opens_no_file_and_no_folder() {
    assert_eq!(call("files", &Arc::default(), Limits::default()).await.outcome.unwrap(), "0");
}

#[tokio::test]
async fn sleeping_takes_time_and_no_computing() {
    let completion = call("sleep", &Arc::default(), Limits::default()).await;
    let (slept, cpu_ms): (bool, u64) = serde_json::from_str(&completion.outcome.unwrap()).unwrap();
    assert!(slept && cpu_ms < 20, "{cpu_ms} ms of CPU time");
    assert!(completion.usage.wall_time >= std::time::Duration::from_millis(20));
}

/// S6.
#[tokio::test]
async fn a_guest_sees_neither_environment_nor_arguments() {
    assert_eq!(call("surroundings", &Arc::default(), Limits::default()).await.outcome.unwrap(), "[0, 0]");
}

#[tokio::test]
async fn a_panic_is_told_in_its_own_words_with_the_guests_own_frames() {
    let failure = call("panic", &Arc::default(), Limits::default()).await.outcome.unwrap_err();
    assert_eq!(failure.code(), "function_trapped");
    assert!(failure.to_string().contains("panicked: the answer is not 3"), "{failure}");
    let frames = failure.frames();
    assert!(frames.iter().any(|frame| frame == "hostile_guest::inner_of_panic"), "{frames:?}");
    assert!(frames.iter().all(|frame| !frame.starts_with("core::") && !frame.starts_with("std::")), "{frames:?}");
}

#[tokio::test]
async fn a_trap_names_the_function_and_where_it_happened() {
    let failure = call("trap", &Arc::default(), Limits::default()).await.outcome.unwrap_err();
    assert!(failure.to_string().starts_with(r#"function "trap" trapped: "#), "{failure}");
    assert!(failure.frames()[0].ends_with("_of_trap"), "{failure}");
    let exit = call("exit", &Arc::default(), Limits::default()).await.outcome.unwrap_err();
    assert!(exit.to_string().contains("exited with status"), "{exit}");
}

/// S9: the run fails, and the next one in the same engine does not.
#[tokio::test]
async fn a_panicking_host_function_ends_its_run_and_nothing_else() {
    let (engine, component) = hostile().await;
    for function in ["host_panic", "host_panic_in_log", "start_panic", "echo"] {
        let host = Arc::new(TestHost::default());
        let cancel = CancellationToken::new();
        let call = Call { function: function.to_owned(), host, limits: Limits::default(), cancel };
        let outcome = engine.engine.call(&component, call).await.outcome;
        if function == "echo" {
            assert!(outcome.is_ok());
        } else {
            assert_eq!(outcome.unwrap_err().code(), "function_internal_error", "{function}");
        }
    }
}

#[tokio::test]
async fn a_cancelled_run_ends_where_it_stands() {
    let (engine, component) = hostile().await;
    let (host, cancel) = (Arc::new(TestHost::default()), CancellationToken::new());
    let call = Call { function: "wait".to_owned(), host: host.clone(), limits: Limits::default(), cancel: cancel.clone() };
    let (completion, ()) = tokio::join!(engine.engine.call(&component, call), async {
        host.waiting.notified().await;
        cancel.cancel();
    });
    assert_eq!(completion.outcome.unwrap_err().code(), "function_cancelled");
}

/// More runs than instances: they wait for a slot instead of failing.
#[tokio::test]
async fn runs_beyond_the_pool_wait_their_turn() {
    let (engine, component) = hostile().await;
    let runs = (0..40).map(|_| {
        let (host, cancel) = (Arc::new(TestHost::default()), CancellationToken::new());
        engine.engine.call(&component, Call { function: "echo".to_owned(), host, limits: Limits::default(), cancel })
    });
    let completions = futures_util::future::join_all(runs).await;
    assert!(completions.iter().all(|completion| completion.outcome.is_ok()));
}
