//! NACHA records to deposits. It must not fail: what it cannot read, it tells.

use jiff::civil::Date;

use super::{
    BAD_RECORDS_MAX, BadRecord, DESCRIPTION, EftDeposit, EftFile, HASH_MODULUS, RECORD, Totals,
    Wrong,
};
use crate::claim::Money;

/// Whether the bytes start like a NACHA file: a file header, priority 01, to a routing number.
pub fn is_eft(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    let destination = bytes.get(3..13).unwrap_or_default();
    let numeric = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
    bytes.starts_with(b"101")
        && destination
            .iter()
            .filter(|byte| byte.is_ascii_digit())
            .count()
            >= 8
        && destination.iter().all(numeric)
}

/// Every deposit of a file. Records may stand a line each, or back to back without line breaks.
pub fn read(bytes: &[u8]) -> EftFile {
    let mut reader = Reader::default();
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    let records = lines
        .flat_map(|line| line.chunks(RECORD))
        .filter(|record| !record.trim_ascii().is_empty());
    let mut count = 0;
    for record in records {
        count += 1;
        reader.record(count, &Record::of(record));
    }
    reader.finish(count)
}

/// A record filled up to its length: editors cut trailing blanks.
struct Record([u8; RECORD]);

impl Record {
    fn of(bytes: &[u8]) -> Self {
        let mut record = [b' '; RECORD];
        for (to, from) in record.iter_mut().zip(bytes) {
            *to = *from;
        }
        Self(record)
    }

    /// Positions as the rules count them: from 1, the last included.
    fn raw(&self, from: usize, to: usize) -> &[u8] {
        self.0.get(from - 1..to).unwrap_or_default()
    }

    fn text(&self, from: usize, to: usize) -> String {
        String::from_utf8_lossy(self.raw(from, to))
            .trim()
            .to_owned()
    }

    fn number(&self, from: usize, to: usize) -> Option<i64> {
        let digits = self.raw(from, to);
        let numeric = digits.iter().all(u8::is_ascii_digit);
        let text = std::str::from_utf8(digits).ok()?;
        text.parse().ok().filter(|_| numeric)
    }
}

#[derive(Default)]
struct Reader {
    file: EftFile,
    batch: Option<Batch>,
    all: Totals,
    closed: bool,
}

struct Batch {
    company_name: String,
    company_id: String,
    effective: Option<Date>,
    pays_claims: bool,
    totals: Totals,
    /// Whether an entry stands before an addenda, and whether that one is a deposit.
    entry: Entry,
}

#[derive(Clone, Copy, PartialEq)]
enum Entry {
    None,
    PassedOver,
    /// The last deposit, without its trace yet.
    Deposit,
}

impl Reader {
    fn record(&mut self, number: usize, record: &Record) {
        let filler = record.0 == [b'9'; RECORD];
        if self.closed || filler {
            return;
        }
        match record.0[0] {
            b'1' => {}
            b'5' => self.open(number, record),
            b'6' => self.entry(number, record),
            b'7' => self.addenda(number, record),
            b'8' => self.close(number, record),
            b'9' => {
                let all = self.all;
                self.control(number, &all, [record.number(14, 21), record.number(22, 31)]);
                self.total(number, &all, [record.number(32, 43), record.number(44, 55)]);
                self.closed = true;
            }
            _ => self.tell(number, Wrong::Kind),
        }
    }

    fn finish(mut self, count: usize) -> EftFile {
        if !self.closed && count > 0 {
            self.tell(count, Wrong::NotClosed);
        }
        self.file
    }

    fn open(&mut self, number: usize, record: &Record) {
        self.batch_ends();
        let description = record.text(54, 63);
        let class = record.text(51, 53);
        let pays_claims = description.eq_ignore_ascii_case(DESCRIPTION)
            && (class.eq_ignore_ascii_case("CCD") || class.eq_ignore_ascii_case("CTX"));
        let effective = yymmdd(record.raw(70, 75));
        if pays_claims && effective.is_none() {
            self.tell(number, Wrong::EffectiveDate);
        }
        if !pays_claims {
            self.file.passed_over += 1;
        }
        self.batch = Some(Batch {
            company_name: record.text(5, 20),
            company_id: record.text(41, 50),
            effective,
            pays_claims,
            totals: Totals::default(),
            entry: Entry::None,
        });
    }

    fn entry(&mut self, number: usize, record: &Record) {
        let Some(batch) = &mut self.batch else {
            return self.tell(number, Wrong::OutsideBatch);
        };
        let amount = record.number(30, 39);
        // Transaction codes: the second digit is 2 to 4 for credits, 6 to 9 for debits.
        let is_credit = matches!(record.0[2], b'0'..=b'4');
        let (debits, credits) = match is_credit {
            true => (0, amount.unwrap_or_default()),
            false => (amount.unwrap_or_default(), 0),
        };
        batch.totals.add(Totals {
            records: 1,
            hash: record.number(4, 11).unwrap_or_default().unsigned_abs(),
            debits,
            credits,
        });
        batch.entry = Entry::PassedOver;
        if !batch.pays_claims {
            return;
        }
        match (amount, batch.effective) {
            _ if !is_credit => self.tell(number, Wrong::NotACredit),
            (None, _) => self.tell(number, Wrong::Amount),
            (Some(_), None) => {}
            (Some(cents), Some(effective)) => {
                batch.entry = Entry::Deposit;
                self.file.deposits.push(EftDeposit {
                    trace: String::new(),
                    originator: batch.company_id.clone(),
                    supplement: String::new(),
                    company_name: batch.company_name.clone(),
                    amount: Money::from_cents(cents),
                    effective,
                });
            }
        }
    }

    fn addenda(&mut self, number: usize, record: &Record) {
        let Some(batch) = &mut self.batch else {
            return self.tell(number, Wrong::OutsideBatch);
        };
        batch.totals.add(Totals {
            records: 1,
            ..Totals::default()
        });
        match batch.entry {
            Entry::None => self.tell(number, Wrong::NoEntry),
            Entry::PassedOver => {}
            Entry::Deposit => {
                let trn = trn(record);
                match (trn, self.file.deposits.last_mut()) {
                    (Some(trn), Some(deposit)) if deposit.trace.is_empty() => trn.say(deposit),
                    (Some(_), _) => {}
                    (None, _) => self.tell(number, Wrong::NoTrace),
                }
            }
        }
    }

    fn close(&mut self, number: usize, record: &Record) {
        let Some(batch) = &self.batch else {
            return self.tell(number, Wrong::OutsideBatch);
        };
        let totals = batch.totals;
        self.control(
            number,
            &totals,
            [record.number(5, 10), record.number(11, 20)],
        );
        self.total(
            number,
            &totals,
            [record.number(21, 32), record.number(33, 44)],
        );
        self.batch_ends();
    }

    fn batch_ends(&mut self) {
        if let Some(batch) = self.batch.take() {
            self.all.add(batch.totals);
        }
    }

    /// Compares the stated count and hash.
    fn control(&mut self, number: usize, totals: &Totals, [count, hash]: [Option<i64>; 2]) {
        if count.and_then(|count| u64::try_from(count).ok()) != Some(totals.records) {
            self.tell(number, Wrong::Count);
        }
        let hash = hash.and_then(|hash| u64::try_from(hash).ok());
        if hash != Some(totals.hash % HASH_MODULUS) {
            self.tell(number, Wrong::Hash);
        }
    }

    /// Compares the stated debits and credits.
    fn total(&mut self, number: usize, totals: &Totals, stated: [Option<i64>; 2]) {
        if stated != [Some(totals.debits), Some(totals.credits)] {
            self.tell(number, Wrong::Total);
        }
    }

    fn tell(&mut self, record: usize, wrong: Wrong) {
        if self.file.unreadable.len() < BAD_RECORDS_MAX {
            self.file.unreadable.push(BadRecord { record, wrong });
        }
    }
}

struct Trn {
    trace: String,
    originator: String,
    supplement: String,
}

impl Trn {
    fn say(self, deposit: &mut EftDeposit) {
        deposit.trace = self.trace;
        deposit.supplement = self.supplement;
        if !self.originator.is_empty() {
            deposit.originator = self.originator;
        }
    }
}

/// The TRN segment of an addenda, whatever ends it.
fn trn(record: &Record) -> Option<Trn> {
    let text = record.text(4, 83);
    let rest = text.strip_prefix("TRN")?;
    let separator = rest.chars().next().filter(|c| !c.is_alphanumeric())?;
    let ends: &[char] = match separator {
        '~' | '\\' => &[],
        _ => &['~', '\\'],
    };
    let data = rest.split(ends).next().unwrap_or_default();
    let elements: Vec<&str> = data.split(separator).map(str::trim).collect();
    let element = |at: usize| elements.get(at).copied().unwrap_or_default().to_owned();
    Some(Trn {
        trace: element(2),
        originator: element(3),
        supplement: element(4),
    })
}

fn yymmdd(digits: &[u8]) -> Option<Date> {
    let numeric = digits.iter().all(u8::is_ascii_digit);
    let part = |from: usize| -> Option<i8> {
        let text = std::str::from_utf8(digits.get(from..from + 2)?).ok()?;
        text.parse().ok().filter(|_| numeric)
    };
    Date::new(2000 + i16::from(part(0)?), part(2)?, part(4)?).ok()
}
