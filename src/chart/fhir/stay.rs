//! A facility's bill: what a request says of the stay beside its items. It must not work out what nobody says: a type of
//! bill is no guess from a class.

use super::bundle::{Bundle, Node};
use super::codes;
use super::diagnoses::Diagnoses;
use super::draft::Draft;
use crate::chart::{InpatientProcedure, Stay, code_system};

/// Patient status (NUBC) by FHIR's discharge dispositions, where one means the other.
const DISCHARGED: &[(&str, &str)] = &[
    ("home", "01"),
    ("alt-home", "01"),
    ("snf", "03"),
    ("aadvice", "07"),
    ("exp", "20"),
    ("rehab", "62"),
    ("long", "63"),
    ("psy", "65"),
];
/// Points of origin (NUBC) by FHIR's admit sources, where one means the other.
const ADMITTED: &[(&str, &str)] = &[("hosp-trans", "4"), ("nursing", "5")];

/// The stay of a facility's request; `None` where nothing is said of one.
pub(super) fn of_request(
    draft: &mut Draft,
    bundle: &Bundle,
    request: &Node,
    visit: Option<&Node>,
    diagnoses: &mut Diagnoses,
) -> Option<Stay> {
    let mut stay = Stay::default();
    informed(draft, request, &mut stay);
    let said = stay != Stay::default();
    if let Some(hospital) = visit.and_then(|visit| visit.get("hospitalization")) {
        hospitalized(draft, &hospital, &mut stay);
    }
    stay.procedures = procedures(draft, bundle, request);
    let has_revenue = |item: &Node| item.get("revenue").is_some();
    let is_there =
        said || !stay.procedures.is_empty() || draft.list(request, "item").iter().any(has_revenue);
    if !is_there {
        return None;
    }
    draft.mark("/stay", &*request.path);
    for place in ["/stay/from", "/stay/to"] {
        draft.mark(place, request.at("billablePeriod"));
    }
    if let Some(period) = request.get("billablePeriod") {
        stay.from = draft.date(&period, "start");
        stay.to = draft.date(&period, "end");
    }
    stay.admitting_diagnosis = diagnoses.admitting.take();
    Some(stay)
}

/// What is said among the supporting information, by the categories of FHIR and of CARIN's Blue Button.
fn informed(draft: &mut Draft, request: &Node, stay: &mut Stay) {
    draft.mark("/stay/type_of_bill", request.at("supportingInfo"));
    draft.mark("/stay/patient_status", request.at("supportingInfo"));
    for info in draft.list(request, "supportingInfo") {
        let is = |wanted: &[&str]| codes::has(&info, "category", wanted);
        let (place, pointer) = if is(&["typeofbill"]) {
            let code = codes::first(draft, &info, "code");
            stay.type_of_bill = code.unwrap_or_default();
            draft.mark("/stay/type_of_bill", info.at("code"));
            continue;
        } else if is(&["pointoforigin"]) {
            (&mut stay.admission_source, "admission_source")
        } else if is(&["admtype"]) {
            (&mut stay.admission_type, "admission_type")
        } else if is(&["discharge-status", "discharge"]) {
            (&mut stay.patient_status, "patient_status")
        } else if is(&["drg"]) {
            (&mut stay.drg, "drg")
        } else if is(&["hospitalized", "admissionperiod"]) {
            if let Some(period) = info.get("timingPeriod") {
                stay.admission_time = draft.time(&period, "start");
                stay.discharge_time = draft.time(&period, "end");
                draft.mark("/stay/admission_time", period.at("start"));
                draft.mark("/stay/discharge_time", period.at("end"));
            }
            continue;
        } else {
            continue;
        };
        *place = codes::first(draft, &info, "code");
        draft.mark(format!("/stay/{pointer}"), info.at("code"));
    }
}

/// What the encounter knows that the request leaves out.
fn hospitalized(draft: &mut Draft, hospital: &Node, stay: &mut Stay) {
    for (place, key, known, pointer) in [
        (
            &mut stay.admission_source,
            "admitSource",
            ADMITTED,
            "admission_source",
        ),
        (
            &mut stay.patient_status,
            "dischargeDisposition",
            DISCHARGED,
            "patient_status",
        ),
    ] {
        if place.is_some() {
            continue;
        }
        let Some(code) = codes::first(draft, hospital, key) else {
            continue;
        };
        let meant = known.iter().find(|(fhir, _)| *fhir == code);
        let is_nubc = code.bytes().all(|byte| byte.is_ascii_digit());
        *place = match meant {
            Some((_, nubc)) => Some((*nubc).to_owned()),
            None => is_nubc.then_some(code),
        };
        draft.mark(format!("/stay/{pointer}"), hospital.at(key));
    }
}

/// Inpatient procedures, the principal one first. Those in the codes of a visit stand among the items.
fn procedures(draft: &mut Draft, bundle: &Bundle, request: &Node) -> Vec<InpatientProcedure> {
    let mut found = Vec::new();
    for entry in draft.list(request, "procedure") {
        let referred = entry
            .get("procedureReference")
            .and_then(|reference| bundle.find(&reference));
        let concept = match &referred {
            Some(procedure) => procedure.get("code"),
            None => entry.get("procedureCodeableConcept"),
        };
        let Some(concept) = concept else { continue };
        let coded = codes::all(draft, &concept).into_iter().find(|coded| {
            [code_system::ICD10_PCS, code_system::ICD9_PCS].contains(&&*coded.system)
        });
        let Some(coded) = coded else { continue };
        let date = draft.date(&entry, "date").or_else(|| {
            let performed = referred.as_ref()?;
            draft.date(performed, "performedDateTime")
        });
        let is_principal = codes::has(&entry, "type", &["principal", "primary"]);
        let procedure = InpatientProcedure {
            code: coded.code,
            system: coded.system,
            date,
        };
        found.push((!is_principal, entry.path.clone(), procedure));
    }
    found.sort_by_key(|(is_other, ..)| *is_other);
    let marked = found
        .into_iter()
        .enumerate()
        .map(|(index, (_, path, one))| {
            draft.mark(format!("/stay/procedures/{index}"), path);
            one
        });
    marked.collect()
}
