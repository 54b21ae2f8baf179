//! Professional claims as interchanges: what we write is what our own check accepts, and every claim of the public
//! corpus is read.

use std::fs;
use std::path::Path;

use claimgate::check::{Checker, Verdict};
use claimgate::claim::{Claim, Contact, Name, Submitter};
use claimgate::payer::TradingPartner;
use claimgate::transaction::t837::{self, ClaimReader, Numbers};
use claimgate::x12::{Item, read_all};

/// All of `fixtures/claims` in one interchange.
fn written() -> (Vec<Claim>, Vec<u8>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let partner = fs::read_to_string(root.join("config/payers/sandbox.toml")).unwrap();
    let partner: TradingPartner = toml::from_str(&partner).unwrap();
    let mut files: Vec<_> = fs::read_dir(root.join("fixtures/claims"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let claims: Vec<Claim> = files
        .iter()
        .map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
        .collect();
    let numbers = Numbers {
        interchange: 12,
        group: 12,
        first_set: 1,
        reference: "FIXTURES",
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
    let given: Vec<&Claim> = claims.iter().collect();
    let written = t837::interchange(&partner, &numbers, &submitter, &given).unwrap();
    (claims, written.bytes)
}

#[test]
fn what_we_write_passes_our_own_check() {
    let (_, bytes) = written();
    let mut checker = Checker::default();
    read_all(&bytes, |item| checker.item(&item));
    let judgment = checker.finish();
    let told: Vec<String> = judgment.findings().map(|found| found.message()).collect();
    assert_eq!(told, [""; 0]);
    assert_eq!(judgment.verdict(), Verdict::Accepted);
}

#[test]
fn what_we_write_is_read_back() {
    let (claims, bytes) = written();
    let mut reader = ClaimReader::new();
    let mut read = Vec::new();
    read_all(&bytes, |item| {
        if let Item::Segment(segment) = item {
            read.extend(reader.segment(&segment));
        }
    });
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

/// The corpus lies beside the checkout and is no part of it: nothing is asserted where it is missing.
#[test]
fn every_claim_of_the_corpus_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/837p");
    let Ok(files) = fs::read_dir(corpus) else {
        println!("no corpus beside the checkout: not run");
        return;
    };
    for file in files {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let mut reader = ClaimReader::new();
        let (mut expected, mut seen, mut in_claims) = (0, 0, false);
        read_all(&bytes, |item| {
            if let Item::Segment(segment) = item {
                match segment.id() {
                    b"ST" => in_claims = segment.text(1) == "837",
                    b"ISA" | b"IEA" | b"GS" | b"GE" | b"SE" => in_claims = false,
                    b"CLM" if in_claims => expected += 1,
                    _ => {}
                }
                seen += usize::from(reader.segment(&segment).is_some());
            }
        });
        seen += usize::from(reader.finish().is_some());
        assert_eq!(seen, expected, "{}", path.display());
    }
}
