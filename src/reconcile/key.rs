//! What makes a remittance, and a claim in it, the same one when it comes again. It must not know how it is stored.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::claim::Money;

/// The same payment, however often and in whichever file it comes.
///
/// Control numbers of the envelope are no part of it: payers send one payment again in a new interchange.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RemittanceKey {
    /// The payer's id as the remittance has it (REF*2U, else N104), so that the key is the same however it came.
    pub payer_id: String,
    /// TRN02: check or transfer number.
    pub trace: String,
    /// TRN03: company that started the payment.
    pub originator: String,
    /// BPR16.
    pub date: Date,
    /// BPR02, with the sign of BPR03.
    pub amount: Money,
}

/// The same claim payment in a remittance. A payer may tell of one claim several times (split, reversed, corrected).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PostingKey {
    pub remittance: RemittanceKey,
    /// CLP01, as the payer wrote it.
    pub control_number: String,
    /// CLP07.
    pub payer_claim_number: String,
    /// CLP02.
    pub status: String,
    /// From 1: which one of those that agree in all of the above.
    pub occurrence: u32,
}

/// One line of text, for a unique column or a log: it holds no health information.
impl fmt::Display for RemittanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            payer_id,
            trace,
            originator,
            date,
            amount,
        } = self;
        write!(f, "{payer_id}/{originator}/{trace}/{date}/{amount}")
    }
}

impl fmt::Display for PostingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            remittance,
            control_number,
            payer_claim_number,
            status,
            occurrence,
        } = self;
        write!(
            f,
            "{remittance}#{control_number}/{payer_claim_number}/{status}/{occurrence}"
        )
    }
}
