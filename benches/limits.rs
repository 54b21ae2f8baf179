//! Our speed beside the limit it is held against, measured in turns in one run: `cargo bench --bench limits`, with
//! `-- MEGABYTES` for other than 100. Ends with a table. Each number is that of the best round, in time
//! that the thread had a processor: other work on the machine makes a round slower, and nothing makes one faster.
//!
//! It also does one thing at a time for the scripts beside it: `generate SET BYTES`, `charts COUNT`, `lex FILE`, `check FILE`, and
//! `time lex|read|check FILE`, which prints megabytes a second.

#![allow(clippy::print_stdout)] // its output is the table

use std::hint::black_box;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use claimgate::check::{Checker, Verdict};
use claimgate::gateway::clock;
use claimgate::sandbox::practice;
use claimgate::transaction::t835;
use claimgate::transaction::t837::ClaimReader;
use claimgate::x12::{Delimiters, InterchangeHeader, Item, Reader, Writer, read_all};

use synthetic::{Set, professional_claims, remittances};

mod best;
mod synthetic;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 7;
/// How often a small interchange is written in a round.
const TIMES: usize = 20;

fn main() -> io::Result<()> {
    let mut given = std::env::args().skip(1).filter(|given| given != "--bench");
    match (given.next().as_deref(), given.next(), given.next()) {
        (Some("generate"), Some(set), Some(bytes)) => generate(&set, &bytes),
        (Some("charts"), Some(count), _) => charts(&count),
        (Some("lex"), Some(file), _) => {
            println!("{}", lex(&std::fs::read(file)?));
            Ok(())
        }
        (Some("check"), Some(file), _) => {
            println!("{:?}", judge(2, &std::fs::read(file)?));
            Ok(())
        }
        (Some("time"), Some(work), Some(file)) => time(&work, &std::fs::read(file)?),
        (megabytes, ..) => {
            let megabytes = megabytes.and_then(|given| given.parse().ok());
            compare(megabytes.unwrap_or(100));
            Ok(())
        }
    }
}

/// To standard output, for as long as somebody reads it.
fn generate(set: &str, bytes: &str) -> io::Result<()> {
    let set = match set {
        "835" => Set::Remittances,
        _ => Set::ProfessionalClaims,
    };
    let bytes = bytes.parse().map_err(io::Error::other)?;
    let mut out = io::stdout().lock();
    let mut result = Ok(());
    synthetic::stream(set, bytes, |text| {
        result = out.write_all(text.as_bytes());
        result.is_ok()
    });
    result
}

/// NDJSON of the invented practice to standard output.
fn charts(count: &str) -> io::Result<()> {
    let count: u64 = count.parse().map_err(io::Error::other)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let day = clock::local(clock::now()).date();
    for number in 1..=count {
        if let Some(chart) = practice::reading(number, day).chart {
            serde_json::to_writer(&mut out, &chart)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}

fn time(work: &str, file: &[u8]) -> io::Result<()> {
    let work: fn(&[u8]) -> usize = match work {
        "lex" => lex,
        "read" => claim_lines,
        "check" => |file| usize::from(judge(2, file) == Verdict::Accepted),
        _ => return Err(io::Error::other("lex, read or check")),
    };
    let seconds = in_turns(ROUNDS, own, vec![Timed::new(|| work(black_box(file)))]);
    println!("{}", 1e3 * gigabytes(file.len(), seconds[0]));
    Ok(())
}

/// One piece of work, and how long its best round took.
struct Timed<'w> {
    work: Box<dyn Fn() -> usize + 'w>,
    best: Duration,
}

impl<'w> Timed<'w> {
    fn new(work: impl Fn() -> usize + 'w) -> Self {
        Self {
            work: Box::new(work),
            best: Duration::MAX,
        }
    }
}

/// Runs the works in turns; seconds of the best round of each.
fn in_turns(rounds: usize, clock: fn() -> Duration, mut works: Vec<Timed<'_>>) -> Vec<f64> {
    for _ in 0..rounds {
        for one in &mut works {
            let start = clock();
            black_box((one.work)());
            one.best = one.best.min(clock().saturating_sub(start));
        }
    }
    works.iter().map(|one| one.best.as_secs_f64()).collect()
}

/// What this thread was given of a processor, which other work on the machine hardly changes; where the system does
/// not tell, the time of day.
fn own() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(wall, Duration::from_nanos)
}

fn wall() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

fn compare(megabytes: usize) {
    let bytes = megabytes * 1_000_000;
    println!("{megabytes} MB each, one core, best of {ROUNDS} rounds in turns\n");
    println!("| what | GB/s | limit | GB/s | of it | asked |");
    println!("|---|---|---|---|---|---|");
    for (set, file) in [
        ("837P", professional_claims(bytes)),
        ("835", remittances(bytes)),
    ] {
        compare_lexing(set, &file);
        compare_checking(set, &file);
        compare_writing(set, &file);
        compare_reading(set, &file);
        compare_threads(set, &file);
    }
}

fn compare_lexing(set: &str, file: &[u8]) {
    let seconds = in_turns(
        ROUNDS,
        own,
        vec![
            Timed::new(|| lex(black_box(file))),
            Timed::new(|| lex_stream(black_box(file))),
            Timed::new(|| glances(black_box(file), b"*~:^")),
            Timed::new(|| glances(black_box(file), b"*~")),
        ],
    );
    let [ours, stream, all, elements] = seconds[..] else {
        return;
    };
    let speed = |seconds| gigabytes(file.len(), seconds);
    let (all_name, elements_name) = (
        "best scan over all separators",
        "over element separators only",
    );
    row(
        &format!("lex {set}, every element"),
        speed(ours),
        all_name,
        speed(all),
        "70 %",
    );
    row(
        &format!("lex {set}, every element"),
        speed(ours),
        elements_name,
        speed(elements),
        "",
    );
    row(
        &format!("lex {set} from a stream"),
        speed(stream),
        all_name,
        speed(all),
        "",
    );
}

fn compare_checking(set: &str, file: &[u8]) {
    let types = best::Types::of_guides();
    let judged = |snip| move || usize::from(judge(snip, black_box(file)) == Verdict::Accepted);
    let seconds = in_turns(
        3,
        own,
        vec![
            Timed::new(judged(2)),
            Timed::new(judged(5)),
            Timed::new(|| types.check(black_box(file))),
        ],
    );
    let [guide, codes, limit] = seconds[..] else {
        return;
    };
    let speed = |seconds| gigabytes(file.len(), seconds);
    for (snip, seconds, asked) in [("1-2", guide, "50 %"), ("1-5", codes, "30 %")] {
        row(
            &format!("check {set}, SNIP {snip}"),
            speed(seconds),
            "every element: type, length, characters",
            speed(limit),
            asked,
        );
    }
}

fn compare_writing(set: &str, file: &[u8]) {
    let segments = segments(&file[..file.len().min(2_000_000)]);
    let length = best::copy(&segments).len();
    let seconds = in_turns(
        ROUNDS,
        own,
        vec![
            Timed::new(|| many(&|| write(black_box(&segments)).len())),
            Timed::new(|| many(&|| best::copy(black_box(&segments)).len())),
        ],
    );
    let [ours, limit] = seconds[..] else { return };
    let speed = |seconds| gigabytes(TIMES * length, seconds);
    let name = "copying the same elements";
    row(
        &format!("write {set}"),
        speed(ours),
        name,
        speed(limit),
        "60 %",
    );
}

/// As often as the clock needs to tell it.
fn many(work: &dyn Fn() -> usize) -> usize {
    (0..TIMES).map(|_| work()).sum()
}

fn compare_reading(set: &str, file: &[u8]) {
    let (name, asked) = ("lexing", "0.150 GB/s");
    let typed: Box<dyn Fn() -> usize> = match set {
        "835" => Box::new(|| remittance_lines(black_box(file))),
        _ => Box::new(|| claim_lines(black_box(file))),
    };
    let seconds = in_turns(
        3,
        own,
        vec![Timed::new(typed), Timed::new(|| lex(black_box(file)))],
    );
    let [ours, limit] = seconds[..] else { return };
    let speed = |seconds| gigabytes(file.len(), seconds);
    row(
        &format!("{set} to owned values"),
        speed(ours),
        name,
        speed(limit),
        asked,
    );
}

/// The sets of one file on two threads, and two files lexed at once.
fn compare_threads(set: &str, file: &[u8]) {
    let two = || {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| lex(black_box(file)));
            lex(black_box(file)) + other.join().unwrap_or_default()
        })
    };
    let judged = |threads| move || usize::from(judge_on(threads, 7, file) == Verdict::Accepted);
    let seconds = in_turns(
        3,
        wall,
        vec![
            Timed::new(two),
            Timed::new(|| lex(black_box(file))),
            Timed::new(judged(2)),
            Timed::new(judged(1)),
        ],
    );
    let [two_files, one_file, judged_on_two, judged_on_one] = seconds[..] else {
        return;
    };
    let speed = |seconds| gigabytes(file.len(), seconds);
    row(
        &format!("check {set}, SNIP 1-7, on two threads"),
        speed(judged_on_two),
        "on one",
        speed(judged_on_one),
        "180 %",
    );
    row(
        &format!("lex two files of {set} on two threads"),
        2.0 * speed(two_files),
        "on one",
        speed(one_file),
        "180 %",
    );
}

fn row(what: &str, speed: f64, limit: &str, limit_speed: f64, asked: &str) {
    let percent = 100.0 * speed / limit_speed;
    println!("| {what} | {speed:.3} | {limit} | {limit_speed:.3} | {percent:.0} % | {asked} |");
}

fn gigabytes(bytes: usize, seconds: f64) -> f64 {
    bytes as f64 / seconds / 1e9
}

fn glances(bytes: &[u8], separators: &[u8]) -> usize {
    let mut sum = 0;
    best::scan(bytes, separators, |element| sum += best::glance(element));
    sum
}

/// Reads segments and looks at every element.
fn lex(bytes: &[u8]) -> usize {
    let mut sum = 0;
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            let elements = segment
                .elements()
                .map(|element| best::glance(element.raw()));
            sum += best::glance(segment.id()) + elements.sum::<usize>();
        }
    });
    sum
}

/// The same from a source that has to be read.
fn lex_stream(bytes: &[u8]) -> usize {
    let mut sum = 0;
    let told = Reader::new(bytes).each(|item| {
        if let Item::Segment(segment) = item {
            let elements = segment
                .elements()
                .map(|element| best::glance(element.raw()));
            sum += best::glance(segment.id()) + elements.sum::<usize>();
        }
    });
    sum + usize::from(told.is_ok())
}

fn judge(snip: u8, bytes: &[u8]) -> Verdict {
    judge_on(1, snip, bytes)
}

fn judge_on(threads: usize, snip: u8, bytes: &[u8]) -> Verdict {
    let start = |work| std::thread::Builder::new().spawn(work).is_ok();
    let mut checker = Checker::new(snip).on_threads(threads, start);
    read_all(bytes, |item| checker.item(&item));
    checker.finish().verdict()
}

/// Segments between ISA and IEA, split once, so that only writing is timed. Composites stay whole on both sides.
fn segments(bytes: &[u8]) -> Vec<Vec<&str>> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let (text, _) = text.rsplit_once('~').unwrap_or_default();
    let segments = text
        .split('~')
        .filter(|one| !one.starts_with("ISA") && !one.starts_with("IEA"));
    segments.map(|one| one.split('*').collect()).collect()
}

fn write(segments: &[Vec<&str>]) -> Vec<u8> {
    let header = InterchangeHeader {
        sender: ("ZZ".into(), "SENDER".into()),
        receiver: ("ZZ".into(), "RECEIVER".into()),
        date: "261124".into(),
        time: "1200".into(),
        control_number: 1,
        acknowledgment_requested: false,
        usage: b'T',
    };
    // No value of these holds the component separator, which a whole composite does.
    let delimiters = Delimiters {
        component: b'>',
        ..Delimiters::USUAL
    };
    let mut writer = Writer::new(delimiters, &header);
    for segment in segments {
        let (id, elements) = segment.split_first().unwrap_or((&"", &[]));
        elements
            .iter()
            .fold(writer.segment(id), |segment, element| {
                segment.element(element)
            });
    }
    writer.finish().expect("no value holds a separator")
}

fn claim_lines(bytes: &[u8]) -> usize {
    let (mut reader, mut lines) = (ClaimReader::new(), 0);
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item
            && let Some(read) = reader.segment(&segment)
        {
            lines += read.claim.lines.len();
        }
    });
    lines
}

fn remittance_lines(bytes: &[u8]) -> usize {
    let (mut reader, mut lines) = (t835::RemittanceReader::default(), 0);
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            reader.segment(&segment, |event| {
                if let t835::Event::Claim(claim) = event {
                    lines += claim.lines.len();
                }
            });
        }
    });
    lines
}
