//! What the fuzzer keeps and what once broke a target, in the normal suite: the targets hold their word on each.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use claimgate::guide::{ElementKind, library};

use crate::breaks::draw::Draw;

// The library of its own workspace: its targets are public there.
#[allow(unreachable_pub)]
#[path = "../fuzz/src/lib.rs"]
pub(crate) mod targets;

#[test]
fn seeds_hold() {
    assert!(run("fuzz/corpus") > 100);
}

#[test]
fn crashers_hold() {
    run("fixtures/crashers");
}

/// Fixtures with some bytes changed, a few hundred for each target: what a fuzzer finds in its first second.
#[test]
fn damaged_fixtures_hold() {
    let seed = std::env::var("FUZZ_SEED").map_or(1, |text| text.parse().unwrap());
    let rounds: u64 = std::env::var("FUZZ_ROUNDS").map_or(25, |text| text.parse().unwrap());
    for (name, target) in targets::TARGETS {
        let folders = match *name {
            "x12" | "check" | "document" => &["005010X222A1/accepted", "005010X231A1/accepted"][..],
            "t837" => &[
                "005010X222A1/accepted",
                "005010X223A2/accepted",
                "005010X224A2/accepted",
            ],
            "t835" => &["005010X221A1/accepted"],
            "t277ca" => &["005010X214/accepted"],
            "t999" => &["005010X231A1/accepted"],
            "ta1" => &["ta1/accepted"],
            "native_chart" => &[
                "charts/professional",
                "charts/institutional",
                "charts/dental",
            ],
            "claim_request" => &["charts/clearinghouse"],
            _ => &[],
        };
        let folders = folders
            .iter()
            .map(|folder| root().join("fixtures").join(folder));
        // Those without fixtures have seeds only.
        let mut good: Vec<PathBuf> = folders.flat_map(|folder| files(&folder)).collect();
        if good.is_empty() {
            let mut seeds = files(&root().join("fuzz/corpus").join(name));
            seeds.sort_by_key(|seed| std::cmp::Reverse(fs::metadata(seed).unwrap().len()));
            good.extend(seeds.into_iter().take(2));
        }
        for file in good {
            let good = fs::read(&file).unwrap();
            for round in 0..rounds {
                let damaged = damaged(&good, seed ^ (round << 20));
                let held = std::panic::catch_unwind(|| target(&damaged));
                if let Err(panic) = held {
                    let artifact = std::env::temp_dir().join(format!("{name}-{round}"));
                    fs::write(&artifact, &damaged).unwrap();
                    println!(
                        "{name}, {} in round {round}: {}",
                        file.display(),
                        artifact.display()
                    );
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
}

/// Some bytes changed, cut or said twice.
fn damaged(good: &[u8], seed: u64) -> Vec<u8> {
    let mut draw = Draw::new(seed);
    let mut bytes = good.to_vec();
    for _ in 0..draw.between(1, 8) {
        let at = draw.below(bytes.len());
        let end = bytes.len().min(at + draw.between(1, 60));
        match draw.below(5) {
            0 => bytes[at] = draw.below(256) as u8,
            1 => bytes[at] = *draw.of(b"*:~^0-. 9\"{},").unwrap(),
            2 => {
                bytes.drain(at..end);
            }
            3 => {
                let twice = bytes[at..end].to_vec();
                let to = draw.below(bytes.len());
                bytes.splice(to..to, twice);
            }
            _ => bytes.insert(at, *draw.of(b"*:~^\n\0\xE9").unwrap()),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// Every target has its program, and no program lacks its target.
#[test]
fn every_target_is_built() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for (name, _) in targets::TARGETS {
        let path = format!("path = \"fuzz_targets/{name}.rs\"");
        assert!(manifest.contains(&path), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), targets::TARGETS.len());
}

/// The dictionary holds every segment id and key code of the guides. `BLESS=1` writes it anew.
#[test]
fn the_dictionary_is_that_of_the_guides() {
    let mut words = BTreeSet::new();
    let guides = library().guides().iter().chain([library().envelope()]);
    for guide in guides {
        words.extend(guide.accepts.iter().cloned());
        for segment in &guide.segments {
            words.insert(format!("~{}*", segment.id));
            if let Some(key) = &segment.key {
                words.extend(
                    key.codes
                        .iter()
                        .map(|code| format!("{}*{code}", segment.id)),
                );
            }
            for element in segment.elements.iter().flatten() {
                if let ElementKind::Simple(simple) = &element.kind {
                    words.extend(simple.codes.iter().filter(|code| code.len() > 3).cloned());
                }
            }
        }
    }
    let mut text = "# Made of the guides by tests/fuzz.rs.\n".to_owned();
    for word in words {
        let _ = writeln!(text, "\"{word}\"");
    }
    let file = root().join("fuzz/x12.dict");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), text);
}

/// Runs each target over its folder; how many inputs there were.
fn run(folder: &str) -> usize {
    let mut count = 0;
    for (name, target) in targets::TARGETS {
        for file in files(&root().join(folder).join(name)) {
            println!("{}", file.display());
            target(&fs::read(&file).unwrap());
            count += 1;
        }
    }
    count
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
