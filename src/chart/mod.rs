//! What the practice knows: patient, coverage, encounter, diagnoses, procedures. It must not know claims or X12.
//!
//! [`read`] takes native JSON, NDJSON or FHIR R4 and never fails: it gives one [`Reading`] a chart, each with its
//! findings and with the place in the source of everything in it. Whole records are opaque in `Debug`: a chart is
//! health information from end to end.

mod chart;
mod decimal;
mod fhir;
mod finding;
mod native;
mod people;
mod pointer;
mod read;
mod reading;
mod repeated;

pub use chart::{
    Accident, AccidentCause, Adjustment, Attachment, Authorizations, Chart, Consent, Decision,
    Diagnosis, Drug, Encounter, LineDecision, Procedure, SCHEMA_VERSION, Submission, UnitKind,
    code_system, schema,
};
pub use decimal::Decimal;
pub use finding::{Code, Finding, Severity};
pub use people::{
    Address, Coverage, Guarantor, OtherId, Patient, PayerName, PersonName, Provider, ProviderName,
    Providers, Relationship, Sex, Subscriber, TaxId,
};
pub use read::{CHART_BYTES_MAX, read};
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
