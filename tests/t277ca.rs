//! Claim acknowledgments that none of us wrote, where they lie beside the checkout: every one is read.

use std::fs;
use std::path::Path;

use claimgate::transaction::t277ca::read;

#[test]
fn every_acknowledgment_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/277ca");
    if !corpus.is_dir() {
        println!("no corpus beside the checkout: not run");
        return;
    }
    for entry in fs::read_dir(corpus).unwrap().map(Result::unwrap) {
        let bytes = fs::read(entry.path()).unwrap();
        let found = read(&bytes);
        let sets = String::from_utf8_lossy(&bytes).matches("ST*277*").count();
        assert!(found.len() >= sets, "{:?}", entry.path());
        let told = found
            .iter()
            .flat_map(|one| one.claims())
            .flat_map(|claim| &claim.statuses);
        let told = told.count() + found.iter().map(|one| one.statuses.len()).sum::<usize>();
        let lower = found.iter().flat_map(|one| &one.providers);
        let lower: usize = lower.map(|provider| provider.statuses.len()).sum();
        let lines = found
            .iter()
            .flat_map(|one| one.claims())
            .flat_map(|claim| &claim.lines);
        let lines: usize = lines.map(|line| line.statuses.len()).sum();
        let written = String::from_utf8_lossy(&bytes).matches("STC*").count();
        assert_eq!(told + lower + lines, written, "{:?}", entry.path());
    }
}
