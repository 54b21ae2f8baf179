//! What a payer is sent: a professional claim with everyone it names, in the trade's terms. It must not know X12
//! (no segment, no qualifier position) and not know charts. Codes are the standard code sets' own values.

mod claim;
mod detail;
mod money;
mod party;
mod phi;
#[cfg(test)]
pub(crate) mod strategies;

pub use claim::{
    Accident, Adjustment, Attachment, Claim, ClaimDates, Diagnosis, Drug, LineAdjudication,
    OtherPayer, ProviderRole, RoledProvider, ServiceLine, Supplement,
};
pub use detail::{
    Ambulance, Certification, ClaimDetail, DropOff, LineDates, LineDetail, LineSupplement,
    Measurement, OtherPayerDetail, PersonDetail, ProviderId, PurchasedService, SpinalManipulation,
};
pub use money::Money;
pub use party::{
    Address, Contact, Name, Npi, Patient, Payer, Provider, Sex, Submitter, Subscriber, TaxId,
};
pub use phi::Phi;
