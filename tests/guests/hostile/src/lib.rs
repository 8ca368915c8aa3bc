//! A component that misbehaves in every way that the engine has a limit for, one function a way, and behaves in a few.
//!
//! Written against the contract itself, not the SDK, so that nothing of the SDK stands between the fault and the engine.

use std::hint::black_box;

wit_bindgen::generate!({ path: "../../../host-api/wit", world: "function" });

use syncline::host::provider::{self, Body, Method, Request};
use syncline::host::run::{self, Level};
use syncline::host::{environment, records};

struct Hostile;

export!(Hostile);

impl Guest for Hostile {
    fn describe() -> String {
        let refused = environment::variables().unwrap_err().code;
        format!(r#"{{"functions": [{{"name": "echo", "kind": "action", "description": "variables: {refused}"}}]}}"#)
    }

    async fn call(function: String) -> Result<String, Failure> {
        match function.as_str() {
            "echo" => Ok(run::input()),
            "spin" => spin(),
            "recurse" => Ok(recurse(1).to_string()),
            "grow_memory" => Ok(grow_memory().to_string()),
            "use_memory" => Ok(vec![1_u8; black_box(20 << 20)].iter().map(|byte| usize::from(*byte)).sum::<usize>().to_string()),
            "log_lines" => {
                (0..1_000_000).for_each(|line| run::log(Level::Info, &format!("line {line}"), None));
                Ok("null".to_owned())
            }
            "log_one_line" => {
                run::log(Level::Info, &"x".repeat(20 << 20), None);
                Ok("null".to_owned())
            }
            "log_escapes" => {
                run::log(Level::Info, "\u{1b}[2Jcleared\0", Some(r#"{"a": "\u001b[31m"}"#));
                println!("to stdout");
                eprint!("to stderr");
                Ok("null".to_owned())
            }
            "panic" => {
                std::panic::set_hook(Box::new(|panic| {
                    run::log(Level::Error, &format!("panicked: {}", panic.payload_as_str().unwrap_or("?")), None)
                }));
                outer_of_panic(black_box(3))
            }
            "trap" => outer_of_trap(),
            "exit" => std::process::exit(3),
            "handles" => Ok(hold_handles().to_string()),
            "huge_result" => Ok("x".repeat(4 << 20)),
            "huge_argument" => Ok(format!("{:?}", records::batch_save("Model", &"x".repeat(80 << 20)))),
            "calls" => loop {
                black_box(run::get_checkpoint().is_ok());
            },
            "starts" => starts().await,
            "start_panic" => provider::start(Method::Get, &request("/panic")).await.map(|_| "null".to_owned()),
            "start_and_block" => start_and_block().await,
            "host_panic" => provider::get(&request("/panic")).map(|_| "null".to_owned()),
            "host_panic_in_log" => {
                run::log(Level::Info, "panic, please", None);
                Ok("null".to_owned())
            }
            "wait" => provider::get(&request("/never")).map(|_| "null".to_owned()),
            "wait_often" => {
                (0..200).for_each(|_| drop(provider::get(&request("/tick"))));
                Ok("null".to_owned())
            }
            "sleep" => {
                let (before, slept) = (run::get_budget().cpu_ms, run::sleep(20).await);
                Ok(format!("[{slept}, {}]", before - run::get_budget().cpu_ms))
            }
            "sleep_for_ever" => Ok(run::sleep(u64::MAX).await.to_string()),
            "budget" => Ok(budget()),
            "reserve" => Ok(reserve()),
            "files" => Ok(files()),
            "stack" => Ok(stack(1, run::get_stack(), black_box(40)).to_string()),
            "guard" => Err(Failure {
                code: "cpu_time_exceeded".to_owned(),
                message: "in the runtime's words".to_owned(),
                status: None,
                details: Some(r#"{"stacktrace":["walk (github/syncs/issues.ts:12)"]}"#.to_owned()),
            }),
            "surroundings" => Ok(format!("[{}, {}]", std::env::vars().count(), std::env::args().count())),
            "fail" => Err(Failure {
                code: "action_error".to_owned(),
                message: "no such issue".to_owned(),
                status: None,
                details: Some("{\"id\":7}".to_owned()),
            }),
            _ => Err(Failure { code: "unknown_function".to_owned(), message: function, status: None, details: None }),
        }
    }
}

fn request(endpoint: &str) -> Request {
    Request {
        endpoint: endpoint.to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
        retries: 0,
        retry_on: Vec::new(),
        base_url: None,
        connection: None,
    }
}

#[inline(never)]
fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

#[inline(never)]
#[expect(unconditional_recursion, reason = "that is the fault")]
fn recurse(depth: u64) -> u64 {
    black_box(recurse(black_box(depth) + 1) + 1)
}

#[inline(never)]
fn grow_memory() -> usize {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    loop {
        blocks.push(black_box(vec![1; 1 << 20]));
    }
}

/// What is left before and after some computing and some memory.
fn budget() -> String {
    let before = run::get_budget();
    let block = black_box(vec![1_u8; 5 << 20]);
    let mut number = block.len() as u64;
    while before.cpu_ms - run::get_budget().cpu_ms < 5 {
        (0..100_000).for_each(|turn| number = black_box(number.wrapping_mul(31).wrapping_add(turn)));
    }
    let after = run::get_budget();
    format!("[{}, {}]", before.cpu_ms - after.cpu_ms, (before.memory_bytes - after.memory_bytes) >> 20)
}

/// Grows by a mebibyte until it is refused twice, then once more, then for good. Answers how often it grew before and how it was after.
#[cfg(target_family = "wasm")]
fn reserve() -> String {
    let grow = || core::arch::wasm32::memory_grow::<0>(16) != usize::MAX;
    let before = std::iter::repeat_with(grow).take_while(|grew| *grew).count();
    let (second, third) = (grow(), grow());
    run::log(Level::Info, &format!("[{before}, {second}, {third}]"), None);
    std::iter::repeat_with(grow).count().to_string()
}

#[cfg(not(target_family = "wasm"))]
fn reserve() -> String {
    unreachable!("this crate is built for WebAssembly only")
}

/// How many of the ways into a file system are open.
fn files() -> String {
    let open = [
        std::fs::read_dir("/").is_ok(),
        std::fs::read_dir(".").is_ok(),
        std::fs::read("/etc/passwd").is_ok(),
        std::fs::write("/tmp/hostile", "x").is_ok(),
        std::fs::write("hostile", "x").is_ok(),
        std::fs::create_dir("hostile").is_ok(),
    ];
    open.iter().filter(|is_open| **is_open).count().to_string()
}

/// How much of the stack `calls` calls took, of a kibibyte each at least.
#[inline(never)]
fn stack(depth: u64, before: u64, calls: u64) -> u64 {
    let room = black_box([depth as u8; 1024]);
    if depth < calls {
        black_box(stack(depth + 1, before, calls) + u64::from(room[0]) - u64::from(room[1]))
    } else {
        before - run::get_stack()
    }
}

#[inline(never)]
fn outer_of_panic(number: u32) -> ! {
    inner_of_panic(black_box(number))
}

#[inline(never)]
fn inner_of_panic(number: u32) -> ! {
    panic!("the answer is not {number}")
}

#[inline(never)]
fn outer_of_trap() -> ! {
    inner_of_trap()
}

#[inline(never)]
fn inner_of_trap() -> ! {
    black_box(());
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    unreachable!("this crate is built for WebAssembly only")
}

fn hold_handles() -> usize {
    let mut walks = Vec::new();
    for _ in 0..1_000_000 {
        walks.push(provider::paginate(Method::Get, &request("/pages"), "{}"));
    }
    walks.len()
}

/// Twenty requests in flight at one time; the host answers none of them before it has all.
async fn starts() -> Result<String, Failure> {
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(provider::start(Method::Get, &request("/together")));
    }
    let mut bytes = 0;
    for answer in answers {
        bytes += match answer.await?.body {
            Body::Text(text) => text.len(),
            Body::Bytes(bytes) => bytes.len(),
        };
    }
    Ok(bytes.to_string())
}

/// The blocking call is answered only once the started one has arrived.
async fn start_and_block() -> Result<String, Failure> {
    let started = provider::start(Method::Get, &request("/pair"));
    provider::get(&request("/pair"))?;
    started.await?;
    Ok("null".to_owned())
}
