//! The command line.

/// Charts and claims are many short texts, made by one thread and given up by another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    claimgate::cli::run()
}
