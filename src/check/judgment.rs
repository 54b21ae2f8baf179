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
    pub groups: Vec<Group>,
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
    pub transactions: Vec<Transaction>,
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
    /// Whether a guide was known and walked.
    pub guided: bool,
    pub segments: u32,
    pub findings: Vec<Finding>,
}

impl Judgment {
    pub fn verdict(&self) -> Verdict {
        let inner = self.interchanges.iter().map(Interchange::verdict).max();
        inner
            .unwrap_or(Verdict::Accepted)
            .max(verdict_of(&self.findings))
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
        let groups = self
            .interchanges
            .iter()
            .flat_map(|interchange| &interchange.groups);
        groups.map(|group| group.transactions.len()).sum()
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
            .unwrap_or(Verdict::Accepted)
            .max(self.envelope_verdict())
    }
}

impl Group {
    pub fn verdict(&self) -> Verdict {
        let transactions = self.transactions.iter().map(Transaction::verdict).max();
        transactions
            .unwrap_or(Verdict::Accepted)
            .max(verdict_of(&self.findings))
    }
}

impl Transaction {
    pub fn verdict(&self) -> Verdict {
        verdict_of(&self.findings)
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
