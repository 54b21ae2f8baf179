//! The architecture as two tables: which room may import which, and which room may use which crate. A broken fence
//! is told with file and line.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor, 1 first. A room may import rooms of lower floors, and what `SAME_FLOOR` adds.
const FLOORS: [&[&str]; 7] = [
    &["x12", "claim", "chart"],
    &["guide", "payer"],
    &["check", "transaction", "billing"],
    &["exchange", "reconcile"],
    &["transport", "store"],
    &["gateway", "sandbox"],
    &["web", "cli"],
];

/// Imports inside a floor.
const SAME_FLOOR: [(&str, &str); 2] = [("payer", "guide"), ("cli", "web")];

/// Crates that belong to some rooms only. A crate that is not named here may be used everywhere.
const CRATES: [(&str, &[&str]); 20] = [
    ("nom", &["x12", "guide"]),
    (
        "tokio",
        &["transport", "store", "gateway", "sandbox", "web", "cli"],
    ),
    ("sqlx", &["store"]),
    ("reqwest", &["transport"]),
    ("askama", &["web"]),
    ("rustls", &["transport"]),
    ("russh", &["transport"]),
    ("russh_sftp", &["transport"]),
    ("quick_xml", &["transport"]),
    ("tokio_rustls", &["transport", "sandbox"]),
    ("rcgen", &["sandbox"]),
    ("axum", &["web", "sandbox"]),
    ("hyper", &["web", "sandbox"]),
    ("hyper_util", &["web", "sandbox"]),
    ("anstream", &["cli"]),
    ("anstyle", &["cli"]),
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("indicatif", &["cli"]),
    ("rayon", &["cli"]),
];

/// What floors 1-4 may not name: they do no IO, read no clock, draw no random number and do not wait.
const PURE_FORBIDS: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "SystemTime",
    "Instant::now",
    "Zoned::now",
    "async fn",
];
const PURE_FLOORS: usize = 4;

/// The clock is read in one file.
const CLOCK: &str = "Timestamp::now";
const CLOCK_FILE: &str = "gateway/clock.rs";

#[test]
fn rooms_keep_their_fences() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let breaches: Vec<String> = rust_files(&source)
        .iter()
        .flat_map(|file| {
            let name = file
                .strip_prefix(&source)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            breaches(&name, &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_room_stands_on_a_floor() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(source).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            let room = entry.file_name().to_string_lossy().into_owned();
            assert!(
                floor(&room).is_some(),
                "src/{room} is on no floor of tests/fence.rs"
            );
        }
    }
}

#[test]
fn a_broken_fence_is_told_with_its_line() {
    let told = breaches(
        "x12/reader.rs",
        "use crate::claim::Money;\nuse sqlx::Pool;\n",
    );
    assert_eq!(
        told,
        [
            "src/x12/reader.rs:1: x12 imports claim, which is not below it",
            "src/x12/reader.rs:2: x12 uses crate sqlx, which belongs to store",
        ]
    );
    let told = breaches(
        "check/walk.rs",
        "//! async fn in words is fine\nlet f = std::fs::read(p);\n",
    );
    assert_eq!(
        told,
        ["src/check/walk.rs:2: check is pure and names std::fs"]
    );
    let told = breaches("store/sqlite.rs", "let now = Timestamp::now();\n");
    assert_eq!(
        told,
        ["src/store/sqlite.rs:1: the clock is read in src/gateway/clock.rs only"]
    );
    assert_eq!(
        breaches(
            "gateway/jobs.rs",
            "\nuse crate::{\n    store::{Claims, Store},\n    web::Page,\n};"
        ),
        ["src/gateway/jobs.rs:2: gateway imports web, which is not below it"]
    );
    assert_eq!(
        breaches("check/keep.rs", "use reqwest as hidden;\nuse nom_locate;"),
        ["src/check/keep.rs:1: check uses crate reqwest, which belongs to transport"]
    );
}

/// Everything in a file that its room may not do.
fn breaches(name: &str, text: &str) -> Vec<String> {
    let Some((room, _)) = name.split_once('/') else {
        return Vec::new();
    };
    let Some(own_floor) = floor(room) else {
        return Vec::new();
    };
    let mut told = Vec::new();
    let mut in_tests = false;
    for (index, line) in statements(text) {
        let line = line.as_str();
        in_tests |= line.contains("#[cfg(test)]");
        let mut tell = |words: String| told.push(format!("src/{name}:{}: {words}", index + 1));
        for other in imported_rooms(line) {
            let allowed = floor(&other).is_none_or(|floor| floor < own_floor)
                || other == room
                || SAME_FLOOR.contains(&(room, other.as_str()));
            // A test may build its input with a neighbour.
            if !allowed && !in_tests {
                tell(format!("{room} imports {other}, which is not below it"));
            }
        }
        for (name, rooms) in CRATES {
            if uses_crate(line, name) && !rooms.contains(&room) && !in_tests {
                tell(format!(
                    "{room} uses crate {name}, which belongs to {}",
                    rooms.join(", ")
                ));
            }
        }
        if own_floor < PURE_FLOORS && !in_tests {
            for forbidden in PURE_FORBIDS.iter().filter(|word| line.contains(**word)) {
                tell(format!("{room} is pure and names {forbidden}"));
            }
        }
        if line.contains("super::super") {
            tell(
                "a path over two floors of modules hides its room: begin it with crate".to_owned(),
            );
        }
        if line.contains(CLOCK) && name != CLOCK_FILE && !in_tests {
            tell(format!("the clock is read in src/{CLOCK_FILE} only"));
        }
    }
    told
}

/// Lines without their comments, with the line number less one; an import over several lines is one.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut statements: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or_default();
        match statements.last_mut().filter(|_| open) {
            Some((_, statement)) => statement.push_str(line.trim()),
            None => {
                let start = line.trim_start();
                open = ["use ", "pub use ", "pub(super) use ", "pub(crate) use "]
                    .iter()
                    .any(|word| start.starts_with(word));
                statements.push((index, line.to_owned()));
            }
        }
        open &= !line.contains(';');
    }
    statements
}

/// `crate::room`, and each room of `crate::{a::X, b::Y}`.
fn imported_rooms(line: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for part in line.split("crate::").skip(1) {
        match part.strip_prefix('{') {
            None => rooms.push(word(part)),
            Some(list) => {
                let mut depth = 0;
                let top: String = list
                    .chars()
                    .map(|c| {
                        depth += match c {
                            '{' => 1,
                            '}' => -1,
                            _ => 0,
                        };
                        if depth > 0 { ' ' } else { c }
                    })
                    .collect();
                rooms.extend(top.split(',').map(|item| word(item.trim())));
            }
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

fn uses_crate(line: &str, name: &str) -> bool {
    let imported = line.trim_start().strip_prefix("use ");
    imported.is_some_and(|path| word(path) == name)
        || line.match_indices(&format!("{name}::")).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
        })
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
