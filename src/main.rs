//! The command line.

fn main() -> std::process::ExitCode {
    claimgate::cli::run()
}
