//! What is told of an 837 with one thing changed, and that our own check takes the answer.

use super::*;
use crate::check::Checker;
use crate::transaction::t277ca::Standing;
use crate::x12::{Item, read_all};

const OFFICE: &str = include_str!("../../../fixtures/005010X222A1/accepted/office-visits.edi");
const STAY: &str = include_str!("../../../fixtures/005010X223A2/accepted/stay-and-infusion.edi");
const CROWN: &str = include_str!("../../../fixtures/005010X224A2/accepted/crown-and-braces.edi");

/// The answer, after it passed our own check and its totals added up.
fn answer(received: &str) -> String {
    let mut checker = Checker::default();
    let mut submitted = SubmittedClaims::default();
    read_all(received.as_bytes(), |item| {
        checker.item(&item);
        if let Item::Segment(segment) = item {
            submitted.segment(&segment);
        }
    });
    let numbers = AnswerNumbers {
        control_number: 9,
        created: jiff::civil::date(2026, 11, 24).at(9, 45, 0, 0),
    };
    let bytes = claim_acknowledgments(&checker.finish(), &submitted, numbers).unwrap();
    let mut checker = Checker::default();
    read_all(&bytes, |item| checker.item(&item));
    let judgment = checker.finish();
    let findings: Vec<_> = judgment.findings().map(Finding::message).collect();
    assert!(bytes.is_empty() || findings.is_empty(), "{findings:?}");
    for told in t277ca::read(&bytes) {
        adds_up(&told);
    }
    String::from_utf8(bytes).unwrap()
}

fn adds_up(told: &ClaimAcknowledgments) {
    let claims: Vec<_> = told.claims().collect();
    if claims.is_empty() {
        return;
    }
    let of = |standing| {
        claims
            .iter()
            .filter(move |claim| claim.standing() == standing)
    };
    let amount = |standing| {
        let amounts = of(standing).filter_map(|claim| claim.statuses[0].amount);
        Money::checked_sum(amounts).unwrap()
    };
    let totals = told.totals;
    let (accepted, rejected) = (Standing::Accepted, Standing::Rejected);
    assert_eq!(totals.accepted.unwrap_or(0), of(accepted).count() as u64);
    assert_eq!(totals.rejected.unwrap_or(0), of(rejected).count() as u64);
    assert_eq!(
        totals.accepted_amount.unwrap_or(Money::ZERO),
        amount(accepted)
    );
    assert_eq!(
        totals.rejected_amount.unwrap_or(Money::ZERO),
        amount(rejected)
    );
}

/// TRN, STC, QTY and AMT from the information receiver on.
fn check(good: &str, from: &str, to: &str, expected: &[&str]) {
    assert!(good.contains(from), "{from}");
    let answer = answer(&good.replacen(from, to, 1));
    let told: Vec<&str> = answer
        .split('~')
        .map(str::trim)
        .filter(|one| {
            ["TRN*2", "STC", "QTY", "AMT"]
                .iter()
                .any(|id| one.starts_with(id))
        })
        .skip_while(|one| !one.starts_with("TRN*2"))
        .collect();
    assert_eq!(told, expected, "`{from}` → `{to}`");
}

/// What is said of each claim: its number and codes.
fn claims(good: &str, from: &str, to: &str, expected: &[&str]) {
    assert!(good.contains(from), "{from}");
    let answer = answer(&good.replacen(from, to, 1));
    let read = t277ca::read(answer.as_bytes());
    let codes = |claim: &ClaimAcknowledgment| {
        let codes = claim.statuses.iter().flat_map(|status| &status.codes);
        let codes = codes.map(crate::exchange::status::written);
        codes.collect::<Vec<_>>().join(" ")
    };
    let told: Vec<String> = read
        .iter()
        .flat_map(|one| one.claims())
        .map(|claim| format!("{} {}", claim.control_number, codes(claim)))
        .collect();
    assert_eq!(told, expected, "`{from}` → `{to}`");
}

#[test]
fn sound_claims_are_accepted() {
    check(
        OFFICE,
        "~",
        "~",
        &[
            "TRN*2*BATCH101",
            "STC*A1:19:PR*20261124*WQ*230",
            "QTY*90*2",
            "AMT*YU*230",
            "STC*A1:19:PR**WQ*230",
            "QTY*QA*2",
            "AMT*YU*230",
            "TRN*2*CG0001",
            "STC*A2:20:PR*20261124*WQ*150",
            "TRN*2*CG0002",
            "STC*A2:20:PR*20261124*WQ*80",
        ],
    );
    let accepted = ["MI0001 A2:20:PR", "MI0002 A2:20:PR"];
    claims(STAY, "~", "~", &accepted);
    claims(CROWN, "~", "~", &["SD0001 A2:20:PR", "SD0002 A2:20:PR"]);
    assert!(answer(STAY).contains("REF*BLT*111~"));
    // A receiver that is not the payer takes nothing into adjudication.
    let elsewhere = "NM1*40*2*RIVER CLEARING*****46*RIVER~";
    let payer = "NM1*40*2*SANDBOX HEALTH PLAN*****46*SANDBOX~";
    claims(
        OFFICE,
        payer,
        elsewhere,
        &["CG0001 A1:19:40", "CG0002 A1:19:40"],
    );
}

#[test]
fn one_claim_of_two_is_rejected() {
    check(
        OFFICE,
        "CLM*CG0001*150*",
        "CLM*CG0001*151*",
        &[
            "TRN*2*BATCH101",
            "STC*A1:19:PR*20261124*WQ*231",
            "QTY*90*1",
            "QTY*AA*1",
            "AMT*YU*80",
            "AMT*YY*151",
            "STC*A1:19:PR**WQ*231",
            "QTY*QA*1",
            "QTY*QC*1",
            "AMT*YU*80",
            "AMT*YY*151",
            "TRN*2*CG0001",
            "STC*A8:400*20261124*U*151",
            "TRN*2*CG0002",
            "STC*A2:20:PR*20261124*WQ*80",
        ],
    );
}

#[test]
fn a_fault_rejects_what_stands_under_it() {
    let good = ["CG0001 A2:20:PR", "CG0002 A2:20:PR"];
    let first = |from: &str, to: &str, codes: &str| {
        claims(OFFICE, from, to, &[&format!("CG0001 {codes}"), good[1]]);
    };
    let second = |from: &str, to: &str, codes: &str| {
        claims(OFFICE, from, to, &[good[0], &format!("CG0002 {codes}")]);
    };
    let both = |from: &str, to: &str, codes: &str| {
        let told = [format!("CG0001 {codes}"), format!("CG0002 {codes}")];
        claims(OFFICE, from, to, &[&told[0], &told[1]]);
    };
    first("DMG*D8*19800214*F", "DMG*D8*19801399*F", "A7:158:IL");
    first("DMG*D8*19800214*F", "DMG*D8*19800214*Q", "A7:157:IL");
    first("****MI*MBR100200", "****MI", "A6:164:IL");
    first("HC:99213:25*120*UN", "HC:99213:25*120*XX", "A7:476");
    first("*120*UN*1***1:2~", "*120*UN*1***1:2:1:2:1~", "A7:477");
    first("SV1*HC:87880", "SV1*HC", "A6:454");
    first("PRV*PE*PXC", "PRV*XX*PXC", "A3:21:82");
    first("CLM*CG0001*150***11:B:1", "CLM*CG0001*150***11:B", "A6:535");
    second("N4*SALEM*MA*01970", "N4*SALEM*MA*0", "A7:500:QC");
    second("PAT*19", "PAT*99", "A7:156");
    second("HI*ABK:J0300", "HI*XXX:J0300", "A7:255");
    both("*MA*021101234", "*MA*0", "A7:500:85");
    both("N3*12 WHARF STREET", "N3*", "A6:503:85");
    both("*****XX*1234567893", "*****XX", "A6:562:85");
}

#[test]
fn what_is_missing_was_to_stand_before() {
    let shorter = |from: &str, expected: &[&str]| {
        let less = OFFICE.replacen("SE*46*", "SE*45*", 1);
        claims(&less, from, "", expected);
    };
    shorter("HI*ABK:J0300~\n", &["CG0001 A2:20:PR", "CG0002 A6:255"]);
    shorter(
        "HI*ABK:J069*ABF:R051~\n",
        &["CG0001 A6:255", "CG0002 A2:20:PR"],
    );
    let payer = "NM1*PR*2*SANDBOX HEALTH PLAN*****PI*99999~\n";
    shorter(payer, &["CG0001 A6:124:PR", "CG0002 A2:20:PR"]);
}

#[test]
fn a_fault_of_the_set_refuses_all_its_claims() {
    let refused = |code: &str| {
        [
            "TRN*2*BATCH101".to_owned(),
            format!("STC*{code}*20261124*U*230"),
            "QTY*AA*2".to_owned(),
            "AMT*YY*230".to_owned(),
        ]
    };
    let refuses = |from: &str, to: &str, code: &str| {
        let told = refused(code);
        check(OFFICE, from, to, &told.each_ref().map(String::as_str));
    };
    refuses("SE*46*0001", "SE*45*0001", "A3:481");
    refuses("*****46*CLAIMGATE~", "*****46~", "A6:153:41");
    refuses("BHT*0019*00*", "BHT*0019*99*", "A3:481");
}

#[test]
fn what_is_refused_before_is_not_answered() {
    for (from, to) in [
        ("IEA*1*000000101", "IEA*1*000000102"),
        ("GE*1*101", "GE*1*102"),
        ("0001*005010X222A1~", "0001*005010X222B9~"),
        ("ST*837*", "ST*835*"),
    ] {
        assert!(OFFICE.contains(from), "{from}");
        assert_eq!(answer(&OFFICE.replacen(from, to, 1)), "", "{from}");
    }
}

/// What the sender's separators let stand comes back, and nothing that a 277CA need not carry does.
#[test]
fn what_is_carried_back() {
    let other = OFFICE.replace(':', ">").replace('*', "|");
    let answer = answer(&other.replace("CLM|CG0001|", "CLM|CG:0*1|"));
    assert!(answer.contains("TRN|2|CG:0*1~"), "{answer}");
    for value in [
        "19800214",
        "ELM COURT",
        "QUINCY",
        "J069",
        "123456789~",
        "99213",
    ] {
        assert!(!answer.contains(value), "{value}");
    }
    assert!(
        answer.contains("NM1|QC|1|BRANDT|MIA||||MI|MBR300400~"),
        "{answer}"
    );
}
