//! Was it paid, does the money add up: match, post, balance. Pure.

mod book;
mod deposit;
mod key;
mod known;
mod ledger;
mod match_claim;
mod match_line;
mod post;
mod posting;
mod reason;
mod work_item;
mod worklist;

pub use book::{Book, Content, Taken, Totals, content};
pub use deposit::{
    Deposit, DepositMatch, DepositRung, Expected, Reassociation, late_from, reassociate,
};
pub use key::{PostingKey, RemittanceKey};
pub use known::{KnownClaims, SentClaim, SentLine, member_key};
pub use ledger::{Effect, LedgerEntry, ProviderLedger, Standing};
pub use match_claim::{CUT_LENGTH_MIN, ClaimKeys, ClaimRung, find_claim};
pub use match_line::{LineKeys, LineRung, find_lines};
pub use post::{check_amounts, claim_keys, post, remittance_key};
pub use posting::{Account, LinePosting, Posted, Posting, standing};
pub use reason::{Action, Reason, reason};
pub use work_item::{Subject, WorkItem, WorkKind};
pub use worklist::{
    claim_worklist, claims_worklist, ledger_worklist, remittance_item, rung_sentence,
};
