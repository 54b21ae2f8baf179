//! Edits: what a chart and its claim are asked before the claim goes, beyond what a claim must have to be one. Each is a
//! file in `scrub/`: what it is called, when it holds, why it asks, and the question. It must not mend anything: repairs
//! are of form only, and made where a field is written.
//!
//! A payer's profile may take an edit as more or less, or not ask it; a person may say of one chart why what an edit finds
//! is right. Both stand in the finding's severity, and the finding stays.

mod age_conflict;
mod duplicate;
mod filing_limit;
mod frequency;
mod line_twice;
mod member_number;
mod mue_units;
mod ncci_pair;
mod npi_deactivated;
mod number_missing;
mod service_after_death;
mod sex_conflict;
mod totals;

use jiff::civil::Date;

use super::Biller;
use super::coverage::Billable;
use super::kind::{Kind, Kinds};
use super::notes::{Notes, Pointer};
use crate::chart::{Chart, Code, Finding, Severity};
use crate::claim::{Claim, Npi, ProviderRole, RoledProvider};
use crate::payer::{Level, TradingPartner};

pub use duplicate::Services;
pub(super) use duplicate::{services, taken};
pub(super) use frequency::submission;
pub(super) use totals::totals;

/// A question to a chart and its claim.
pub struct Edit {
    /// Name, title, remedy, and how seriously it is taken where nobody says otherwise.
    pub code: Code,
    /// As CMS numbers its common edits: guide, page of the guide on which the segment begins (000 where the guide is none
    /// that CMS publishes edits for), loop, element, number. Numbers from 900 are ours, CMS's own end below.
    pub keys: &'static [&'static str],
    kinds: Kinds,
    /// First day of service that it is asked for; open where absent.
    pub from: Option<Date>,
    /// Last day of service that it is asked for.
    pub to: Option<Date>,
    /// Whether somebody may say that what it finds is right.
    pub can_be_overridden: bool,
    /// Why it is asked.
    pub reason: &'static str,
    pub source: &'static str,
    judge: fn(&Bill<'_>, &mut Told<'_, '_>),
}

/// Every edit, in the order in which they are asked.
pub const EDITS: &[Edit] = &[
    service_after_death::EDIT,
    sex_conflict::EDIT,
    age_conflict::EDIT,
    line_twice::EDIT,
    duplicate::EDIT,
    member_number::EDIT,
    number_missing::EDIT,
    npi_deactivated::EDIT,
    filing_limit::PASSED,
    filing_limit::NEAR,
    filing_limit::LATE,
    ncci_pair::EDIT,
    mue_units::EDIT,
];

/// The edit of a name or key.
pub fn edit(called: &str) -> Option<&'static Edit> {
    EDITS.iter().find(|edit| edit.is_called(called))
}

impl Edit {
    fn is_called(&self, called: &str) -> bool {
        let same = |own: &&str| own.eq_ignore_ascii_case(called);
        same(&self.code.name()) || self.keys.iter().any(same)
    }

    fn is_in_force(&self, day: Option<Date>) -> bool {
        day.is_none_or(|day| {
            self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
        })
    }
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edit")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// What edits look at: the claim with all its lines, before it is split.
struct Bill<'b> {
    biller: &'b Biller<'b>,
    kind: Kind,
    chart: &'b Chart,
    billable: &'b Billable<'b>,
    claim: &'b Claim,
    /// The first and the last day of service; a predetermination has none.
    service: Option<(Date, Date)>,
}

impl Bill<'_> {
    /// Lines of the claim, each with the day that it is of.
    fn days(&self) -> impl Iterator<Item = (usize, Option<Date>)> {
        let day = |line| self.claim.line_service(line).map(|(from, _)| from);
        self.claim.lines.iter().map(day).enumerate()
    }
}

/// Who did it, among the providers of a line or claim.
fn hand(providers: &[RoledProvider]) -> Option<&Npi> {
    let mut providers = providers.iter();
    let own = providers.find(|one| one.role == ProviderRole::Rendering)?;
    own.provider.npi.as_ref()
}

/// What one edit has to say, taken as the payer's profile and the chart's overrides want it.
struct Told<'t, 'n> {
    notes: &'t mut Notes<'n>,
    edit: &'static Edit,
    severity: Severity,
    found: bool,
}

impl Told<'_, '_> {
    /// Something was found at a JSON pointer into the chart.
    fn add(&mut self, pointer: impl Pointer, detail: impl Into<String>) {
        self.found = true;
        let finding = Finding::new(self.edit.code, "", detail).taken_as(self.severity);
        self.notes.tell(pointer, finding);
    }
}

/// Asks every edit of a claim. A void bills nothing, and is not asked.
pub(super) fn edits(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    billable: &Billable<'_>,
    claim: &Claim,
) {
    if claim.frequency == "8" {
        return;
    }
    let bill = Bill {
        biller,
        kind,
        chart,
        billable,
        claim,
        service: claim.service_period(),
    };
    let day = bill.service.map(|(from, _)| from);
    let overrides = &chart.submission.overrides;
    let mut used = vec![false; overrides.len()];
    for edit in EDITS {
        let severity = severity(edit, billable.partner, day);
        let Some(severity) = severity.filter(|_| kind.is_in(edit.kinds)) else {
            continue;
        };
        let overridden = overrides
            .iter()
            .position(|one| edit.is_called(one.edit.trim()));
        let mut told = Told {
            notes,
            edit,
            severity: match overridden {
                Some(_) if edit.can_be_overridden => Severity::Info,
                _ => severity,
            },
            found: false,
        };
        (edit.judge)(&bill, &mut told);
        if let Some(index) = overridden {
            // Whether a service was billed before is asked when all charts are together.
            used[index] = told.found || edit.code == Code::ServiceDuplicate;
            if told.found && !edit.can_be_overridden {
                let pointer = format_args!("/submission/overrides/{index}/edit");
                notes.add(Code::OverrideRefused, pointer, edit.code.name());
            }
        }
    }
    for (index, (one, used)) in overrides.iter().zip(used).enumerate() {
        let at = format_args!("/submission/overrides/{index}");
        let known = edit(one.edit.trim());
        match known {
            None => notes.add(Code::OverrideUnknown, format_args!("{at}/edit"), ""),
            Some(edit) if !used => {
                notes.add(
                    Code::OverrideUnused,
                    format_args!("{at}/edit"),
                    edit.code.name(),
                );
            }
            Some(_) => {}
        }
        if one.reason.trim().is_empty() {
            notes.add(Code::OverrideReasonMissing, format_args!("{at}/reason"), "");
        }
    }
}

/// How an edit is taken, before any override; `None` where it is not asked.
fn severity(edit: &Edit, partner: &TradingPartner, day: Option<Date>) -> Option<Severity> {
    if !edit.is_in_force(day) {
        return None;
    }
    match partner.scrub.level(edit.code.name(), day) {
        None => Some(edit.code.severity()),
        Some(Level::Error) => Some(Severity::Error),
        Some(Level::Warning) => Some(Severity::Warning),
        Some(Level::Info) => Some(Severity::Info),
        Some(Level::Off) => None,
    }
}
