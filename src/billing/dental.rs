//! What only a dental claim says: teeth, prostheses, orthodontics. It must not know what the kinds share.

use super::fields::Fields;
use super::kind::Kind;
use super::notes::Notes;
use super::{shape, text};
use crate::chart::{self, Chart, Code};
use crate::claim::{Dental, DentalLine, Orthodontics, Tooth, ToothStatus};

/// X12 element 1368.
const STATUSES: &[&str] = &["E", "M"];
/// X12 element 1369.
const SURFACES: &[&str] = &["B", "D", "F", "I", "L", "M", "O"];
/// X12 element 1358.
const PROSTHESES: &[&str] = &["I", "R"];
/// ANSI/ADA/ISO 3950: whole mouth, arches, quadrants, sextants.
const AREAS: &[&str] = &["00", "01", "02", "10", "20", "30", "40"];

const STATUSES_MAX: usize = 35;
const TEETH_MAX: usize = 32;
const SURFACES_MAX: usize = 5;
const AREAS_MAX: usize = 5;

/// What only this kind of claim says.
pub(super) fn own(notes: &mut Notes<'_>, chart: &Chart) -> Dental {
    let Some(given) = &chart.dental else {
        return Dental::default();
    };
    let mut fields = Fields::new(notes, Kind::Dental, &"/dental", "kind.dental");
    fields.flag("predetermination", given.predetermination);
    fields
        .notes
        .from("kind.dental.orthodontics", "/dental/orthodontics");
    let orthodontics = given.orthodontics.as_ref().map(|given| {
        let mut fields = fields.part("orthodontics");
        let (months, months_remaining) = (
            fields.quantity("months", &given.months),
            fields.quantity("months_remaining", &given.months_remaining),
        );
        let is_bare = months.is_none() && months_remaining.is_none();
        Orthodontics {
            months,
            months_remaining,
            indicator: is_bare.then(|| "Y".to_owned()),
        }
    });
    Dental {
        predetermination: given.predetermination,
        service: None,
        appliance_placed: fields.day("appliance_placed", given.appliance_placed),
        orthodontics,
        tooth_statuses: fields.list(
            "tooth_statuses",
            &given.tooth_statuses,
            STATUSES_MAX,
            |fields, one| {
                let tooth = tooth(fields, "tooth", &one.tooth);
                let status = fields.need_code("status", &one.status, STATUSES);
                Some(ToothStatus {
                    tooth: tooth?,
                    status: status?,
                })
            },
        ),
        predetermination_number: fields.number(
            "predetermination_number",
            &given.predetermination_number,
            text::REFERENCE_MAX,
        ),
    }
}

/// SV3, TOO and the dates of a line.
pub(super) fn line(fields: &mut Fields<'_, '_>, given: Option<&chart::ToothWork>) -> DentalLine {
    const MAX: usize = text::REFERENCE_MAX;
    let Some(given) = given else {
        return DentalLine::default();
    };
    let mut fields = fields.part(("dental", "kind.dental"));
    let prosthesis = fields.code("prosthesis", &given.prosthesis, PROSTHESES);
    if prosthesis.as_deref() == Some("R")
        && given.prior_placement.is_none()
        && given.prior_placement_estimated.is_none()
    {
        fields.add(
            Code::DateMissing,
            "prior_placement",
            "when the prosthesis that is replaced was placed",
        );
    }
    DentalLine {
        oral_cavity: fields.codes(
            "oral_cavity",
            &given.oral_cavity,
            AREAS_MAX,
            |area| AREAS.contains(&area.trim()).then(|| area.trim().to_owned()),
            &AREAS.join(" "),
        ),
        prosthesis,
        teeth: fields.list("teeth", &given.teeth, TEETH_MAX, |fields, one| {
            let number = tooth(fields, "number", &one.number);
            let surface = |surface: &str| {
                let surface = surface.trim().to_ascii_uppercase();
                SURFACES.contains(&surface.as_str()).then_some(surface)
            };
            let surfaces = fields.codes(
                "surfaces",
                &one.surfaces,
                SURFACES_MAX,
                surface,
                &SURFACES.join(" "),
            );
            Some(Tooth {
                number: number?,
                surfaces,
            })
        }),
        prior_placement: fields.day("prior_placement", given.prior_placement),
        prior_placement_estimated: fields
            .day("prior_placement_estimated", given.prior_placement_estimated),
        appliance_placed: fields.day("appliance_placed", given.appliance_placed),
        replaced: fields.day("replaced", given.replaced),
        treatment_begin: fields.day("treatment_begin", given.treatment_begin),
        treatment_end: fields.day("treatment_end", given.treatment_end),
        predetermination_number: fields.number(
            "predetermination_number",
            &given.predetermination_number,
            MAX,
        ),
        repriced_claim: fields.number("repriced_claim", &given.repriced_claim, MAX),
        adjusted_repriced_claim: fields.number(
            "adjusted_repriced_claim",
            &given.adjusted_repriced_claim,
            MAX,
        ),
    }
}

/// A tooth of the universal national designation.
fn tooth(fields: &mut Fields<'_, '_>, name: &str, given: &str) -> Option<String> {
    let expected = "1 to 32, A to T, 51 to 82 or AS to TS";
    if given.trim().is_empty() {
        fields.add(Code::CodeUnknown, name, expected);
    }
    fields.shaped(name, &Some(given.to_owned()), shape::tooth, || {
        expected.to_owned()
    })
}
