//! SNIP 3: do the amounts of a set add up. Cents in `i64`, no claim types: a sum with a term that cannot be read is
//! neither balanced nor unbalanced.

mod claims;
mod other_payers;
mod remittance;

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
        self.0 = plus(self.0, cents);
    }
}

/// An amount to be explained, and where it stands.
#[derive(Debug, Clone, Copy)]
struct Stated {
    cents: Option<i64>,
    place: Place,
    loop_id: &'static str,
}

impl Stated {
    fn new(segment: &Segment<'_>, element: usize, loop_id: &'static str) -> Self {
        Self {
            cents: amount(segment, element),
            place: segment.place,
            loop_id,
        }
    }
}

/// The open sums of one transaction set.
#[derive(Debug, Default)]
pub(super) struct Balance {
    claims: claims::Claims,
    remittance: remittance::Remittance,
}

impl Balance {
    pub(super) fn segment(
        &mut self,
        set: &str,
        segment: &Segment<'_>,
        loop_id: &'static str,
        out: &mut Vec<Finding>,
    ) {
        match set {
            "837" => self.claims.segment(segment, loop_id, out),
            "835" => self.remittance.segment(segment, loop_id, out),
            _ => {}
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

/// The amounts of a CAS: up to six of reason, amount, quantity.
fn adjustments(segment: &Segment<'_>) -> Sum {
    let mut sum = Sum::default();
    for number in (3..=18.min(segment.len() + 1)).step_by(3) {
        if !segment.element(number).is_empty() || !segment.element(number - 1).is_empty() {
            sum.add(amount(segment, number));
        }
    }
    sum
}

fn plus(left: Option<i64>, right: Option<i64>) -> Option<i64> {
    left?.checked_add(right?)
}

fn minus(left: Option<i64>, right: Option<i64>) -> Option<i64> {
    left?.checked_sub(right?)
}

/// An X12 decimal in cents; `None` when absent, unreadable, or finer than a cent.
fn amount(segment: &Segment<'_>, element: usize) -> Option<i64> {
    let value = segment.element(element).raw();
    let (sign, digits) = value
        .strip_prefix(b"-")
        .map_or((1, value), |rest| (-1, rest));
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (mut number, mut fraction) = (0i64, None);
    for &byte in digits {
        match (byte, &mut fraction) {
            (b'0', Some(2..)) => {}
            (b'0'..=b'9', None | Some(0 | 1)) => {
                number = number * 10 + i64::from(byte - b'0');
                fraction = fraction.map(|places| places + 1);
            }
            (b'.', None) => fraction = Some(0),
            _ => return None,
        }
    }
    let cents = number.checked_mul([100, 10, 1][fraction.unwrap_or(0)])?;
    Some(sign * cents)
}
