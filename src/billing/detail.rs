//! What few claims carry: circumstances that are certified, further notes and numbers, contracts and repricing. It must not
//! know what most claims say.

use super::fields::Fields;
use super::kind::{DENTAL, INSTITUTIONAL, Kind, Kinds, PROFESSIONAL};
use super::notes::Notes;
use super::{people, shape, text};
use crate::chart::{self, Chart, Code};
use crate::claim::{
    Address, Ambulance, Certification, ClaimDetail, Contract, DropOff, FurtherNumber, Note, Phi,
    Repricing, SpinalManipulation,
};

/// X12 element 1366 of a professional and a dental claim.
const PROGRAMS: &[&str] = &["01", "02", "03", "05", "09"];
/// X12 element 1317.
const TRANSPORT_REASONS: &[&str] = &["A", "B", "C", "D", "E"];
/// X12 element 1342.
const SPINAL_CONDITIONS: &[&str] = &["A", "C", "D", "E", "F", "G", "M"];
/// X12 element 1136, as far as the guides take it.
const CERTIFICATIONS: &[&str] = &["07", "09", "70", "75", "E1", "E2", "E3", "ZZ"];
/// X12 element 1166.
const CONTRACTS: &[&str] = &["01", "02", "03", "04", "05", "06", "09"];
/// X12 element 1473.
const METHODS: &[&str] = &[
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14",
];
/// X12 element 901.
const REJECTIONS: &[&str] = &["T1", "T2", "T3", "T4", "T5", "T6"];
/// X12 element 1526.
const COMPLIANCES: &[&str] = &["1", "2", "3", "4", "5"];
/// X12 element 1527.
const EXCEPTIONS: &[&str] = &["1", "2", "3", "4", "5", "6"];
/// X12 elements 235 and 355 of a repriced service.
fn repriced_codes(kind: Kind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        Kind::Professional => (&["ER", "HC", "IV", "WK"], &["MJ", "UN"]),
        Kind::Institutional => (&["ER", "HC", "HP", "IV", "WK"], &["DA", "UN"]),
        Kind::Dental => (&["AD"], &["UN"]),
    }
}
/// X12 element 363.
const NOTE_KINDS: &[&str] = &[
    "ADD", "ALG", "CER", "DCP", "DGN", "DME", "MED", "NTR", "ODT", "RHB", "RLH", "RNH", "SET",
    "SFM", "SPT", "TPO", "UPI",
];

const FURTHER_NUMBERS_MAX: usize = 5;
const FILE_INFORMATION_MAX: usize = 10;
const CODES_MAX: usize = 24;
const CERTIFICATIONS_MAX: usize = 7;
const CERTIFIED_MAX: usize = 5;
const ANESTHESIA_PROCEDURES_MAX: usize = 2;

/// Facts of the claim as a whole.
pub(super) fn of_claim(notes: &mut Notes<'_>, kind: Kind, chart: &Chart) -> ClaimDetail {
    let mut fields = Fields::new(notes, kind, &"/consent", "detail");
    let source = &chart.consent.patient_signature_source;
    let patient_signature_source =
        fields
            .only(PROFESSIONAL)
            .code("patient_signature_source", source, &["P"]);
    let mut fields = Fields::new(notes, kind, &"/submission", "detail");
    let program = &chart.submission.special_program;
    let special_program =
        fields
            .only(PROFESSIONAL | DENTAL)
            .code("special_program", program, PROGRAMS);
    let encounter = &chart.encounter;
    let mut fields = Fields::new(notes, kind, &"/encounter", "detail");
    let conditions = fields.only(PROFESSIONAL | INSTITUTIONAL).codes(
        "conditions",
        &encounter.conditions,
        CODES_MAX,
        shape::nubc,
        "two characters of the NUBC list",
    );
    let anesthesia_procedures = fields.only(PROFESSIONAL).codes(
        "anesthesia_procedures",
        &encounter.anesthesia_procedures,
        ANESTHESIA_PROCEDURES_MAX,
        shape::hcpcs,
        "a CPT or HCPCS code",
    );
    let ambulance = ambulance(&mut fields, "ambulance", encounter.ambulance.as_ref());
    let spinal = spinal(&mut fields, encounter.spinal_manipulation.as_ref());
    let certifications = certifications(
        &mut fields,
        PROFESSIONAL | INSTITUTIONAL,
        &encounter.certifications,
    );
    let pick_up = pick_up(&mut fields, encounter.pick_up.as_ref());
    let drop_off = drop_off(&mut fields, encounter.drop_off.as_ref());
    let mut fields = Fields::new(notes, kind, &"", "detail");
    let file_information = file_information(&mut fields, &chart.file_information);
    let (contract, repricing) = pricing(&mut fields, &chart.pricing);
    let notes_max = match kind {
        Kind::Professional => 1,
        Kind::Institutional => 11,
        Kind::Dental => 5,
    };
    let further_notes = fields.list(("notes", "further_notes"), &chart.notes, notes_max, note);
    let mut fields = Fields::new(notes, kind, &"/authorizations", "detail");
    let further = &chart.authorizations.further;
    let further_numbers = fields.only(INSTITUTIONAL).list(
        ("further", "further_numbers"),
        further,
        FURTHER_NUMBERS_MAX,
        further_number,
    );
    ClaimDetail {
        patient_signature_source,
        special_program,
        note_kind: None,
        conditions,
        anesthesia_procedures,
        file_information,
        ambulance,
        spinal,
        certifications,
        pick_up,
        drop_off,
        // Only a plan that asks back what it paid has one (BHT06 31): no practice does.
        pay_to_plan: None,
        currency: None,
        contract,
        repricing,
        further_notes,
        further_numbers,
    }
}

/// The claim's own note: the chart's, else the first of the others that may stand for it.
pub(super) fn claim_note(
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    detail: &mut ClaimDetail,
) -> Option<Phi<String>> {
    let mut fields = Fields::new(notes, kind, &"", "");
    let own = fields.phi("note", &chart.note, text::NOTE_MAX);
    if kind == Kind::Professional && chart.note.is_some() && !chart.notes.is_empty() {
        fields.add(Code::TooMany, "notes", "one note");
    }
    if own.is_some() {
        return own;
    }
    let is_usual = |note: &Note| note.kind == "ADD";
    let stands = |note: &Note| kind == Kind::Professional || is_usual(note);
    let at = detail.further_notes.iter().position(stands)?;
    let note = detail.further_notes.remove(at);
    fields.notes.from("note", format_args!("/notes/{at}/text"));
    fields
        .notes
        .from("detail.note_kind", format_args!("/notes/{at}/kind"));
    detail.note_kind = (!is_usual(&note)).then_some(note.kind);
    Some(note.text)
}

/// CR1.
pub(super) fn ambulance(
    fields: &mut Fields<'_, '_>,
    name: &str,
    given: Option<&chart::Ambulance>,
) -> Option<Ambulance> {
    let given = given.filter(|_| fields.only(PROFESSIONAL).takes(name, true))?;
    let mut fields = fields.part(name);
    let reason = fields.need_code("reason", &given.reason, TRANSPORT_REASONS);
    let miles = fields.quantity("miles", &Some(given.miles.clone()));
    Some(Ambulance {
        patient_pounds: fields
            .quantity("patient_pounds", &given.patient_pounds)
            .map(Phi::new),
        round_trip: fields.phi("round_trip", &given.round_trip, text::DESCRIPTION_MAX),
        stretcher: fields.phi("stretcher", &given.stretcher, text::DESCRIPTION_MAX),
        reason: reason?,
        miles: miles?,
    })
}

/// CR2.
fn spinal(
    fields: &mut Fields<'_, '_>,
    given: Option<&chart::SpinalManipulation>,
) -> Option<SpinalManipulation> {
    let name = ("spinal_manipulation", "spinal");
    let given = given.filter(|_| fields.only(PROFESSIONAL).takes(name.0, true))?;
    let mut fields = fields.part(name);
    let condition = fields.need_code("condition", &given.condition, SPINAL_CONDITIONS);
    Some(SpinalManipulation {
        description: fields.phi("description", &given.description, text::DESCRIPTION_MAX),
        more_description: fields.phi(
            "more_description",
            &given.more_description,
            text::DESCRIPTION_MAX,
        ),
        condition: condition?.into(),
    })
}

/// CRC.
pub(super) fn certifications(
    fields: &mut Fields<'_, '_>,
    kinds: Kinds,
    given: &[chart::Certification],
) -> Vec<Certification> {
    fields.only(kinds).list(
        "certifications",
        given,
        CERTIFICATIONS_MAX,
        |fields, one| {
            let kind = fields.need_code("kind", &one.kind, CERTIFICATIONS);
            if one.conditions.is_empty() {
                fields.add(
                    Code::CodeUnknown,
                    "conditions",
                    "one to five condition indicators",
                );
            }
            let conditions = fields.codes(
                "conditions",
                &one.conditions,
                CERTIFIED_MAX,
                shape::condition_indicator,
                "a condition indicator of two or three characters",
            );
            fields.flag("applies", true);
            Some(Certification {
                kind: kind?,
                applies: if one.applies { "Y" } else { "N" }.to_owned(),
                conditions: conditions.into_iter().map(Phi::new).collect(),
            })
        },
    )
}

/// Loops 2310E and 2420G.
pub(super) fn pick_up(
    fields: &mut Fields<'_, '_>,
    given: Option<&chart::Address>,
) -> Option<Address> {
    let given = given.filter(|_| fields.only(PROFESSIONAL).takes("pick_up", true))?;
    let mut fields = fields.part("pick_up");
    address(&mut fields, "", given)
}

/// An address in a part of the chart, or as the whole part.
fn address(fields: &mut Fields<'_, '_>, name: &str, given: &chart::Address) -> Option<Address> {
    let (notes, at, to) = fields.places_of(name);
    notes.address_from(to, at);
    people::address(notes, at, Some(given), Code::AddressMissing)
}

/// Loops 2310F and 2420H.
pub(super) fn drop_off(
    fields: &mut Fields<'_, '_>,
    given: Option<&chart::DropOff>,
) -> Option<DropOff> {
    let given = given.filter(|_| fields.only(PROFESSIONAL).takes("drop_off", true))?;
    let mut fields = fields.part("drop_off");
    let name = fields.text("name", &given.name, text::LAST_NAME_MAX);
    let address = address(&mut fields, "address", &given.address);
    Some(DropOff {
        name,
        address: address?,
    })
}

/// K3.
pub(super) fn file_information(fields: &mut Fields<'_, '_>, given: &[String]) -> Vec<Phi<String>> {
    fields.list(
        "file_information",
        given,
        FILE_INFORMATION_MAX,
        |fields, line| {
            // Its format is the state's: letter for letter.
            let pointer = fields.own();
            text::number(fields.notes, pointer, Some(line), text::NOTE_MAX).map(Phi::new)
        },
    )
}

/// CN1 and HCP.
pub(super) fn pricing(
    fields: &mut Fields<'_, '_>,
    given: &chart::Pricing,
) -> (Option<Contract>, Option<Repricing>) {
    let contract = given.contract.as_ref().and_then(|given| {
        let mut fields = fields.part(("pricing/contract", "contract"));
        let kind = fields.need_code("kind", &given.kind, CONTRACTS);
        Some(Contract {
            amount: fields.money("amount", &given.amount),
            percentage: fields.quantity("percentage", &given.percentage),
            code: fields.number("code", &given.code, text::REFERENCE_MAX),
            discount_percentage: fields.quantity("discount_percentage", &given.discount_percentage),
            version: fields.number("version", &given.version, text::VERSION_MAX),
            kind: kind?,
        })
    });
    let repricing = given.repricing.as_ref().and_then(|given| {
        let mut fields = fields.part(("pricing/repricing", "repricing"));
        let (procedure_kinds, units) = repriced_codes(fields.kind);
        let method = fields.need_code("method", &given.method, METHODS);
        let allowed = fields.money("allowed", &Some(given.allowed.clone()));
        Some(Repricing {
            savings: fields.money("savings", &given.savings),
            repricer: fields.number("repricer", &given.repricer, text::REFERENCE_MAX),
            rate: fields.quantity("rate", &given.rate),
            group: fields.number("group", &given.group, text::REFERENCE_MAX),
            group_amount: fields.money("group_amount", &given.group_amount),
            revenue_code: fields
                .only(INSTITUTIONAL)
                .number("revenue_code", &given.revenue_code, 4),
            procedure_kind: fields.code("procedure_kind", &given.procedure_kind, procedure_kinds),
            procedure: fields.number("procedure", &given.procedure, 48),
            unit: fields.code("unit", &given.unit, units),
            units: fields.quantity("units", &given.units),
            reject_reason: fields.code("reject_reason", &given.reject_reason, REJECTIONS),
            compliance: fields.code("compliance", &given.compliance, COMPLIANCES),
            exception: fields.code("exception", &given.exception, EXCEPTIONS),
            method: method?,
            allowed: allowed?,
        })
    });
    (contract, repricing)
}

/// NTE.
fn note(fields: &mut Fields<'_, '_>, given: &chart::Note) -> Option<Note> {
    let kind = fields.need_code("kind", &given.kind, NOTE_KINDS);
    let text = fields.text("text", &Some(given.text.clone()), text::NOTE_MAX);
    Some(Note {
        kind: kind?,
        text: text?.into(),
    })
}

/// REF of a kind that was said before, or by another payer.
pub(super) fn further_number(
    fields: &mut Fields<'_, '_>,
    given: &chart::FurtherNumber,
) -> Option<FurtherNumber> {
    let kind = fields.need_code("kind", &given.kind, &["9F", "G1", "G3", "LX"]);
    let number = fields.number("number", &Some(given.number.clone()), text::REFERENCE_MAX);
    Some(FurtherNumber {
        payer_id: fields.number("payer_id", &given.payer_id, text::REFERENCE_MAX),
        kind: kind?,
        number: number?,
    })
}
