//! Speed beside the limit it is held against. `cargo bench`, or `cargo bench lex` for one group.
//!
//! `benches/limits.rs` holds lexing, checking, writing and reading against what the machine can do.

use std::hint::black_box;

use claimgate::billing::Biller;
use claimgate::chart::Reading;
use claimgate::check::{Checker, Verdict};
use claimgate::claim::Claim;
use claimgate::exchange::reply;
use claimgate::gateway::{Gateway, Setup, clock};
use claimgate::payer::TradingPartner;
use claimgate::sandbox::{Insurer, SandboxPayer, practice};
use claimgate::transaction::t837::{self, ClaimReader, Numbers, ReadClaim, claims_per_interchange};
use claimgate::transport::{Memory, Transport};
use claimgate::x12::{Item, read_all};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::{Date, date};
use tokio::runtime::Runtime;

use synthetic::{professional_claims, remittances};

mod synthetic;

/// The practice's charts are counted back from here.
const DAY: Date = date(2026, 11, 24);
/// Enough that caches do not hold it.
const INTERCHANGE_BYTES: usize = 20 * 1024 * 1024;

fn lex(criterion: &mut Criterion) {
    let bytes = professional_claims(INTERCHANGE_BYTES);
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
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    let files = [
        ("837P", professional_claims(INTERCHANGE_BYTES)),
        ("835", remittances(INTERCHANGE_BYTES)),
    ];
    for (set, bytes) in &files {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        for snip in [2, 7] {
            group.bench_function(format!("{set} against its guide, SNIP 1-{snip}"), |bench| {
                bench.iter(|| assert_eq!(judge(black_box(bytes), snip), Verdict::Accepted));
            });
        }
    }
    group.finish();
}

fn judge(bytes: &[u8], snip: u8) -> Verdict {
    let mut checker = Checker::new(snip);
    read_all(bytes, |item| checker.item(&item));
    checker.finish().verdict()
}

fn claims(criterion: &mut Criterion) {
    let bytes = professional_claims(INTERCHANGE_BYTES);
    let claims = read_claims(&bytes);
    let partner: TradingPartner = toml::from_str(include_str!("../config/payers/sandbox.toml"))
        .expect("the partner is part of the repository");
    let numbers = Numbers {
        interchange: 1,
        group: 1,
        first_set: 1,
        reference: "BENCH",
        created: jiff::civil::datetime(2026, 11, 24, 12, 0, 0, 0),
    };
    let submitter = claims[0].set.submitter.clone();
    let given: Vec<&Claim> = claims.iter().map(|read| &read.claim).collect();
    let given = &given[..given.len().min(claims_per_interchange(&partner.limits))];
    let write = || t837::interchange(&partner, &numbers, &submitter, black_box(given));
    let written = write().expect("claims that were read can be written");
    let mut group = criterion.benchmark_group("claims");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(written.bytes.len() as u64));
    group.bench_function("claims to 837P", |bench| bench.iter(write));
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("837P to claims", |bench| {
        bench.iter(|| read_claims(black_box(&bytes)).len());
    });
    group.finish();
}

fn read_claims(bytes: &[u8]) -> Vec<ReadClaim> {
    let mut reader = ClaimReader::new();
    let mut claims = Vec::new();
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            claims.extend(reader.segment(&segment));
        }
    });
    claims
}

/// What a practice sends in a day.
const CHARTS: u64 = 1_000;

fn charts(criterion: &mut Criterion) {
    let Setup {
        config, partners, ..
    } = Setup::sandbox();
    let biller = Biller::new(&config.billing, &partners, DAY);
    let readings: Vec<Reading> = (0..CHARTS).map(|one| practice::reading(one, DAY)).collect();
    let mut group = criterion.benchmark_group("charts");
    group
        .throughput(Throughput::Elements(CHARTS))
        .sample_size(10);
    group.bench_function("charts to claims", |bench| {
        bench.iter(|| {
            let billed = black_box(&readings).iter().map(|one| biller.bill(one));
            billed.map(|one| one.claims.len()).sum::<usize>()
        });
    });
    group.finish();
}

/// Everything the insurer answers to a day's claims, into a store on disk: the limit is what the same bytes take to be
/// read and judged.
fn ingest(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let answers = runtime.block_on(answered()).1;
    let remittances = || {
        answers
            .iter()
            .filter(|one| memchr::memmem::find(one, b"CLP*").is_some())
    };
    let bytes: usize = remittances().map(Vec::len).sum();
    let mut group = criterion.benchmark_group("ingest");
    group
        .throughput(Throughput::Bytes(bytes as u64))
        .sample_size(10);
    group.bench_function("835 read and judged (the limit)", |bench| {
        bench.iter(|| {
            let read = remittances().map(|one| reply::read(black_box(one)).0.len());
            read.sum::<usize>()
        });
    });
    group.bench_function("835 matched and posted", |bench| {
        let open = || runtime.block_on(answered());
        bench.iter_batched(
            open,
            |(desk, answers)| {
                runtime.block_on(async {
                    for answer in answers {
                        keep(&desk.0, &answer).await;
                        desk.0.ingest().await.expect("a store");
                    }
                });
                desk
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// A gateway that has sent a day's claims and knows that they were taken, and the remittances that are still to come.
async fn answered() -> ((Gateway, tempfile::TempDir), Vec<Vec<u8>>) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut gateway = Gateway::open(Setup::sandbox(), directory.path())
        .await
        .expect("a store");
    let memory = Memory::new();
    gateway.set_transports("sandbox", [("memory", Transport::memory(memory.clone()))]);
    let readings: Vec<Reading> = (0..CHARTS).map(|one| practice::reading(one, DAY)).collect();
    let now = clock::now();
    gateway.take(&readings, "bench").await.expect("a store");
    let mut insurer = SandboxPayer::default();
    let mut received = 0;
    // A rejected set is sent again without the claims at fault, until the insurer takes everything that is left.
    loop {
        gateway.queue().await.expect("a store");
        gateway.send().await.expect("a store");
        let sent = memory.sent();
        if sent.len() == received {
            break;
        }
        for one in &sent[received..] {
            insurer.receive("", "bench", &one.bytes, now);
        }
        received = sent.len();
        for answer in std::iter::from_fn(|| insurer.acknowledgment(now)) {
            keep(&gateway, &answer.bytes).await;
        }
        gateway.ingest().await.expect("a store");
    }
    let results = std::iter::from_fn(|| insurer.result(now)).map(|answer| answer.bytes);
    let (remittances, others): (Vec<Vec<u8>>, Vec<Vec<u8>>) =
        results.partition(|bytes| memchr::memmem::find(bytes, b"CLP*").is_some());
    assert!(!remittances.is_empty(), "the insurer pays");
    for other in others {
        keep(&gateway, &other).await;
    }
    gateway.ingest().await.expect("a store");
    ((gateway, directory), remittances)
}

async fn keep(gateway: &Gateway, answer: &[u8]) {
    let kept = gateway.keep_file("bench", answer).await;
    kept.expect("a store");
}

criterion_group!(benches, lex, check, claims, charts, ingest);
criterion_main!(benches);
