//! The compile child as a program of its own: what the server runs as a hidden subcommand, without the rest of the server.

fn main() -> std::process::ExitCode {
    syncline_engine::compile_child_main()
}
