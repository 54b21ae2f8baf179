//! Claims that were sent, in the order that matching asks for them. It must not know how they were sent or stored.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::claim::{Claim, Money, Phi, ServiceLine};

/// A claim that was sent, as far as a remittance can name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentClaim {
    /// CLM01.
    pub control_number: String,
    /// NM109 of loop 2010BB.
    pub payer_id: String,
    /// The payer's own numbers for it, from a 277CA (REF*1K) or an earlier remittance (CLP07).
    #[serde(default)]
    pub payer_claim_numbers: Vec<String>,
    /// The payer's number of the claim that this one replaces or voids (REF*F8).
    #[serde(default)]
    pub replaces: Option<String>,
    pub member_id: Phi<String>,
    pub charge: Money,
    /// First and last day of service.
    pub service: Option<(Date, Date)>,
    /// SBR01.
    pub responsibility: String,
    /// Names of the payers that come after this one, in their order.
    #[serde(default)]
    pub later_payers: Vec<String>,
    pub lines: Vec<SentLine>,
}

/// A service line of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentLine {
    /// REF*6R.
    pub control_number: String,
    pub procedure: String,
    #[serde(default)]
    pub modifiers: Vec<String>,
    pub charge: Money,
    pub quantity: String,
    /// First and last day of service, where the line itself says it.
    pub service: Option<(Date, Date)>,
}

/// Sent claims by every key that a remittance may use.
#[derive(Debug, Clone, Default)]
pub struct KnownClaims {
    claims: Vec<SentClaim>,
    by_control_number: BTreeMap<String, usize>,
    by_payer_claim_number: HashMap<String, Vec<usize>>,
    by_member: HashMap<String, Vec<usize>>,
    /// Payer claim numbers that later claims of ours replace or void.
    replaced: HashSet<String>,
}

impl From<&Claim> for SentClaim {
    fn from(claim: &Claim) -> Self {
        let rank = |code: &str| "PSTABCDEFGH".find(code).unwrap_or(usize::MAX);
        let own = rank(&claim.subscriber.payer_responsibility);
        let mut later: Vec<_> = claim
            .other_payers
            .iter()
            .filter(|other| rank(&other.payer_responsibility) > own)
            .collect();
        later.sort_by_key(|other| rank(&other.payer_responsibility));
        Self {
            control_number: claim.control_number.clone(),
            payer_id: claim.payer.id.clone(),
            payer_claim_numbers: Vec::new(),
            replaces: claim.supplement.payer_claim_number.clone(),
            member_id: claim.subscriber.member_id.clone(),
            charge: claim.total_charge,
            service: claim.service_period(),
            responsibility: claim.subscriber.payer_responsibility.clone(),
            later_payers: later.iter().map(|other| other.payer.name.clone()).collect(),
            lines: claim.lines.iter().map(SentLine::from).collect(),
        }
    }
}

impl From<&ServiceLine> for SentLine {
    fn from(line: &ServiceLine) -> Self {
        Self {
            control_number: line.control_number.clone(),
            procedure: line.billed_code().to_owned(),
            modifiers: line.modifiers.clone(),
            charge: line.charge,
            quantity: line.quantity.clone(),
            service: line.service(),
        }
    }
}

impl KnownClaims {
    /// Adds a claim; one with a control number that is known already takes its place.
    pub fn insert(&mut self, claim: SentClaim) {
        let next = self.claims.len();
        let index = *self
            .by_control_number
            .entry(claim.control_number.clone())
            .or_insert(next);
        for number in &claim.payer_claim_numbers {
            add(&mut self.by_payer_claim_number, number, index);
        }
        add(
            &mut self.by_member,
            &member_key(claim.member_id.as_str()),
            index,
        );
        self.replaced.extend(claim.replaces.clone());
        if index == next {
            self.claims.push(claim);
        } else {
            self.claims[index] = claim;
        }
    }

    /// The payer calls the claim by this number (REF*1K of a 277CA, CLP07 of a remittance).
    pub fn learn_payer_claim_number(&mut self, control_number: &str, payer_claim_number: &str) {
        let Some(&index) = self.by_control_number.get(control_number) else {
            return;
        };
        let numbers = &mut self.claims[index].payer_claim_numbers;
        if !payer_claim_number.is_empty() && !numbers.iter().any(|one| one == payer_claim_number) {
            numbers.push(payer_claim_number.to_owned());
            add(&mut self.by_payer_claim_number, payer_claim_number, index);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &SentClaim> {
        self.claims.iter()
    }

    pub fn get(&self, control_number: &str) -> Option<&SentClaim> {
        self.by_control_number
            .get(control_number)
            .map(|&index| &self.claims[index])
    }

    /// A later claim of ours replaces or voids this one.
    pub fn is_superseded(&self, claim: &SentClaim) -> bool {
        let numbers = &claim.payer_claim_numbers;
        numbers.iter().any(|number| self.replaced.contains(number))
    }

    /// Claims whose control number starts so.
    pub(super) fn starting_with(&self, prefix: &str) -> Vec<&SentClaim> {
        self.by_control_number
            .range(prefix.to_owned()..)
            .take_while(|(number, _)| number.starts_with(prefix))
            .map(|(_, &index)| &self.claims[index])
            .collect()
    }

    pub(super) fn with_payer_claim_number(&self, number: &str) -> Vec<&SentClaim> {
        let mut claims = self.all(self.by_payer_claim_number.get(number));
        claims.retain(|claim| claim.payer_claim_numbers.iter().any(|one| one == number));
        claims
    }

    pub(super) fn of_member(&self, member_id: &str) -> Vec<&SentClaim> {
        let key = member_key(member_id);
        let mut claims = self.all(self.by_member.get(&key));
        claims.retain(|claim| member_key(claim.member_id.as_str()) == key);
        claims
    }

    /// The index may hold claims that have changed since: callers look again.
    fn all(&self, indices: Option<&Vec<usize>>) -> Vec<&SentClaim> {
        let indices = indices.into_iter().flatten();
        indices.map(|&index| &self.claims[index]).collect()
    }
}

impl FromIterator<SentClaim> for KnownClaims {
    fn from_iter<T: IntoIterator<Item = SentClaim>>(claims: T) -> Self {
        let mut known = Self::default();
        claims.into_iter().for_each(|claim| known.insert(claim));
        known
    }
}

fn add(index: &mut HashMap<String, Vec<usize>>, key: &str, claim: usize) {
    let claims = index.entry(key.to_owned()).or_default();
    if !claims.contains(&claim) {
        claims.push(claim);
    }
}

/// Payers write member numbers with and without hyphens and in either case.
pub fn member_key(member_id: &str) -> String {
    let kept = member_id.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_uppercase()).collect()
}
