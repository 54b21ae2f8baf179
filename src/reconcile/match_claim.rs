//! Which sent claim a claim payment is about: a ladder of keys, the surest first. It must not guess: where two
//! claims fit, none does.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{KnownClaims, SentClaim};
use crate::claim::Money;

/// Shortest control number that is taken for the beginning of a longer one: what is shorter fits too many.
pub const CUT_LENGTH_MIN: usize = 6;

/// How a claim was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimRung {
    /// CLP01 is the control number sent.
    ControlNumber,
    /// CLP01 is its beginning (payers cut it), and charge and days of service agree.
    CutControlNumber,
    /// CLP07 is a number that the payer told for the claim.
    PayerClaimNumber,
    /// REF*F8 is.
    OriginalReference,
    /// Member, charge and days of service fit one claim only.
    MemberDateCharge,
    Unmatched,
}

/// What a claim payment says about the claim it is for. Texts are empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimKeys<'p> {
    /// CLP01.
    pub control_number: &'p str,
    /// CLP07.
    pub payer_claim_number: &'p str,
    /// REF*F8 of loop 2100.
    pub original_reference: &'p str,
    /// Member numbers of patient and insured (NM109 of QC and IL).
    pub member_ids: Vec<&'p str>,
    /// CLP03; negative in a reversal.
    pub charge: Money,
    /// First and last day of service.
    pub service: Option<(Date, Date)>,
}

/// The claim, and how it was found.
pub fn find_claim<'k>(
    known: &'k KnownClaims,
    keys: &ClaimKeys<'_>,
) -> (Option<&'k SentClaim>, ClaimRung) {
    if let Some(claim) = known.get(keys.control_number) {
        return (Some(claim), ClaimRung::ControlNumber);
    }
    let ladder = [
        (ClaimRung::CutControlNumber, cut(known, keys)),
        (
            ClaimRung::PayerClaimNumber,
            known.with_payer_claim_number(keys.payer_claim_number),
        ),
        (
            ClaimRung::OriginalReference,
            known.with_payer_claim_number(keys.original_reference),
        ),
        (ClaimRung::MemberDateCharge, of_member(known, keys)),
    ];
    for (rung, fitting) in ladder {
        if let [claim] = fitting[..] {
            return (Some(claim), rung);
        }
    }
    (None, ClaimRung::Unmatched)
}

fn cut<'k>(known: &'k KnownClaims, keys: &ClaimKeys<'_>) -> Vec<&'k SentClaim> {
    if keys.control_number.len() < CUT_LENGTH_MIN {
        return Vec::new();
    }
    let mut fitting = known.starting_with(keys.control_number);
    fitting.retain(|claim| agrees(claim, keys));
    fitting
}

fn of_member<'k>(known: &'k KnownClaims, keys: &ClaimKeys<'_>) -> Vec<&'k SentClaim> {
    let mut fitting: Vec<&SentClaim> = Vec::new();
    for member_id in &keys.member_ids {
        for claim in known.of_member(member_id) {
            let new = !fitting
                .iter()
                .any(|one| one.control_number == claim.control_number);
            if new && agrees(claim, keys) {
                fitting.push(claim);
            }
        }
    }
    fitting
}

/// The same charge and the same days of service; days that are not told do not agree.
fn agrees(claim: &SentClaim, keys: &ClaimKeys<'_>) -> bool {
    claim.charge == keys.charge.abs() && claim.service.is_some() && claim.service == keys.service
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn sent(control_number: &str, member: &str, cents: i64, day: i8) -> SentClaim {
        SentClaim {
            control_number: control_number.into(),
            payer_id: "99999".into(),
            payer_claim_numbers: vec![format!("P-{control_number}")],
            replaces: None,
            member_id: member.into(),
            charge: Money::from_cents(cents),
            service: Some((date(2026, 11, day), date(2026, 11, day))),
            responsibility: "P".into(),
            later_payers: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Looks for `control number, payer's number, original, member, cents, day` among the claims below.
    fn check(keys: (&str, &str, &str, &str, i64, i8), expected: (Option<&str>, ClaimRung)) {
        let known: KnownClaims = [
            sent("ABCDEFGH01", "W1", 10000, 3),
            sent("ABCDEFGH02", "W-2", 10000, 3),
            sent("ABCDEFGH03", "W2", 25000, 3),
            sent("TWIN000001", "W9", 7000, 5),
            sent("TWIN000002", "W9", 7000, 5),
        ]
        .into_iter()
        .collect();
        let (control_number, payer_claim_number, original_reference, member, cents, day) = keys;
        let keys = ClaimKeys {
            control_number,
            payer_claim_number,
            original_reference,
            member_ids: vec![member],
            charge: Money::from_cents(cents),
            service: Some((date(2026, 11, day), date(2026, 11, day))),
        };
        let (claim, rung) = find_claim(&known, &keys);
        let found = (claim.map(|claim| claim.control_number.as_str()), rung);
        assert_eq!(found, expected, "{control_number}");
    }

    #[test]
    fn the_ladder() {
        use ClaimRung::*;
        let one = Some("ABCDEFGH01");
        check(("ABCDEFGH01", "", "", "", 1, 9), (one, ControlNumber));
        let three = Some("ABCDEFGH03");
        check(
            ("ABCDEFGH", "", "", "", 25000, 3),
            (three, CutControlNumber),
        );
        check(
            ("ABCDEFGH", "", "", "", -25000, 3),
            (three, CutControlNumber),
        );
        check(("ABCDEFGH", "", "", "", 10000, 3), (None, Unmatched));
        check(
            ("ABCDEFGH", "P-ABCDEFGH01", "", "", 10000, 3),
            (one, PayerClaimNumber),
        );
        check(
            ("0", "N", "P-ABCDEFGH01", "", 1, 3),
            (one, OriginalReference),
        );
        check(
            ("0", "", "", "w2", 10000, 3),
            (Some("ABCDEFGH02"), MemberDateCharge),
        );
        check(("0", "", "", "W9", 7000, 5), (None, Unmatched));
        check(("", "", "", "", 10000, 3), (None, Unmatched));
    }
}
