//! The bank's report of a payment by transfer: a NACHA file of CCD+ entries, each with an addenda record that repeats
//! the TRN of its remittance (CORE rule 370). It must not match a deposit to anything.
//!
//! [`read`] never fails: what it could not read is told as [`BadRecord`]. Batches that pay no health care claims
//! (their description is not `HCCLAIMPMT`) are counted and passed over.

mod read;
mod write;

use std::fmt;

use jiff::civil::{Date, DateTime};

use crate::claim::{Money, Phi};

pub use read::{is_eft, read};
pub use write::write;

/// Characters of a record (NACHA operating rules, appendix three).
const RECORD: usize = 94;
/// Records of a block.
const BLOCK: usize = 10;
/// Company entry description of a health care claim payment.
const DESCRIPTION: &str = "HCCLAIMPMT";
/// Characters of payment related information, field 3 of an addenda record.
const INFORMATION: usize = 80;
/// An entry hash keeps its last ten digits.
const HASH_MODULUS: u64 = 10_000_000_000;

/// Money that arrived, and the trace of the remittance that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EftDeposit {
    /// TRN02 in the addenda record; empty where there is none.
    pub trace: String,
    /// TRN03 in the addenda record, else the company id of the batch.
    pub originator: String,
    /// TRN04 in the addenda record, often empty.
    pub supplement: String,
    /// Who paid, at most 16 characters.
    pub company_name: String,
    pub amount: Money,
    /// Effective entry date.
    pub effective: Date,
}

/// What a file held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EftFile {
    pub deposits: Vec<EftDeposit>,
    /// At most [`BAD_RECORDS_MAX`].
    pub unreadable: Vec<BadRecord>,
    /// Batches that are no health care claim payments.
    pub passed_over: usize,
}

/// Bad records that are told of one file: a file with more is some other file.
pub const BAD_RECORDS_MAX: usize = 1_000;

/// A record that is not as it should be. It holds no value of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRecord {
    /// Counted from 1.
    pub record: usize,
    pub wrong: Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Kind,
    OutsideBatch,
    NoEntry,
    Amount,
    EffectiveDate,
    NotACredit,
    NoTrace,
    Count,
    Hash,
    Total,
    NotClosed,
}

/// Between which accounts the money moves, and when the file is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banks {
    /// Nine digits.
    pub payer_routing: String,
    pub payer_bank: String,
    /// Nine digits.
    pub payee_routing: String,
    pub payee_bank: String,
    pub payee_account: Phi<String>,
    pub payee_name: String,
    pub created: DateTime,
}

/// A deposit that has no place in the records as it is; nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoesNotFit {
    /// Index into the deposits.
    pub deposit: usize,
    pub field: &'static str,
}

impl Wrong {
    pub fn description(self) -> &'static str {
        match self {
            Self::Kind => "expected a record of kind 1, 5, 6, 7, 8 or 9",
            Self::OutsideBatch => "expected a batch header (5) before it",
            Self::NoEntry => "expected an entry (6) before it",
            Self::Amount => "expected ten digits of cents in positions 30 to 39",
            Self::EffectiveDate => "expected the effective date as YYMMDD in positions 70 to 75",
            Self::NotACredit => "expected a credit: this entry takes money from the account",
            Self::NoTrace => "expected a TRN segment in positions 4 to 83",
            Self::Count => "counts its records wrongly",
            Self::Hash => "its entry hash is not the sum of the routing numbers",
            Self::Total => "its credit total is not the sum of the entries",
            Self::NotClosed => {
                "the file ends before its control record (9): ask the bank for it again"
            }
        }
    }
}

impl fmt::Display for BadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}: {}", self.record, self.wrong.description())
    }
}

impl fmt::Display for DoesNotFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of deposit {} does not fit", self.field, self.deposit)
    }
}

impl std::error::Error for DoesNotFit {}

/// The sums of a batch or of the file, as control records state them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Totals {
    /// Entries and addenda.
    records: u64,
    hash: u64,
    debits: i64,
    credits: i64,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.hash = (self.hash + other.hash) % HASH_MODULUS;
        self.debits = self.debits.saturating_add(other.debits);
        self.credits = self.credits.saturating_add(other.credits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn banks() -> Banks {
        Banks {
            payer_routing: "021000021".into(),
            payer_bank: "FIRST INVENTED BANK".into(),
            payee_routing: "011000015".into(),
            payee_bank: "HARBOR BANK".into(),
            payee_account: "1122334455".into(),
            payee_name: "HARBOR FAMILY PRACTICE".into(),
            created: jiff::civil::date(2026, 11, 24).at(9, 30, 0, 0),
        }
    }

    fn sample() -> EftDeposit {
        EftDeposit {
            trace: "EFT20261120A".into(),
            originator: "1999999999".into(),
            supplement: String::new(),
            company_name: "SANDBOX HEALTH".into(),
            amount: Money::from_cents(11_800),
            effective: jiff::civil::date(2026, 11, 25),
        }
    }

    fn deposit() -> impl Strategy<Value = EftDeposit> {
        (
            prop_oneof![9 => "[A-Z0-9]{1,30}", 1 => Just(String::new())],
            "[A-Z0-9]{10}",
            "[A-Z0-9]{0,10}",
            "[A-Z]{1,16}",
            0i64..=9_999_999_999,
            (0i16..100, 1i8..=12, 1i8..=28),
        )
            .prop_map(
                |(trace, originator, supplement, company_name, cents, day)| {
                    let has_trace = !trace.is_empty();
                    EftDeposit {
                        trace,
                        originator,
                        supplement: if has_trace { supplement } else { String::new() },
                        company_name,
                        amount: Money::from_cents(cents),
                        effective: jiff::civil::date(2000 + day.0, day.1, day.2),
                    }
                },
            )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_written_is_read_back(deposits in proptest::collection::vec(deposit(), 0..12)) {
            let bytes = write(&banks(), &deposits).unwrap();
            prop_assert!(is_eft(&bytes));
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(text.lines().count() % BLOCK, 0);
            prop_assert!(text.lines().all(|line| line.len() == RECORD));
            let forms = [
                text.clone(),
                text.replace('\n', "\r\n"),
                text.replace('\n', ""),
                text.lines().map(str::trim_end).collect::<Vec<_>>().join("\r"),
                text.replace('~', "\\"),
                text.replace('~', " "),
            ];
            for form in forms {
                let file = read(form.as_bytes());
                prop_assert_eq!(file.unreadable, vec![]);
                prop_assert_eq!(&file.deposits, &deposits);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            read(&bytes);
            is_eft(&bytes);
        }

        #[test]
        fn no_damage_makes_it_panic(at in 0usize..950, byte: u8, cut in 0usize..950) {
            let mut bytes = write(&banks(), &[sample(), sample()]).unwrap();
            let len = bytes.len();
            bytes[at % len] = byte;
            bytes.truncate(cut.max(1));
            read(&bytes);
        }
    }

    #[test]
    fn the_records_are_nachas() {
        let text = String::from_utf8(write(&banks(), &[sample()]).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 10);
        assert_eq!(
            lines[0].trim_end(),
            "101 011000015 0210000212611240930A094101HARBOR BANK            FIRST INVENTED BANK"
        );
        assert_eq!(
            lines[1],
            "5220SANDBOX HEALTH                      1999999999CCDHCCLAIMPMT261124261125   1021000020000001"
        );
        assert_eq!(
            lines[2],
            "6220110000151122334455       0000011800               HARBOR FAMILY PRACTICE  1021000020000001"
        );
        assert_eq!(
            (&lines[3][..37], &lines[3][83..]),
            ("705TRN*1*EFT20261120A*1999999999~    ", "00010000001")
        );
        assert_eq!(
            lines[4].trim_end(),
            "822000000200011000010000000000000000000118001999999999                         021000020000001"
        );
        assert_eq!(
            lines[5].trim_end(),
            "9000001000001000000020001100001000000000000000000011800"
        );
        assert!(lines[6..].iter().all(|line| *line == "9".repeat(RECORD)));
    }

    /// The told faults after one replacement in a good file.
    fn check(from: &str, to: &str, deposits: usize, expected: &[Wrong]) {
        let text = String::from_utf8(write(&banks(), &[sample()]).unwrap()).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is not there");
        let file = read(changed.as_bytes());
        let told: Vec<Wrong> = file.unreadable.iter().map(|bad| bad.wrong).collect();
        assert_eq!(
            (file.deposits.len(), told.as_slice()),
            (deposits, expected),
            "{from}"
        );
    }

    #[test]
    fn what_is_wrong_is_told_by_record() {
        use Wrong::{
            Amount, Count, EffectiveDate, Hash, Kind, NoTrace, NotACredit, NotClosed, Total,
        };
        check("0000011800  ", "00000118O0  ", 0, &[Amount, Total, Total]);
        check("0000011800  ", "0000011900  ", 1, &[Total, Total]);
        check("261124261125", "261124261399", 0, &[EffectiveDate]);
        check("\n622", "\n627", 0, &[NotACredit, Total, Total]);
        check("TRN*1*", "RMR*1*", 1, &[NoTrace]);
        check("8220000002", "8220000003", 1, &[Count]);
        check("00011000010", "00011000020", 1, &[Hash]);
        check("\n705", "\n405", 1, &[Kind, Count, Count]);
        check("\n9000001", "\n", 1, &[Kind, NotClosed]);
        let file = read(&write(&banks(), &[]).unwrap());
        assert_eq!(file, EftFile::default());
    }

    #[test]
    fn other_batches_are_passed_over_and_lost_traces_are_empty() {
        let text = String::from_utf8(write(&banks(), &[sample()]).unwrap()).unwrap();
        let other = read(text.replace(DESCRIPTION, "PAYROLL   ").as_bytes());
        assert_eq!((other.deposits.len(), other.passed_over), (0, 1));
        assert_eq!(other.unreadable, []);
        let lost: Vec<&str> = text.lines().filter(|line| !line.starts_with('7')).collect();
        let lost = read(lost.join("\n").as_bytes());
        assert_eq!(lost.deposits[0].trace, "");
        assert_eq!(lost.deposits[0].originator, "1999999999");
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        for (deposit, field) in [
            (
                EftDeposit {
                    trace: "A*B".into(),
                    ..sample()
                },
                "trace",
            ),
            (
                EftDeposit {
                    trace: "9".repeat(70),
                    ..sample()
                },
                "trace",
            ),
            (
                EftDeposit {
                    originator: "12345678901".into(),
                    ..sample()
                },
                "originator",
            ),
            (
                EftDeposit {
                    company_name: "É".into(),
                    ..sample()
                },
                "company name",
            ),
            (
                EftDeposit {
                    amount: Money::from_cents(-1),
                    ..sample()
                },
                "amount",
            ),
            (
                EftDeposit {
                    amount: Money::from_cents(10_000_000_000),
                    ..sample()
                },
                "amount",
            ),
            (
                EftDeposit {
                    effective: jiff::civil::date(1999, 1, 1),
                    ..sample()
                },
                "effective date",
            ),
        ] {
            let refused = write(&banks(), &[sample(), deposit]).unwrap_err();
            assert_eq!(refused, DoesNotFit { deposit: 1, field });
        }
    }
}
