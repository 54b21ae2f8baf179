//! What the practice knows: patient, coverage, encounter, diagnoses, procedures. It must not know claims or X12.
//!
//! [`read`] takes native JSON, NDJSON, FHIR R4 or the claim requests of clearinghouses and never fails: it gives one
//! [`Reading`] a chart, each with its
//! findings and with the place in the source of everything in it. Whole records are opaque in `Debug`: a chart is
//! health information from end to end.

mod chart;
mod circumstance;
mod clearinghouse;
mod decimal;
mod decision;
mod dental;
mod equipment;
mod fhir;
mod fields;
mod finding;
mod hospital;
mod native;
mod people;
mod pointer;
mod pricing;
mod procedure;
mod read;
mod reading;
mod repeated;
pub mod superbill;

pub use chart::{
    Accident, AccidentCause, Attachment, Authorizations, Chart, Consent, Diagnosis, Encounter,
    FurtherNumber, Note, Override, SCHEMA_VERSION, Submission, bill_name, code_system, schema,
};
pub use circumstance::{Ambulance, Certification, DropOff, SpinalManipulation};
pub use decimal::Decimal;
pub use decision::{Adjustment, Decision, InpatientDecision, LineDecision, OutpatientDecision};
pub use dental::{DentalTreatment, Orthodontics, Tooth, ToothStatus, ToothWork};
pub use equipment::{Answer, Equipment, EquipmentCertification, Form, Rental};
pub use fhir::{Export, is_export};
pub use fields::fields;
pub use finding::{Code, Finding, Severity};
pub use hospital::{CodedValue, InpatientProcedure, Occurrence, OccurrenceSpan, Revenue, Stay};
pub use people::{
    Address, Coverage, Guarantor, OtherId, Patient, PayerName, PersonName, Provider, ProviderName,
    Providers, Relationship, Sex, Subscriber, TaxId,
};
pub use pricing::{Contract, Pricing, Repricing};
pub use procedure::{
    Drug, Measurement, Procedure, ProcedureDates, ProcedureNumbers, PurchasedService, Supply,
    UnitKind,
};
pub use read::{CHART_BYTES_MAX, is_by_line, read, read_lines, too_large, without_mark};
pub use reading::{Origins, Reading};

/// `Debug` that shows only what a record is: charts reach logs and panics as names of types.
macro_rules! opaque_debug {
    ($($record:ty),* $(,)?) => {$(
        impl std::fmt::Debug for $record {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($record), "(<phi>)"))
            }
        }
    )*};
}
use opaque_debug;

/// The schema of a date: jiff reads and writes it, schemars does not know it.
fn date_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["string", "null"], "format": "date" })
}
