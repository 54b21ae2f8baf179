//! The practice bills, its claims pass our own check, and every outcome comes up.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::date;

use super::*;
use crate::billing::{Biller, Defaults};
use crate::chart::{Code, Severity};
use crate::check::{Checker, Finding, Verdict};
use crate::claim::Claim;
use crate::payer::TradingPartner;
use crate::sandbox::{Afterthought, adjudicate, afterthought, decidable_from, intake};
use crate::transaction::t837::{Numbers, interchange};
use crate::x12::read_all;

const TODAY: Date = date(2026, 11, 24);
const COUNT: u64 = 2_000;

fn partners() -> Vec<TradingPartner> {
    vec![toml::from_str(include_str!("../../../config/payers/sandbox.toml")).unwrap()]
}

/// Claims and, of held charts, the errors.
fn billed(count: u64) -> (Vec<Claim>, Vec<Vec<Code>>) {
    let (defaults, partners) = (Defaults::sandbox(), partners());
    let biller = Biller::new(&defaults, &partners, TODAY);
    let mut claims = Vec::new();
    let mut held = Vec::new();
    for number in 0..count {
        let reading = reading(number, TODAY);
        let told = biller.bill(&reading);
        if told.is_held() {
            let errors = told.findings.iter();
            let errors = errors.filter(|one| one.severity() == Severity::Error);
            held.push(errors.map(|one| one.code).collect());
        } else {
            assert!(!told.claims.is_empty(), "{}", reading.name);
        }
        let spoilt = story(&mut Draw::new(number)) == Story::Held;
        assert_eq!(told.is_held(), spoilt, "{number}: {:?}", told.findings);
        claims.extend(told.claims.into_iter().map(|one| one.claim));
    }
    (claims, held)
}

/// What becomes of a claim, by its words.
fn outcome(claim: &Claim) -> Vec<String> {
    if claim.attachments.iter().any(|one| one.transmission == "BM") {
        return vec!["999".into()];
    }
    if let Err(refusal) = intake(claim) {
        return vec![format!("277CA {}", refusal.status)];
    }
    let decided = adjudicate(claim, TODAY);
    let mut told: Vec<String> = decided
        .lines
        .iter()
        .flat_map(|line| &line.adjustments)
        .map(|one| format!("{} {}", one.group, one.reason))
        .collect();
    told.push(format!("status {}", decided.status));
    if decidable_from(claim, TODAY) > TODAY {
        told.push("pended".into());
    }
    told.extend(afterthought(claim, TODAY, &decided).map(|found| {
        match found {
            Afterthought::Corrected(_) => "corrected",
            Afterthought::TakenBack(_) => "taken back",
        }
        .to_owned()
    }));
    told.sort();
    told.dedup();
    told
}

#[test]
fn the_practice_bills_and_every_outcome_comes_up() {
    let (claims, held) = billed(COUNT);
    assert!((20..=80).contains(&held.len()), "{} held", held.len());
    assert!(held.iter().all(|errors: &Vec<Code>| !errors.is_empty()));
    let reasons: HashSet<Code> = held.iter().flatten().copied().collect();
    assert!(reasons.len() >= 7, "{reasons:?}");

    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for claim in &claims {
        for one in outcome(claim) {
            *outcomes.entry(one).or_default() += 1;
        }
    }
    for (expected, least, most) in [
        ("999", 2, 15),
        ("277CA 33", 8, 40),
        ("PR 27", 15, 60),
        ("CO 197", 8, 60),
        ("CO 97", 8, 50),
        ("CO 252", 3, 30),
        ("CO 96", 3, 50),
        ("PR 204", 1, 30),
        ("CO 29", 1, 20),
        ("pended", 3, 30),
        ("corrected", 6, 50),
        ("taken back", 8, 50),
        ("CO 45", 1_500, 2_000),
        ("PR 1", 150, 800),
        ("PR 2", 300, 1_200),
        ("PR 3", 300, 1_200),
        ("OA 23", 15, 80),
        ("status 1", 1_600, 1_950),
        ("status 2", 15, 80),
        ("status 4", 30, 200),
    ] {
        let count = outcomes.get(expected).copied().unwrap_or_default();
        assert!(
            (least..=most).contains(&count),
            "{expected}: {count} in {outcomes:?}"
        );
    }
}

#[test]
fn what_is_billed_passes_our_own_check() {
    let (claims, _) = billed(COUNT);
    let defaults = Defaults::sandbox();
    let submitter = defaults.submitter.unwrap().to_claim();
    let numbers = Numbers {
        interchange: 1,
        group: 1,
        first_set: 1,
        reference: "DEMO",
        created: TODAY.at(9, 0, 0, 0),
    };
    let claims: Vec<&Claim> = claims.iter().collect();
    let written = interchange(&partners()[0], &numbers, &submitter, &claims).unwrap();
    let mut checker = Checker::default();
    read_all(&written.bytes, |item| checker.item(&item));
    let judged = checker.finish();
    let told: Vec<String> = judged.findings().map(Finding::message).collect();
    assert_eq!(judged.verdict(), Verdict::Accepted, "{told:?}");
}

#[test]
fn charts_are_their_own_and_always_the_same() {
    let (claims, _) = billed(COUNT);
    let numbers: HashSet<&str> = claims
        .iter()
        .map(|one| one.control_number.as_str())
        .collect();
    assert_eq!(numbers.len(), claims.len());
    let all: Vec<Chart> = charts(COUNT, TODAY).collect();
    let ids: HashSet<&str> = all.iter().map(|chart| chart.id.as_str()).collect();
    assert_eq!(ids.len(), all.len());
    assert_eq!(all[123].id, "demo-000123");
    assert!(all[7] == chart(7, TODAY));
    let json = serde_json::to_vec(&all[7]).unwrap();
    let again = crate::chart::read(&json, "demo");
    assert!(again[0].chart.as_deref() == Some(&all[7]));
    assert_eq!(again[0].findings, []);
    for chart in &all {
        let start = chart.encounter.start.unwrap();
        assert!(start < TODAY && chart.patient.birth_date.is_none_or(|born| born < start));
    }
}

#[test]
fn one_price_a_code_and_members_of_every_plan() {
    let mut prices: HashMap<(String, Option<String>), String> = HashMap::new();
    let mut plans = [0; 10];
    for chart in charts(COUNT, TODAY) {
        for done in &chart.procedures {
            let Some(charge) = &done.charge else { continue };
            let quantity = done
                .quantity
                .as_ref()
                .map(|units| units.as_str().to_owned());
            let price = prices.entry((done.code.clone(), quantity)).or_default();
            assert!(
                price.is_empty() || price == charge.as_str(),
                "{}",
                done.code
            );
            *price = charge.as_str().to_owned();
        }
        let member = chart.coverages.last().and_then(|one| one.member_id.clone());
        if let Some(digit) = member.and_then(|id| id.bytes().next_back()) {
            plans[usize::from(digit - b'0')] += 1;
        }
    }
    assert!(plans.iter().all(|count| *count > 100), "{plans:?}");
    for ((code, units), price) in prices.iter().filter(|((_, units), _)| units.is_none()) {
        let Some(fee) = crate::sandbox::fees::fee(code) else {
            continue;
        };
        let percent = Money::parse(price).unwrap().cents() * 100 / fee.allowance.cents();
        assert!(
            (115..=250).contains(&percent),
            "{code} {units:?}: {percent}"
        );
    }
}
