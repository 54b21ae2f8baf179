//! The sums of an 835. It must not know which claim a payment is for.
//!
//! X221A1 section 1.10.2. line: SVC02 = SVC03 + CAS of the line. claim: CLP03 = CLP04 + CAS of claim and lines.
//! remittance: BPR02 = sum of CLP04 - sum of PLB.

use crate::x12::Segment;

use super::{Code, Finding, Stated, Sum, adjustments, amount, compare, minus, plus};

#[derive(Debug, Default)]
pub(super) struct Remittance {
    payment: Option<Stated>,
    paid_by_claims: Sum,
    provider_adjustments: Sum,
    claim: Option<Payment>,
    line: Option<Payment>,
}

/// What was paid of a claim's or a line's charge.
#[derive(Debug)]
struct Payment {
    charge: Stated,
    paid: Option<i64>,
    adjustments: Sum,
}

impl Remittance {
    pub(super) fn segment(
        &mut self,
        segment: &Segment<'_>,
        loop_id: &'static str,
        out: &mut Vec<Finding>,
    ) {
        match segment.id() {
            b"BPR" => self.payment = Some(Stated::new(segment, 2, loop_id)),
            b"CLP" => {
                self.close_claim(out);
                let paid = amount(segment, 4);
                self.paid_by_claims.add(paid);
                self.claim = Some(Payment::new(Stated::new(segment, 3, loop_id), paid));
            }
            b"SVC" => {
                self.close_line(out);
                let paid = if segment.element(3).is_empty() {
                    Some(0)
                } else {
                    amount(segment, 3)
                };
                self.line = Some(Payment::new(Stated::new(segment, 2, loop_id), paid));
            }
            b"CAS" => self.adjust(adjustments(segment)),
            b"LX" => self.close_claim(out),
            b"PLB" => {
                self.close_claim(out);
                self.withhold(segment);
            }
            b"SE" => {
                self.close_claim(out);
                self.close(out);
            }
            _ => {}
        }
    }

    fn adjust(&mut self, adjusted: Sum) {
        for payment in [&mut self.claim, &mut self.line].into_iter().flatten() {
            payment.adjustments.add(adjusted.0);
        }
    }

    /// A PLB holds up to six pairs of reason and amount.
    fn withhold(&mut self, plb: &Segment<'_>) {
        for number in (4..=14).step_by(2) {
            if !plb.element(number).is_empty() || !plb.element(number - 1).is_empty() {
                self.provider_adjustments.add(amount(plb, number));
            }
        }
    }

    fn close_line(&mut self, out: &mut Vec<Finding>) {
        if let Some(line) = self.line.take() {
            line.close(Code::LinePaymentBalance, ("SVC", 2), out);
        }
    }

    fn close_claim(&mut self, out: &mut Vec<Finding>) {
        self.close_line(out);
        if let Some(claim) = self.claim.take() {
            claim.close(Code::ClaimPaymentBalance, ("CLP", 3), out);
        }
    }

    fn close(&mut self, out: &mut Vec<Finding>) {
        let paid = std::mem::take(&mut self.paid_by_claims);
        let withheld = std::mem::take(&mut self.provider_adjustments);
        if let Some(payment) = self.payment.take() {
            let explained = minus(paid.0, withheld.0);
            compare(Code::RemittanceBalance, ("BPR", 2), payment, explained, out);
        }
    }
}

impl Payment {
    fn new(charge: Stated, paid: Option<i64>) -> Self {
        Self {
            charge,
            paid,
            adjustments: Sum::default(),
        }
    }

    fn close(self, code: Code, at: (&str, usize), out: &mut Vec<Finding>) {
        let explained = plus(self.adjustments.0, self.paid);
        compare(code, at, self.charge, explained, out);
    }
}
