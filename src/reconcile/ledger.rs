//! The provider ledger: money that a payer moves between payments, outside any claim. It must not judge: a balance
//! that a person must look at is told, and `worklist` says why.
//!
//! The sign is the standard's: **positive takes money from the provider, negative gives it**.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::RemittanceKey;
use crate::claim::Money;

/// One adjustment of a PLB segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub remittance: RemittanceKey,
    /// PLB01: NPI or the payer's number of the provider.
    pub provider_id: String,
    /// First component of PLB03, 05 …: `WO`, `FB`, `72`, `L6` …
    pub reason: String,
    /// Second component: claim, account or notice that it is about.
    pub reference: Option<String>,
    /// PLB02.
    pub fiscal_period_end: Option<Date>,
    /// Positive takes money from the provider.
    pub amount: Money,
}

/// What a reason does to money that the payer still will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// `WO`, `72`: an overpayment is taken back; negative while its money has not been taken, or gives it back.
    Recovery,
    /// `FB`: moved to (negative) or from (positive) another payment.
    Forward,
    /// `L6`: negative is interest for the provider.
    Interest,
    /// `IR`, `LE`: withheld for someone else.
    Withholding,
    /// Anything else, known or not.
    Other,
}

/// All entries of one payer and provider, folded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Overpayments announced and not yet taken (positive), or taken without having been announced (negative).
    pub recovery: Money,
    /// Moved forward and not yet applied (positive), or applied from a payment we never saw (negative).
    pub forward: Money,
    /// Interest received less interest taken back.
    pub interest: Money,
    /// Withheld for others so far.
    pub withheld: Money,
    /// The net of everything else; positive was taken.
    pub other: Money,
}

/// The ledger: entries folded by payer and provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderLedger {
    standings: BTreeMap<(String, String), Standing>,
}

impl LedgerEntry {
    pub fn effect(&self) -> Effect {
        match self.reason.as_str() {
            "WO" | "72" => Effect::Recovery,
            "FB" => Effect::Forward,
            "L6" => Effect::Interest,
            "IR" | "LE" | "E3" => Effect::Withholding,
            _ => Effect::Other,
        }
    }

    /// What the reason means, in our words.
    pub fn meaning(&self) -> &'static str {
        match self.reason.as_str() {
            "50" => "late charge",
            "51" => "interest penalty",
            "72" => "authorized return: a refund arrived or a check was voided",
            "90" => "early payment allowance",
            "AP" => "acceleration of benefits",
            "B2" => "rebate",
            "B3" => "recovery allowance",
            "BD" => "bad debt",
            "BN" => "bonus",
            "C5" => "temporary allowance",
            "CS" => "adjustment",
            "CT" => "capitation interest",
            "CV" => "capital passthrough",
            "E3" => "withholding",
            "FB" => "forwarding balance: moved between payments",
            "FC" => "fund allocation",
            "IR" => "withheld for the tax authority",
            "IS" => "interim settlement",
            "J1" => "not reimbursable",
            "L3" => "penalty",
            "L6" => "interest",
            "LE" => "levy",
            "LS" => "lump sum",
            "PI" => "periodic interim payment",
            "PL" => "final payment",
            "RA" => "retroactive adjustment",
            "SL" => "student loan repayment",
            "WO" => "overpayment recovery",
            "WU" => "unspecified recovery",
            _ => "provider-level adjustment",
        }
    }
}

impl ProviderLedger {
    pub fn add(&mut self, entry: &LedgerEntry) {
        let key = (entry.remittance.payer_id.clone(), entry.provider_id.clone());
        let standing = self.standings.entry(key).or_default();
        match entry.effect() {
            Effect::Recovery => standing.recovery = standing.recovery - entry.amount,
            Effect::Forward => standing.forward = standing.forward - entry.amount,
            Effect::Interest => standing.interest = standing.interest - entry.amount,
            Effect::Withholding => standing.withheld += entry.amount,
            Effect::Other => standing.other += entry.amount,
        }
    }

    /// By payer and provider.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Standing)> {
        self.standings
            .iter()
            .map(|((payer, provider), standing)| (payer.as_str(), provider.as_str(), standing))
    }

    pub fn standing(&self, payer_id: &str, provider_id: &str) -> Standing {
        let key = (payer_id.to_owned(), provider_id.to_owned());
        self.standings.get(&key).cloned().unwrap_or_default()
    }
}

impl<'e> FromIterator<&'e LedgerEntry> for ProviderLedger {
    fn from_iter<T: IntoIterator<Item = &'e LedgerEntry>>(entries: T) -> Self {
        let mut ledger = Self::default();
        entries.into_iter().for_each(|entry| ledger.add(entry));
        ledger
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(entries: &[(&str, i64)]) -> Standing {
        let entries: Vec<LedgerEntry> = entries
            .iter()
            .map(|(reason, cents)| LedgerEntry {
                remittance: RemittanceKey {
                    payer_id: "99999".into(),
                    trace: "1".into(),
                    originator: "1".into(),
                    date: jiff::civil::date(2026, 11, 24),
                    amount: Money::ZERO,
                },
                provider_id: "1234567893".into(),
                reason: (*reason).into(),
                reference: None,
                fiscal_period_end: None,
                amount: Money::from_cents(*cents),
            })
            .collect();
        let ledger: ProviderLedger = entries.iter().collect();
        ledger.standing("99999", "1234567893")
    }

    #[test]
    fn positive_takes_and_negative_gives() {
        let cents = Money::from_cents;
        let announced = standing(&[("WO", -8000)]);
        assert_eq!(announced.recovery, cents(8000), "announced, not yet taken");
        let taken = standing(&[("WO", -8000), ("WO", 8000)]);
        assert_eq!(taken.recovery, Money::ZERO);
        let refunded = standing(&[("WO", 8000), ("72", -8000)]);
        assert_eq!(
            refunded.recovery,
            Money::ZERO,
            "a refund that we sent offsets the recovery"
        );
        let forward = standing(&[("FB", -5000), ("FB", 3000)]);
        assert_eq!(
            forward.forward,
            cents(2000),
            "twenty dollars are still to come off"
        );
        assert_eq!(standing(&[("L6", -125)]).interest, cents(125));
        assert_eq!(
            standing(&[("ZZ", 300)]).other,
            cents(300),
            "unknown reasons are kept"
        );
    }
}
