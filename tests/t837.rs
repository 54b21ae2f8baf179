//! Claims as interchanges: what we write is what our own check accepts, and every claim of fixtures and of the public
//! corpus is read.

use std::fs;
use std::path::{Path, PathBuf};

use claimgate::check::{Checker, Verdict};
use claimgate::claim::{Claim, Contact, Name, Submitter};
use claimgate::payer::TradingPartner;
use claimgate::transaction::t837::{self, ClaimReader, NotWritten, Numbers, ReadClaim, What};
use claimgate::x12::{Item, read_all};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
}

fn write(submitter: &Submitter, claims: &[Claim]) -> Result<Vec<u8>, NotWritten> {
    let partner = fs::read_to_string(root().join("config/payers/sandbox.toml")).unwrap();
    let partner: TradingPartner = toml::from_str(&partner).unwrap();
    let numbers = Numbers {
        interchange: 12,
        group: 12,
        first_set: 1,
        reference: "FIXTURES",
        created: jiff::civil::datetime(2026, 11, 24, 12, 30, 0, 0),
    };
    let claims: Vec<&Claim> = claims.iter().collect();
    t837::interchange(&partner, &numbers, submitter, &claims).map(|written| written.bytes)
}

fn submitter() -> Submitter {
    Submitter {
        name: Name::organization("ELM STREET CLINIC"),
        id: "CLAIMGATE".into(),
        contact: Contact {
            name: Some("EDI OFFICE".into()),
            phone: Some("5555550100".into()),
            ..Contact::default()
        },
    }
}

fn read(bytes: &[u8]) -> Vec<ReadClaim> {
    let mut reader = ClaimReader::new();
    let mut read = Vec::new();
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            read.extend(reader.segment(&segment));
        }
    });
    read.extend(reader.finish());
    read
}

/// The verdict, and what was found.
fn check(bytes: &[u8]) -> (Verdict, Vec<String>) {
    let mut checker = Checker::default();
    read_all(bytes, |item| checker.item(&item));
    let judgment = checker.finish();
    let told = judgment.findings().map(|found| found.message()).collect();
    (judgment.verdict(), told)
}

/// All of `fixtures/claims` in one interchange.
fn written() -> (Vec<Claim>, Vec<u8>) {
    let claims: Vec<Claim> = files(&root().join("fixtures/claims"))
        .iter()
        .map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
        .collect();
    let bytes = write(&submitter(), &claims).unwrap();
    (claims, bytes)
}

#[test]
fn what_we_write_passes_our_own_check() {
    let (_, bytes) = written();
    assert_eq!(check(&bytes), (Verdict::Accepted, Vec::new()));
}

#[test]
fn what_we_write_is_read_back() {
    let (claims, bytes) = written();
    let read = read(&bytes);
    assert_eq!(read.len(), claims.len());
    for read in read {
        assert_eq!(read.unreadable, []);
        assert!(
            claims.contains(&read.claim),
            "{}",
            read.claim.control_number
        );
    }
}

/// What changes when claims are written and read again: nothing is told of the claims, only of their JSON's lines.
fn changed(first: &[ReadClaim]) -> Vec<String> {
    let Some(one) = first.first() else {
        return Vec::new();
    };
    let claims: Vec<Claim> = first.iter().map(|one| one.claim.clone()).collect();
    let again = match write(&one.set.submitter, &claims) {
        Ok(bytes) => read(&bytes),
        Err(error) => return vec![error.to_string()],
    };
    let mut told = Vec::new();
    if again.len() != first.len() {
        told.push(format!("{} claims became {}", first.len(), again.len()));
    }
    let json = |claim: &Claim| serde_json::to_string_pretty(claim).unwrap();
    for claim in &claims {
        let same = |other: &&ReadClaim| other.claim.control_number == claim.control_number;
        let Some(other) = again.iter().find(same) else {
            told.push("a claim is gone".into());
            continue;
        };
        if other.claim != *claim {
            let (read, written) = (json(claim), json(&other.claim));
            let mut lines = read.lines().zip(written.lines());
            let line = lines.find(|(read, written)| read != written);
            let key = line.and_then(|(read, _)| read.trim().split(':').next());
            told.push(key.unwrap_or_default().to_owned());
        }
    }
    told
}

#[test]
fn fixtures_are_read_and_written_as_they_are() {
    for guide in ["005010X222A1", "005010X223A2", "005010X224A2"] {
        for file in files(&root().join("fixtures").join(guide).join("accepted")) {
            let claims = read(&fs::read(&file).unwrap());
            assert!(!claims.is_empty(), "{}", file.display());
            for claim in &claims {
                assert_eq!(claim.unreadable, [], "{}", file.display());
            }
            assert_eq!(changed(&claims), [""; 0], "{}", file.display());
            let claims: Vec<Claim> = claims.into_iter().map(|one| one.claim).collect();
            let written = check(&write(&submitter(), &claims).unwrap());
            assert_eq!(
                written,
                (Verdict::Accepted, Vec::new()),
                "{}",
                file.display()
            );
        }
    }
}

/// The corpus lies beside the checkout and is no part of it: nothing is asserted where it is missing.
fn corpus(folder: &str) -> Vec<PathBuf> {
    let folder = root().join("../shared/corpus").join(folder);
    if folder.is_dir() {
        files(&folder)
    } else {
        println!("no corpus beside the checkout: not run");
        Vec::new()
    }
}

#[test]
fn every_claim_of_the_corpus_is_read() {
    for file in ["837p", "837i", "837d"].into_iter().flat_map(corpus) {
        let bytes = fs::read(&file).unwrap();
        let (mut expected, mut in_claims) = (0, false);
        read_all(&bytes, |item| {
            if let Item::Segment(segment) = item {
                match segment.id() {
                    b"ST" => in_claims = segment.text(1) == "837",
                    b"ISA" | b"IEA" | b"GS" | b"GE" | b"SE" => in_claims = false,
                    b"CLM" if in_claims => expected += 1,
                    _ => {}
                }
            }
        });
        assert_eq!(read(&bytes).len(), expected, "{}", file.display());
    }
}

#[test]
fn a_valid_file_of_the_corpus_loses_nothing() {
    for file in ["837i", "837d"].into_iter().flat_map(corpus) {
        let bytes = fs::read(&file).unwrap();
        let claims = read(&bytes);
        let (verdict, _) = check(&bytes);
        let told: Vec<(&str, usize, What)> = claims
            .iter()
            .flat_map(|claim| &claim.unreadable)
            .map(|note| (note.segment.as_str(), note.element, note.what))
            .collect();
        let name = file.file_name().unwrap().to_string_lossy();
        let changed = changed(&claims);
        println!("{name}: {verdict:?}, not held {told:?}, changed {changed:?}");
        if verdict == Verdict::Accepted {
            assert_eq!((told, changed), (Vec::new(), Vec::new()), "{name}");
        }
    }
}
