//! Who may pay, and what those before the payer that is billed have decided. It must not know what was done, only what
//! it cost.

use claimgate::chart::{
    Adjustment, Chart, Coverage, Decision, InpatientDecision, LineDecision, OutpatientDecision,
    PayerName, Relationship, Submission,
};
use jiff::civil::Date;

use super::filler::{Filler, TODAY, cents, decimal, dollars};
use super::{Kind, people};

const RELATIONSHIPS: &[Relationship] = &[
    Relationship::Itself,
    Relationship::Spouse,
    Relationship::Child,
    Relationship::Employee,
    Relationship::LifePartner,
    Relationship::OrganDonor,
    Relationship::CadaverDonor,
    Relationship::Other,
    Relationship::Unknown,
];
/// Plans whose bills have no rules of their own here.
const FILINGS: &[&str] = &["CI", "BL", "HM", "12", "CH", "zz", "MC", "WC", "AM", "VA"];
const MEDICARE_REASONS: &[&str] = &["12", "13", "47"];

/// Fills the coverages of a chart that has everything else.
pub(crate) fn cover(f: &mut Filler, kind: Kind, chart: &mut Chart, last_day: Date) {
    if f.chance(3) {
        // Billed to the practice's default payer, by the patient's own number.
        return;
    }
    let before = if f.chance(45) { f.between(1, 3) } else { 0 };
    let after = if f.chance(25) { f.between(1, 3) } else { 0 };
    // A facility's bill to Medicare has many rules of its own.
    let is_medicare = kind == Kind::Professional && f.chance(15);
    if is_medicare {
        // It takes no replacement, and no test or image without who asked for it.
        chart.submission = Submission {
            delay_reason: chart.submission.delay_reason.take(),
            ..Submission::default()
        };
        // Nor a certificate of equipment.
        for equipment in chart
            .procedures
            .iter_mut()
            .filter_map(|one| one.equipment.as_mut())
        {
            equipment.forms.clear();
            equipment.certificate = None;
        }
        let providers = &mut chart.providers;
        providers
            .referring
            .get_or_insert_with(|| people::person(f, 2, people::PERSON_IDS));
    }
    for place in 0..before {
        let mut other = other(f, kind, place, is_medicare);
        other.decision = Some(decision(f, kind, chart, last_day));
        chart.coverages.push(other);
    }
    let billed = billed(f, kind, is_medicare, before);
    if billed.relationship != Relationship::Itself && billed.patient_member_id.is_some() {
        chart.patient.social_security_number = None;
    }
    chart.coverages.push(billed);
    for place in before + 1..=before + after {
        let other = other(f, kind, place, is_medicare);
        chart.coverages.push(other);
    }
    let knows_medicare = chart
        .coverages
        .iter()
        .any(|one| one.filing_code.as_deref() == Some("MB"));
    if kind == Kind::Professional {
        let crossed = if knows_medicare && !is_medicare {
            "Y"
        } else {
            "N"
        };
        chart.authorizations.medicare_crossover = f.maybe(|_| crossed.to_owned());
    }
}

fn billed(f: &mut Filler, kind: Kind, is_medicare: bool, place: usize) -> Coverage {
    let mut made = coverage(f);
    made.payer = payer_name(f.one_of(&[
        (None, Some("Sandbox Health Plan")),
        (Some("99999"), None),
        (Some("sandbox"), Some("Any Name")),
        (None, None),
    ]));
    made.filing_code = f.maybe(|f| f.pick(FILINGS));
    if is_medicare {
        medicare(f, kind, &mut made, place);
    }
    made
}

fn other(f: &mut Filler, kind: Kind, place: usize, is_medicare: bool) -> Coverage {
    let mut made = coverage(f);
    let id = format!("8888{place}");
    made.payer = payer_name((Some(&id), Some("Other Plan")));
    made.filing_code = f.maybe(|f| f.pick(FILINGS));
    if !is_medicare && place == 0 && f.fills() {
        medicare(f, kind, &mut made, place);
    }
    made
}

fn coverage(f: &mut Filler) -> Coverage {
    let relationship = match f.chance(50) {
        true => Relationship::Itself,
        false => f.one_of(RELATIONSHIPS),
    };
    let is_self = relationship == Relationship::Itself;
    Coverage {
        payer: PayerName::default(),
        member_id: Some(f.number(80)),
        group_number: f.maybe(|f| f.number(50)),
        group_name: f.maybe(|f| f.text(60)),
        relationship,
        subscriber: (!is_self).then(|| people::subscriber(f)),
        filing_code: None,
        // Said of no first payer, and a warning where the payer is not Medicare.
        insurance_type: f.maybe(|f| f.pick(MEDICARE_REASONS)),
        patient_member_id: f.maybe(|f| f.number(50)),
        casualty_claim: f.maybe(|f| f.number(50)),
        claim_office: f.maybe(|f| f.number(50)),
        social_security_number: f.maybe(|f| f.digits(9)),
        decision: None,
    }
}

/// Medicare covers nobody through another, numbers its members its own way, and says why it is not the first.
fn medicare(f: &mut Filler, kind: Kind, coverage: &mut Coverage, place: usize) {
    coverage.filing_code = Some(
        if kind == Kind::Institutional {
            "MA"
        } else {
            "MB"
        }
        .into(),
    );
    coverage.relationship = Relationship::Itself;
    coverage.subscriber = None;
    coverage.member_id = Some(format!("1EG4TE5MK{}", f.digits(2)));
    coverage.insurance_type = (place > 0).then(|| f.pick(MEDICARE_REASONS));
}

fn payer_name((id, name): (Option<&str>, Option<&str>)) -> PayerName {
    PayerName {
        id: id.map(str::to_owned),
        name: name.map(str::to_owned),
    }
}

/// What a payer decided: on every line, or on the claim as a whole. Paid and adjusted make up what was charged.
fn decision(f: &mut Filler, kind: Kind, chart: &Chart, last_day: Date) -> Decision {
    let charges: Vec<i64> = chart
        .procedures
        .iter()
        .map(|one| cents(one.charge.as_ref().unwrap()))
        .collect();
    let total: i64 = charges.iter().sum();
    let mut made = Decision {
        date: f.day(last_day, TODAY),
        patient_liability: f.maybe(|f| f.money(10_000)),
        payer_claim_number: f.maybe(|f| f.number(50)),
        non_covered: f.maybe(|f| f.money(10_000)),
        remark_codes: f.list(5, |f| f.pick(&["MA01", "N130", "M15", "MA130"])),
        adjusted: f.fills(),
        outpatient: f.maybe_where(kind != Kind::Dental, outpatient),
        inpatient: f.maybe_where(kind == Kind::Institutional, inpatient),
        ..Decision::default()
    };
    let mut paid = match f.chance(50) {
        true => {
            let (left, adjustments) = adjusted(f, total);
            made.adjustments = adjustments;
            left
        }
        false => {
            let lines = 1..=charges.len();
            made.lines = lines
                .map(|line| line_decision(f, kind, line, &charges))
                .collect();
            made.lines.iter().map(|line| cents(&line.paid)).sum()
        }
    };
    if !made.lines.is_empty() && f.chance(30) {
        // Taken from the payment as a whole, beside the lines.
        let whole = f.between(0, paid as usize) as i64;
        made.adjustments.push(adjustment(f, whole));
        paid -= whole;
    }
    made.paid = dollars(paid);
    made
}

fn line_decision(f: &mut Filler, kind: Kind, line: usize, charges: &[i64]) -> LineDecision {
    let (paid, adjustments) = adjusted(f, charges[line - 1]);
    let code = f.maybe(|f| {
        f.pick(if kind == Kind::Dental {
            &["D0140"]
        } else {
            &["99212", "J1885"]
        })
    });
    LineDecision {
        procedure: line,
        paid: dollars(paid),
        modifiers: match code {
            Some(_) => f.some(&["25", "59"]),
            None => Vec::new(),
        },
        code,
        quantity: f.maybe(|f| f.quantity(9)),
        bundled_into: f.maybe(|f| f.between(1, charges.len())),
        adjustments,
    }
}

/// What is left of an amount after adjustments.
fn adjusted(f: &mut Filler, cents: i64) -> (i64, Vec<Adjustment>) {
    let mut left = cents;
    let adjustments = f.list(6, |f| {
        let part = match f.chance(10) {
            // Interest and the like add to what is paid.
            true => -(f.below(1_000) as i64),
            false => f.between(0, left.max(0) as usize) as i64,
        };
        left -= part;
        adjustment(f, part)
    });
    (left, adjustments)
}

fn adjustment(f: &mut Filler, cents: i64) -> Adjustment {
    Adjustment {
        group: f.pick(&["CO", "OA", "PI", "PR"]),
        reason: f.pick(&["1", "2", "3", "45", "97", "B15"]),
        amount: dollars(cents),
        quantity: f.maybe(|f| f.quantity(9)),
    }
}

fn outpatient(f: &mut Filler) -> OutpatientDecision {
    OutpatientDecision {
        reimbursement_rate: f.maybe(|_| decimal("0.85")),
        payable: f.maybe(|f| f.money(10_000)),
        esrd: f.maybe(|f| f.money(10_000)),
        professional_component: f.maybe(|f| f.money(10_000)),
    }
}

fn inpatient(f: &mut Filler) -> InpatientDecision {
    let mut money = || f.maybe(|f| f.money(1_000_000));
    InpatientDecision {
        drg_amount: money(),
        disproportionate_share: money(),
        msp_pass_through: money(),
        capital_prospective: money(),
        capital_federal_drg: money(),
        capital_hospital_drg: money(),
        capital_disproportionate_share: money(),
        old_capital: money(),
        capital_indirect_education: money(),
        operating_hospital_drg: money(),
        operating_federal_drg: money(),
        capital_outlier: money(),
        indirect_teaching: money(),
        professional_component: money(),
        capital_exception: money(),
        covered_days: f.maybe(|f| f.whole(1, 30)),
        lifetime_psychiatric_days: f.maybe(|f| f.whole(1, 190)),
        cost_report_days: f.maybe(|f| f.whole(1, 90)),
    }
}
