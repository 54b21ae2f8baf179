//! Which claims of a set a judgment takes in: a finding rejects what it stands under. It must not write anything.

use std::collections::HashMap;

use super::submitted::{PATIENT, PROVIDER, SUBSCRIBER, SubmittedClaim, SubmittedSet};
use super::{Outcome, status};
use crate::check::{self, Code, Finding, Severity, Verdict};
use crate::transaction::t277ca::StatusCode;

/// Codes told of one claim: three to an STC.
const CODES_MAX: usize = 9;

/// What is said of each claim of a set; of the set itself where its faults are not those of a claim.
pub(super) fn outcomes(
    set: &SubmittedSet,
    judged: &check::Transaction,
) -> Result<Vec<Outcome>, Vec<StatusCode>> {
    let errors = judged
        .findings
        .iter()
        .filter(|finding| finding.code.severity() == Severity::Error);
    let cut = judged
        .findings
        .iter()
        .any(|one| one.code == Code::FindingsCut);
    if cut && judged.verdict() == Verdict::Rejected {
        return Err(vec![status::unknown()]);
    }
    let mut of_claims: HashMap<Owner, Vec<StatusCode>> = HashMap::new();
    let mut of_set = Vec::new();
    for finding in errors {
        let code = status::status(&judged.version, finding);
        match owner(set, finding) {
            Some(owner) => add(of_claims.entry(owner).or_default(), code),
            None if may_stand_at_batch(&code) => add(&mut of_set, code),
            None => add(&mut of_set, status::unknown()),
        }
    }
    if !of_set.is_empty() {
        return Err(of_set);
    }
    Ok(set
        .claims
        .iter()
        .map(|claim| outcome(claim, &of_claims))
        .collect())
}

fn add(codes: &mut Vec<StatusCode>, code: StatusCode) {
    if codes.len() < CODES_MAX && !codes.contains(&code) {
        codes.push(code);
    }
}

/// Loop 2200B speaks of submitter and receiver only.
fn may_stand_at_batch(code: &StatusCode) -> bool {
    matches!(code.entity.as_str(), "" | "40" | "41")
}

fn outcome(claim: &SubmittedClaim, of_claims: &HashMap<Owner, Vec<StatusCode>>) -> Outcome {
    let levels = [PROVIDER, SUBSCRIBER, PATIENT]
        .into_iter()
        .filter_map(|level| Some(Owner::Level(level, claim.above[level]?)));
    let mut codes = Vec::new();
    for owner in levels.chain([Owner::Claim(claim.at)]) {
        for code in of_claims.get(&owner).into_iter().flatten() {
            add(&mut codes, code.clone());
        }
    }
    match codes.is_empty() {
        true => Outcome::Accepted {
            payer_claim_number: None,
        },
        false => Outcome::Rejected(codes),
    }
}

/// What a finding is a fault of, by the position that it starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Level(usize, u32),
    Claim(u32),
}

/// The claim, or the level with its claims, that a finding belongs to; `None` for the whole set.
fn owner(set: &SubmittedSet, finding: &Finding) -> Option<Owner> {
    let position = finding.place.position;
    let absent = finding.is_absence();
    let before = |at: u32| at < position || (at == position && !absent);
    let level = |level: usize| {
        let starts = &set.levels[level];
        let behind = starts.partition_point(|&at| before(at));
        Some(Owner::Level(level, *starts[..behind].last()?))
    };
    let claim = || {
        let behind = set.claims.partition_point(|claim| before(claim.at));
        Some(Owner::Claim(set.claims[..behind].last()?.at))
    };
    let innermost = || {
        let levels = [PROVIDER, SUBSCRIBER, PATIENT]
            .into_iter()
            .filter_map(level);
        levels.chain(claim()).max_by_key(|owner| owner.start())
    };
    let whole_loop = finding.code == Code::LoopMissing;
    match (finding.loop_id.as_str(), finding.segment.as_str()) {
        ("2000B", _) if whole_loop => level(PROVIDER),
        ("2000C", _) if whole_loop => level(SUBSCRIBER),
        ("2000A", _) if whole_loop => None,
        ("2300", _) if whole_loop => {
            let levels = [level(SUBSCRIBER), level(PATIENT)];
            levels
                .into_iter()
                .flatten()
                .max_by_key(|owner| owner.start())
        }
        (id, _) if id.starts_with("1000") => None,
        (id, _) if id.starts_with("2010A") || id == "2000A" => level(PROVIDER),
        (id, _) if id.starts_with("2010B") || id == "2000B" => level(SUBSCRIBER),
        (id, _) if id.starts_with("2010C") || id == "2000C" => level(PATIENT),
        (id, _) if id.starts_with("23") || id.starts_with("24") => claim(),
        (_, "ST" | "SE" | "BHT") => None,
        _ => innermost(),
    }
}

impl Owner {
    fn start(self) -> u32 {
        match self {
            Self::Level(_, at) | Self::Claim(at) => at,
        }
    }
}
