//! Service lines of a claim from the chart's procedures, one each and in their order. It must not
//! know to which claim a line goes.

use super::coverage::listed_code;
use super::diagnoses::Diagnoses;
use super::notes::Notes;
use super::providers;
use super::{Biller, shape, text};
use crate::chart::{self, Chart, Code, Decimal, Procedure, UnitKind, code_system};
use crate::claim::{Drug, LineDetail, LineKind, Money, ProviderRole, RoledProvider, ServiceLine};

/// SV101 holds four.
const MODIFIERS_MAX: usize = 4;
/// The guide holds an amount to ten digits.
pub(super) const CENTS_MAX: i64 = 9_999_999_999;
/// X12 element 355 of a drug's quantity.
const DRUG_UNITS: &[&str] = &["F2", "GR", "ME", "ML", "UN"];

/// A line for every procedure, without control numbers; `None` where one cannot be made.
pub(super) fn lines(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    chart: &Chart,
    diagnoses: &Diagnoses,
) -> Option<Vec<ServiceLine>> {
    if chart.procedures.is_empty() {
        notes.add(Code::ProcedureMissing, "/procedures", "");
        return None;
    }
    let made: Vec<Option<ServiceLine>> = (0..chart.procedures.len())
        .map(|index| line(biller, notes, chart, diagnoses, index))
        .collect();
    made.into_iter().collect()
}

fn line(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    chart: &Chart,
    diagnoses: &Diagnoses,
    index: usize,
) -> Option<ServiceLine> {
    let given = &chart.procedures[index];
    let at = format!("/procedures/{index}");
    let procedure = procedure(biller, notes, &at, given);
    let modifiers = modifiers(notes, &at, given);
    let charge = charge(notes, &format!("{at}/charge"), given.charge.as_ref());
    let quantity = match &given.quantity {
        None => Some("1".to_owned()),
        Some(number) => quantity(notes, &format!("{at}/quantity"), number),
    };
    let from = given.from.or(chart.encounter.start);
    if from.is_none() {
        notes.add(Code::DateMissing, &format!("{at}/from"), "");
    }
    let place_of_service = place(notes, &at, given.place_of_service.as_ref());
    let pointers = diagnoses.pointers(notes, &at, &given.diagnosis_pointers);
    let mut short = |field: &str, value: &Option<String>, max: usize| {
        text::optional(notes, &format!("{at}/{field}"), value.as_ref(), max)
    };
    let description = short("description", &given.description, text::DESCRIPTION_MAX);
    let note = short("note", &given.note, text::NOTE_MAX);
    let prior_authorization = text::number(
        notes,
        &format!("{at}/prior_authorization"),
        given.prior_authorization.as_ref(),
        text::REFERENCE_MAX,
    );
    let drug = match &given.drug {
        None => None,
        Some(given) => Some(drug(notes, &format!("{at}/drug"), given)?),
    };
    let providers = providers_of(biller, notes, chart, &at, given);
    let from = from?;
    Some(ServiceLine {
        control_number: String::new(),
        procedure: procedure?,
        modifiers,
        description,
        charge: charge?,
        unit: match given.unit {
            UnitKind::Units => "UN".into(),
            UnitKind::Minutes => "MJ".into(),
        },
        quantity: quantity?,
        place_of_service,
        diagnosis_pointers: pointers,
        service_from: Some(from),
        service_to: given.to.filter(|&to| to != from),
        emergency: given.emergency,
        prior_authorization,
        clia: None,
        note: note.map(Into::into),
        drug,
        providers,
        adjudications: Vec::new(),
        detail: LineDetail::default(),
        kind: LineKind::Professional,
    })
}

fn procedure(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    at: &str,
    given: &Procedure,
) -> Option<String> {
    let pointer = format!("{at}/code");
    if given.system == code_system::HCPCS {
        let code = shape::hcpcs(&given.code);
        if code.is_none() {
            notes.add(Code::ProcedureShape, &pointer, "");
        }
        return code;
    }
    let mapped = biller.defaults.procedure(&given.system, given.code.trim());
    let code = mapped.and_then(shape::hcpcs);
    let told = match code {
        Some(_) => Code::ProcedureMapped,
        None => Code::ProcedureUnmapped,
    };
    notes.add(told, &pointer, "");
    code
}

fn modifiers(notes: &mut Notes<'_>, at: &str, given: &Procedure) -> Vec<String> {
    let at = format!("{at}/modifiers");
    if given.modifiers.len() > MODIFIERS_MAX {
        notes.add(Code::ModifiersTooMany, &at, "");
    }
    let mut modifiers = Vec::new();
    for (index, modifier) in given.modifiers.iter().enumerate() {
        match shape::modifier(modifier) {
            Some(modifier) => modifiers.push(modifier),
            None => notes.add(Code::ModifierShape, &format!("{at}/{index}"), ""),
        }
    }
    modifiers
}

fn charge(notes: &mut Notes<'_>, pointer: &str, given: Option<&Decimal>) -> Option<Money> {
    if given.is_none() {
        notes.add(Code::ChargeMissing, pointer, "");
    }
    amount(notes, pointer, given?)
}

/// Dollars of a charge or payment: not negative, and no more than a claim has room for.
pub(super) fn amount(notes: &mut Notes<'_>, pointer: &str, given: &Decimal) -> Option<Money> {
    let amount = Money::parse(given.as_str())
        .ok()
        .filter(|amount| (0..=CENTS_MAX).contains(&amount.cents()));
    if amount.is_none() {
        notes.add(Code::ChargeShape, pointer, "");
    }
    amount
}

fn quantity(notes: &mut Notes<'_>, pointer: &str, given: &Decimal) -> Option<String> {
    let quantity = shape::quantity(given.as_str());
    if quantity.is_none() {
        notes.add(Code::QuantityShape, pointer, "");
    }
    quantity
}

/// A place-of-service code of the field of that name.
pub(super) fn place(notes: &mut Notes<'_>, at: &str, given: Option<&String>) -> Option<String> {
    let place = shape::place_of_service(given?);
    if place.is_none() {
        notes.add(Code::PlaceShape, &format!("{at}/place_of_service"), "");
    }
    place
}

fn drug(notes: &mut Notes<'_>, at: &str, given: &chart::Drug) -> Option<Drug> {
    let ndc = shape::ndc(&given.ndc);
    if ndc.is_none() {
        notes.add(Code::DrugCode, &format!("{at}/ndc"), "");
    }
    let quantity = quantity(notes, &format!("{at}/quantity"), &given.quantity);
    let pointer = format!("{at}/unit");
    let unit = listed_code(notes, &pointer, Some(&given.unit), DRUG_UNITS);
    if given.unit.trim().is_empty() {
        notes.add(Code::CodeUnknown, &pointer, DRUG_UNITS.join(" "));
    }
    let prescription = text::number(
        notes,
        &format!("{at}/prescription"),
        given.prescription.as_ref(),
        text::REFERENCE_MAX,
    );
    Some(Drug {
        ndc: ndc?,
        quantity: quantity?,
        unit: unit?,
        prescription,
        compound_link: None,
    })
}

/// Providers of a line. The guide has the ordering provider at lines only, so the chart's goes to
/// each of them.
fn providers_of(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    chart: &Chart,
    at: &str,
    given: &Procedure,
) -> Vec<RoledProvider> {
    let mut all = Vec::new();
    if let Some(named) = &given.rendering {
        let at = format!("{at}/rendering");
        all.extend(providers::rendering(biller, notes, &at, named));
    }
    let ordering = match (&given.ordering, &chart.providers.ordering) {
        (Some(named), _) => Some((format!("{at}/ordering"), named)),
        (None, Some(named)) => Some(("/providers/ordering".to_owned(), named)),
        (None, None) => None,
    };
    if let Some((at, named)) = ordering {
        all.extend(providers::person(notes, &at, named, ProviderRole::Ordering));
    }
    if let Some(named) = &given.referring {
        let at = format!("{at}/referring");
        all.extend(providers::person(
            notes,
            &at,
            named,
            ProviderRole::Referring,
        ));
    }
    all
}
