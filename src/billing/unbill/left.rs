//! What a claim says and a chart does not hold, and the small change of the way back. It must not know which part it is.

use std::fmt::Display;

use crate::chart::{Code, Decimal, Finding};
use crate::claim::{Money, Phi};

/// Parts of the claim that the chart is without.
#[derive(Default)]
pub(super) struct Left {
    pub(super) findings: Vec<Finding>,
}

impl Left {
    /// A part that the chart has no field for: the next claim goes without it.
    pub(super) fn behind(&mut self, field: impl Display, is_there: bool) {
        self.tell(Code::ClaimPartLeft, field, is_there);
    }

    /// A part without which the next claim would be another one.
    pub(super) fn wrong(&mut self, field: impl Display, is_there: bool) {
        self.tell(Code::ClaimPartWrong, field, is_there);
    }

    fn tell(&mut self, code: Code, field: impl Display, is_there: bool) {
        if is_there {
            self.findings
                .push(Finding::new(code, field.to_string(), ""));
        }
    }
}

/// Decimal text as a chart has it: X12 writes `.5` for `0.5`.
pub(super) fn decimal(left: &mut Left, field: impl Display, text: String) -> Option<Decimal> {
    let text = match text.strip_prefix('.') {
        Some(_) => format!("0{text}"),
        None => text,
    };
    let number = Decimal::parse(&text);
    left.wrong(field, number.is_none());
    number
}

/// [`decimal`] where a chart must have one.
pub(super) fn needed(left: &mut Left, field: impl Display, text: String) -> Decimal {
    decimal(left, field, text).unwrap_or_default()
}

pub(super) fn money(amount: Money) -> Decimal {
    Decimal::parse(&amount.to_string()).unwrap_or_default()
}

pub(super) fn texts(texts: Vec<Phi<String>>) -> Vec<String> {
    texts.into_iter().map(Phi::into_inner).collect()
}

pub(super) fn text(text: Option<Phi<String>>) -> Option<String> {
    text.map(Phi::into_inner)
}

/// `Y`.
pub(super) fn flag(answer: Option<&str>) -> bool {
    answer == Some("Y")
}
