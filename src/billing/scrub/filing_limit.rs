//! By when a claim must have been there. The days are the contract's; where none are known, what Medicare takes is told.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Bill, Edit};
use crate::billing::kind::{ALL, Kind};
use crate::chart::Code;
use crate::payer::CountsFrom;

pub(super) const PASSED: Edit = Edit {
    code: Code::FilingLimitPassed,
    keys: &[
        "X222.157.2300.CLM20.906",
        "X223.143.2300.CLM20.906",
        "X224.145.2300.CLM20.906",
    ],
    kinds: ALL,
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "A claim that comes after the contract's limit is denied (CARC 29), and the patient may not be billed for it. The \
             days stand in the trading partner's file, `[filing]`. A delay reason (CLM20) leaves it to the payer.",
    source: "the payer's contract; Medicare: 42 CFR 424.44, CMS Claims Processing Manual, chapter 1, section 70",
    judge: |bill, told| {
        if let Some((pointer, last)) = limit(bill)
            && bill.biller.today > last
        {
            told.add(&pointer, format!("it was {last}"));
        }
    },
};

pub(super) const NEAR: Edit = Edit {
    code: Code::FilingLimitNear,
    keys: &[
        "X222.157.2300.CLM20.907",
        "X223.143.2300.CLM20.907",
        "X224.145.2300.CLM20.907",
    ],
    reason: "What is sent now may still be rejected once and need time to be mended. How early to tell stands in the trading \
             partner's file, `[filing] warn_days`.",
    judge: |bill, told| {
        let today = bill.biller.today;
        let days = i64::from(bill.billable.partner.filing.warn_days);
        if let Some((pointer, last)) = limit(bill)
            && (today..=today.saturating_add(days.days())).contains(&last)
        {
            told.add(&pointer, format!("it is {last}"));
        }
    },
    ..PASSED
};

pub(super) const LATE: Edit = Edit {
    code: Code::FilingLate,
    keys: &[
        "X222.157.2300.CLM20.908",
        "X223.143.2300.CLM20.908",
        "X224.145.2300.CLM20.908",
    ],
    reason: "Medicare takes claims for one calendar year, most payers for less. The payer's own limit is not in its file.",
    judge: |bill, told| {
        let first = bill.service.map(|(from, _)| from);
        let year_ago = bill.biller.today.saturating_sub(1.year());
        if bill.billable.partner.filing.days.is_none()
            && bill.claim.delay_reason.is_none()
            && first.is_some_and(|first| first < year_ago)
        {
            told.add(&service_pointer(bill, first), "");
        }
    },
    ..PASSED
};

/// The last day, and the chart's field that it counts from; `None` where no limit is known or a delay is explained.
fn limit(bill: &Bill<'_>) -> Option<(String, Date)> {
    let filing = &bill.billable.partner.filing;
    if bill.claim.delay_reason.is_some() {
        return None;
    }
    let (first, last) = bill.service?;
    let service = match filing.counts_from {
        CountsFrom::FirstService => first,
        CountsFrom::LastService => last,
    };
    let decided = bill.chart.coverages.iter().enumerate();
    let decided = decided
        .filter_map(|(index, coverage)| Some((index, coverage.decision.as_ref()?.date)))
        .max_by_key(|(_, day)| *day);
    let (pointer, start, days) = match (filing.secondary_days, decided) {
        (Some(days), Some((index, day))) => {
            (format!("/coverages/{index}/decision/date"), day, days)
        }
        _ => {
            let is_new = bill.claim.frequency != "7";
            let again = filing.replacement_days.filter(|_| !is_new);
            let days = again.or(filing.days)?;
            (service_pointer(bill, Some(service)), service, days)
        }
    };
    Some((pointer, start.saturating_add(i64::from(days).days())))
}

/// The field that says a day of service.
fn service_pointer(bill: &Bill<'_>, day: Option<Date>) -> String {
    if bill.kind == Kind::Institutional {
        return "/stay".into();
    }
    let mut procedures = bill.chart.procedures.iter().enumerate();
    let said = procedures.find_map(|(index, one)| {
        let field = match day {
            day if one.from == day => "from",
            day if one.to == day => "to",
            _ => return None,
        };
        Some(format!("/procedures/{index}/{field}"))
    });
    said.unwrap_or_else(|| "/encounter/start".into())
}
