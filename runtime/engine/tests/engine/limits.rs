//! Every limit of a run ends it with a failure that names the limit. Fault rows S1, S2, S3.

use std::sync::Arc;
use std::time::Duration;

use syncline_engine::{Call, Limits, RunFailure};
use syncline_host_api::host::Level;
use tokio_util::sync::CancellationToken;

use super::component::Text;
use super::guest::{TestEngine, call, hostile};
use super::host::TestHost;

async fn failure(function: &str, limits: Limits) -> RunFailure {
    call(function, &Arc::default(), limits).await.outcome.unwrap_err()
}

async fn failure_of_text(text: Text) -> RunFailure {
    let engine = TestEngine::new();
    let component = engine.deploy(text.wasm()).await;
    let limits = Limits { cpu_time: Duration::from_millis(50), ..Limits::default() };
    let call = Call { function: "any".to_owned(), host: Arc::new(TestHost::default()), limits, cancel: CancellationToken::new() };
    engine.engine.call(&component, call).await.outcome.unwrap_err()
}

/// S1.
#[tokio::test]
async fn an_endless_loop_ends_with_its_cpu_time() {
    let limits = Limits { cpu_time: Duration::from_millis(50), ..Limits::default() };
    let completion = call("spin", &Arc::default(), limits).await;
    let failure = completion.outcome.unwrap_err();
    assert_eq!(failure.code(), "function_cpu_time_exceeded");
    assert!(failure.to_string().contains("\"spin\""), "{failure}");
    assert!(completion.usage.cpu_time >= Duration::from_millis(50));
}

/// S1.
#[tokio::test]
async fn an_endless_loop_in_a_start_function_ends_too() {
    let fields = "(func $spin (loop br 0)) (start $spin)".to_owned();
    assert_eq!(failure_of_text(Text { fields, ..Text::default() }).await.code(), "function_cpu_time_exceeded");
}

/// S1: on the one thread of this test, the others only run when the loop yields.
#[tokio::test]
async fn a_spinning_guest_lets_others_run() {
    let (engine, component) = hostile().await;
    let call = |function: &str, cancel: &CancellationToken| {
        let host = Arc::new(TestHost::default());
        engine.engine.call(&component, Call { function: function.to_owned(), host, limits: Limits::default(), cancel: cancel.clone() })
    };
    let stop = CancellationToken::new();
    let (spinning, echoed) = tokio::join!(call("spin", &stop), async {
        let echoed = call("echo", &CancellationToken::new()).await;
        stop.cancel();
        echoed
    });
    assert!(echoed.outcome.is_ok());
    assert_eq!(spinning.outcome.unwrap_err().code(), "function_cancelled");
}

/// Waiting is not computing: 200 answers that each take longer than an epoch cost next to no CPU time.
#[tokio::test]
async fn waiting_for_the_host_is_not_charged_as_cpu_time() {
    let limits = Limits { cpu_time: Duration::from_secs(1), ..Limits::default() };
    let completion = call("wait_often", &Arc::default(), limits).await;
    assert!(completion.outcome.is_ok(), "{completion:?}");
    assert_eq!(completion.usage.host_calls, 200);
    assert!(completion.usage.wall_time > completion.usage.cpu_time);
}

/// S1.
#[tokio::test]
async fn a_run_that_waits_too_long_times_out() {
    let limits = Limits { wall_time: Duration::from_millis(20), ..Limits::default() };
    assert_eq!(failure("wait", limits.clone()).await.code(), "function_timeout");
    assert_eq!(failure("spin", limits).await.code(), "function_timeout");
}

/// S1.
#[tokio::test]
async fn deep_recursion_overflows_the_guests_stack_and_not_ours() {
    let failure = failure("recurse", Limits::default()).await;
    assert_eq!(failure.code(), "function_stack_overflow");
    assert!(failure.frames()[0].contains("recurse"), "{failure}");
}

/// S2.
#[tokio::test]
async fn memory_beyond_the_limit_is_refused_and_the_peak_is_told() {
    let limits = Limits { memory_bytes: 32 << 20, ..Limits::default() };
    let completion = call("grow_memory", &Arc::default(), limits.clone()).await;
    let failure = completion.outcome.unwrap_err();
    assert_eq!(failure.code(), "function_out_of_memory");
    assert!(failure.to_string().contains("32 MiB"), "{failure}");
    assert!(completion.usage.peak_memory_bytes <= 32 << 20);

    let completion = call("use_memory", &Arc::default(), limits).await;
    assert_eq!(completion.outcome.unwrap(), (20 << 20).to_string());
    assert!((20 << 20..32 << 20).contains(&completion.usage.peak_memory_bytes), "{:?}", completion.usage);
}

/// S2: a language's runtime hears of it, and can use what was kept back to say so; then it is over.
#[tokio::test]
async fn growth_beyond_the_limit_is_refused_twice_and_then_the_reserve_serves() {
    let host = Arc::<TestHost>::default();
    let completion = call("reserve", &host, Limits { memory_bytes: 32 << 20, ..Limits::default() }).await;
    let said: (usize, bool, bool) = serde_json::from_str(&host.lines()[0]).unwrap();
    assert!((20..28).contains(&said.0) && !said.1 && said.2, "{said:?}");
    assert_eq!(completion.outcome.unwrap_err().code(), "function_out_of_memory");
    assert!((28 << 20..=32 << 20).contains(&completion.usage.peak_memory_bytes), "{:?}", completion.usage);
}

#[tokio::test]
async fn a_guest_sees_its_budget_fall() {
    let limits = Limits { memory_bytes: 32 << 20, cpu_time: Duration::from_secs(10), ..Limits::default() };
    let completion = call("budget", &Arc::default(), limits).await;
    let (cpu_ms, memory_mib): (u64, u64) = serde_json::from_str(&completion.outcome.unwrap()).unwrap();
    assert!(cpu_ms >= 5 && (5..=7).contains(&memory_mib), "{cpu_ms} ms, {memory_mib} MiB");
}

#[tokio::test]
async fn a_guest_sees_how_deep_it_is() {
    let took: u64 = call("stack", &Arc::default(), Limits::default()).await.outcome.unwrap().parse().unwrap();
    // What the guest keeps in its own memory is not on this stack; each call takes some of it all the same.
    assert!((39 * 16..200_000).contains(&took), "{took} bytes");
}

/// S1: a runtime that stops itself is told like one that the engine stopped, and says where it was.
#[tokio::test]
async fn a_runtimes_own_guard_is_the_limit_it_guards_with_the_place() {
    let failure = failure("guard", Limits { cpu_time: Duration::from_secs(7), ..Limits::default() }).await;
    assert_eq!(failure.code(), "function_cpu_time_exceeded");
    assert_eq!(failure.frames(), ["walk (github/syncs/issues.ts:12)"]);
    let message = failure.to_string();
    assert!(message.contains("7s of CPU time") && message.contains("endless loop") && message.contains("issues.ts:12"), "{message}");
}

/// S2: what a component wants from the start counts as well, and memories count together.
#[tokio::test]
async fn a_component_that_starts_too_large_is_out_of_memory() {
    let fields = "(memory 2500)".to_owned();
    assert_eq!(failure_of_text(Text { fields, ..Text::default() }).await.code(), "function_out_of_memory");
}

/// S2.
#[tokio::test]
async fn a_table_cannot_grow_beyond_its_limit() {
    let fields = "(table $table 1 funcref)".to_owned();
    let body = "(drop (table.grow $table (ref.null func) (i32.const 1000000))) unreachable";
    let failure = failure_of_text(Text { fields, body, ..Text::default() }).await;
    assert!(matches!(failure, RunFailure::TableTooLarge { .. }), "{failure}");
}

/// S2.
#[tokio::test]
async fn handles_are_bounded() {
    let failure = failure("handles", Limits::default()).await;
    assert_eq!(failure.code(), "function_trapped");
    assert!(failure.to_string().contains("table"), "{failure}");
}

/// S2: giant strings through the canonical ABI, in both directions out of the guest.
#[tokio::test]
async fn giant_arguments_and_results_are_refused() {
    let limits = Limits { memory_bytes: 256 << 20, ..Limits::default() };
    let failure_of_argument = failure("huge_argument", limits.clone()).await;
    assert!(failure_of_argument.to_string().contains("fuel"), "{failure_of_argument}");
    let failure = failure("huge_result", limits).await;
    assert!(matches!(failure, RunFailure::ResultTooLarge { limit_bytes: 2_097_152, .. }), "{failure}");
}

#[tokio::test]
async fn host_calls_are_counted_and_bounded() {
    let completion = call("calls", &Arc::default(), Limits { host_calls: 1_000, ..Limits::default() }).await;
    assert_eq!(completion.outcome.unwrap_err().code(), "function_host_calls_exceeded");
    assert_eq!(completion.usage.host_calls, 1_000);
}

/// S3.
#[tokio::test]
async fn a_flood_of_log_lines_is_cut_with_one_warning_and_the_run_goes_on() {
    let host = Arc::<TestHost>::default();
    let completion = call("log_lines", &host, Limits { log_lines: 100, ..Limits::default() }).await;
    assert!(completion.outcome.is_ok());
    let lines = host.lines();
    assert_eq!((lines.len(), lines[99].as_str()), (101, "line 99"));
    assert!(lines[100].contains("log budget"), "{}", lines[100]);
    assert!(matches!(host.log.lock().unwrap()[100].0, Level::Warn));
}

/// S3.
#[tokio::test]
async fn a_huge_log_line_is_cut_and_says_by_how_much() {
    let host = Arc::<TestHost>::default();
    assert!(call("log_one_line", &host, Limits::default()).await.outcome.is_ok());
    let line = &host.lines()[0];
    assert!(line.len() < 10_100 && line.ends_with(" more bytes]"), "{} bytes", line.len());
}

/// S3: and what goes to stdout and stderr is not lost, even without an end of line.
#[tokio::test]
async fn escapes_and_nul_arrive_as_text() {
    let host = Arc::<TestHost>::default();
    assert!(call("log_escapes", &host, Limits::default()).await.outcome.is_ok());
    assert_eq!(host.lines(), ["\\u{1b}[2Jcleared\\u{0}", "to stdout", "to stderr"]);
    assert_eq!(host.log.lock().unwrap()[0].2.as_deref(), Some(r#"{"a":"\\u{1b}[31m"}"#));
}
