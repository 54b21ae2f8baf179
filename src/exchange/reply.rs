//! What came from a partner, interchange by interchange: the answers and remittances in it, and whether it came whole.
//! It must not know what was sent; who is answered is the caller's to find.

use crate::check::{Checker, Code, Finding, Interchange, Judgment, Severity};
use crate::transaction::t277ca::{self, ClaimAcknowledgmentReader, ClaimAcknowledgments};
use crate::transaction::t835::{self, Remittance, RemittanceReader};
use crate::transaction::t999::{AcknowledgmentReader, ImplementationAcknowledgment};
use crate::transaction::ta1::{self, InterchangeAcknowledgment};
use crate::x12::{self, Item, Segment};

/// SNIP types that are looked for in what partners send: balances decide whether money is posted.
const SNIP: u8 = 3;

/// One interchange from a partner.
#[derive(Debug, Default)]
pub struct Reply {
    /// ISA06, without its padding.
    pub sender: String,
    pub interchanges_answered: Vec<InterchangeAcknowledgment>,
    pub groups_answered: Vec<ImplementationAcknowledgment>,
    pub batches_answered: Vec<ClaimAcknowledgments>,
    pub remittances: Vec<ReceivedRemittance>,
    /// Transaction sets (ST01) that nothing here reads.
    pub others: Vec<String>,
    /// Why none of the above may be used; empty where it may.
    pub broken: Vec<String>,
}

/// A remittance, and what our own check says of it.
#[derive(Debug)]
pub struct ReceivedRemittance {
    pub remittance: Remittance,
    pub findings: Vec<Finding>,
}

impl ReceivedRemittance {
    /// Why it cannot be taken as it stands: it was cut or miscounted, or does not add up. Other errors are the
    /// payer's to mend and keep no money from being posted.
    pub fn obstacles(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| {
            is_structural(finding)
                || matches!(
                    finding.code,
                    Code::ClaimPaymentBalance
                        | Code::LinePaymentBalance
                        | Code::RemittanceBalance
                        | Code::NotEvaluable
                )
        })
    }
}

/// Reads a payload. The second value says why the payload as a whole is no interchange; empty where it is one.
pub fn read(bytes: &[u8]) -> (Vec<Reply>, Vec<String>) {
    let mut checker = Checker::new(SNIP);
    let mut replies = Vec::new();
    let mut open: Option<Open> = None;
    x12::read_all(bytes, |item| {
        checker.item(&item);
        let Item::Segment(segment) = item else { return };
        if segment.is("ISA") {
            replies.extend(open.take().map(Open::close));
            open = Some(Open::new(&segment));
        }
        if let Some(open) = &mut open {
            open.segment(&segment);
        }
    });
    replies.extend(open.take().map(Open::close));
    let judgment = checker.finish();
    let problems = errors(&judgment.findings).map(Finding::message).collect();
    judge(&mut replies, judgment);
    (replies, problems)
}

/// The readers of one interchange.
#[derive(Debug)]
struct Open {
    reply: Reply,
    groups: AcknowledgmentReader,
    batches: ClaimAcknowledgmentReader,
    remittances: RemittanceReader,
}

impl Open {
    fn new(isa: &Segment<'_>) -> Self {
        Self {
            reply: Reply {
                sender: isa.text(6).trim().to_owned(),
                ..Reply::default()
            },
            groups: AcknowledgmentReader::default(),
            batches: ClaimAcknowledgmentReader::default(),
            remittances: RemittanceReader::default(),
        }
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        match segment.id() {
            b"TA1" => {
                let answered = ta1::acknowledgment(segment);
                self.reply.interchanges_answered.push(answered);
            }
            b"ST"
                if !matches!(segment.text(1), "835" | "999")
                    && !t277ca::is_claim_acknowledgment(segment) =>
            {
                self.reply.others.push(segment.text(1).to_owned());
            }
            _ => {}
        }
        self.groups.segment(segment);
        self.batches.segment(segment);
        let remittances = &mut self.reply.remittances;
        self.remittances.segment(segment, |event| match event {
            t835::Event::Header(header) => remittances.push(ReceivedRemittance {
                remittance: Remittance {
                    header: *header,
                    claims: Vec::new(),
                    provider_adjustments: Vec::new(),
                },
                findings: Vec::new(),
            }),
            t835::Event::Claim(claim) => {
                if let Some(open) = remittances.last_mut() {
                    open.remittance.claims.push(*claim);
                }
            }
            t835::Event::ProviderAdjustment(one) => {
                if let Some(open) = remittances.last_mut() {
                    open.remittance.provider_adjustments.push(one);
                }
            }
            t835::Event::End => {}
        });
    }

    /// A set that breaks off with the stream still told what it held: the judgment says that it is not whole.
    fn close(self) -> Reply {
        Reply {
            groups_answered: self.groups.finish(),
            batches_answered: self.batches.finish(),
            ..self.reply
        }
    }
}

/// Gives each interchange what the check found in it, and each remittance its own findings.
fn judge(replies: &mut [Reply], judgment: Judgment) {
    for (reply, interchange) in replies.iter_mut().zip(judgment.interchanges) {
        let groups = interchange.groups.iter();
        let outside = groups.flat_map(|group| errors(&group.findings));
        let outside = errors(&interchange.findings).chain(outside);
        reply.broken = outside.map(Finding::message).collect();
        reply.broken.extend(broken_answers(&interchange));
        let sets = interchange
            .groups
            .into_iter()
            .flat_map(|group| group.transactions)
            .filter(|set| set.set == "835");
        for (remittance, set) in reply.remittances.iter_mut().zip(sets) {
            remittance.findings = set.findings;
        }
    }
}

/// An acknowledgment that was cut or miscounted may not say all that it was to say.
fn broken_answers(interchange: &Interchange) -> impl Iterator<Item = String> {
    let sets = interchange
        .groups
        .iter()
        .flat_map(|group| &group.transactions);
    sets.filter(|set| set.set != "835")
        .flat_map(|set| set.findings.iter().filter(|one| is_structural(one)))
        .map(Finding::message)
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings
        .iter()
        .filter(|finding| finding.code.severity() == Severity::Error)
}

/// Something is missing or was sent twice, whatever stands in the segments that are there.
fn is_structural(finding: &Finding) -> bool {
    matches!(
        finding.code,
        Code::TransactionNotClosed
            | Code::TransactionControlNumber
            | Code::TransactionSegmentCount
            | Code::TransactionControlDuplicate
            | Code::SegmentTooLong
            | Code::Unterminated
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMITTANCE: &str =
        include_str!("../../fixtures/005010X221A1/accepted/payment-and-denial.edi");
    const ACKNOWLEDGMENT: &str =
        include_str!("../../fixtures/005010X231A1/accepted/rejected-set.edi");
    const CLAIMS: &str =
        include_str!("../../fixtures/005010X214/accepted/one-taken-one-returned.edi");

    #[test]
    fn any_mixture_in_one_payload_is_told_apart() {
        let all = format!("{ACKNOWLEDGMENT}{CLAIMS}\r\n{REMITTANCE}");
        let (replies, problems) = read(all.as_bytes());
        assert!(problems.is_empty(), "{problems:?}");
        let told: Vec<_> = replies
            .iter()
            .map(|reply| {
                assert!(reply.broken.is_empty(), "{:?}", reply.broken);
                (
                    reply.groups_answered.len(),
                    reply.batches_answered.len(),
                    reply.remittances.len(),
                )
            })
            .collect();
        assert_eq!(told, [(1, 0, 0), (0, 1, 0), (0, 0, 1)]);
        assert_eq!(replies[2].remittances[0].obstacles().count(), 0);
        assert!(!replies[2].sender.is_empty());
    }

    #[test]
    fn an_answer_to_a_status_request_is_no_receipt() {
        const ANSWER: &str =
            include_str!("../../fixtures/005010X212/accepted/277-paid-pending-unknown.edi");
        let (replies, _) = read(ANSWER.as_bytes());
        assert_eq!(replies[0].batches_answered, []);
        assert_eq!(replies[0].others, ["277"]);
    }

    /// Cut anywhere, nothing of an interchange is used: its end is what says that it is whole.
    #[test]
    fn what_is_cut_is_broken() {
        for text in [REMITTANCE, ACKNOWLEDGMENT, CLAIMS] {
            let end = text.rfind("IEA").unwrap();
            for cut in (1..end).step_by(7) {
                let (replies, problems) = read(&text.as_bytes()[..cut]);
                let whole = replies.iter().any(|reply| reply.broken.is_empty());
                assert!(!whole, "cut at {cut}: {replies:?} {problems:?}");
            }
        }
    }

    #[test]
    fn a_remittance_that_is_a_cent_off_has_an_obstacle() {
        let text = include_str!("../../fixtures/005010X221A1/rejected/one-cent-off.edi");
        let (replies, _) = read(text.as_bytes());
        assert!(replies[0].broken.is_empty());
        assert!(replies[0].remittances[0].obstacles().count() > 0);
    }

    #[test]
    fn what_is_no_interchange_is_told() {
        let (replies, problems) = read(b"<html>busy</html>");
        assert!(replies.is_empty() && !problems.is_empty());
    }
}
