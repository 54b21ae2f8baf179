//! The public corpus of 837P files, which lies beside the checkout and is no part of it: nothing is asserted where it
//! is missing.

use claimgate::transaction::t837p::ClaimReader;
use claimgate::x12::{Item, read_all};

#[test]
fn every_claim_of_the_corpus_is_read() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/837p");
    let Ok(files) = std::fs::read_dir(corpus) else {
        return;
    };
    for file in files {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
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
