//! What a component that broke out of WebAssembly would try. None of it may work.
//!
//! Each attempt is a word and what it is about, as in `open:/etc/passwd`; each says on stdout how it went, one line each, unless the system ends
//! the process for it.

use std::fmt::Display;
use std::fs::File;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

use super::confine;

/// Enough to be confined as a process that serves is.
const INSTANCES: u32 = 1;

pub(super) fn run(attempts: &[String]) -> Result<(), String> {
    let (_sandbox, report) = confine(INSTANCES)?;
    // Its own stdout, which a process behind the wall does not have.
    let mut stdout = std::io::stdout();
    let say = |stdout: &mut std::io::Stdout, line: String| {
        writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(|error| error.to_string())
    };
    say(&mut stdout, report)?;
    for attempt in attempts {
        let outcome = try_to(attempt)?;
        say(&mut stdout, format!("{attempt} {outcome}"))?;
    }
    Ok(())
}

fn try_to(attempt: &str) -> Result<String, String> {
    let (what, about) = attempt.split_once(':').unwrap_or((attempt, ""));
    let pid = || about.parse().map(Pid::from_raw).map_err(|_| format!("{attempt}: no process"));
    Ok(match what {
        "open" => told(File::open(about)),
        "create" => told(File::create(about)),
        "list" => told(std::fs::read_dir(about)),
        "connect" => told(TcpStream::connect(about)),
        "connect-unix" => told(UnixStream::connect(about)),
        "listen" => told(TcpListener::bind("127.0.0.1:0")),
        "udp" => told(UdpSocket::bind("127.0.0.1:0")),
        "signal" => told(kill(pid()?, Signal::SIGKILL)),
        "memory" => {
            let mut byte = [0];
            let local = &mut [std::io::IoSliceMut::new(&mut byte)];
            told(process_vm_readv(pid()?, local, &[RemoteIoVec { base: 0x1000, len: 1 }]))
        }
        "trace" => told(ptrace::attach(pid()?)),
        "start" => told(Command::new(about).spawn()),
        "become" => Command::new(about).exec().to_string(),
        "thread" => told(std::thread::Builder::new().spawn(|| {})),
        _ => return Err(format!("{attempt}: no such attempt")),
    })
}

fn told<T, E: Display>(result: Result<T, E>) -> String {
    result.map_or_else(|error| format!("refused: {error}"), |_| "done".to_owned())
}
