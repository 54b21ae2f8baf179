//! The sandbox insurer's fee schedule. It must not know claims: it says what a procedure is worth and how it is covered.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::claim::Money;

/// What the insurer pays for one unit of a procedure, and on what terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fee {
    pub(super) allowance: Money,
    pub(super) coverage: Coverage,
    pub(super) audit: Option<Audit>,
}

/// The terms of `data/fees.tsv`, in its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coverage {
    Covered,
    Preventive,
    Authorization,
    BundledVisit,
    Documents,
    Excluded,
    Patient,
}

/// What the insurer finds when it looks at a payment again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audit {
    /// The service is worth another, cheaper procedure.
    Lower(&'static str),
    /// So many percent of the payment are taken back.
    Recover(i64),
}

static FEES: LazyLock<HashMap<&'static str, Fee>> = LazyLock::new(|| {
    let lines = include_str!("data/fees.tsv").lines();
    lines.filter_map(parse).collect()
});

/// The schedule's entry for a HCPCS or CPT code.
pub(super) fn fee(procedure: &str) -> Option<&'static Fee> {
    FEES.get(procedure)
}

fn parse(line: &'static str) -> Option<(&'static str, Fee)> {
    let mut columns = line.split('\t');
    let code = columns.next().filter(|code| !code.starts_with('#'))?;
    let allowance = Money::parse(columns.next()?).ok()?;
    let coverage = match columns.next()? {
        "covered" => Coverage::Covered,
        "preventive" => Coverage::Preventive,
        "authorization" => Coverage::Authorization,
        "bundled_visit" => Coverage::BundledVisit,
        "documents" => Coverage::Documents,
        "excluded" => Coverage::Excluded,
        "patient" => Coverage::Patient,
        _ => return None,
    };
    let audit = match columns.next().and_then(|audit| audit.split_once(' ')) {
        None => None,
        Some(("lower", code)) => Some(Audit::Lower(code)),
        Some(("recover", percent)) => Some(Audit::Recover(percent.parse().ok()?)),
        Some(_) => return None,
    };
    let fee = Fee {
        allowance,
        coverage,
        audit,
    };
    Some((code, fee))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_once() {
        let lines = include_str!("data/fees.tsv").lines();
        let data = lines.filter(|line| !line.starts_with('#')).count();
        assert_eq!(
            FEES.len(),
            data,
            "a line is unreadable or a code stands twice"
        );
        for (code, fee) in FEES.iter() {
            if let Some(Audit::Lower(lower)) = fee.audit {
                let lower = FEES.get(lower).expect("the lower procedure has a fee");
                assert!(lower.allowance < fee.allowance, "{code}");
            }
        }
    }
}
