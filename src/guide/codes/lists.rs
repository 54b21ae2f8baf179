//! Every list that a guide may name with `@`: its codes, its shape, and how sure we are that it is whole.
//! To add one: `codes/<list>.tsv` and a line here.

use super::Shape;

/// A code list, as a guide names it.
#[derive(Debug)]
pub struct List {
    /// The name behind `@`.
    pub name: &'static str,
    pub title: &'static str,
    pub shape: Shape,
    pub standing: Standing,
    pub on: On,
    pub(super) codes: Option<&'static str>,
}

/// What a code that is not in the list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The list is whole and hardly changes: the code is wrong.
    Whole,
    /// Others keep it and add to it: our copy may be old.
    Kept,
    /// Only its shape is known, until a list is imported.
    Shape,
}

/// The day that decides whether a code holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Service,
    /// The day the transaction set was written.
    Written,
}

/// A list of ours by its place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListId(u8);

impl ListId {
    pub fn list(self) -> &'static List {
        &LISTS[self.index()]
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The list of a name.
pub fn find(name: &str) -> Option<ListId> {
    all().find(|id| id.list().name == name)
}

pub fn all() -> impl Iterator<Item = ListId> {
    (0..u8::try_from(LISTS.len()).unwrap_or(u8::MAX)).map(ListId)
}

macro_rules! table {
    ($name:literal, $title:literal, $shape:expr, $standing:ident, $on:ident) => {
        List {
            name: $name,
            title: $title,
            shape: $shape,
            standing: Standing::$standing,
            on: On::$on,
            codes: Some(include_str!(concat!($name, ".tsv"))),
        }
    };
}

macro_rules! whole {
    ($name:literal, $title:literal, $shape:expr, $on:ident) => {
        table!($name, $title, $shape, Whole, $on)
    };
}

macro_rules! kept {
    ($name:literal, $title:literal, $shape:expr, $on:ident) => {
        table!($name, $title, $shape, Kept, $on)
    };
}

macro_rules! shape {
    ($name:literal, $title:literal, $shape:expr) => {
        List {
            name: $name,
            title: $title,
            shape: $shape,
            standing: Standing::Shape,
            on: On::Service,
            codes: None,
        }
    };
}

const ANY: Shape = Shape::Any;

static LISTS: &[List] = &[
    whole!("adjustment-group", "claim adjustment groups", ANY, Written),
    whole!("admission-type", "admission types", ANY, Service),
    kept!("admission-source", "points of origin", ANY, Service),
    kept!("carc", "claim adjustment reason codes (CARC)", ANY, Written),
    shape!("cdt", "dental procedures (CDT)", Shape::Cdt),
    whole!("claim-frequency", "claim frequency codes", ANY, Written),
    kept!("claim-status", "claim status codes", ANY, Written),
    kept!(
        "claim-status-category",
        "claim status categories",
        ANY,
        Written
    ),
    kept!(
        "condition-code",
        "condition codes",
        Shape::Alphanumeric(2, 2),
        Service
    ),
    whole!("country", "countries (ISO 3166)", ANY, Written),
    shape!("cpt", "procedures (CPT)", Shape::Cpt),
    whole!("currency", "currencies (ISO 4217)", ANY, Written),
    shape!("drg", "diagnosis related groups", Shape::Alphanumeric(3, 4)),
    kept!("entity", "entities of a claim status", ANY, Written),
    kept!(
        "facility-type",
        "facility types of a bill",
        Shape::Alphanumeric(2, 2),
        Service
    ),
    kept!(
        "hcpcs",
        "procedures (CPT and HCPCS)",
        Shape::Procedure,
        Service
    ),
    shape!("hipps", "HIPPS rate codes", Shape::Alphanumeric(5, 5)),
    // The qualifier beside it says which edition.
    shape!("icd", "diagnoses (ICD)", Shape::Alphanumeric(3, 7)),
    kept!("icd10cm", "diagnoses (ICD-10-CM)", Shape::Icd10Cm, Service),
    kept!(
        "icd10pcs",
        "procedures (ICD-10-PCS)",
        Shape::Icd10Pcs,
        Service
    ),
    shape!("icd9cm", "diagnoses (ICD-9-CM)", Shape::Icd9Cm),
    shape!("icd9pcs", "procedures (ICD-9-CM)", Shape::Icd9Pcs),
    shape!("ndc", "drugs (NDC)", Shape::Digits(11, 11)),
    shape!("npi", "national provider identifiers", Shape::Npi),
    kept!(
        "occurrence-code",
        "occurrence codes",
        Shape::Alphanumeric(2, 2),
        Service
    ),
    kept!(
        "occurrence-span-code",
        "occurrence span codes",
        Shape::Alphanumeric(2, 2),
        Service
    ),
    whole!("oral-cavity", "areas of the mouth", ANY, Service),
    kept!(
        "patient-status",
        "patient discharge statuses",
        Shape::Alphanumeric(2, 2),
        Service
    ),
    whole!("place-of-service", "places of service", ANY, Service),
    kept!(
        "rarc",
        "remittance advice remark codes (RARC)",
        ANY,
        Written
    ),
    kept!("revenue", "revenue codes", Shape::Digits(3, 4), Service),
    whole!("state", "states and provinces", ANY, Written),
    shape!(
        "subdivision",
        "country subdivisions (ISO 3166-2)",
        Shape::Alphanumeric(1, 3)
    ),
    kept!("taxonomy", "provider taxonomy", Shape::Taxonomy, Written),
    whole!("tooth", "teeth", ANY, Service),
    shape!(
        "treatment-code",
        "home health treatments",
        Shape::Alphanumeric(3, 4)
    ),
    kept!(
        "value-code",
        "value codes",
        Shape::Alphanumeric(2, 2),
        Service
    ),
    shape!("zip", "ZIP codes", Shape::Zip),
];
