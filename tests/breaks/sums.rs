//! Breaks of amounts that must add up.

use claimgate::check::Code::{
    self, ClaimPaymentBalance, ClaimTotal, LinePaymentBalance, RemittanceBalance,
};

use super::file::Line;
use super::map::Sign;
use super::ways::{Broken, Case, Way};

pub(super) const WAYS: &[Way] = &[
    way("claim total off", claim_total),
    way("line charge off", line_charge),
    way("claim payment's charge off", |case| {
        payment(case, "CLP", 3, CLAIM)
    }),
    way("claim payment off", |case| payment(case, "CLP", 4, CLAIM)),
    way("line payment's charge off", |case| {
        payment(case, "SVC", 2, LINE)
    }),
    way("line payment off", |case| payment(case, "SVC", 3, LINE)),
    way("adjustment off", |case| payment(case, "CAS", 3, ADJUSTED)),
    way("later adjustment off", |case| {
        later(case, "CAS", &[6, 9, 12, 15, 18], ADJUSTED)
    }),
    way("payment off", |case| payment(case, "BPR", 2, REMITTANCE)),
    way("provider adjustment off", |case| {
        payment(case, "PLB", 4, REMITTANCE)
    }),
    way("later provider adjustment off", |case| {
        later(case, "PLB", &[6, 8, 10, 12, 14], REMITTANCE)
    }),
];

type Told = (Code, &'static str, usize);
const CLAIM: &[Told] = &[(ClaimPaymentBalance, "CLP", 3)];
const LINE: &[Told] = &[(LinePaymentBalance, "SVC", 2)];
const ADJUSTED: &[Told] = &[
    (LinePaymentBalance, "SVC", 2),
    (ClaimPaymentBalance, "CLP", 3),
];
const REMITTANCE: &[Told] = &[(RemittanceBalance, "BPR", 2)];

const fn way(name: &'static str, make: fn(&mut Case<'_>) -> Option<Broken>) -> Way {
    Way { name, make }
}

/// A cent, a dollar or another sign more.
fn off(case: &mut Case<'_>, at: usize, number: usize) -> Option<String> {
    let text = case.line(at).get(number).to_owned();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let cents: i64 = format!("{whole}{fraction:0<2}").parse().ok()?;
    let by = *case.draw.of(&[1, -1, 100, 12_345])?;
    let wrong = cents + by;
    let sign = if wrong < 0 { "-" } else { "" };
    Some(format!(
        "{sign}{}.{:02}",
        wrong.abs() / 100,
        wrong.abs() % 100
    ))
}

fn changed(case: &mut Case<'_>, at: usize, number: usize, signs: Vec<Sign>) -> Option<Broken> {
    let wrong = off(case, at, number)?;
    let mut file = case.file.clone();
    file.lines[at].put(number, wrong);
    Some(Broken {
        file,
        signs: vec![signs],
    })
}

fn is_line(line: &Line) -> bool {
    matches!(line.id.as_str(), "SV1" | "SV2" | "SV3")
}

/// The lines of a claim stand before the next CLM or HL.
fn lines_of(case: &Case<'_>, clm: usize) -> Vec<usize> {
    let rest =
        (clm + 1..).take_while(|&at| !matches!(case.line(at).id.as_str(), "CLM" | "HL" | "SE"));
    rest.filter(|&at| is_line(case.line(at))).collect()
}

fn claim_total(case: &mut Case<'_>) -> Option<Broken> {
    let claims: Vec<usize> = (0..case.file.lines.len())
        .filter(|&at| case.line(at).is("CLM") && !lines_of(case, at).is_empty())
        .collect();
    let at = *case.draw.of(&claims)?;
    let sign = Sign::at(case.map.spot(at), &[ClaimTotal]).element(2, 0);
    changed(case, at, 2, vec![sign])
}

fn line_charge(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| is_line(line) && spot.guide.set == "837")?;
    let number = if case.line(at).is("SV2") { 3 } else { 2 };
    let clm = (0..at).rev().find(|&one| case.line(one).is("CLM"))?;
    let sign = Sign::at(case.map.spot(clm), &[ClaimTotal]).element(2, 0);
    changed(case, at, number, vec![sign])
}

fn later(case: &mut Case<'_>, id: &str, numbers: &[usize], told: &[Told]) -> Option<Broken> {
    let lines = case.file.lines.iter().filter(|line| line.is(id));
    let filled: Vec<usize> = lines
        .flat_map(|line| {
            numbers
                .iter()
                .filter(|&&number| !line.get(number).is_empty())
        })
        .copied()
        .collect();
    let number = *case.draw.of(&filled)?;
    payment(case, id, number, told)
}

/// One of these above tells of it; where several do, the first of them that is there.
fn payment(case: &mut Case<'_>, id: &str, number: usize, told: &[Told]) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| {
        line.is(id) && spot.guide.set == "835" && !line.get(number).is_empty()
    })?;
    let above = |ids: &[&str]| {
        (0..=at)
            .rev()
            .find(|&one| ids.contains(&case.line(one).id.as_str()))
    };
    let owner = above(&told.iter().map(|one| one.1).collect::<Vec<_>>())?;
    let (code, _, element) = told.iter().find(|one| case.line(owner).is(one.1))?;
    let sign = Sign::at(case.map.spot(owner), &[*code]).element(*element, 0);
    changed(case, at, number, vec![sign])
}
