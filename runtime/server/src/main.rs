//! The binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    syncline_server::cli::main()
}
