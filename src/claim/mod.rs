//! What a payer is sent: a claim with everyone it names, in the trade's terms. It must not know X12
//! (no segment, no qualifier position) and not know charts. Codes are the standard code sets' own values.

mod claim;
mod detail;
mod equipment;
mod kind;
mod money;
mod other_payer;
mod party;
mod phi;
mod seldom;
#[cfg(test)]
pub(crate) mod strategies;

pub use claim::{
    Accident, Attachment, Claim, ClaimDates, Diagnosis, DiagnosisSystem, Drug, ProviderRole,
    RoledProvider, ServiceLine, Supplement,
};
pub use detail::{
    Ambulance, Certification, ClaimDetail, Contract, DropOff, FurtherNumber, LineDates, LineDetail,
    LineSupplement, Measurement, Note, PayToPlan, PayerDetail, PayerNumber, PersonDetail,
    ProviderId, PurchasedService, Repricing, SpinalManipulation, Supply,
};
pub use equipment::{Answer, Equipment, EquipmentCertification, Form, Rental};
pub use kind::{
    ClaimKind, CodedValue, Dental, DentalLine, InpatientProcedure, Institutional, LineKind,
    Occurrence, OccurrenceSpan, Orthodontics, Period, ProcedureSystem, RevenueLine, Tooth,
    ToothStatus,
};
pub use money::Money;
pub use other_payer::{
    Adjustment, InpatientAdjudication, KnownProvider, LineAdjudication, OtherPayer,
    OtherPayerDetail, OutpatientAdjudication,
};
pub use party::{
    Address, Contact, Name, Npi, Patient, Payer, Provider, Sex, Submitter, Subscriber, TaxId,
};
pub use phi::Phi;
pub use seldom::{Absent, Seldom};
