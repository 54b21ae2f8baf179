//! Was it paid, does the money add up: match, post, balance. Pure.

mod deposit;
mod key;
mod known;
mod ledger;
mod match_claim;
mod match_line;
mod posting;
mod reason;
mod worklist;

pub use deposit::{
    Deposit, DepositMatch, DepositRung, Expected, Reassociation, late_from, reassociate,
};
pub use key::{PostingKey, RemittanceKey};
pub use known::{KnownClaims, SentClaim, SentLine};
pub use ledger::{Effect, LedgerEntry, ProviderLedger, Standing};
pub use match_claim::ClaimRung;
pub use match_line::LineRung;
pub use posting::{Account, LinePosting, Posting, standing};
pub use reason::{Action, Reason, reason};
pub use worklist::{
    Subject, WorkItem, WorkKind, claim_worklist, claims_worklist, ledger_worklist, remittance_item,
    rung_sentence,
};
