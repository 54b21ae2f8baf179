//! Which sent claim a claim payment is about: a ladder of keys, the surest first. It must not guess: where two
//! claims fit, none does.

use serde::{Deserialize, Serialize};

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
