//! Speed beside the limit it is held against. `cargo bench`, or `cargo bench lex` for one group.
//!
//! Lexing is held against one memchr scan for the terminator over the same bytes; everything else against lexing.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use claimgate::check::Checker;
use claimgate::x12::{Item, read_all};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Enough that caches do not hold it.
const INTERCHANGE_BYTES: usize = 10 * 1024 * 1024;

fn lex(criterion: &mut Criterion) {
    let bytes = professional_claims();
    let mut group = criterion.benchmark_group("lex");
    group
        .throughput(Throughput::Bytes(bytes.len() as u64))
        .sample_size(20);
    group.bench_function("memchr over terminators (the limit)", |bench| {
        // Positions, not `count()`: counting never stops at a terminator and is ten times faster.
        bench.iter(|| memchr::memchr_iter(b'~', black_box(&bytes)).fold(0, |sum, at| sum ^ at));
    });
    group.bench_function("segments with element ends", |bench| {
        bench.iter(|| {
            let mut elements = 0;
            read_all(black_box(&bytes), |item| {
                if let Item::Segment(segment) = item {
                    elements += segment.len();
                }
            });
            elements
        });
    });
    group.finish();
}

fn check(criterion: &mut Criterion) {
    let bytes = professional_claims();
    let mut group = criterion.benchmark_group("check");
    group
        .throughput(Throughput::Bytes(bytes.len() as u64))
        .sample_size(10);
    group.bench_function("837P against its guide, SNIP 1-3", |bench| {
        bench.iter(|| {
            let mut checker = Checker::default();
            read_all(black_box(&bytes), |item| checker.item(&item));
            checker.finish().verdict()
        });
    });
    group.finish();
}

/// The fixture's transaction set, repeated with control numbers of its own.
fn professional_claims() -> Vec<u8> {
    let fixture = "fixtures/005010X222A1/accepted/one-line.edi";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture))
        .expect("the fixture is part of the repository");
    let (head, rest) = text.split_at(text.find("ST*837").expect("a transaction set"));
    let (set, _) = rest.split_at(rest.find("GE*").expect("a group trailer"));
    let mut out = head.to_owned();
    let mut count = 0;
    while out.len() < INTERCHANGE_BYTES {
        count += 1;
        out.push_str(
            &set.replace("*0001*", &format!("*{count:09}*"))
                .replace("*0001~", &format!("*{count:09}~")),
        );
    }
    out.push_str(&format!("GE*{count}*101~IEA*1*000000101~"));
    out.into_bytes()
}

criterion_group!(benches, lex, check);
criterion_main!(benches);
