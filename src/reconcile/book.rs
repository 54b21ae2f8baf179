//! Everything posted, folded: what was billed, paid, adjusted and owed, and what needs a person. It must not store:
//! a caller fills it from what is stored and asks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Account, KnownClaims, LedgerEntry, Posted, Posting, ProviderLedger, RemittanceKey, WorkItem,
    WorkKind, claims_worklist, ledger_worklist, remittance_item,
};
use crate::claim::Money;

/// Sent claims, and what remittances did to them.
#[derive(Debug, Clone, Default)]
pub struct Book {
    pub known: KnownClaims,
    /// By remittance, in the order of their keys: the order of arrival makes no difference.
    posted: BTreeMap<RemittanceKey, Posted>,
}

/// What became of a remittance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    New,
    /// The same one was posted before: nothing is posted again.
    Again,
    /// One of the same key was posted before, with other content: nothing is posted.
    Conflict(WorkItem),
}

/// The money of everything sent and posted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Of all sent claims that no later one replaces.
    pub claims: Account,
    /// Claim payments that belong to no sent claim.
    pub unmatched: Money,
    /// What all remittances say was transferred (BPR02).
    pub transferred: Money,
    /// The net of all provider-level adjustments; positive was taken from the provider.
    pub provider_adjustments: Money,
}

impl Book {
    pub fn new(known: KnownClaims) -> Self {
        Self {
            known,
            posted: BTreeMap::new(),
        }
    }

    /// Takes a remittance in once, however often it comes.
    pub fn take(&mut self, posted: Posted) -> Taken {
        match self.posted.get(&posted.key) {
            None => {
                for posting in &posted.postings {
                    if let Some(claim) = &posting.claim {
                        let number = &posting.key.payer_claim_number;
                        self.known.learn_payer_claim_number(claim, number);
                    }
                }
                self.posted.insert(posted.key.clone(), posted);
                Taken::New
            }
            Some(before) if content(before) == content(&posted) => Taken::Again,
            Some(_) => {
                let text = "The payer sent a second remittance for the same payment, with other claims in it.";
                Taken::Conflict(remittance_item(
                    WorkKind::Conflict,
                    &posted.key,
                    text.into(),
                ))
            }
        }
    }

    pub fn remittances(&self) -> impl Iterator<Item = &Posted> {
        self.posted.values()
    }

    pub fn postings(&self) -> impl Iterator<Item = &Posting> {
        self.posted.values().flat_map(|posted| &posted.postings)
    }

    pub fn ledger_entries(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.posted.values().flat_map(|posted| &posted.ledger)
    }

    pub fn ledger(&self) -> ProviderLedger {
        self.ledger_entries().collect()
    }

    pub fn totals(&self) -> Totals {
        let mut by_claim = BTreeMap::<&str, Vec<&Posting>>::new();
        let mut unmatched = Money::ZERO;
        for posting in self.postings() {
            match &posting.claim {
                Some(claim) => by_claim.entry(claim).or_default().push(posting),
                None => unmatched += posting.paid,
            }
        }
        let claims = self.known.iter().filter(|claim| {
            // A replaced claim counts only while its payment has not been reversed.
            !self.known.is_superseded(claim) || by_claim.contains_key(claim.control_number.as_str())
        });
        let accounts = claims.map(|claim| {
            let postings = by_claim.get(claim.control_number.as_str());
            let mut account = Account::of(claim, postings.into_iter().flatten().copied());
            if self.known.is_superseded(claim) {
                account.billed = account.billed - account.open;
                account.open = Money::ZERO;
            }
            account
        });
        Totals {
            claims: accounts.sum(),
            unmatched,
            transferred: self.posted.keys().map(|key| key.amount).sum(),
            provider_adjustments: self.ledger_entries().map(|entry| entry.amount).sum(),
        }
    }

    /// What needs a person, claims first. Remittances that were refused and missing deposits are the caller's.
    pub fn worklist(&self) -> Vec<WorkItem> {
        let mut items = claims_worklist(&self.known, self.postings());
        items.extend(ledger_worklist(self.ledger_entries()));
        items
    }
}

impl Totals {
    /// Claims add up, and what was transferred is what was paid less what was taken.
    pub fn is_balanced(&self) -> bool {
        self.claims.is_balanced()
            && self.transferred == self.claims.paid + self.unmatched - self.provider_adjustments
    }
}

/// What makes two remittances of one key the same. Which claims were found does not count: that may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub key: RemittanceKey,
    /// Key, charge and payment of each claim payment.
    pub postings: BTreeSet<(String, Money, Money)>,
    /// Reason and amount of each provider-level adjustment.
    pub ledger: Vec<(String, Money)>,
}

pub fn content(posted: &Posted) -> Content {
    let postings = posted.postings.iter();
    let entries = posted.ledger.iter();
    let mut ledger: Vec<_> = entries
        .map(|entry| (entry.reason.clone(), entry.amount))
        .collect();
    ledger.sort_unstable();
    Content {
        key: posted.key.clone(),
        postings: postings
            .map(|one| (one.key.to_string(), one.charge, one.paid))
            .collect(),
        ledger,
    }
}
