//! Service lines of a claim from the chart's procedures, one each and in their order. It must not
//! know to which claim a line goes.

use super::coverage::listed_code;
use super::diagnoses::Diagnoses;
use super::fields::{Fields, amount};
use super::kind::{DENTAL, INSTITUTIONAL, Kind, PROFESSIONAL, of_line};
use super::notes::{Notes, Pointer};
use super::{Biller, claim, dental, detail, equipment, hospital, providers, shape, text};
use crate::chart::{self, Chart, Code, Decimal, Procedure, UnitKind, code_system};
use crate::claim::{
    Drug, LineDates, LineDetail, LineKind, LineSupplement, Measurement, Money, ProviderRole,
    PurchasedService, RoledProvider, ServiceLine, Supply,
};

/// SV101 holds four.
const MODIFIERS_MAX: usize = 4;
/// X12 element 355 of a drug's quantity.
const DRUG_UNITS: &[&str] = &["F2", "GR", "ME", "ML", "UN"];
/// X12 element 235 of a device or supply.
const SUPPLY_NUMBERS: &[&str] = &["EN", "EO", "HI", "ON", "UK", "UP"];
/// X12 element 737.
const REFERENCES: &[&str] = &["OG", "TR"];
/// X12 element 738.
const MEASUREMENTS: &[&str] = &["HT", "R1", "R2", "R3", "R4"];
const MEASUREMENTS_MAX: usize = 5;
const ATTACHMENTS_MAX: usize = 10;
const FURTHER_NUMBERS_MAX: usize = 9;
/// Kind of a procedure (X12 element 235) that is a rate of a facility.
const RATE: &str = "HP";

/// A line for every procedure, without control numbers; `None` where one cannot be made.
pub(super) fn lines(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    diagnoses: &Diagnoses,
) -> Option<Vec<ServiceLine>> {
    if chart.procedures.is_empty() {
        notes.add(Code::ProcedureMissing, "/procedures", "");
        return None;
    }
    let made: Vec<Option<ServiceLine>> = (0..chart.procedures.len())
        .map(|index| line(biller, notes, kind, chart, diagnoses, index))
        .collect();
    made.into_iter().collect()
}

fn line(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    diagnoses: &Diagnoses,
    index: usize,
) -> Option<ServiceLine> {
    let given = &chart.procedures[index];
    let at = format_args!("/procedures/{index}");
    let to = format!("lines[{index}]");
    for (field, name) in [
        ("", ""),
        (".procedure", "/code"),
        (".modifiers", "/modifiers"),
        (".charge", "/charge"),
        (".quantity", "/quantity"),
        (".unit", "/unit"),
        (".diagnosis_pointers", "/diagnosis_pointers"),
        (".service_from", "/from"),
        (".service_to", "/to"),
        (".drug", "/drug"),
        (".drug.ndc", "/drug/ndc"),
        (".drug.quantity", "/drug/quantity"),
        (".drug.unit", "/drug/unit"),
        (".drug.prescription", "/drug/prescription"),
        (".drug.compound_link", "/drug/compound_link"),
        (".emergency", "/emergency"),
    ] {
        notes.from(format_args!("{to}{field}"), format_args!("{at}{name}"));
    }
    if given.from.is_none() {
        notes.from(format_args!("{to}.service_from"), "/encounter/start");
    }
    let procedure = procedure(biller, notes, kind, at, given);
    let modifiers = modifiers(notes, at, given);
    let charge = charge(notes, format_args!("{at}/charge"), given.charge.as_ref());
    let quantity = match &given.quantity {
        None => Some("1".to_owned()),
        Some(number) => quantity(notes, format_args!("{at}/quantity"), number),
    };
    let from = from(notes, kind, at, given, chart);
    let pointers = diagnoses.pointers(notes, at, &given.diagnosis_pointers);
    let drug = match &given.drug {
        None => None,
        Some(given) => {
            let is_there = Fields::new(notes, kind, &at, &to)
                .only(PROFESSIONAL | INSTITUTIONAL)
                .takes("drug", true);
            match is_there {
                true => Some(drug(notes, format_args!("{at}/drug"), given)?),
                false => None,
            }
        }
    };
    let mut fields = Fields::new(notes, kind, &at, &to);
    let unit = unit(&mut fields, given.unit);
    let place = &given.place_of_service;
    let place = fields
        .only(PROFESSIONAL | DENTAL)
        .takes("place_of_service", place.is_some())
        .then_some(place);
    let place = place.and_then(Option::as_ref);
    let place_of_service = self::place(fields.notes, at, place);
    let description = fields.text("description", &given.description, text::DESCRIPTION_MAX);
    let note = fields
        .only(PROFESSIONAL)
        .text("note", &given.note, text::NOTE_MAX);
    let authorization = &given.prior_authorization;
    let prior_authorization = fields.only(PROFESSIONAL | DENTAL).number(
        "prior_authorization",
        authorization,
        text::REFERENCE_MAX,
    );
    let clia = fields.only(PROFESSIONAL).number(
        ("numbers/clia", "clia"),
        &given.numbers.clia,
        text::REFERENCE_MAX,
    );
    let control_number = fields.number(
        ("numbers/control_number", "control_number"),
        &given.numbers.control_number,
        text::LINE_NUMBER_MAX,
    );
    let emergency = fields
        .only(PROFESSIONAL)
        .takes("emergency", given.emergency);
    let mut detail = line_detail(&mut fields, given);
    detail.procedure_kind = (given.system == code_system::HIPPS).then(|| RATE.to_owned());
    let kind_of_line = kind_of_line(&mut fields, given);
    let providers = providers_of(biller, notes, kind, chart, index);
    let from = from?;
    Some(ServiceLine {
        control_number: control_number.unwrap_or_default(),
        procedure: procedure?,
        modifiers,
        description,
        charge: charge?,
        unit,
        quantity: quantity?,
        place_of_service,
        diagnosis_pointers: pointers,
        service_from: from,
        service_to: given.to.filter(|&to| from.is_some_and(|from| to != from)),
        emergency,
        prior_authorization,
        clia,
        note: note.map(Into::into),
        drug,
        providers,
        adjudications: Vec::new(),
        detail: detail.into(),
        kind: kind_of_line?,
    })
}

/// The first day of a line; `None` where it must have one and has none.
fn from(
    notes: &mut Notes<'_>,
    kind: Kind,
    at: impl Pointer,
    given: &Procedure,
    chart: &Chart,
) -> Option<Option<jiff::civil::Date>> {
    let encounter = &chart.encounter;
    let from = given.from.or(match kind {
        Kind::Professional => encounter.start,
        // A stay's lines are of all its days; what is done in a day is done on that day.
        Kind::Institutional => encounter.start.filter(|_| encounter.admission.is_none()),
        Kind::Dental => {
            let is_asked = chart
                .dental
                .as_ref()
                .is_some_and(|dental| dental.predetermination);
            encounter.start.filter(|_| !is_asked)
        }
    });
    if from.is_none() && kind == Kind::Professional {
        notes.add(Code::DateMissing, format_args!("{at}/from"), "");
        return None;
    }
    Some(from)
}

fn unit(fields: &mut Fields<'_, '_>, unit: UnitKind) -> String {
    let (kinds, code) = match unit {
        UnitKind::Units => (PROFESSIONAL | INSTITUTIONAL, "UN"),
        UnitKind::Minutes => (PROFESSIONAL, "MJ"),
        UnitKind::Days => (INSTITUTIONAL, "DA"),
    };
    let is_said = match unit {
        UnitKind::Units => fields.kind.is_in(kinds),
        UnitKind::Minutes | UnitKind::Days => fields.only(kinds).takes("unit", true),
    };
    if is_said { code } else { "" }.to_owned()
}

/// The code of the procedure; empty where a facility's line has its revenue code alone.
fn procedure(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    at: impl Pointer,
    given: &Procedure,
) -> Option<String> {
    let pointer = format_args!("{at}/code");
    if kind == Kind::Institutional && given.code.trim().is_empty() {
        let is_bare = given.modifiers.is_empty() && given.description.is_none();
        if !is_bare {
            notes.add(
                Code::ProcedureShape,
                pointer,
                "modifiers and description are of a procedure",
            );
        }
        return is_bare.then(String::new);
    }
    let shape = match (kind, given.system.as_str()) {
        (Kind::Institutional, code_system::HIPPS) => shape::hipps,
        (Kind::Dental, _) => shape::cdt,
        _ => shape::hcpcs,
    };
    if [code_system::HCPCS, code_system::CDT, code_system::HIPPS].contains(&given.system.as_str()) {
        let code = shape(&given.code);
        if code.is_none() {
            let expected = match kind {
                Kind::Dental => "a code of dentists, D and four digits",
                _ => "",
            };
            notes.add(Code::ProcedureShape, pointer, expected);
        }
        return code;
    }
    let mapped = biller.defaults.procedure(&given.system, given.code.trim());
    let code = mapped.and_then(shape);
    let told = match code {
        Some(_) => Code::ProcedureMapped,
        None => Code::ProcedureUnmapped,
    };
    notes.add(told, pointer, "");
    code
}

fn modifiers(notes: &mut Notes<'_>, at: impl Pointer, given: &Procedure) -> Vec<String> {
    let at = format_args!("{at}/modifiers");
    if given.modifiers.len() > MODIFIERS_MAX {
        notes.add(Code::ModifiersTooMany, at, "");
    }
    let mut modifiers = Vec::new();
    for (index, modifier) in given.modifiers.iter().enumerate() {
        match shape::modifier(modifier) {
            Some(modifier) => modifiers.push(modifier),
            None => notes.add(Code::ModifierShape, format_args!("{at}/{index}"), ""),
        }
    }
    modifiers
}

fn charge(notes: &mut Notes<'_>, pointer: impl Pointer, given: Option<&Decimal>) -> Option<Money> {
    if given.is_none() {
        notes.add(Code::ChargeMissing, pointer, "");
    }
    amount(notes, pointer, given?)
}

fn quantity(notes: &mut Notes<'_>, pointer: impl Pointer, given: &Decimal) -> Option<String> {
    let quantity = shape::quantity(given.as_str());
    if quantity.is_none() {
        notes.add(Code::QuantityShape, pointer, "");
    }
    quantity
}

/// A place-of-service code of the field of that name.
pub(super) fn place(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    given: Option<&String>,
) -> Option<String> {
    let place = shape::place_of_service(given?);
    if place.is_none() {
        notes.add(Code::PlaceShape, format_args!("{at}/place_of_service"), "");
    }
    place
}

fn drug(notes: &mut Notes<'_>, at: impl Pointer, given: &chart::Drug) -> Option<Drug> {
    let ndc = shape::ndc(&given.ndc);
    if ndc.is_none() {
        notes.add(Code::DrugCode, format_args!("{at}/ndc"), "");
    }
    let quantity = quantity(notes, format_args!("{at}/quantity"), &given.quantity);
    let pointer = format_args!("{at}/unit");
    let unit = listed_code(notes, pointer, Some(&given.unit), DRUG_UNITS);
    if given.unit.trim().is_empty() {
        notes.add(Code::CodeUnknown, pointer, DRUG_UNITS.join(" "));
    }
    let mut number = |field: &str, given: &Option<String>| {
        let pointer = format_args!("{at}/{field}");
        text::number(notes, pointer, given.as_ref(), text::REFERENCE_MAX)
    };
    let prescription = number("prescription", &given.prescription);
    let compound_link = number("compound_link", &given.compound_link);
    Some(Drug {
        ndc: ndc?,
        quantity: quantity?,
        unit: unit?,
        prescription,
        compound_link,
    })
}

/// What only a line of its kind says.
fn kind_of_line(fields: &mut Fields<'_, '_>, given: &Procedure) -> Option<LineKind> {
    let is_revenue = fields
        .only(INSTITUTIONAL)
        .takes("revenue", given.revenue.is_some());
    let is_tooth = fields.only(DENTAL).takes("dental", given.dental.is_some());
    match fields.kind {
        Kind::Professional => Some(LineKind::Professional),
        Kind::Institutional => {
            let given = given.revenue.as_ref().filter(|_| is_revenue);
            hospital::line(fields, given).map(|line| LineKind::Institutional(Box::new(line)))
        }
        Kind::Dental => {
            let given = given.dental.as_deref().filter(|_| is_tooth);
            Some(LineKind::Dental(Box::new(dental::line(fields, given))))
        }
    }
}

/// What few lines carry.
fn line_detail(fields: &mut Fields<'_, '_>, given: &Procedure) -> LineDetail {
    const MAX: usize = text::REFERENCE_MAX;
    let mut fields = fields.part(("", "detail"));
    let copay_exempt = fields
        .only(PROFESSIONAL)
        .takes("copay_exempt", given.copay_exempt);
    let third_party_note = &given.third_party_note;
    let third_party_note = fields.only(PROFESSIONAL | INSTITUTIONAL).phi(
        "third_party_note",
        third_party_note,
        text::NOTE_MAX,
    );
    let measurements = fields.only(PROFESSIONAL).list(
        "measurements",
        &given.measurements,
        MEASUREMENTS_MAX,
        measurement,
    );
    let purchased = given.purchased.as_ref();
    let purchased = purchased.filter(|_| fields.only(PROFESSIONAL).takes("purchased", true));
    let purchased = purchased.and_then(|given| {
        let mut fields = fields.part("purchased");
        let provider = fields.number("provider", &Some(given.provider.clone()), MAX);
        let charge = fields.money("charge", &Some(given.charge.clone()));
        Some(PurchasedService {
            provider: provider?,
            charge: charge?,
        })
    });
    let mut attachments = fields.only(PROFESSIONAL | INSTITUTIONAL).list(
        "attachments",
        &given.attachments,
        ATTACHMENTS_MAX,
        claim::attachment,
    );
    let needed = given.equipment.as_deref();
    let certificate = equipment::certificate(&mut fields, needed, attachments.len());
    attachments.extend(certificate);
    let supply = supply(&mut fields, given);
    let equipment = equipment::equipment(&mut fields, needed);
    let (contract, repricing) = detail::pricing(&mut fields, &given.pricing);
    let mut further_numbers = fields.only(PROFESSIONAL | DENTAL).list(
        ("numbers/further", "further_numbers"),
        &given.numbers.further,
        FURTHER_NUMBERS_MAX,
        detail::further_number,
    );
    // As loop 2400 has them, so that they come back in this order.
    further_numbers.sort_by_key(|one| ["G3", "G1", "9F"].iter().position(|kind| one.kind == *kind));
    LineDetail {
        procedure_kind: None,
        epsdt: fields.only(PROFESSIONAL).flag("epsdt", given.epsdt),
        family_planning: fields
            .only(PROFESSIONAL)
            .flag("family_planning", given.family_planning),
        copay_status: copay_exempt.then(|| "0".to_owned()),
        attachments,
        ambulance: detail::ambulance(&mut fields, "ambulance", given.ambulance.as_deref()),
        equipment,
        supply,
        pick_up: detail::pick_up(&mut fields, given.pick_up.as_deref()),
        drop_off: detail::drop_off(&mut fields, given.drop_off.as_deref()),
        certifications: detail::certifications(&mut fields, PROFESSIONAL, &given.certifications),
        dates: dates(&mut fields, given),
        ambulance_patients: fields
            .only(PROFESSIONAL)
            .quantity("ambulance_patients", &given.ambulance_patients),
        anesthesia_units: fields
            .only(PROFESSIONAL)
            .quantity("anesthesia_units", &given.anesthesia_units),
        measurements,
        supplement: supplement(&mut fields, given),
        sales_tax: fields
            .only(PROFESSIONAL | DENTAL)
            .money("sales_tax", &given.sales_tax),
        postage: fields.only(PROFESSIONAL).money("postage", &given.postage),
        file_information: match fields
            .only(PROFESSIONAL | DENTAL)
            .takes("file_information", !given.file_information.is_empty())
        {
            true => detail::file_information(&mut fields, &given.file_information),
            false => Vec::new(),
        },
        note_kind: fields
            .only(PROFESSIONAL)
            .code("note_kind", &given.note_kind, &["ADD", "DCP"])
            .filter(|kind| kind != "ADD"),
        third_party_note,
        purchased,
        contract,
        repricing,
        further_numbers,
    }
}

/// Loop 2410 of what is no drug.
fn supply(fields: &mut Fields<'_, '_>, given: &Procedure) -> Option<Supply> {
    let has_drug = given.drug.is_some();
    let given = given.supply.as_ref();
    let given = given.filter(|_| fields.only(PROFESSIONAL).takes("supply", true))?;
    if has_drug {
        fields.add(Code::TooMany, "supply", "a drug or a supply");
    }
    let mut fields = fields.part("supply");
    let kind = fields.need_code("kind", &given.kind, SUPPLY_NUMBERS);
    let number = fields.number("number", &Some(given.number.clone()), text::PRODUCT_MAX);
    if given.number.trim().is_empty() {
        fields.add(Code::CodeUnknown, "number", "the number on the supply");
    }
    let quantity = fields.quantity("quantity", &Some(given.quantity.clone()));
    let unit = fields.need_code("unit", &given.unit, DRUG_UNITS);
    let prescription = fields.number("prescription", &given.prescription, text::REFERENCE_MAX);
    Some(Supply {
        kind: kind?,
        number: number?,
        quantity: quantity?,
        unit: unit?,
        prescription,
        compound_link: None,
    })
}

/// MEA.
fn measurement(fields: &mut Fields<'_, '_>, given: &chart::Measurement) -> Option<Measurement> {
    let reference = fields.need_code("reference", &given.reference, REFERENCES);
    let kind = fields.need_code("kind", &given.kind, MEASUREMENTS);
    let value = fields.quantity("value", &Some(given.value.clone()));
    Some(Measurement {
        reference: reference?,
        kind: kind?,
        value: value?.into(),
    })
}

/// DTP of loop 2400 besides the service.
fn dates(fields: &mut Fields<'_, '_>, given: &Procedure) -> LineDates {
    let mut fields = fields.part("dates");
    let mut day = |name: &str, day| fields.only(PROFESSIONAL).day(name, day);
    let given = &given.dates;
    LineDates {
        prescription: day("prescription", given.prescription),
        recertification: day("recertification", given.recertification),
        therapy_begin: day("therapy_begin", given.therapy_begin),
        last_certification: day("last_certification", given.last_certification),
        last_seen: day("last_seen", given.last_seen),
        hemoglobin_test: day("hemoglobin_test", given.hemoglobin_test),
        creatinine_test: day("creatinine_test", given.creatinine_test),
        shipped: day("shipped", given.shipped),
        last_x_ray: day("last_x_ray", given.last_x_ray),
        initial_treatment: day("initial_treatment", given.initial_treatment),
    }
}

/// REF of loop 2400.
fn supplement(fields: &mut Fields<'_, '_>, given: &Procedure) -> LineSupplement {
    const MAX: usize = text::REFERENCE_MAX;
    let mut fields = fields.part(("numbers", "supplement"));
    let given = &given.numbers;
    LineSupplement {
        // A dentist's line has the claim's numbers instead.
        repriced_line: fields.only(PROFESSIONAL | INSTITUTIONAL).number(
            "repriced_line",
            &given.repriced_line,
            MAX,
        ),
        adjusted_repriced_line: fields.only(PROFESSIONAL | INSTITUTIONAL).number(
            "adjusted_repriced_line",
            &given.adjusted_repriced_line,
            MAX,
        ),
        mammography: fields
            .only(PROFESSIONAL)
            .number("mammography", &given.mammography, MAX),
        referring_clia: fields.only(PROFESSIONAL).number(
            "referring_clia",
            &given.referring_clia,
            MAX,
        ),
        immunization_batch: fields.only(PROFESSIONAL).number(
            "immunization_batch",
            &given.immunization_batch,
            MAX,
        ),
        referral: fields
            .only(PROFESSIONAL | DENTAL)
            .number("referral", &given.referral, MAX),
    }
}

/// Providers of a line. The guide of the professional claim has the ordering provider at lines only, so the chart's goes
/// to each of them.
fn providers_of(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    index: usize,
) -> Vec<RoledProvider> {
    let given = &chart.procedures[index];
    let at = format_args!("/procedures/{index}");
    let of_chart = chart
        .providers
        .ordering
        .as_ref()
        .filter(|_| given.ordering.is_none());
    let mut all = Vec::new();
    let mut roles = [
        (
            "operating",
            given.operating.as_deref(),
            ProviderRole::Operating,
        ),
        (
            "other_operating",
            given.other_operating.as_deref(),
            ProviderRole::OtherOperating,
        ),
        (
            "rendering",
            given.rendering.as_deref(),
            ProviderRole::Rendering,
        ),
        (
            "purchased_from",
            given.purchased_from.as_deref(),
            ProviderRole::PurchasedService,
        ),
        (
            "assistant_surgeon",
            given.assistant_surgeon.as_deref(),
            ProviderRole::AssistantSurgeon,
        ),
        (
            "service_facility",
            given.service_facility.as_deref(),
            ProviderRole::ServiceFacility,
        ),
        (
            "supervising",
            given.supervising.as_deref(),
            ProviderRole::Supervising,
        ),
        (
            "ordering",
            given.ordering.as_deref(),
            ProviderRole::Ordering,
        ),
        ("/providers/ordering", of_chart, ProviderRole::Ordering),
        (
            "referring",
            given.referring.as_deref(),
            ProviderRole::Referring,
        ),
    ];
    if kind == Kind::Dental {
        // The loops 2420 of a dentist's line have the place last.
        roles.swap(5, 6);
    }
    for (name, named, role) in roles {
        let Some(named) = named else { continue };
        let at = match name.strip_prefix("/providers") {
            Some(_) => name.to_owned(),
            None => format!("{at}/{name}"),
        };
        if !kind.is_in(of_line(role)) {
            notes.add(Code::NotOfKind, &at, "");
            continue;
        }
        let provider = providers::of_line(biller, notes, kind, &at, named, role);
        if provider.is_some() {
            notes.provider_from(format_args!("lines[{index}].providers[{}]", all.len()), &at);
        }
        all.extend(provider);
    }
    all
}
