//! Deposits at the bank against remittances: the money and the paper that explains it come by different ways. It
//! must not know how a deposit was reported (CCD+ addenda, a bank's file): it takes trace, amount and day.

use jiff::civil::Date;
use jiff::{ToSpan, Unit};
use serde::{Deserialize, Serialize};

use super::RemittanceKey;
use crate::claim::Money;

/// Days between deposit and payment date that still count as the same payment where the trace is not exact. The
/// rule allows three business days; a weekend and a bank holiday come on top.
const WINDOW_DAYS: i32 = 6;
/// Business days after which the missing side is late.
const PATIENCE_BUSINESS_DAYS: i32 = 4;

/// Money that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Deposit {
    /// TRN02 in the addenda, as the bank gave it; empty where the bank lost it.
    pub trace: String,
    /// TRN03 in the addenda, else the company id of the batch.
    pub originator: String,
    pub amount: Money,
    /// Effective entry date.
    pub effective: Date,
}

/// A remittance that money is expected for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Expected {
    pub key: RemittanceKey,
    /// BPR04: `ACH`, `CHK`, `NON` …
    pub method: String,
}

/// How a deposit found its remittances, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepositRung {
    /// Trace, originator and amount are the same.
    Trace,
    /// Trace without leading zeros and punctuation, amount, and days that are near.
    NormalizedTrace,
    /// One deposit pays several remittances of the same trace.
    SumOfTrace,
    /// Originator, amount and near days, and no other fits.
    OnlyOne,
}

/// A deposit and what it paid; indices into the slices that were matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositMatch {
    pub deposit: usize,
    pub remittances: Vec<usize>,
    pub rung: DepositRung,
}

/// What was matched, and what waits on either side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reassociation {
    pub matches: Vec<DepositMatch>,
    /// Money that no remittance explains.
    pub deposits: Vec<usize>,
    /// Remittances whose money is not there. Those paid by check or not at all are not waited for.
    pub remittances: Vec<usize>,
}

impl Expected {
    /// Whether the money comes by the bank.
    fn by_transfer(&self) -> bool {
        !matches!(self.method.as_str(), "CHK" | "NON") && !self.key.amount.is_zero()
    }
}

/// Matches each deposit and each remittance at most once, by the surest rung that fits. Nothing is guessed: two
/// that fit equally well stay unmatched.
pub fn reassociate(deposits: &[Deposit], remittances: &[Expected]) -> Reassociation {
    let mut open = Open {
        deposits: vec![true; deposits.len()],
        remittances: remittances.iter().map(Expected::by_transfer).collect(),
    };
    let mut matches = Vec::new();
    for rung in [DepositRung::Trace, DepositRung::NormalizedTrace] {
        open.one_to_one(deposits, remittances, rung, &mut matches);
    }
    open.sums(deposits, remittances, &mut matches);
    open.one_to_one(deposits, remittances, DepositRung::OnlyOne, &mut matches);
    Reassociation {
        matches,
        deposits: still(&open.deposits),
        remittances: still(&open.remittances),
    }
}

/// The first day on which a deposit or remittance of that day is late without its other side.
pub fn late_from(date: Date) -> Date {
    let mut day = date;
    let mut left = PATIENCE_BUSINESS_DAYS;
    while left > 0 {
        day = day.saturating_add(1.day());
        if day.weekday().to_monday_zero_offset() < 5 {
            left -= 1;
        }
    }
    day
}

struct Open {
    deposits: Vec<bool>,
    remittances: Vec<bool>,
}

impl Open {
    /// Pairs that fit each other and nothing else that is still open.
    fn one_to_one(
        &mut self,
        deposits: &[Deposit],
        remittances: &[Expected],
        rung: DepositRung,
        matches: &mut Vec<DepositMatch>,
    ) {
        let fits_of = |open: &Self, deposit: usize| -> Vec<usize> {
            let fits = |&one: &usize| fits(&deposits[deposit], &remittances[one].key, rung);
            still(&open.remittances).into_iter().filter(fits).collect()
        };
        for deposit in still(&self.deposits) {
            let &[remittance] = &fits_of(self, deposit)[..] else {
                continue;
            };
            let rivals = still(&self.deposits)
                .into_iter()
                .filter(|&other| fits(&deposits[other], &remittances[remittance].key, rung));
            if rivals.count() == 1 {
                self.close(deposit, vec![remittance], rung, matches);
            }
        }
    }

    /// One deposit for all open remittances of its trace.
    fn sums(
        &mut self,
        deposits: &[Deposit],
        remittances: &[Expected],
        matches: &mut Vec<DepositMatch>,
    ) {
        for deposit in still(&self.deposits) {
            let trace = normalized(&deposits[deposit].trace);
            let same: Vec<usize> = still(&self.remittances)
                .into_iter()
                .filter(|&one| {
                    !trace.is_empty() && normalized(&remittances[one].key.trace) == trace
                })
                .collect();
            let sum = Money::checked_sum(same.iter().map(|&one| remittances[one].key.amount));
            if same.len() > 1 && sum == Some(deposits[deposit].amount) {
                self.close(deposit, same, DepositRung::SumOfTrace, matches);
            }
        }
    }

    fn close(
        &mut self,
        deposit: usize,
        remittances: Vec<usize>,
        rung: DepositRung,
        matches: &mut Vec<DepositMatch>,
    ) {
        self.deposits[deposit] = false;
        for &remittance in &remittances {
            self.remittances[remittance] = false;
        }
        matches.push(DepositMatch {
            deposit,
            remittances,
            rung,
        });
    }
}

fn fits(deposit: &Deposit, remittance: &RemittanceKey, rung: DepositRung) -> bool {
    let amount = deposit.amount == remittance.amount;
    let originator = normalized(&deposit.originator) == normalized(&remittance.originator);
    let trace = normalized(&deposit.trace);
    amount
        && match rung {
            DepositRung::Trace => {
                deposit.trace == remittance.trace && deposit.originator == remittance.originator
            }
            DepositRung::NormalizedTrace => {
                !trace.is_empty()
                    && trace == normalized(&remittance.trace)
                    && near(deposit, remittance)
            }
            DepositRung::OnlyOne => originator && near(deposit, remittance),
            DepositRung::SumOfTrace => false,
        }
}

fn near(deposit: &Deposit, remittance: &RemittanceKey) -> bool {
    let apart = deposit.effective.until((Unit::Day, remittance.date));
    apart.is_ok_and(|span| span.get_days().abs() <= WINDOW_DAYS)
}

/// Banks drop leading zeros, add spaces and hyphens, and change case.
fn normalized(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    kept.trim_start_matches('0').to_owned()
}

fn still(open: &[bool]) -> Vec<usize> {
    (0..open.len()).filter(|&index| open[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn deposit(trace: &str, cents: i64) -> Deposit {
        Deposit {
            trace: trace.into(),
            originator: "1999999999".into(),
            amount: Money::from_cents(cents),
            effective: date(2026, 11, 25),
        }
    }

    fn remittance(trace: &str, cents: i64) -> Expected {
        Expected {
            key: RemittanceKey {
                payer_id: "99999".into(),
                trace: trace.into(),
                originator: "1999999999".into(),
                date: date(2026, 11, 24),
                amount: Money::from_cents(cents),
            },
            method: "ACH".into(),
        }
    }

    /// Deposits and remittances as `TRACE:CENTS`; expected: rungs, waiting deposits, waiting remittances.
    fn check(deposits: &str, remittances: &str, expected: &str) {
        let parse = |text: &str| -> Vec<(String, i64)> {
            text.split_whitespace()
                .map(|one| one.split_once(':').unwrap())
                .map(|(trace, cents)| (trace.to_owned(), cents.parse().unwrap()))
                .collect()
        };
        let deposits: Vec<_> = parse(deposits)
            .iter()
            .map(|(t, c)| deposit(t, *c))
            .collect();
        let remittances: Vec<_> = parse(remittances)
            .iter()
            .map(|(t, c)| remittance(t, *c))
            .collect();
        let found = reassociate(&deposits, &remittances);
        let matched: Vec<String> = found
            .matches
            .iter()
            .map(|one| format!("{}={:?} {:?}", one.deposit, one.remittances, one.rung))
            .collect();
        let told = format!(
            "{} | {:?} {:?}",
            matched.join(", "),
            found.deposits,
            found.remittances
        );
        assert_eq!(told, expected);
    }

    #[test]
    fn the_ladder() {
        check("77:500", "77:500", "0=[0] Trace | [] []");
        check("77:500", "0077:500", "0=[0] NormalizedTrace | [] []");
        check("77:800", "77:500 77:300", "0=[0, 1] SumOfTrace | [] []");
        check(":500", "77:500 78:600", "0=[0] OnlyOne | [] [1]");
        check(":500", "77:500 78:500", " | [0] [0, 1]");
        check(":500 :500", "77:500", " | [0, 1] [0]");
        check("77:501", "77:500", " | [0] [0]");
        check("", "77:0", " | [] []");
    }

    #[test]
    fn lateness_counts_business_days() {
        let friday = date(2026, 11, 20);
        assert_eq!(late_from(friday), date(2026, 11, 26));
        assert_eq!(late_from(date(2026, 11, 23)), date(2026, 11, 27));
    }
}
