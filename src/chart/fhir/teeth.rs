//! Teeth of a dentist's request: FHIR's designations become the universal ones that payers know. It must not know what
//! was done to them.

use super::bundle::Node;
use super::codes::{self, Coded};
use super::draft::Draft;
use crate::chart::{Code, DentalTreatment, Tooth, ToothStatus, ToothWork};

/// Designations of the FDI (ISO 3950): quadrant and place. Any other system is taken for the universal one (ADA).
const FDI: &[&str] = &[
    "http://terminology.hl7.org/CodeSystem/ex-tooth",
    "http://hl7.org/fhir/ex-tooth",
    "urn:iso:std:iso:3950",
];
/// Whole mouth, arches, quadrants (ADA).
const AREAS: &[&str] = &["00", "01", "02", "10", "20", "30", "40"];

/// What an item says of teeth; `None` where it says nothing.
pub(super) fn of_item(draft: &mut Draft, item: &Node, pointer: &str) -> Option<Box<ToothWork>> {
    let site = item.get("bodySite")?;
    draft.mark(format!("{pointer}/dental/teeth"), item.at("bodySite"));
    let mut work = ToothWork::default();
    let coded = codes::all(draft, &site).into_iter().next();
    let is_area = |coded: &Coded| AREAS.contains(&&*coded.code) && !is_fdi(coded);
    match coded {
        Some(coded) if is_area(&coded) => work.oral_cavity.push(coded.code),
        coded => {
            let number = coded.and_then(|coded| universal(&coded));
            if number.is_none() {
                let expected = "expected a tooth or an area of the mouth";
                draft.note(Code::FhirValue, &*site.path, expected);
            }
            work.teeth.extend(number.map(|number| Tooth {
                number,
                surfaces: surfaces(draft, item),
            }));
        }
    }
    (work != ToothWork::default()).then(|| Box::new(work))
}

/// Surfaces, each for itself: FHIR has codes for several together.
fn surfaces(draft: &mut Draft, item: &Node) -> Vec<String> {
    let mut surfaces: Vec<String> = Vec::new();
    for site in draft.list(item, "subSite") {
        for coded in codes::all(draft, &site).into_iter().take(1) {
            for letter in coded.code.chars() {
                // Ventral is towards the face.
                let surface = if letter == 'V' { 'F' } else { letter };
                let surface = surface.to_string();
                if !surfaces.contains(&surface) {
                    surfaces.push(surface);
                }
            }
        }
    }
    surfaces
}

/// Teeth that are missing, said among the supporting information.
pub(super) fn missing(draft: &mut Draft, request: &Node) -> Option<DentalTreatment> {
    let mut treatment = DentalTreatment::default();
    for info in draft.list(request, "supportingInfo") {
        if !codes::has(&info, "category", &["missingtooth", "missingtoothnumber"]) {
            continue;
        }
        let Some(concept) = info.get("code") else {
            continue;
        };
        let coded = codes::all(draft, &concept).into_iter().next();
        let Some(tooth) = coded.and_then(|coded| universal(&coded)) else {
            draft.note(Code::FhirValue, &*concept.path, "expected a tooth");
            continue;
        };
        let pointer = format!("/dental/tooth_statuses/{}", treatment.tooth_statuses.len());
        draft.mark(pointer, &*info.path);
        treatment.tooth_statuses.push(ToothStatus {
            tooth,
            status: "M".into(),
        });
    }
    (treatment != DentalTreatment::default()).then_some(treatment)
}

fn is_fdi(coded: &Coded) -> bool {
    FDI.contains(&&*coded.system)
}

/// The universal national designation of a tooth.
fn universal(coded: &Coded) -> Option<String> {
    if !is_fdi(coded) {
        return Some(coded.code.clone());
    }
    let number: u32 = coded.code.parse().ok()?;
    let (quadrant, place) = (number / 10, number % 10);
    let permanent = match (quadrant, place) {
        (1, 1..=8) => Some(9 - place),
        (2, 1..=8) => Some(8 + place),
        (3, 1..=8) => Some(25 - place),
        (4, 1..=8) => Some(24 + place),
        _ => None,
    };
    if let Some(number) = permanent {
        return Some(number.to_string());
    }
    // A to T of a child, in the same round.
    let place = match (quadrant, place) {
        (5, 1..=5) => 5 - place,
        (6, 1..=5) => 4 + place,
        (7, 1..=5) => 15 - place,
        (8, 1..=5) => 14 + place,
        _ => return None,
    };
    let letter = u8::try_from(place).ok()?;
    Some(char::from(b'A' + letter).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teeth_are_counted_round_the_mouth() {
        for (fdi, expected) in [
            ("18", "1"),
            ("11", "8"),
            ("21", "9"),
            ("28", "16"),
            ("38", "17"),
            ("31", "24"),
            ("41", "25"),
            ("48", "32"),
            ("55", "A"),
            ("51", "E"),
            ("61", "F"),
            ("65", "J"),
            ("75", "K"),
            ("71", "O"),
            ("81", "P"),
            ("85", "T"),
            ("49", "-"),
            ("56", "-"),
            ("x", "-"),
        ] {
            let coded = Coded {
                code: fdi.to_owned(),
                system: FDI[0].to_owned(),
                display: None,
            };
            let tooth = universal(&coded).unwrap_or_else(|| "-".to_owned());
            assert_eq!(tooth, expected, "{fdi}");
        }
    }
}
