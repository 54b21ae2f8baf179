//! The remittance advice, 835 005010X221A1: what a payer says it paid, claim by claim. It must not judge or match
//! anything: amounts stand as they were written, signs too.
//!
//! [`RemittanceReader`] takes segments one by one and gives header, claim payments and provider adjustments as they
//! are complete; [`write_set`] writes them back. Absent, zero and unreadable are three things: an amount that is
//! not there is `None`, one that cannot be read is `None` and told as [`Unreadable`].

mod read;
mod table;
mod write;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use read::{Event, RemittanceReader, read};
pub use table::{COLUMNS, Rows};
pub use write::write_set;

pub(super) use read::{party, procedure};
pub(super) use write::{
    day as written_day, money as written_money, procedure as written_procedure, write_party,
    write_references,
};

pub use super::t837::{Unreadable, What};
use crate::claim::{Address, Adjustment, Contact, Money, Name, Phi};

/// A whole 835 transaction set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remittance {
    pub header: RemittanceHeader,
    pub claims: Vec<ClaimPayment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provider_adjustments: Vec<ProviderAdjustment>,
}

/// The payment and who is party to it (header, loops 1000A and 1000B).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RemittanceHeader {
    /// ST02.
    pub control_number: String,
    /// BPR01: `I` remittance with payment, `H` notification only, …
    pub handling: String,
    /// BPR02.
    pub amount: Option<Money>,
    /// BPR03: `C` credit, `D` debit.
    pub credit_or_debit: String,
    /// BPR04: `ACH`, `CHK`, `NON`, …
    pub method: String,
    /// BPR05: `CCP` for a CCD+ payment.
    pub format: String,
    /// BPR06 to BPR09.
    pub payer_bank: Option<BankAccount>,
    /// BPR10.
    pub originating_company: String,
    /// BPR12 to BPR15.
    pub payee_bank: Option<BankAccount>,
    /// BPR16.
    pub payment_date: Option<Date>,
    /// TRN02: check or EFT number.
    pub trace: String,
    /// TRN03: the payer's identifier, `1` and its EIN.
    pub trace_originator: String,
    /// TRN04.
    pub trace_supplement: String,
    /// REF*EV.
    pub receiver: Option<String>,
    /// DTM*405.
    pub production_date: Option<Date>,
    pub payer: Organization,
    pub payee: Organization,
    pub unreadable: Vec<Unreadable>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    pub bank_qualifier: String,
    pub bank: String,
    pub account_qualifier: String,
    pub account: Phi<String>,
}

/// Payer or payee.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Organization {
    pub name: String,
    /// N103, such as `XX` for an NPI.
    pub id_qualifier: String,
    pub id: String,
    pub address: Option<Address>,
    pub references: Vec<Reference>,
    /// PER: function and contact.
    pub contacts: Vec<(String, Contact)>,
}

/// A REF: qualifier and number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub qualifier: String,
    pub number: Phi<String>,
}

/// One claim payment (loop 2100).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimPayment {
    /// CLP's position in the set.
    pub position: u32,
    /// LX01 of the header number that it stands under.
    pub header_number: String,
    /// CLP01: ours.
    pub control_number: String,
    /// CLP02; see [`status`].
    pub status: String,
    /// CLP03.
    pub charge: Option<Money>,
    /// CLP04.
    pub paid: Option<Money>,
    /// CLP05: informational, the sum of the PR adjustments.
    pub patient_responsibility: Option<Money>,
    /// CLP06.
    pub claim_filing: String,
    /// CLP07: the payer's.
    pub payer_claim_number: String,
    /// CLP08.
    pub facility: String,
    /// CLP09.
    pub frequency: String,
    pub adjustments: Vec<Adjustment>,
    /// NM1 in their order: patient `QC`, insured `IL`, corrected `74`, rendering `82`, crossover `TT`, …
    pub parties: Vec<Party>,
    /// Remark codes of MIA and MOA.
    pub remarks: Vec<String>,
    pub references: Vec<Reference>,
    /// DTM: qualifier and day.
    pub dates: Vec<(String, Date)>,
    pub amounts: Vec<(String, Money)>,
    pub quantities: Vec<(String, String)>,
    pub lines: Vec<ServicePayment>,
    pub unreadable: Vec<Unreadable>,
}

/// An NM1 of a claim payment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub role: String,
    pub name: Option<Name>,
    pub id_qualifier: String,
    pub id: Phi<String>,
}

/// One service payment (loop 2110).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServicePayment {
    /// SVC01.
    pub procedure: Procedure,
    /// SVC02.
    pub charge: Option<Money>,
    /// SVC03.
    pub paid: Option<Money>,
    /// SVC04.
    pub revenue_code: String,
    /// SVC05; absent means one.
    pub units_paid: Option<String>,
    /// SVC06, where the payer decided on another procedure.
    pub submitted: Option<Procedure>,
    /// SVC07.
    pub units_submitted: Option<String>,
    pub dates: Vec<(String, Date)>,
    pub adjustments: Vec<Adjustment>,
    pub references: Vec<Reference>,
    pub amounts: Vec<(String, Money)>,
    pub quantities: Vec<(String, String)>,
    /// LQ: list and remark code.
    pub remarks: Vec<(String, String)>,
}

/// A composite C003.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Procedure {
    pub qualifier: String,
    pub code: String,
    pub modifiers: Vec<String>,
    pub description: String,
}

/// A PLB: money moved with a provider, not with a claim. Positive takes from the provider, negative gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderAdjustment {
    /// PLB01.
    pub provider: String,
    /// PLB02.
    pub fiscal_period: Option<Date>,
    pub items: Vec<ProviderAdjustmentItem>,
    pub unreadable: Vec<Unreadable>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderAdjustmentItem {
    /// `WO`, `FB`, `72`, `L6`, …
    pub reason: String,
    pub reference: Phi<String>,
    /// `None` where it could not be read.
    pub amount: Option<Money>,
}

/// Values of CLP02.
pub mod status {
    pub const PRIMARY: &str = "1";
    pub const SECONDARY: &str = "2";
    pub const TERTIARY: &str = "3";
    pub const DENIED: &str = "4";
    pub const PRIMARY_FORWARDED: &str = "19";
    pub const SECONDARY_FORWARDED: &str = "20";
    pub const TERTIARY_FORWARDED: &str = "21";
    pub const REVERSAL: &str = "22";
    pub const NOT_OURS_FORWARDED: &str = "23";
    pub const PREDETERMINATION: &str = "25";

    /// What a status means; `None` for one we do not know.
    pub fn meaning(status: &str) -> Option<&'static str> {
        Some(match status {
            PRIMARY => "processed as primary",
            SECONDARY => "processed as secondary",
            TERTIARY => "processed as tertiary",
            DENIED => "denied",
            PRIMARY_FORWARDED => "processed as primary, forwarded to the next payer",
            SECONDARY_FORWARDED => "processed as secondary, forwarded to the next payer",
            TERTIARY_FORWARDED => "processed as tertiary, forwarded to the next payer",
            REVERSAL => "earlier payment reversed",
            NOT_OURS_FORWARDED => "not this payer's claim, forwarded",
            PREDETERMINATION => "predetermination only",
            _ => return None,
        })
    }
}

impl ClaimPayment {
    /// The first party in a role, `QC` the patient.
    pub fn party(&self, role: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.role == role)
    }

    pub fn date(&self, qualifier: &str) -> Option<Date> {
        self.dates
            .iter()
            .find(|(known, _)| known == qualifier)
            .map(|(_, date)| *date)
    }

    pub fn reference(&self, qualifier: &str) -> Option<&Phi<String>> {
        find(&self.references, qualifier)
    }

    /// Adjustments of the claim and of all its lines.
    pub fn all_adjustments(&self) -> impl Iterator<Item = &Adjustment> {
        self.adjustments
            .iter()
            .chain(self.lines.iter().flat_map(|line| &line.adjustments))
    }
}

impl ServicePayment {
    pub fn reference(&self, qualifier: &str) -> Option<&Phi<String>> {
        find(&self.references, qualifier)
    }

    pub fn date(&self, qualifier: &str) -> Option<Date> {
        self.dates
            .iter()
            .find(|(known, _)| known == qualifier)
            .map(|(_, date)| *date)
    }
}

fn find<'r>(references: &'r [Reference], qualifier: &str) -> Option<&'r Phi<String>> {
    references
        .iter()
        .find(|known| known.qualifier == qualifier)
        .map(|known| &known.number)
}
