//! What a remittance did to a claim, and what a claim comes to when all of that is folded. It must not know how a
//! remittance is read or a claim found.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Action, ClaimRung, LedgerEntry, LineRung, PostingKey, RemittanceKey, SentClaim, reason,
};
use crate::claim::{Adjustment, Money};

/// A remittance as it was posted: everything of it, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub key: RemittanceKey,
    /// BPR04: `ACH`, `CHK`, `NON` …
    pub method: String,
    pub postings: Vec<Posting>,
    pub ledger: Vec<LedgerEntry>,
}

/// One claim payment (loop 2100) as it was posted. Amounts of a reversal are negative: postings only ever add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub key: PostingKey,
    /// Our control number of the claim; `None` where no sent claim was found. The money counts all the same.
    pub claim: Option<String>,
    pub rung: ClaimRung,
    /// Production date of the remittance, else the payment date.
    pub date: Date,
    /// CLP03.
    pub charge: Money,
    /// CLP04.
    pub paid: Money,
    /// Adjustments of the whole claim.
    pub adjustments: Vec<Adjustment>,
    /// Remark codes of the whole claim (MOA, MIA).
    #[serde(default)]
    pub remarks: Vec<String>,
    /// The payer passed the claim on to the next payer itself (CLP02 19–21, 23, or a crossover carrier).
    #[serde(default)]
    pub passed_on: bool,
    pub lines: Vec<LinePosting>,
}

/// One service payment (loop 2110) as it was posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePosting {
    /// Control numbers of the service lines that it is about; none where no line was found.
    pub lines: Vec<String>,
    pub rung: LineRung,
    /// SVC01: the procedure that was decided on, with its modifiers.
    pub procedure: Vec<String>,
    /// SVC06: the procedure submitted, where it is another one.
    #[serde(default)]
    pub submitted: Vec<String>,
    pub charge: Money,
    pub paid: Money,
    pub adjustments: Vec<Adjustment>,
    #[serde(default)]
    pub remarks: Vec<String>,
}

/// What a claim comes to: the sum of its postings.
///
/// `billed = paid + adjusted + patient + open` holds because a claim payment that does not balance is never posted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub billed: Money,
    pub paid: Money,
    /// Adjustments of every group but PR: contractual, denied, earlier payers'.
    pub adjusted: Money,
    /// The part of `adjusted` and `patient` that stands for a denial, and is still to be worked.
    pub denied: Money,
    /// Adjustments of group PR.
    pub patient: Money,
    /// Not decided yet.
    pub open: Money,
}

impl Posting {
    /// CLP02 is `22`: an earlier payment taken back.
    pub fn is_reversal(&self) -> bool {
        self.key.status == "22"
    }

    /// Adjustments of claim and lines.
    pub fn all_adjustments(&self) -> impl Iterator<Item = &Adjustment> {
        let lines = self.lines.iter().flat_map(|line| &line.adjustments);
        self.adjustments.iter().chain(lines)
    }

    /// The sum of the adjustments of group PR.
    pub fn patient(&self) -> Money {
        let patient = self.all_adjustments().filter(|one| one.group == "PR");
        patient.map(|one| one.amount).sum()
    }

    /// The sum of the adjustments of every other group.
    pub fn adjusted(&self) -> Money {
        let others = self.all_adjustments().filter(|one| one.group != "PR");
        others.map(|one| one.amount).sum()
    }

    /// CLP02 is `4`, or nothing was paid and the reasons are no ordinary ones.
    pub fn is_denied(&self) -> bool {
        !self.is_reversal()
            && (self.key.status == "4"
                || Zero::of(self.charge, self.paid, self.all_adjustments()) == Some(Zero::Denied))
    }

    /// Nothing was paid of a charge, and nothing says why.
    pub fn is_unexplained_zero(&self) -> bool {
        Zero::of(self.charge, self.paid, self.all_adjustments()) == Some(Zero::Unexplained)
    }

    /// Whether this is the other one with its signs flipped.
    pub fn reverses(&self, other: &Self) -> bool {
        self.is_reversal()
            && !other.is_reversal()
            && self.charge == -other.charge
            && self.paid == -other.paid
    }
}

impl LinePosting {
    /// Nothing was paid, and the reasons are no ordinary ones.
    pub fn is_denied(&self) -> bool {
        Zero::of(self.charge, self.paid, self.adjustments.iter()) == Some(Zero::Denied)
    }

    /// The payer decided on another procedure than the one submitted. Modifiers are not compared.
    pub fn is_other_procedure(&self) -> bool {
        !self.submitted.is_empty() && self.submitted.first() != self.procedure.first()
    }
}

/// Why nothing was paid of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zero {
    /// The patient's share, an earlier payer or the contract took it all.
    Ordinary,
    Denied,
    /// No reason but that the charge is above the allowance, or none at all.
    Unexplained,
}

impl Zero {
    fn of<'a>(
        charge: Money,
        paid: Money,
        adjustments: impl Iterator<Item = &'a Adjustment>,
    ) -> Option<Self> {
        if charge.is_zero() || !paid.is_zero() {
            return None;
        }
        let mut zero = Self::Unexplained;
        for one in adjustments.filter(|one| one.reason != "45" && !one.amount.is_zero()) {
            if is_ordinary(one) {
                return Some(Self::Ordinary);
            }
            zero = Self::Denied;
        }
        Some(zero)
    }
}

/// An adjustment that is part of an ordinary payment: contract, patient's share, earlier payer, withhold.
pub(super) fn is_ordinary(adjustment: &Adjustment) -> bool {
    reason(&adjustment.reason).is_some_and(|reason| reason.action == Action::None)
}

impl Account {
    /// Folds a claim's postings.
    pub fn of<'p>(claim: &SentClaim, postings: impl IntoIterator<Item = &'p Posting>) -> Self {
        let postings: Vec<&Posting> = postings.into_iter().collect();
        let live = standing(&postings);
        let decided: Money = postings.iter().map(|posting| posting.charge).sum();
        Self {
            billed: claim.charge,
            paid: postings.iter().map(|posting| posting.paid).sum(),
            adjusted: postings.iter().map(|posting| posting.adjusted()).sum(),
            denied: live
                .iter()
                .filter(|posting| posting.is_denied())
                .map(|posting| posting.charge - posting.paid)
                .sum(),
            patient: postings.iter().map(|posting| posting.patient()).sum(),
            open: claim.charge - decided,
        }
    }

    pub fn is_balanced(&self) -> bool {
        self.billed == self.paid + self.adjusted + self.patient + self.open
    }
}

impl std::iter::Sum for Account {
    fn sum<I: Iterator<Item = Self>>(accounts: I) -> Self {
        accounts.fold(Self::default(), |mut sum, one| {
            sum.billed += one.billed;
            sum.paid += one.paid;
            sum.adjusted += one.adjusted;
            sum.denied += one.denied;
            sum.patient += one.patient;
            sum.open += one.open;
            sum
        })
    }
}

/// The postings of one claim that still stand, in their order: those that were reversed, and their reversals, are
/// gone. A reversal of nothing that we posted stays.
pub fn standing<'p>(postings: &[&'p Posting]) -> Vec<&'p Posting> {
    let mut left: Vec<&Posting> = Vec::new();
    for posting in postings.iter().filter(|posting| !posting.is_reversal()) {
        left.push(posting);
    }
    for reversal in postings.iter().filter(|posting| posting.is_reversal()) {
        match left.iter().position(|one| reversal.reverses(one)) {
            Some(reversed) => drop(left.remove(reversed)),
            None => left.push(reversal),
        }
    }
    left
}
