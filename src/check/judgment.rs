//! The result of judging: findings by interchange, group and transaction set, and the verdict they add up to.

use serde::Serialize;

use super::{Finding, Severity};

/// What an acknowledgment would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    AcceptedWithErrors,
    Rejected,
}

/// Everything that was found in a stream of interchanges.
#[derive(Debug, Clone, Default)]
pub struct Judgment {
    pub interchanges: Vec<Interchange>,
    /// Findings outside any interchange.
    pub findings: Vec<Finding>,
    pub segments: u64,
    /// Interchanges beyond [`super::ENVELOPES_MAX`].
    pub unkept: Unkept,
}

/// What was judged and counted, but is not kept one by one, so that memory stays bounded.
#[derive(Debug, Clone, Default)]
pub struct Unkept {
    /// Interchanges of a stream, groups of an interchange; in a group its transaction sets.
    pub members: usize,
    /// Transaction sets in them.
    pub transactions: usize,
    /// Those of them that are accepted.
    pub accepted: usize,
    verdict: Option<Verdict>,
}

/// Why a group or a set was judged by no guide. An acknowledgment does not accept what nobody judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// No guide has this GS01.
    FunctionalId,
    /// No guide has this GS08.
    GroupVersion,
    /// ST01 is no identifier of a set.
    SetIdentifier,
    /// No guide is of this set.
    Set,
    /// Guides of this set are known, but not the one named.
    Guide,
}

/// An interchange as its envelope tells of it. Texts are trimmed of their padding.
#[derive(Debug, Clone, Default)]
pub struct Interchange {
    /// ISA05 and ISA06.
    pub sender: (String, String),
    /// ISA07 and ISA08.
    pub receiver: (String, String),
    /// ISA09, ISA10.
    pub date: String,
    pub time: String,
    /// ISA13, as written.
    pub control_number: String,
    /// ISA14 is 1.
    pub acknowledgment_requested: bool,
    /// ISA15.
    pub usage: String,
    /// Whether a TA1 stands in it: such an interchange without groups only answers, and is not answered.
    pub holds_acknowledgment: bool,
    pub groups: Vec<Group>,
    /// Groups beyond [`super::ENVELOPES_MAX`].
    pub unkept: Unkept,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, Default)]
pub struct Group {
    /// GS01.
    pub functional_id: String,
    /// GS02, GS03.
    pub sender: String,
    pub receiver: String,
    /// GS06.
    pub control_number: String,
    /// GS08.
    pub version: String,
    /// GE01, where it was readable.
    pub declared: Option<u32>,
    /// Why no guide is meant for it.
    pub unsupported: Option<Unsupported>,
    pub transactions: Vec<Transaction>,
    /// Transaction sets beyond [`super::TRANSACTIONS_MAX`].
    pub unkept: Unkept,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, Default)]
pub struct Transaction {
    /// ST01.
    pub set: String,
    /// ST02.
    pub control_number: String,
    /// ST03, else GS08.
    pub version: String,
    /// Why no guide was walked.
    pub unsupported: Option<Unsupported>,
    pub segments: u32,
    pub findings: Vec<Finding>,
}

impl Judgment {
    pub fn verdict(&self) -> Verdict {
        let inner = self.interchanges.iter().map(Interchange::verdict).max();
        inner
            .max(self.unkept.verdict)
            .unwrap_or(Verdict::Accepted)
            .max(verdict_of(&self.findings))
    }

    /// Whether a 999 refuses a set or a group of it.
    pub fn refuses_a_set(&self) -> bool {
        let groups = self.interchanges.iter().flat_map(|one| &one.groups);
        self.verdict() == Verdict::Rejected
            || groups
                .filter(|group| group.functional_id != Group::ACKNOWLEDGES)
                .any(|group| group.accepted_count() < group.transaction_count())
    }

    /// Every finding, in the order of the stream.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let inner = self.interchanges.iter().flat_map(|interchange| {
            let groups = interchange.groups.iter().flat_map(|group| {
                let transactions = group.transactions.iter().flat_map(|t| &t.findings);
                transactions.chain(&group.findings)
            });
            groups.chain(&interchange.findings)
        });
        inner.chain(&self.findings)
    }

    pub fn transactions(&self) -> usize {
        let kept = self.interchanges.iter().map(Interchange::transactions);
        kept.sum::<usize>() + self.unkept.transactions
    }
}

impl Interchange {
    /// Whether the envelope itself can be taken: what a TA1 answers.
    pub fn envelope_verdict(&self) -> Verdict {
        verdict_of(&self.findings)
    }

    pub fn verdict(&self) -> Verdict {
        let groups = self.groups.iter().map(Group::verdict).max();
        groups
            .max(self.unkept.verdict)
            .unwrap_or(Verdict::Accepted)
            .max(self.envelope_verdict())
    }

    /// Groups, kept or not.
    pub fn group_count(&self) -> usize {
        self.groups.len() + self.unkept.members
    }

    fn transactions(&self) -> usize {
        let kept = self.groups.iter().map(Group::transaction_count);
        kept.sum::<usize>() + self.unkept.transactions
    }
}

impl Group {
    /// GS01 of 999 and 997, which are not acknowledged themselves.
    pub const ACKNOWLEDGES: &str = "FA";

    pub fn verdict(&self) -> Verdict {
        let transactions = self.transactions.iter().map(Transaction::verdict).max();
        transactions
            .max(self.unkept.verdict)
            .unwrap_or(Verdict::Accepted)
            .max(verdict_of(&self.findings))
    }

    /// Transaction sets, kept or not.
    pub fn transaction_count(&self) -> usize {
        self.transactions.len() + self.unkept.transactions
    }

    /// Those of them that are accepted.
    pub fn accepted_count(&self) -> usize {
        let kept = self.transactions.iter().filter(|one| one.is_accepted());
        kept.count() + self.unkept.accepted
    }
}

impl Transaction {
    pub fn verdict(&self) -> Verdict {
        verdict_of(&self.findings)
    }

    /// Whether a guide judged it and found no error: only then may an acknowledgment say so.
    pub fn is_accepted(&self) -> bool {
        self.unsupported.is_none() && self.verdict() != Verdict::Rejected
    }
}

impl Unkept {
    pub(super) fn transaction(&mut self, one: &Transaction) {
        self.members += 1;
        self.transactions += 1;
        self.accepted += usize::from(one.is_accepted());
        self.verdict = self.verdict.max(Some(one.verdict()));
    }

    pub(super) fn group(&mut self, one: &Group) {
        self.members += 1;
        self.transactions += one.transaction_count();
        self.accepted += one.accepted_count();
        self.verdict = self.verdict.max(Some(one.verdict()));
    }

    pub(super) fn interchange(&mut self, one: &Interchange) {
        self.members += 1;
        self.transactions += one.transactions();
        self.verdict = self.verdict.max(Some(one.verdict()));
    }
}

fn verdict_of(findings: &[Finding]) -> Verdict {
    let worst = findings.iter().map(|finding| finding.code.severity());
    worst.fold(Verdict::Accepted, |verdict, severity| {
        verdict.max(match severity {
            Severity::Error => Verdict::Rejected,
            Severity::Warning => Verdict::AcceptedWithErrors,
        })
    })
}
