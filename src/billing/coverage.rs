//! Who is billed: the first plan that has not decided yet, and the trading partner that the chart
//! means by it. It must not know what the others decided.

use std::borrow::Cow;

use super::kind::Kind;
use super::notes::{Notes, Pointer};
use super::{Biller, MemberId, text};
use crate::chart::{Chart, Code, Coverage, PayerName, Relationship};
use crate::payer::TradingPartner;

/// SBR01 by place in the order of payers (X12 element 1138).
pub(super) const RESPONSIBILITIES: [&str; 11] =
    ["P", "S", "T", "A", "B", "C", "D", "E", "F", "G", "H"];

/// Claim filing indicators of the 837P (X12 element 1032).
const FILING_CODES: &[&str] = &[
    "11", "12", "13", "14", "15", "16", "17", "AM", "BL", "CH", "CI", "DS", "FI", "HM", "LM", "MA",
    "MB", "MC", "OF", "TV", "VA", "WC", "ZZ",
];

/// Medicare secondary payer types (X12 element 1336).
const INSURANCE_TYPES: &[&str] = &["12", "13", "14", "15", "16", "41", "42", "43", "47"];

/// A coverage that may pay, in its place.
pub(super) struct Listed<'a> {
    pub(super) coverage: Cow<'a, Coverage>,
    /// Of the coverage in the chart.
    pub(super) pointer: String,
    pub(super) responsibility: &'static str,
}

/// The coverage that is billed now.
pub(super) struct Billable<'a> {
    pub(super) coverage: Cow<'a, Coverage>,
    pub(super) pointer: String,
    pub(super) responsibility: &'static str,
    pub(super) partner: &'a TradingPartner,
    pub(super) member_id: String,
    pub(super) filing: String,
    pub(super) insurance_type: Option<String>,
}

/// The coverage to bill, and the others in their order.
pub(super) fn billable<'a>(
    biller: &Biller<'a>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &'a Chart,
) -> Option<(Billable<'a>, Vec<Listed<'a>>)> {
    let mut listed = listed(biller, chart);
    if listed.is_empty() {
        notes.add(Code::CoverageMissing, "/coverages", "");
        return None;
    }
    if listed.len() > RESPONSIBILITIES.len() {
        notes.add(Code::CodeUnknown, "/coverages", "at most eleven payers");
    }
    let Some(index) = listed
        .iter()
        .position(|listed| listed.coverage.decision.is_none())
    else {
        notes.add(Code::PayersAllDecided, "/coverages", "");
        return None;
    };
    let Listed {
        coverage,
        pointer,
        responsibility,
    } = listed.remove(index);
    let partner = partner(biller, notes, &pointer, &coverage.payer);
    let member_id = member_id(biller, notes, &pointer, &coverage, chart);
    let filing = filing(notes, &pointer, &coverage);
    let insurance_type = insurance_type(notes, kind, &pointer, &coverage, responsibility);
    notes.from("payer", format_args!("{pointer}/payer"));
    let partner = partner?;
    let billable = Billable {
        filing: filing.unwrap_or_else(|| partner.claim_filing.clone()),
        member_id: member_id?,
        coverage,
        pointer,
        responsibility,
        partner,
        insurance_type,
    };
    Some((billable, listed))
}

/// The plans of a chart without those that are no insurance. A chart that names none is the
/// default payer's, where there is one.
fn listed<'a>(biller: &Biller<'a>, chart: &'a Chart) -> Vec<Listed<'a>> {
    let rank = |place: usize| RESPONSIBILITIES.get(place).copied().unwrap_or("U");
    if chart.coverages.is_empty() && biller.defaults.default_payer.is_some() {
        return vec![Listed {
            coverage: Cow::Owned(nameless()),
            pointer: "/coverages".into(),
            responsibility: rank(0),
        }];
    }
    let insured = |coverage: &Coverage| !keys(&coverage.payer).any(|key| biller.is_self_pay(key));
    chart
        .coverages
        .iter()
        .enumerate()
        .filter(|(_, coverage)| insured(coverage))
        .enumerate()
        .map(|(place, (index, coverage))| Listed {
            coverage: Cow::Borrowed(coverage),
            pointer: format!("/coverages/{index}"),
            responsibility: rank(place),
        })
        .collect()
}

/// What stands for a coverage that the chart does not have.
fn nameless() -> Coverage {
    Coverage {
        relationship: Relationship::Itself,
        ..Coverage::default()
    }
}

/// What a chart calls a payer: its id first, for names are less certain.
fn keys(payer: &PayerName) -> impl Iterator<Item = &str> {
    [&payer.id, &payer.name]
        .into_iter()
        .filter_map(|key| key.as_deref())
        .map(str::trim)
        .filter(|key| !key.is_empty())
}

impl<'a> Biller<'a> {
    fn is_self_pay(&self, key: &str) -> bool {
        let words = &self.defaults.self_pay;
        words.iter().any(|word| word.eq_ignore_ascii_case(key))
    }

    /// The trading partner that a chart means, by the practice's own words first.
    pub(super) fn find_partner(&self, payer: &PayerName) -> Option<&'a TradingPartner> {
        keys(payer).find_map(|key| {
            let meant = self.defaults.payers.get(&key.to_lowercase());
            match meant {
                Some(id) => self.partner_of_id(id),
                None => self.partners.iter().find(|partner| answers(partner, key)),
            }
        })
    }

    fn partner_of_id(&self, id: &str) -> Option<&'a TradingPartner> {
        self.partners.iter().find(|partner| partner.id == id)
    }
}

fn answers(partner: &TradingPartner, key: &str) -> bool {
    [&partner.payer_id, &partner.id, &partner.name]
        .into_iter()
        .chain(&partner.aliases)
        .any(|name| name.eq_ignore_ascii_case(key))
}

fn partner<'a>(
    biller: &Biller<'a>,
    notes: &mut Notes<'_>,
    at: impl Pointer,
    payer: &PayerName,
) -> Option<&'a TradingPartner> {
    let pointer = format_args!("{at}/payer");
    let named = keys(payer).next().is_some();
    let found = if let Some(only) = &biller.defaults.only_payer {
        biller.partner_of_id(only)
    } else if named {
        biller.find_partner(payer)
    } else {
        let default = biller.defaults.default_payer.as_deref();
        let found = default.and_then(|id| biller.partner_of_id(id));
        if found.is_some() {
            notes.add(Code::PayerFromConfig, pointer, "");
        }
        found
    };
    if found.is_none() {
        notes.add(Code::PayerUnknown, pointer, "");
    }
    found
}

/// The number on the card, or what the practice takes for it.
pub(super) fn member_id(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    at: impl Pointer,
    coverage: &Coverage,
    chart: &Chart,
) -> Option<String> {
    let pointer = format_args!("{at}/member_id");
    let blank = |id: &Option<String>| id.as_ref().is_none_or(|id| id.trim().is_empty());
    if !blank(&coverage.member_id) {
        return id(
            notes,
            pointer,
            coverage.member_id.as_ref(),
            Code::MemberIdMissing,
        );
    }
    match biller.defaults.member_id {
        MemberId::PatientId if !blank(&chart.patient.id) => {
            notes.add(Code::MemberIdFromConfig, pointer, "the practice's number");
            let patient = chart.patient.id.as_ref();
            id(notes, "/patient/id", patient, Code::MemberIdMissing)
        }
        _ => {
            notes.add(Code::MemberIdMissing, pointer, "");
            None
        }
    }
}

/// A number of a person or payer; `missing` is what one too short to be a number is called.
pub(super) fn id(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    given: Option<&String>,
    missing: Code,
) -> Option<String> {
    let id = text::number(notes, pointer, given, text::ID_MAX)?;
    if id.len() < text::ID_MIN {
        notes.add(
            missing,
            pointer,
            format!("at least {} characters", text::ID_MIN),
        );
        return None;
    }
    Some(id)
}

/// What kind of plan it is, where the chart says so.
pub(super) fn filing(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    coverage: &Coverage,
) -> Option<String> {
    let pointer = format_args!("{at}/filing_code");
    listed_code(notes, pointer, coverage.filing_code.as_ref(), FILING_CODES)
}

/// Why Medicare is not the first to pay; said of no first payer, nor by a facility, which has value codes for it.
pub(super) fn insurance_type(
    notes: &mut Notes<'_>,
    kind: Kind,
    at: impl Pointer,
    coverage: &Coverage,
    responsibility: &str,
) -> Option<String> {
    let pointer = format_args!("{at}/insurance_type");
    let code = listed_code(
        notes,
        pointer,
        coverage.insurance_type.as_ref(),
        INSURANCE_TYPES,
    );
    code.filter(|_| kind != Kind::Institutional && responsibility != RESPONSIBILITIES[0])
}

/// A code of a short list, in capitals.
pub(super) fn listed_code(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    code: Option<&String>,
    list: &[&str],
) -> Option<String> {
    let code = code?.trim().to_ascii_uppercase();
    if code.is_empty() {
        return None;
    }
    if !list.contains(&code.as_str()) {
        notes.add(Code::CodeUnknown, pointer, list.join(" "));
        return None;
    }
    Some(code)
}
