//! What the other payers of a claim decided: it must explain the claim's charges. It must not know who pays next.
//!
//! X222A1, X223A2, X224A2 section 1.4.4, for each payer by itself.
//! line: the line's charge = SVD02 + CAS of 2430. A payer that unbundled the line has several 2430 there, which are
//! taken together (X12 RFI 1551 and 1555: the section says each by itself, its own example of unbundling does not).
//! claim: AMT*D = CLM02 - CAS of 2320 and of 2430, or AMT*D = sum of SVD02 - CAS of 2320. Sources differ: RFI 1294
//! wants both where lines were decided, and the first alone where none was; 4010 (RFI 524, 1115) had each for itself.
//! Where every line has its 2430 and balances, they are one and the same. They differ where a payer decided some lines
//! only, or where a line does not balance, which is told at the line: so one of them is enough.

use crate::x12::{Place, Segment};

use super::{Code, Finding, Stated, Sum, adjustments, compare, minus, plus};

/// Other payers kept of a claim. The guides allow ten.
const PAYERS_MAX: usize = 32;
/// Payers kept of a line. The guides allow fifteen decisions there.
const LINE_PAYERS_MAX: usize = 32;

/// The other payers of one claim, and what they decided on the line at hand.
#[derive(Debug, Default)]
pub(super) struct OtherPayers {
    payers: Vec<Payer>,
    line: Option<Line>,
    /// Whether a line was decided by a payer that no 2330B names.
    strangers: bool,
    /// Where more came than is kept.
    cut: Option<(Place, &'static str)>,
}

/// 2320 and its 2330B.
#[derive(Debug)]
struct Payer {
    /// 2330B NM109.
    id: String,
    opened: (Place, &'static str),
    /// AMT*D.
    paid: Option<Stated>,
    /// CAS of 2320.
    adjustments: Option<Sum>,
    /// What its 2430 add up to.
    lines: Option<Decided>,
}

#[derive(Debug, Default)]
struct Decided {
    paid: Sum,
    adjustments: Sum,
}

#[derive(Debug)]
struct Line {
    charge: Option<i64>,
    decisions: Vec<Decision>,
    /// Which of them the segments at hand belong to; `None` once more came than is kept.
    at: Option<usize>,
}

/// All 2430 of one payer on one line.
#[derive(Debug)]
struct Decision {
    /// SVD01.
    payer: String,
    /// The first of them.
    first: Stated,
    sums: Decided,
}

impl OtherPayers {
    /// A segment of the claim that is no charge.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, loop_id: &'static str) {
        match segment.id() {
            b"SBR" => self.open_payer(segment, loop_id),
            b"NM1" if segment.text(1) == "PR" => {
                if let Some(payer) = self.payer_at_hand() {
                    segment.text(9).clone_into(&mut payer.id);
                }
            }
            b"AMT" if segment.text(1) == "D" => {
                if let Some(payer) = self.payer_at_hand() {
                    payer.paid = Some(Stated::new(segment, 2, loop_id));
                }
            }
            b"SVD" => self.decide(segment, loop_id),
            b"CAS" => self.adjust(adjustments(segment)),
            _ => {}
        }
    }

    fn open_payer(&mut self, sbr: &Segment<'_>, loop_id: &'static str) {
        if self.payers.len() >= PAYERS_MAX {
            self.cut.get_or_insert((sbr.place, loop_id));
            return;
        }
        self.payers.push(Payer {
            id: String::new(),
            opened: (sbr.place, loop_id),
            paid: None,
            adjustments: None,
            lines: None,
        });
    }

    /// The payer whose 2320 the segments belong to; none beyond those kept, and none in a line.
    fn payer_at_hand(&mut self) -> Option<&mut Payer> {
        let outside = self.line.is_none() && self.cut.is_none();
        self.payers.last_mut().filter(|_| outside)
    }

    /// A line of the claim, and what it charges.
    pub(super) fn open_line(&mut self, charge: Option<i64>, out: &mut Vec<Finding>) {
        self.close_line(out);
        self.line = Some(Line {
            charge,
            decisions: Vec::new(),
            at: None,
        });
    }

    fn decide(&mut self, svd: &Segment<'_>, loop_id: &'static str) {
        let Some(line) = &mut self.line else { return };
        let stated = Stated::new(svd, 2, loop_id);
        let known = line.decisions.iter().position(|d| d.payer == svd.text(1));
        line.at = known.or_else(|| line.open_decision(svd.text(1), stated));
        match line.at.and_then(|at| line.decisions.get_mut(at)) {
            Some(decision) => decision.sums.paid.add(stated.cents),
            None => {
                self.cut.get_or_insert((svd.place, loop_id));
            }
        }
    }

    fn adjust(&mut self, adjusted: Sum) {
        let sum = match &mut self.line {
            Some(line) => {
                let decision = line.at.and_then(|at| line.decisions.get_mut(at));
                decision.map(|decision| &mut decision.sums.adjustments)
            }
            None => {
                let payer = self.payer_at_hand();
                payer.map(|payer| payer.adjustments.get_or_insert_default())
            }
        };
        if let Some(sum) = sum {
            sum.add(adjusted.0);
        }
    }

    /// Ends the line at hand: each payer's part of it must explain its charge.
    pub(super) fn close_line(&mut self, out: &mut Vec<Finding>) {
        let Some(line) = self.line.take() else { return };
        for decision in &line.decisions {
            let named = self.payers.iter().filter(|p| p.is(&decision.payer)).count();
            self.strangers |= named == 0;
            for payer in &mut self.payers {
                if payer.is(&decision.payer) {
                    payer.lines.get_or_insert_default().add(&decision.sums);
                }
            }
            // Of two payers with one id it is not known whose decision it is.
            if named < 2 {
                let stated = Stated {
                    cents: decision.sums.paid.0,
                    ..decision.first
                };
                let explained = minus(line.charge, decision.sums.adjustments.0);
                compare(
                    Code::OtherPayerLineBalance,
                    ("SVD", 2),
                    stated,
                    explained,
                    out,
                );
            }
        }
    }

    /// Ends the claim: what each payer paid must explain the claim's charge.
    pub(super) fn close(&mut self, charge: Option<i64>, out: &mut Vec<Finding>) {
        self.close_line(out);
        for payer in &self.payers {
            let shared = self.payers.iter().filter(|one| one.is(&payer.id)).count() > 1;
            match payer.outcome(charge) {
                Outcome::Undecided | Outcome::Balanced => {}
                Outcome::Unbalanced(paid, explained) => {
                    // Whose lines they are is not known: they may be what is missing here.
                    let lines_unknown = self.strangers || (shared && payer.lines.is_some());
                    let explained = explained.filter(|_| !lines_unknown && self.cut.is_none());
                    let code = Code::OtherPayerClaimBalance;
                    compare(code, ("AMT", 2), paid, explained, out);
                }
                Outcome::PaidMissing => {
                    let (place, loop_id) = payer.opened;
                    let finding = Finding::segment(Code::NotEvaluable, place, b"SBR");
                    let detail = "AMT*D says what this payer paid, and is missing";
                    out.push(finding.in_loop(loop_id).detail(detail));
                }
            }
        }
        if let Some((place, loop_id)) = self.cut {
            let finding = Finding::segment(Code::NotEvaluable, place, b"").in_loop(loop_id);
            out.push(finding.detail("more other payers than are kept"));
        }
    }
}

/// Whether what a payer decided explains the claim's charge.
enum Outcome {
    /// It has decided nothing yet.
    Undecided,
    Balanced,
    /// What it paid, and what it should have, where that can be known.
    Unbalanced(Stated, Option<i64>),
    PaidMissing,
}

impl Payer {
    /// Whether SVD01 means this payer.
    fn is(&self, id: &str) -> bool {
        !id.is_empty() && self.id == id
    }

    fn outcome(&self, charge: Option<i64>) -> Outcome {
        let decided = self.adjustments.is_some() || self.lines.is_some();
        let paid = match self.paid {
            Some(paid) => paid,
            None if decided => return Outcome::PaidMissing,
            None => return Outcome::Undecided,
        };
        let adjusted = self.adjustments.unwrap_or_default().0;
        let by_charge = match &self.lines {
            Some(lines) => minus(charge, plus(adjusted, lines.adjustments.0)),
            None => minus(charge, adjusted),
        };
        let by_lines = self.lines.as_ref().map(|l| minus(l.paid.0, adjusted));
        let balanced = |explained: Option<i64>| explained.is_some() && explained == paid.cents;
        if balanced(by_charge) || by_lines.is_some_and(balanced) {
            return Outcome::Balanced;
        }
        let known = by_lines.is_none_or(|by_lines| by_lines.is_some());
        Outcome::Unbalanced(paid, by_charge.filter(|_| known))
    }
}

impl Decided {
    fn add(&mut self, other: &Self) {
        self.paid.add(other.paid.0);
        self.adjustments.add(other.adjustments.0);
    }
}

impl Line {
    fn open_decision(&mut self, payer: &str, first: Stated) -> Option<usize> {
        if self.decisions.len() >= LINE_PAYERS_MAX {
            return None;
        }
        self.decisions.push(Decision {
            payer: payer.to_owned(),
            first,
            sums: Decided::default(),
        });
        Some(self.decisions.len() - 1)
    }
}
