//! The gateway in worlds where everything goes wrong: bad roads, late, lost, doubled and cut answers, a clock that is
//! set, and crashes anywhere. Real jobs, a real store, a simulated insurer. A seed is a world.
//!
//! `SIMULATION_SEEDS=10000 cargo test --test claimgate -- simulation::` runs so many; `SIMULATION_FROM=17
//! SIMULATION_SEEDS=1` -- --nocapture simulation::` tells the story of world 17.

mod insurer;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use insurer::Tally;
use world::World;

/// So many worlds where nobody asks for more.
const SEEDS: u64 = 100;
const THREADS: u64 = 2;

#[test]
fn no_claim_is_lost_and_none_sent_twice() {
    let from = number("SIMULATION_FROM", 0);
    let end = from + number("SIMULATION_SEEDS", SEEDS);
    let next = AtomicU64::new(from);
    let faults = Mutex::new(Tally::new());
    let breaches = Mutex::new(Vec::new());
    let run = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                break;
            }
            let (tally, ended) = simulate(seed);
            let mut faults = faults.lock().unwrap();
            for (fault, times) in tally {
                *faults.entry(fault).or_default() += times;
            }
            breaches.lock().unwrap().extend(ended.err());
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(run);
        }
    });
    let (faults, breaches) = (faults.into_inner().unwrap(), breaches.into_inner().unwrap());
    println!("{} worlds: {faults:?}", end - from);
    assert!(
        breaches.is_empty(),
        "{} of {} worlds:\n{}",
        breaches.len(),
        end - from,
        breaches.join("\n")
    );
}

/// How often each fault happened, and what is wrong in the end, with the seed that shows it again.
fn simulate(seed: u64) -> (Tally, Result<(), String>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut world = World::new(seed);
    let run = AssertUnwindSafe(|| runtime.block_on(world.run()));
    let ended = catch_unwind(run).unwrap_or_else(|_| Err("it panicked, as told above".into()));
    if number("SIMULATION_SEEDS", SEEDS) == 1 {
        println!("{}", world.story.join("\n"));
    }
    let replay = format!("SIMULATION_FROM={seed} SIMULATION_SEEDS=1");
    (
        world.tally(),
        ended.map_err(|breach| format!("{replay}: {breach}")),
    )
}

fn number(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().expect("a number"),
        Err(_) => otherwise,
    }
}

/// Where a file costs no disk, if there is such a place: a crash of the process keeps what was written.
fn fast_directory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    match memory.is_dir() {
        true => memory,
        false => std::env::temp_dir(),
    }
}
