//! Whether what we write keeps to the guide, its code lists and the claim's total, for claims made up with codes that are
//! in their lists.

use jiff::civil::datetime;
use proptest::prelude::*;

use crate::check::{Checker, Code};
use crate::claim::strategies::{self, Kind};
use crate::claim::{Claim, Submitter};
use crate::payer::TradingPartner;
use crate::transaction::t837::{self, Numbers};
use crate::x12;

/// The highest SNIP type.
const SNIP: u8 = 7;

/// Whether it can be the writer's fault. A claim made up by chance contradicts itself, as rules find, and its other
/// payers' decisions do not add up.
fn of_writing(code: Code) -> bool {
    !matches!(
        code,
        Code::Rule(..)
            | Code::OtherPayerClaimBalance
            | Code::OtherPayerLineBalance
            | Code::NotEvaluable
    )
}

fn findings(submitter: &Submitter, claims: &[Claim]) -> Vec<String> {
    let partner: TradingPartner =
        toml::from_str(include_str!("../../config/payers/sandbox.toml")).unwrap();
    let numbers = Numbers {
        interchange: 7,
        group: 7,
        first_set: 1,
        reference: "BATCH7",
        created: datetime(2026, 11, 24, 12, 30, 0, 0),
    };
    let claims: Vec<&Claim> = claims.iter().collect();
    let written = t837::interchange(&partner, &numbers, submitter, &claims).unwrap();
    let mut checker = Checker::new(SNIP);
    x12::read_all(&written.bytes, |item| checker.item(&item));
    let judgment = checker.finish();
    let found = judgment.findings().filter(|found| of_writing(found.code));
    let mut told: Vec<String> = found.map(|found| found.message()).collect();
    told.sort();
    told.dedup();
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_professional_claim_is_sound(
        claims in strategies::claims(Kind::Professional, 3),
        submitter in strategies::submitter(),
    ) {
        prop_assert_eq!(findings(&submitter, &claims), Vec::<String>::new());
    }

    #[test]
    fn an_institutional_claim_is_sound(
        claims in strategies::claims(Kind::Institutional, 3),
        submitter in strategies::submitter(),
    ) {
        prop_assert_eq!(findings(&submitter, &claims), Vec::<String>::new());
    }

    #[test]
    fn a_dental_claim_is_sound(
        claims in strategies::claims(Kind::Dental, 3),
        submitter in strategies::submitter(),
    ) {
        prop_assert_eq!(findings(&submitter, &claims), Vec::<String>::new());
    }
}
