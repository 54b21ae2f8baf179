//! Documents there and back: every interchange at hand, and ones made at random, read as JSON and written again.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use claimgate::guide::library;
use claimgate::transaction::document::{self, DocumentWriter, JsonSink, schema};
use proptest::prelude::*;

use crate::fuzz::targets::{Form, read, there_and_back, write};

fn fixtures() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path if path.extension().is_some_and(|one| one == "edi") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

#[test]
fn fixtures_come_back_byte_for_byte() {
    let changes = |file: &PathBuf| {
        let bytes = fs::read(file).unwrap();
        // What once crashed us may be laid out in any way.
        !there_and_back(&file.to_string_lossy(), &bytes) && is_canonical(&bytes)
    };
    let changed: Vec<PathBuf> = fixtures().into_iter().filter(changes).collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

/// Files that are indented or wrapped come back with their data and another layout; all others byte for byte.
#[test]
fn the_corpus_comes_back() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("no corpus beside the checkout: not run");
        return;
    }
    let manifest = fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let (mut read, mut tidied) = (0, 0);
    for line in manifest.lines().skip(1) {
        let file = line.split('\t').next().unwrap();
        let bytes = fs::read(corpus.join(file)).unwrap();
        read += 1;
        if !there_and_back(file, &bytes) {
            assert!(!is_canonical(&bytes), "{file}: other bytes come back");
            tidied += 1;
        }
    }
    println!("{read} read, {tidied} of them tidied");
}

/// One interchange, with the same between all its segments and nothing but that inside.
fn is_canonical(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"ISA") || bytes.len() < 106 {
        return false;
    }
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0);
    let pieces: Vec<&[u8]> = bytes.split(|&byte| byte == bytes[105]).skip(1).collect();
    let filler = |piece: &[u8]| piece.iter().take_while(|byte| blank(byte)).count();
    let Some((last, pieces)) = pieces.split_last() else {
        return false;
    };
    let first = pieces.first().map_or(0, |first| filler(first));
    let is_iea = pieces
        .last()
        .is_some_and(|last| last[filler(last)..].starts_with(b"IEA"));
    is_iea
        && last.iter().all(blank)
        && pieces.iter().all(|piece| {
            piece[..filler(piece)] == pieces[0][..first]
                && !piece[filler(piece)..]
                    .iter()
                    .any(|byte| matches!(byte, b'\r' | b'\n'))
        })
}

/// What the guide accepts is what the schema says.
#[test]
fn accepted_fixtures_fit_their_schema() {
    let mut checked = 0;
    for file in fixtures()
        .iter()
        .filter(|file| file.parent().unwrap().ends_with("accepted"))
    {
        let json = read(&fs::read(file).unwrap()[..], Form::Json);
        let document: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let path = "/interchange/0/functional_group/0/transaction_set/0/set";
        let Some(set) = document.pointer(path).and_then(|set| set.as_str()) else {
            assert!(file.to_string_lossy().contains("ta1"), "{file:?}");
            continue;
        };
        let text = serde_json::to_string(&schema(library().called(set).unwrap())).unwrap();
        let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
        let misfits: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(misfits.is_empty(), "{file:?}\n{}", misfits.join("\n"));
        let mut wrong = document.clone();
        wrong["interchange"][0]["functional_group"][0]["transaction_set"][0]["x"] = "y".into();
        assert!(!validator.is_valid(&wrong));
        checked += 1;
    }
    assert!(checked >= 15, "{checked}");
}

/// A stream of random numbers from a seed that proptest can shrink and replay.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed ^ (mixed >> 27)) >> 33) as usize % sides
    }

    fn one<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.roll(things.len())]
    }
}

/// An interchange with a set of some guide, filled at random, with junk in between.
struct Made {
    dice: Dice,
    out: Vec<u8>,
    separators: [u8; 4],
    line_break: &'static [u8],
}

impl Made {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut separators = *dice.one(&[
            *b"*:^~",
            [0x1D, 0x1F, 0x1E, 0x1C],
            *b"|>!\n",
            *b"+;U\r",
            *b"*<\\'",
        ]);
        separators[..2].rotate_left(dice.roll(2));
        let line_breaks: &[&'static [u8]] = match separators[3] {
            b'\n' => &[b""],
            b'\r' => &[b"", b"\n"],
            _ => &[b"", b"\n", b"\r\n", b"\r\n  "],
        };
        let line_break = *dice.one(line_breaks);
        Self {
            dice,
            out: Vec::new(),
            separators,
            line_break,
        }
    }

    fn interchange(mut self) -> Vec<u8> {
        let [element, component, repetition, _] = self.separators;
        let isa = format!(
            "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*{}*00501*000000001*0*T*",
            char::from(repetition)
        );
        self.out.extend(
            isa.bytes()
                .map(|byte| if byte == b'*' { element } else { byte }),
        );
        self.out.push(component);
        self.end();
        let guides = claimgate::guide::library().guides();
        for _ in 0..=self.dice.roll(2) {
            let guide = &guides[self.dice.roll(guides.len())];
            self.plain(&[
                "GS",
                &guide.functional_id,
                "S",
                "R",
                "20261124",
                "1200",
                "7",
                "X",
                &guide.accepts[0],
            ]);
            for _ in 0..=self.dice.roll(2) {
                self.level(guide, 0, 0);
                if self.dice.roll(4) == 0 {
                    self.junk();
                }
            }
            if self.dice.roll(8) > 0 {
                self.plain(&["GE", "1", "7"]);
            }
        }
        if self.dice.roll(8) > 0 {
            self.plain(&["IEA", "", "000000001"]);
        }
        self.out
    }

    fn level(&mut self, guide: &claimgate::guide::Guide, index: usize, depth: usize) {
        use claimgate::guide::ChildKind;
        let children = &guide.loops[index].children;
        let mut from = 0;
        while from < children.len() {
            let rank = children[from].rank;
            let to = from
                + children[from..]
                    .iter()
                    .take_while(|one| one.rank == rank)
                    .count();
            // The trigger comes once, what follows at random, siblings of one rank in any order.
            let count = if from == 0 {
                1
            } else {
                self.dice.roll(to - from + 2)
            };
            for _ in 0..count {
                match children[from + self.dice.roll(to - from)].kind {
                    ChildKind::Segment(segment) => self.segment(&guide.segments[segment]),
                    ChildKind::Loop(inner) if depth < 6 && self.out.len() < 20_000 => {
                        self.level(guide, inner, depth + 1);
                    }
                    ChildKind::Loop(_) => {}
                }
                if self.dice.roll(30) == 0 {
                    self.junk();
                }
            }
            from = to;
        }
    }

    fn segment(&mut self, rule: &claimgate::guide::Segment) {
        use claimgate::guide::ElementKind;
        self.out.extend_from_slice(rule.id.as_bytes());
        let most = rule.elements.len() + self.dice.roll(2);
        let last = self
            .dice
            .roll(most + 1)
            .max(rule.key.as_ref().map_or(0, |key| key.element.into()));
        for number in 1..=last {
            self.out.push(self.separators[0]);
            let key = rule
                .key
                .as_ref()
                .filter(|key| usize::from(key.element) == number);
            let code = key.map(|key| self.dice.one(&key.codes).clone());
            match (code, key.map_or(0, |key| key.component)) {
                (Some(code), 0) if self.dice.roll(40) > 0 => self.out.extend(code.bytes()),
                (Some(code), component) => {
                    for _ in 1..component {
                        self.out.push(self.separators[1]);
                    }
                    self.out.extend(code.bytes());
                }
                (None, _) => match rule.element(number).map(|one| &one.kind) {
                    Some(ElementKind::Composite(_)) => self.composite(),
                    _ if self.dice.roll(20) == 0 => self.composite(),
                    _ => self.value(),
                },
            }
        }
        self.end();
    }

    fn composite(&mut self) {
        for _ in 0..self.dice.roll(4) {
            self.value();
            let separator = self.separators[if self.dice.roll(4) == 0 { 2 } else { 1 }];
            self.out.push(separator);
        }
    }

    fn value(&mut self) {
        let value = *self.dice.one(&[
            &b""[..],
            b"",
            b"A",
            b"11",
            b"20261124",
            b" X Y ",
            b"\xC3\xA9",
            b"\xFF\x00",
            b"\"\\u{}",
        ]);
        let separators = self.separators;
        self.out
            .extend(value.iter().filter(|byte| !separators.contains(byte)));
    }

    fn junk(&mut self) {
        let id = *self
            .dice
            .one(&["ZZZ", "REF", "NM1", "HL", "Q", "SE", "TA1", "N3", "DTP"]);
        let (one, other) = (
            *self.dice.one(&["", "XX", "1"]),
            *self.dice.one(&["", "85"]),
        );
        self.plain(&[id, one, other]);
    }

    fn plain(&mut self, parts: &[&str]) {
        let separator = self.separators[0];
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.out.push(separator);
            }
            self.out.extend(part.bytes());
        }
        self.end();
    }

    fn end(&mut self) {
        self.out.push(self.separators[3]);
        self.out.extend_from_slice(self.line_break);
    }
}

/// Gives a few bytes at a time.
struct Dribble<'a>(&'a [u8], Dice);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (1 + self.1.roll(700)).min(buffer.len()).min(self.0.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn made_interchanges_come_back_byte_for_byte(seed in any::<u64>()) {
        let bytes = Made::new(seed).interchange();
        prop_assert!(there_and_back(&format!("seed {seed}"), &bytes), "seed {}", seed);
        let dribbled = read(Dribble(&bytes, Dice(seed)), Form::Json);
        prop_assert!(dribbled == read(&bytes[..], Form::Json));
    }

    /// Cut and changed anywhere, the document still comes back.
    #[test]
    fn broken_interchanges_come_back(seed in any::<u64>()) {
        let mut bytes = Made::new(seed).interchange();
        let mut dice = Dice(seed ^ 0x5555);
        for _ in 0..dice.roll(4) {
            let at = dice.roll(bytes.len());
            bytes[at] = *dice.one(b"*~:\nX\0ISA\xFF");
        }
        bytes.truncate(dice.roll(bytes.len() + 1));
        there_and_back(&format!("seed {seed}"), &bytes);
    }
}

/// An empty segment before one with a line break inside: where that one ends is still known.
#[test]
fn wrapped_behind_an_empty_segment_comes_back() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/005010X222A1/accepted/office-visits.edi");
    let bytes = String::from_utf8(fs::read(file).unwrap()).unwrap();
    let tidy = read(bytes.as_bytes(), Form::Json);
    let untidy = bytes.replacen("~\nNM1*", "~~\nN\nM1*", 2);
    assert_ne!(untidy, bytes);
    assert!(!there_and_back("untidy", untidy.as_bytes()));
    assert!(read(untidy.as_bytes(), Form::Json) == tidy);
}

/// A document made by hand, with what can be counted left out.
const BY_HAND: &str = r#"{"interchange": {
    "interchange_header": {"sender_qualifier": "ZZ", "sender": "CLINIC", "receiver_qualifier": "ZZ", "receiver": "PLAN",
        "date": "261124", "time": "1200", "acknowledgment_wanted": "0", "usage": "T"},
    "functional_group": [{
        "group_header": {"functional_id": "HC", "sender": "CLINIC", "receiver": "PLAN", "date": "20261124", "time": "1200",
            "agency": "X", "version": "005010X222A1"},
        "transaction_set": [{"set": "837P", "billing_provider_level": [
            {"billing_provider_level": {"level_number": "1", "has_children": "1"},
             "billing_provider": {"billing_provider_name": {"entity_type": "2", "last_or_organization_name": "CLINIC"}}}]}]
    }]}}"#;

#[test]
fn what_a_document_leaves_out_is_counted() {
    let written = String::from_utf8(write(BY_HAND.as_bytes()).unwrap()).unwrap();
    assert_eq!(
        written,
        "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PLAN           *261124*1200*^*00501*000000001*0*T*:~\
         GS*HC*CLINIC*PLAN*20261124*1200*1*X*005010X222A1~ST*837*0001~HL*1**20*1~NM1*85*2*CLINIC~SE*4*0001~GE*1*1~\
         IEA*1*000000001~"
    );
}

/// What does not fit is told with its path.
#[test]
fn a_misfit_is_told_with_its_place() {
    let set = "interchange.functional_group[0].transaction_set[0]";
    for (from, to, words) in [
        (
            "\"entity_type\"",
            "\"entity_kind\"",
            format!(
                "{set}.billing_provider_level[0].billing_provider.billing_provider_name: `entity_kind` is no name here: did you mean `entity_type`?"
            ),
        ),
        (
            "\"2\"",
            "2",
            format!(
                "{set}.billing_provider_level[0].billing_provider.billing_provider_name.entity_type: expected a text or an object, found a number"
            ),
        ),
        (
            "837P",
            "837X",
            format!("{set}: no guide here is called 837X; those that are: 837P, 837I"),
        ),
        (
            "\"CLINIC\"}",
            "\"A*B\"}",
            format!(
                "{set}.billing_provider_level[0].billing_provider.billing_provider_name.last_or_organization_name: holds a separator"
            ),
        ),
        (
            "{\"entity_type\"",
            "{\"02\"",
            "`02` is no name here".to_owned(),
        ),
        (
            "\"sender\": \"CLINIC\", \"receiver_q",
            "\"receiver_q",
            "interchange.interchange_header: `sender` is missing".to_owned(),
        ),
        (
            "\"level_number\": \"1\"",
            "\"level_number\": [\"1\", \"2\"], \"a\": \"\"",
            "`a` is no name here".to_owned(),
        ),
        (
            "\"time\": \"1200\", \"ack",
            "\"time\": \"1200\", \"time\": \"1300\", \"ack",
            "`time` is said twice".to_owned(),
        ),
        (
            "\"functional_group\": [{",
            "\"functional_group\": [{\"order\": [\"x\"],",
            "functional_group[0].order: `x` is no name here".to_owned(),
        ),
        (
            "\"functional_group\": [{",
            "\"functional_group\": [{\"unplaced\": [[\"X\"]],",
            "functional_group[0].unplaced: `order` must say".to_owned(),
        ),
    ] {
        let document = BY_HAND.replacen(from, to, 1);
        assert_ne!(document, BY_HAND, "{from}");
        let told = write(document.as_bytes()).unwrap_err();
        assert!(told.contains(&words), "{told}\n{words}");
    }
    for line in [
        "7",
        "[]",
        r#"{"claim": {}}"#,
        r#"{"transaction_set": {"set": "835"}}"#,
        r#"{"interchange_end": {}}"#,
    ] {
        let told = write(line.as_bytes());
        assert!(told.is_err() || line.contains("_end"), "{line}");
    }
}

/// Hard cases: the document, and the bytes again.
#[test]
fn hard_cases_come_back() {
    let isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~";
    let long = format!("{isa}ZZZ*{}~IEA*0*000000001~", "A".repeat(70_000));
    for (name, text) in [
        (
            "stray bytes around",
            format!("hello\n{isa}IEA*0*000000001~\n\nbye"),
        ),
        (
            "two interchanges",
            format!("{isa}IEA*0*000000001~\n{isa}IEA*0*000000001~\n"),
        ),
        (
            "no trailers",
            format!("{isa}GS*HC*S*R*20261124*1200*7*X*005010X222A1~ST*837*0001*005010X222A1~"),
        ),
        ("unterminated", format!("{isa}IEA*0*000000001")),
        (
            "a terminator in a header's data",
            format!("{isa}IEA*0*000000001~").replacen("00*     ", "00*~    ", 1),
        ),
        (
            "a set without a group",
            format!("{isa}ST*837*0001*005010X222A1~SE*2*0001~IEA*1*000000001~"),
        ),
        (
            "a set without a guide",
            format!(
                "{isa}GS*PI*S*R*20261124*1200*7*X*006020X314~ST*275*0001~BIN*5*a~*\r\n~SE*3*0001~GE*1*7~IEA*1*000000001~"
            ),
        ),
        (
            "counts that are wrong or missing",
            format!(
                "{isa}GS*HC*S*R*20261124*1200**X*005010X222A1~ST*837**005010X222A1~SE~GE**~IEA*~"
            ),
        ),
        ("a segment too long", long),
        (
            "an acknowledgment",
            format!(
                "{isa}TA1*000000001*261124*1200*A*000~TA1*000000001*261124*1200*A*000**~IEA*0*000000001~"
            ),
        ),
    ] {
        assert!(there_and_back(name, text.as_bytes()), "{name}");
    }
    let json = read(
        format!("{isa}GS*HC*\u{e9}*\u{1}~IEA*1*000000001~")
            .replace('\u{e9}', "?")
            .as_bytes(),
        Form::Lines,
    );
    assert!(String::from_utf8(json).unwrap().contains("\\u0001"));
    let mut bytes = format!("{isa}ZZZ*?~IEA*0*000000001~").into_bytes();
    let at = bytes.iter().position(|&byte| byte == b'?').unwrap();
    bytes[at] = 0xFF;
    let json = String::from_utf8(read(&bytes[..], Form::Lines)).unwrap();
    assert!(json.contains(r#"["ZZZ",{"base64":"/w=="}]"#), "{json}");
    assert!(there_and_back("not UTF-8", &bytes));
}

fn claimgate(args: &[&str]) -> (i32, Vec<u8>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(args);
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), output.stdout, words)
}

#[test]
fn the_commands_read_and_write() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    let claims = "fixtures/005010X222A1/accepted/office-visits.edi";
    let (json, back) = (at("json"), at("back"));
    assert_eq!(claimgate(&["read", claims, "--out", &json]).0, 0);
    assert_eq!(claimgate(&["write", &json, "--out", &back]).0, 0);
    let file = Path::new(&back).join("office-visits.edi.json.edi");
    assert!(fs::read(file).unwrap() == fs::read(claims).unwrap());
    let (code, lines, _) = claimgate(&["read", "--format", "ndjson", claims]);
    fs::write(at("lines"), &lines).unwrap();
    assert_eq!(code, 0);
    assert!(claimgate(&["write", &at("lines")]).1 == fs::read(claims).unwrap());

    let paid = "fixtures/005010X221A1/accepted/payment-and-denial.edi";
    let (code, table, _) = claimgate(&["read", "--format", "csv", paid]);
    let table = String::from_utf8(table).unwrap();
    let columns = table.lines().next().unwrap().split(',').count();
    assert_eq!(
        (code, columns),
        (0, claimgate::transaction::t835::COLUMNS.len())
    );
    for line in [
        "line,SANDBOX HEALTH PLAN",
        "CO-45:25.00 PR-3:20.00",
        "claim,SANDBOX HEALTH PLAN",
    ] {
        assert!(table.contains(line), "{table}");
    }
    let answered = "fixtures/005010X214/accepted";
    let (code, table, words) = claimgate(&["read", "--format", "csv", answered]);
    let table = String::from_utf8(table).unwrap();
    assert!(
        code == 0 && table.contains("rejected,U,2026-11-24,80.00,A7,164,IL"),
        "{words}{table}"
    );
    let (code, _, words) = claimgate(&["read", "--format", "csv", claims]);
    assert!(
        code == 2 && words.contains("only 835 and 277CA have a table, and it holds 837"),
        "{words}"
    );
    let (code, _, words) = claimgate(&["read", "--format", "csv", paid, answered]);
    assert!(code == 2 && words.contains("read them apart"), "{words}");

    let (code, out, words) = claimgate(&["read", "Cargo.toml"]);
    assert!(
        code == 1 && words.contains("no interchange in it"),
        "{words}"
    );
    fs::write(at("stray"), out).unwrap();
    assert!(claimgate(&["write", &at("stray")]).1 == fs::read("Cargo.toml").unwrap());
    let (code, _, words) = claimgate(&["write", "Cargo.toml"]);
    assert!(
        code == 2 && words.contains("Cargo.toml: document or line 1"),
        "{words}"
    );
    assert_eq!(claimgate(&["read", "nowhere.edi"]).0, 2);
    let (code, out, _) = claimgate(&["read", "--schema", "277ca"]);
    assert!(code == 0 && serde_json::from_slice::<serde_json::Value>(&out).is_ok());
    let (code, _, words) = claimgate(&["read", "--schema", "834"]);
    assert!(
        code == 2 && words.contains("those that are: 837P"),
        "{words}"
    );
}

/// What is written is health information, and no debug print shows it.
#[test]
fn a_writer_prints_none_of_what_it_wrote() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/005010X222A1/accepted/office-visits.edi");
    let mut bytes = Vec::new();
    let mut sink = JsonSink::new(&mut bytes);
    document::read(&fs::read(file).unwrap()[..], |piece| sink.piece(piece)).unwrap();
    sink.finish().unwrap();
    let mut writer = DocumentWriter::default();
    writer
        .value(&serde_json::from_slice(&bytes).unwrap())
        .unwrap();
    assert_eq!(format!("{writer:?}").matches("bytes>").count(), 1);
    assert!(format!("{writer:?}").len() < 20);
}
