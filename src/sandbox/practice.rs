//! The charts of an invented family practice, for the demo: each follows from its number and the day alone. It must
//! not know what a claim is; what shall become of a chart follows from what it says, as with any other.
//!
//! Most are ordinary visits. The others are what a practice really sees go wrong, each rare: coverage that ended,
//! procedures without authorization, an attachment by mail that this insurer does not take, a missing birth date.

mod draw;
mod people;
#[cfg(test)]
mod tests;
mod visits;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use self::draw::Draw;
use self::visits::{Visit, choose, decimal};
use crate::chart::{
    Adjustment, Attachment, Chart, Coverage, Decimal, Decision, Encounter, LineDecision, PayerName,
    Provider, ProviderName, Providers, Reading, Relationship, SCHEMA_VERSION, Subscriber,
};
use crate::claim::Money;

/// What is the matter with a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Story {
    Ordinary,
    Authorized,
    CoverageEnded,
    NoSuchMember,
    NoAuthorization,
    Bundled,
    Documents,
    Excluded,
    Lowered,
    TakenBack,
    Reviewed,
    ByMail,
    Late,
    Secondary,
    Held,
}

/// Of ten thousand charts; the rest is ordinary.
const STORIES: [(Story, u64); 14] = [
    (Story::Authorized, 100),
    (Story::CoverageEnded, 150),
    (Story::NoSuchMember, 100),
    (Story::NoAuthorization, 100),
    (Story::Bundled, 100),
    (Story::Documents, 50),
    (Story::Excluded, 100),
    (Story::Lowered, 100),
    (Story::TakenBack, 100),
    (Story::Reviewed, 50),
    (Story::ByMail, 33),
    (Story::Late, 30),
    (Story::Secondary, 200),
    (Story::Held, 200),
];

/// The chart of a number, as it stands on a day: the visit was one to sixty days before, or more than a year.
pub fn chart(number: u64, today: Date) -> Chart {
    let mut draw = Draw::new(number);
    let story = story(&mut draw);
    let visit = choose(&mut draw, visits_of(story));
    let day = day_of(&mut draw, story, today);
    let mut chart = ordinary(&mut draw, number, story, visit, day);
    tell(&mut draw, story, &mut chart, day, today);
    chart
}

/// The first so many charts.
pub fn charts(count: u64, today: Date) -> impl Iterator<Item = Chart> {
    (0..count).map(move |number| chart(number, today))
}

/// The chart of a number, as if it had been read.
pub fn reading(number: u64, today: Date) -> Reading {
    let chart = chart(number, today);
    Reading {
        name: chart.id.clone(),
        chart: Some(Box::new(chart)),
        findings: Vec::new(),
        origins: crate::chart::Origins::default(),
    }
}

fn story(draw: &mut Draw) -> Story {
    let mut left = draw.below(10_000);
    for (story, weight) in STORIES {
        match left.checked_sub(weight) {
            Some(rest) => left = rest,
            None => return story,
        }
    }
    Story::Ordinary
}

fn visits_of(story: Story) -> &'static [Visit] {
    match story {
        Story::Authorized | Story::NoAuthorization => visits::NO_AUTHORIZATION,
        Story::Bundled => visits::BUNDLED,
        Story::Documents => visits::DOCUMENTS,
        Story::Excluded => visits::EXCLUDED,
        Story::Lowered => visits::LOWERED,
        Story::TakenBack => visits::TAKEN_BACK,
        Story::Reviewed => visits::REVIEWED,
        Story::Late | Story::Secondary | Story::Held => visits::ADULTS,
        _ => visits::ORDINARY,
    }
}

/// A day on which the practice is open; another payer's decision needs time between the visit and today.
fn day_of(draw: &mut Draw, story: Story, today: Date) -> Date {
    let days = match story {
        Story::Late => draw.between(370, 420),
        Story::Secondary => draw.between(24, 57),
        _ => draw.between(1, 57),
    };
    let day = today.saturating_sub(i64::try_from(days).unwrap_or(1).days());
    match day.weekday() {
        Weekday::Saturday => day.saturating_sub(1.day()),
        Weekday::Sunday => day.saturating_sub(2.days()),
        _ => day,
    }
}

fn ordinary(draw: &mut Draw, number: u64, story: Story, visit: &Visit, day: Date) -> Chart {
    let age = draw.between(visit.ages.0, visit.ages.1);
    let patient = people::patient(draw, number, age, day);
    let coverage = coverage(draw, story, age, &patient.name.last, day);
    let has_visit_paid = draw.percent(8);
    let mut chart = Chart {
        version: SCHEMA_VERSION,
        id: format!("demo-{number:06}"),
        kind: "professional".into(),
        patient,
        coverages: vec![coverage],
        encounter: Encounter {
            class: Some("AMB".into()),
            place_of_service: Some("11".into()),
            start: Some(day),
            ..Encounter::default()
        },
        diagnoses: visit.diagnoses(draw),
        procedures: visit.procedures(draw),
        providers: Providers {
            rendering: Some(clinician()),
            ..Providers::default()
        },
        patient_paid: has_visit_paid.then(|| decimal(COPAYMENT)).flatten(),
        ..Chart::default()
    };
    if let Some(second) = (chart.diagnoses.len() > 1).then_some(2) {
        for procedure in &mut chart.procedures {
            procedure.diagnosis_pointers = vec![1, second];
        }
    }
    chart
}

/// What some patients leave at the desk.
const COPAYMENT: Money = Money::from_cents(2_500);

/// The clinician of `config/sandbox-practice.toml`.
fn clinician() -> Provider {
    Provider {
        name: ProviderName::Person(crate::chart::PersonName {
            last: "Ashgrove".into(),
            first: Some("Miriam".into()),
            ..Default::default()
        }),
        npi: Some("1679523708".into()),
        taxonomy: Some("207Q00000X".into()),
        ..Provider::default()
    }
}

/// Children are on a parent's plan, and some adults on their spouse's.
fn coverage(draw: &mut Draw, story: Story, age: u64, last: &str, day: Date) -> Coverage {
    let relationship = match age {
        0..=17 => Relationship::Child,
        18..=25 if draw.percent(60) => Relationship::Child,
        _ if draw.percent(12) => Relationship::Spouse,
        _ => Relationship::Itself,
    };
    let older = match relationship {
        Relationship::Child => draw.between(20, 38),
        _ => 1,
    };
    let subscriber = (relationship != Relationship::Itself).then(|| {
        let sex = people::sex(draw);
        Subscriber {
            name: people::name(draw, last, sex),
            birth_date: Some(people::birth_date(draw, age + older, day)),
            sex: Some(sex),
            address: None,
        }
    });
    Coverage {
        payer: PayerName {
            id: Some("99999".into()),
            name: Some("Sandbox Health Plan".into()),
        },
        member_id: Some(member_id(draw, story)),
        group_number: draw.percent(60).then(|| format!("G{}", draw.digits(4))),
        relationship,
        subscriber,
        filing_code: Some("CI".into()),
        ..Coverage::default()
    }
}

/// The last digits say the plan, and whether there is one.
fn member_id(draw: &mut Draw, story: Story) -> String {
    let last = match story {
        Story::CoverageEnded => 99,
        Story::NoSuchMember => 0,
        // Of a deductible nothing would be left to take back.
        Story::TakenBack => draw.between(1, 9) * 10 + draw.below(8),
        _ => draw.between(1, 98),
    };
    format!("SHP{}{last:02}", draw.digits(7))
}

/// What makes the chart a special one, beside its visit and member number.
fn tell(draw: &mut Draw, story: Story, chart: &mut Chart, day: Date, today: Date) {
    match story {
        Story::Authorized => {
            let number = format!("PA-{}", draw.digits(5));
            chart.authorizations.prior_authorization = Some(number);
            chart.authorizations.referral = Some(format!("RF{}", draw.digits(4)));
            chart.providers.referring = Some(people::referring(draw));
        }
        Story::ByMail => chart.attachments.push(Attachment {
            report_type: "OZ".into(),
            transmission: "BM".into(),
            control_number: Some(format!("AT{}", draw.digits(6))),
        }),
        Story::Secondary => after_another_plan(draw, chart, day, today),
        Story::Held => spoil(draw, chart),
        _ => {}
    }
}

/// Another plan has decided before and left the patient a part, which the insurer is asked for.
fn after_another_plan(draw: &mut Draw, chart: &mut Chart, day: Date, today: Date) {
    let lines: Vec<_> = (1..)
        .zip(&chart.procedures)
        .filter_map(|(procedure, done)| {
            let charge = Money::parse(done.charge.as_ref()?.as_str()).ok()?;
            decided_before(procedure, charge)
        })
        .collect();
    let sum = |amounts: Vec<Money>| decimal(amounts.into_iter().sum());
    let paid = sum(lines.iter().map(|(_, paid, _)| *paid).collect());
    let left = sum(lines.iter().map(|(_, _, left)| *left).collect());
    let Some(paid) = paid else { return };
    let decided = day.saturating_add(i64::try_from(draw.between(10, 20)).unwrap_or(10).days());
    let mut first = chart.coverages[0].clone();
    first.payer = PayerName {
        id: Some("88888".into()),
        name: Some("First Mutual Plan".into()),
    };
    first.member_id = Some(format!("FM{}", draw.digits(8)));
    first.decision = Some(Decision {
        date: decided.min(today),
        paid,
        patient_liability: left,
        payer_claim_number: Some(format!("FM{}", draw.digits(10))),
        lines: lines.into_iter().map(|(line, _, _)| line).collect(),
        ..Decision::default()
    });
    chart.coverages.insert(0, first);
    chart.patient_paid = None;
}

/// Sixty percent are allowed, of which the patient owes a fifth.
fn decided_before(procedure: usize, charge: Money) -> Option<(LineDecision, Money, Money)> {
    let allowed = Money::from_cents(charge.cents() * 60 / 100);
    let left = Money::from_cents(allowed.cents() / 5);
    let paid = allowed - left;
    let adjustment = |group: &str, reason: &str, amount| {
        Some(Adjustment {
            group: group.into(),
            reason: reason.into(),
            amount: decimal(amount)?,
            quantity: None,
        })
    };
    let line = LineDecision {
        procedure,
        paid: decimal(paid)?,
        adjustments: vec![
            adjustment("CO", "45", charge - allowed)?,
            adjustment("PR", "2", left)?,
        ],
        ..LineDecision::default()
    };
    Some((line, paid, left))
}

/// What the desk forgot or mistyped: billing holds the chart until a person has mended it.
fn spoil(draw: &mut Draw, chart: &mut Chart) {
    let coverage = &mut chart.coverages[0];
    match draw.below(10) {
        0 => chart.diagnoses.clear(),
        1 => chart.patient.birth_date = None,
        2 => {
            coverage.member_id = None;
            chart.patient.id = None;
        }
        3 => {
            coverage.payer = PayerName {
                id: Some("00123".into()),
                name: Some("Nobody's Mutual".into()),
            }
        }
        4 => {
            let mut referring = people::referring(draw);
            referring.npi = referring.npi.as_deref().map(people::mistyped);
            chart.providers.referring = Some(referring);
        }
        5 => chart.patient.address = None,
        6 => {
            if let Some(procedure) = chart.procedures.first_mut() {
                procedure.charge = None;
            }
        }
        7 => {
            coverage.relationship = Relationship::Spouse;
            coverage.subscriber = None;
        }
        8 => chart.submission.frequency = "7".into(),
        _ => chart.total = Decimal::parse("1.00"),
    }
}
