//! The break program: takes good files, breaks each in every way it knows at a place drawn from the guide, and asks
//! that the check names what was done, at the segment and element where it was done.
//!
//! `BREAKS_SEED` and `BREAKS_ROUNDS` run more; a miss prints the seed of its round.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use claimgate::billing::{Biller, Defaults};
use claimgate::chart;
use claimgate::check::{Checker, Judgment, Severity, Verdict};
use claimgate::claim::{Claim, Contact, Name, Submitter};
use claimgate::guide::library;
use claimgate::transaction::t837::{self, Numbers};
use claimgate::x12::read_all;

use draw::Draw;
use file::File;
use map::Map;
use ways::{Broken, Case, Way};

pub(crate) mod draw;
mod elements;
mod envelope;
mod file;
mod generate;
mod map;
mod several;
mod structure;
mod sums;
mod ways;

/// Of a hundred breaks, so many must be named.
const NAMED_PERCENT: usize = 99;
const ROUNDS: u64 = 8;
const SEED: u64 = 20_261_124;
/// Misses shown in full.
const SHOWN: usize = 12;

#[test]
fn every_break_is_named() {
    let from_env = |name: &str, default: u64| -> u64 {
        std::env::var(name).map_or(default, |text| text.parse().unwrap())
    };
    let (seed, rounds) = (
        from_env("BREAKS_SEED", SEED),
        from_env("BREAKS_ROUNDS", ROUNDS),
    );
    let bases = bases();
    let mut rows: Vec<Row> = ways().map(Row::new).collect();
    let mut misses = Vec::new();
    let mut good = 0;
    for round in seed..seed + rounds {
        let mut draw = Draw::new(round);
        let mut files = bases.clone();
        for guide in library().guides() {
            files.push(Base {
                name: format!("made of {}", guide.id),
                file: generate::generate(guide, &mut draw),
                snip: 3,
            });
        }
        for base in &mut files {
            base.file = base.file.multiplied(&mut draw).dressed(&mut draw);
        }
        let maps: Vec<Map> = files.iter().map(|base| Map::of(&base.file)).collect();
        for (base, map) in files.iter().zip(&maps) {
            base.must_be_good(map, round);
            good += 1;
        }
        for row in &mut rows {
            row.round(&files, &maps, &mut draw, round, &mut misses);
        }
    }
    let table = table(&rows);
    println!("{table}\n{good} good files, none rejected");
    misses.sort();
    for miss in misses.iter().take(SHOWN) {
        println!("{miss}");
    }
    let tried: usize = rows.iter().map(|row| row.tried).sum();
    let never: Vec<&str> = rows
        .iter()
        .filter(|row| row.tried == 0)
        .map(|row| row.way.name)
        .collect();
    assert!(never.is_empty(), "never tried: {never:?}");
    assert!(
        (tried - misses.len()) * 100 >= tried * NAMED_PERCENT,
        "{} of {tried} breaks were not named",
        misses.len()
    );
}

fn ways() -> impl Iterator<Item = &'static Way> {
    let all = [
        elements::WAYS,
        structure::WAYS,
        envelope::WAYS,
        sums::WAYS,
        several::WAYS,
    ];
    all.into_iter().flatten()
}

/// What became of one way.
struct Row {
    way: &'static Way,
    tried: usize,
    named: usize,
    /// Named, but other errors were told besides.
    besides: usize,
}

impl Row {
    fn new(way: &'static Way) -> Self {
        Self {
            way,
            tried: 0,
            named: 0,
            besides: 0,
        }
    }

    /// Breaks some of the files, one after the other.
    fn round(
        &mut self,
        files: &[Base],
        maps: &[Map],
        draw: &mut Draw,
        round: u64,
        misses: &mut Vec<String>,
    ) {
        const A_ROUND: usize = 2;
        let start = draw.below(files.len());
        let mut done = 0;
        for step in 0..files.len() {
            let at = (start + step) % files.len();
            let mut case = Case {
                file: &files[at].file,
                map: &maps[at],
                draw,
                snip: files[at].snip,
            };
            let Some(broken) = (self.way.make)(&mut case) else {
                continue;
            };
            let judgment = judge(&broken.file.bytes(), files[at].snip);
            self.tried += 1;
            match is_named(&broken, &judgment) {
                true => {
                    self.named += 1;
                    self.besides += usize::from(tells_more(&broken, &judgment));
                }
                false => misses.push(miss(self.way, &files[at], &broken, &judgment, round)),
            }
            done += 1;
            if done == A_ROUND {
                return;
            }
        }
    }
}

fn is_named(broken: &Broken, judgment: &Judgment) -> bool {
    broken.signs.iter().all(|signs| {
        let mut findings = judgment.findings();
        findings.any(|finding| signs.iter().any(|sign| sign.fits(finding)))
    })
}

fn tells_more(broken: &Broken, judgment: &Judgment) -> bool {
    let signs = || broken.signs.iter().flatten();
    judgment.findings().any(|finding| {
        finding.code.severity() == Severity::Error && !signs().any(|sign| sign.fits(finding))
    })
}

fn miss(way: &Way, base: &Base, broken: &Broken, judgment: &Judgment, round: u64) -> String {
    let mut text = format!(
        "\nmissed: {} in {} (BREAKS_SEED={round})\n",
        way.name, base.name
    );
    for signs in &broken.signs {
        for sign in signs.iter().take(4) {
            let _ = writeln!(
                text,
                "  expected {:?} {}{:02}-{} in group {} set {} at {:?}",
                sign.codes,
                sign.segment,
                sign.element,
                sign.component,
                sign.group,
                sign.set,
                sign.positions
            );
        }
    }
    for finding in judgment.findings().take(6) {
        let place = finding.place;
        let _ = writeln!(
            text,
            "  found {} {} in group {} set {} at {}: {}",
            finding.code,
            finding.reference(),
            place.group,
            place.transaction,
            place.position,
            finding.detail
        );
    }
    let before = &base.file.lines;
    let first = broken
        .file
        .lines
        .iter()
        .zip(before)
        .position(|(new, old)| new != old && !matches!(new.id.as_str(), "SE"));
    if let Some(at) = first {
        for line in before.iter().skip(at.saturating_sub(1)).take(3) {
            let _ = writeln!(text, "    was {}", line.text());
        }
        for line in broken.file.lines.iter().skip(at.saturating_sub(1)).take(3) {
            let _ = writeln!(text, "    now {}", line.text());
        }
    }
    text
}

fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<50} {:>6} {:>6} {:>6} {:>8}\n",
        "way", "tried", "named", "missed", "besides"
    );
    for row in rows {
        let missed = row.tried - row.named;
        let _ = writeln!(
            text,
            "{:<50} {:>6} {:>6} {missed:>6} {:>8}",
            row.way.name, row.tried, row.named, row.besides
        );
    }
    let sum = |of: fn(&Row) -> usize| rows.iter().map(of).sum::<usize>();
    let (tried, named) = (sum(|row| row.tried), sum(|row| row.named));
    let missed = tried - named;
    let _ = write!(
        text,
        "{:<50} {tried:>6} {named:>6} {missed:>6} {:>8}",
        format!("all of {} ways", rows.len()),
        sum(|row| row.besides)
    );
    text
}

/// A good file.
#[derive(Clone)]
struct Base {
    name: String,
    file: File,
    snip: u8,
}

impl Base {
    fn must_be_good(&self, map: &Map, round: u64) {
        let judgment = judge(&self.file.bytes(), self.snip);
        let told: Vec<String> = judgment
            .findings()
            .map(|finding| {
                let place = finding.place;
                let at = if map.sound {
                    String::new()
                } else {
                    " (unsound)".to_owned()
                };
                format!(
                    "{} at {}{at}: {}",
                    finding.reference(),
                    place.position,
                    finding.message()
                )
            })
            .collect();
        assert!(
            judgment.verdict() != Verdict::Rejected,
            "{} is rejected (BREAKS_SEED={round}): {told:#?}\n{}",
            self.name,
            self.file
                .lines
                .iter()
                .map(file::Line::text)
                .collect::<Vec<_>>()
                .join("\n")
        );
        assert!(
            map.sound,
            "{} has no place in its guide (BREAKS_SEED={round})",
            self.name
        );
    }
}

fn judge(bytes: &[u8], snip: u8) -> Judgment {
    let mut checker = Checker::new(snip);
    read_all(bytes, |item| checker.item(&item));
    checker.finish()
}

/// Our fixtures, and what we write of claims and charts.
fn bases() -> Vec<Base> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let base = |name: String, bytes: &[u8]| Base {
        name,
        file: File::read(bytes),
        snip: 7,
    };
    let mut bases: Vec<Base> = folders(&root)
        .iter()
        .flat_map(|guide| files(&guide.join("accepted"), "edi"))
        .map(|path| base(path.display().to_string(), &fs::read(&path).unwrap()))
        .collect();
    assert!(bases.len() > 10);
    let claims = files(&root.join("claims"), "json");
    let claims: Vec<Claim> = claims
        .iter()
        .map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        .collect();
    bases.push(base("fixtures/claims".to_owned(), &written(&claims)));
    for kind in ["professional", "institutional", "dental"] {
        let folder = root.join("charts").join(kind);
        bases.push(base(
            folder.display().to_string(),
            &written(&billed(&folder)),
        ));
    }
    bases
}

/// Claims of the charts that are not held.
fn billed(folder: &Path) -> Vec<Claim> {
    let partner = toml::from_str(PARTNER).unwrap();
    let practice = Defaults::sandbox();
    let partners = [partner];
    let biller = Biller::new(&practice, &partners, jiff::civil::date(2026, 11, 24));
    let files = files(folder, "json");
    let readings = files
        .iter()
        .flat_map(|path| chart::read(&fs::read(path).unwrap(), "chart"));
    let claims = readings.flat_map(|reading| biller.bill(&reading).claims);
    claims.map(|billed| billed.claim).collect()
}

const PARTNER: &str = include_str!("../config/payers/sandbox.toml");

fn written(claims: &[Claim]) -> Vec<u8> {
    let numbers = Numbers {
        interchange: 12,
        group: 12,
        first_set: 1,
        reference: "BREAKS",
        created: jiff::civil::datetime(2026, 11, 24, 12, 30, 0, 0),
    };
    let submitter = Submitter {
        name: Name::organization("ELM STREET CLINIC"),
        id: "CLAIMGATE".into(),
        contact: Contact {
            name: Some("EDI OFFICE".into()),
            phone: Some("5555550100".into()),
            ..Contact::default()
        },
    };
    let partner = toml::from_str(PARTNER).unwrap();
    let given: Vec<&Claim> = claims.iter().collect();
    t837::interchange(&partner, &numbers, &submitter, &given)
        .unwrap()
        .bytes
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|one| one == extension));
    files.sort();
    files
}
