//! SNIP 3: do the amounts of a set add up. Cents in `i64`, no claim types: a sum with a term that cannot be read is
//! neither balanced nor unbalanced.
//!
//! 835 equations: X221A1 section 1.10.2. line: SVC02 = SVC03 + CAS of the line. claim: CLP03 = CLP04 + CAS of claim and
//! lines. remittance: BPR02 = sum of CLP04 - sum of PLB. 837: CLM02 = sum of the lines' charges.

use crate::x12::{Place, Segment};

use super::{Code, Finding};

/// A sum in cents; `None` once a term was missing or unreadable.
#[derive(Debug, Clone, Copy)]
struct Sum(Option<i64>);

impl Default for Sum {
    fn default() -> Self {
        Self(Some(0))
    }
}

impl Sum {
    fn add(&mut self, cents: Option<i64>) {
        self.0 = self
            .0
            .zip(cents)
            .and_then(|(sum, cents)| sum.checked_add(cents));
    }
}

/// An amount to be explained, and where it stands.
#[derive(Debug, Clone, Copy)]
struct Stated {
    cents: Option<i64>,
    place: Place,
    loop_id: &'static str,
}

/// The open sums of one transaction set.
#[derive(Debug, Default)]
pub(super) struct Balance {
    /// Where the segment at hand stands.
    loop_id: &'static str,
    claim: Option<(Stated, Sum)>,
    line_count: u32,
    payment: Option<Stated>,
    paid_by_claims: Sum,
    provider_adjustments: Sum,
    claim_payment: Option<ClaimPayment>,
    line: Option<Line>,
}

#[derive(Debug)]
struct ClaimPayment {
    charge: Stated,
    paid: Option<i64>,
    adjustments: Sum,
}

#[derive(Debug)]
struct Line {
    charge: Stated,
    paid: Option<i64>,
    adjustments: Sum,
}

impl Balance {
    pub(super) fn segment(
        &mut self,
        set: &str,
        segment: &Segment<'_>,
        loop_id: &'static str,
        out: &mut Vec<Finding>,
    ) {
        self.loop_id = loop_id;
        match set {
            "837" => self.claims(segment, out),
            "835" => self.remittance(segment, out),
            _ => {}
        }
    }

    fn claims(&mut self, segment: &Segment<'_>, out: &mut Vec<Finding>) {
        match segment.id() {
            b"CLM" => {
                self.close_claim(out);
                self.claim = Some((self.stated(segment, 2), Sum::default()));
            }
            b"SV1" | b"SV3" => self.charge(amount(segment, 2)),
            b"SV2" => self.charge(amount(segment, 3)),
            b"HL" | b"SE" => self.close_claim(out),
            _ => {}
        }
    }

    fn charge(&mut self, cents: Option<i64>) {
        self.line_count += 1;
        if let Some((_, sum)) = &mut self.claim {
            sum.add(cents);
        }
    }

    fn close_claim(&mut self, out: &mut Vec<Finding>) {
        let lines = std::mem::take(&mut self.line_count);
        // A claim without lines is told of as such by the walk.
        if let Some((stated, sum)) = self.claim.take().filter(|_| lines > 0) {
            compare(Code::ClaimTotal, ("CLM", 2), stated, sum.0, out);
        }
    }

    fn remittance(&mut self, segment: &Segment<'_>, out: &mut Vec<Finding>) {
        match segment.id() {
            b"BPR" => self.payment = Some(self.stated(segment, 2)),
            b"CLP" => {
                self.close_claim_payment(out);
                let paid = amount(segment, 4);
                self.paid_by_claims.add(paid);
                let charge = self.stated(segment, 3);
                self.claim_payment = Some(ClaimPayment {
                    charge,
                    paid,
                    adjustments: Sum::default(),
                });
            }
            b"SVC" => {
                self.close_line(out);
                let paid = if segment.element(3).is_empty() {
                    Some(0)
                } else {
                    amount(segment, 3)
                };
                let charge = self.stated(segment, 2);
                self.line = Some(Line {
                    charge,
                    paid,
                    adjustments: Sum::default(),
                });
            }
            b"CAS" => self.adjust(segment),
            b"LX" => self.close_claim_payment(out),
            b"PLB" => {
                self.close_claim_payment(out);
                for number in (4..=14).step_by(2) {
                    if !segment.element(number).is_empty() {
                        self.provider_adjustments.add(amount(segment, number));
                    }
                }
            }
            b"SE" => {
                self.close_claim_payment(out);
                self.close_remittance(out);
            }
            _ => {}
        }
    }

    fn stated(&self, segment: &Segment<'_>, element: usize) -> Stated {
        Stated {
            cents: amount(segment, element),
            place: segment.place,
            loop_id: self.loop_id,
        }
    }

    /// A CAS holds up to six reason, amount, quantity triples.
    fn adjust(&mut self, segment: &Segment<'_>) {
        for number in (3..=18).step_by(3) {
            if segment.element(number).is_empty() && segment.element(number - 1).is_empty() {
                continue;
            }
            let cents = amount(segment, number);
            if let Some(claim) = &mut self.claim_payment {
                claim.adjustments.add(cents);
            }
            if let Some(line) = &mut self.line {
                line.adjustments.add(cents);
            }
        }
    }

    fn close_line(&mut self, out: &mut Vec<Finding>) {
        if let Some(Line {
            charge,
            paid,
            adjustments,
        }) = self.line.take()
        {
            let explained = adjustments.0.zip(paid).and_then(|(a, p)| a.checked_add(p));
            compare(Code::LinePaymentBalance, ("SVC", 2), charge, explained, out);
        }
    }

    fn close_claim_payment(&mut self, out: &mut Vec<Finding>) {
        self.close_line(out);
        if let Some(ClaimPayment {
            charge,
            paid,
            adjustments,
        }) = self.claim_payment.take()
        {
            let explained = adjustments.0.zip(paid).and_then(|(a, p)| a.checked_add(p));
            compare(
                Code::ClaimPaymentBalance,
                ("CLP", 3),
                charge,
                explained,
                out,
            );
        }
    }

    fn close_remittance(&mut self, out: &mut Vec<Finding>) {
        let paid = std::mem::take(&mut self.paid_by_claims);
        let withheld = std::mem::take(&mut self.provider_adjustments);
        if let Some(payment) = self.payment.take() {
            let explained = paid.0.zip(withheld.0).and_then(|(p, w)| p.checked_sub(w));
            compare(Code::RemittanceBalance, ("BPR", 2), payment, explained, out);
        }
    }
}

fn compare(
    code: Code,
    (segment, element): (&str, usize),
    stated: Stated,
    explained: Option<i64>,
    out: &mut Vec<Finding>,
) {
    let finding = |code| {
        Finding::segment(code, stated.place, segment.as_bytes())
            .in_loop(stated.loop_id)
            .element(element)
            .data_element("782")
    };
    match stated.cents.zip(explained) {
        Some((stated, explained)) if stated == explained => {}
        // Amounts are health information; their difference says what is needed.
        Some((stated, explained)) => {
            let difference = i128::from(stated) - i128::from(explained);
            let sign = if difference < 0 { "-" } else { "" };
            let (dollars, cents) = (difference.abs() / 100, difference.abs() % 100);
            out.push(finding(code).detail(format!("off by {sign}{dollars}.{cents:02}")));
        }
        None => out.push(finding(Code::NotEvaluable)),
    }
}

/// An X12 decimal in cents; `None` when absent, unreadable, or finer than a cent.
fn amount(segment: &Segment<'_>, element: usize) -> Option<i64> {
    let text = segment.text(element);
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if (whole.is_empty() && !digits.contains('.')) || fraction.len() > 2 || digits.len() > 18 {
        return None;
    }
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let digits = whole.bytes().chain(fraction.bytes());
    let number = digits.fold(0, |number: i64, digit| {
        number * 10 + i64::from(digit - b'0')
    });
    let cents = number.checked_mul([100, 10, 1][fraction.len()])?;
    Some(sign * cents)
}
