//! What few claims carry.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::party::address;
use super::{code, date, decimal, money, phi, text};
use crate::claim::*;

/// Fills each named field from the next value.
macro_rules! filled {
    ($owner:ident, $values:ident, $($field:ident)+) => {
        $owner { $($field: $values.next().flatten().map(Into::into),)+ }
    };
}

pub(super) fn claim_dates() -> BoxedStrategy<ClaimDates> {
    vec(of(date()), 18)
        .prop_map(|dates| {
            let mut dates = dates.into_iter();
            filled!(ClaimDates, dates,
            onset initial_treatment last_seen accident last_menstrual_period admission discharge
            acute_manifestation last_x_ray vision_prescription disability_begin disability_end
            last_worked return_to_work assumed_care relinquished_care first_contact
            repricer_received)
        })
        .boxed()
}

pub(super) fn supplement() -> BoxedStrategy<Supplement> {
    vec(of(text()), 14)
        .prop_map(|numbers| {
            let mut numbers = numbers.into_iter();
            filled!(Supplement, numbers,
            prior_authorization referral payer_claim_number clia medical_record clearinghouse_trace
            service_authorization_exception medicare_crossover mammography repriced_claim
            adjusted_repriced_claim device_exemption demonstration_project care_plan_oversight)
        })
        .boxed()
}

pub(super) fn attachment() -> impl Strategy<Value = Attachment> {
    (code(&["03", "OZ"]), code(&["EL", "FX"]), of(text())).prop_map(
        |(report_type, transmission, control_number)| Attachment {
            report_type,
            transmission,
            control_number,
        },
    )
}

pub(super) fn ambulance() -> BoxedStrategy<Ambulance> {
    (
        of(decimal()),
        code(&["A", "E"]),
        decimal(),
        of(phi()),
        of(phi()),
    )
        .prop_map(|(pounds, reason, miles, round_trip, stretcher)| Ambulance {
            patient_pounds: pounds.map(Phi::new),
            reason,
            miles,
            round_trip,
            stretcher,
        })
        .boxed()
}

pub(super) fn certification() -> BoxedStrategy<Certification> {
    (
        code(&["07", "E1", "ZZ"]),
        code(&["Y", "N"]),
        vec(phi(), 1..=5),
    )
        .prop_map(|(kind, applies, conditions)| Certification {
            kind,
            applies,
            conditions,
        })
        .boxed()
}

pub(super) fn claim_detail() -> BoxedStrategy<ClaimDetail> {
    let codes = (
        of(code(&["P"])),
        of(code(&["02", "09"])),
        of(code(&["CER", "DGN"])),
        vec("[A-Z0-9]{2}", 0..=24),
        vec("[0-9]{5}", 0..=2),
        vec(phi(), 0..2),
    );
    let spinal =
        (phi(), of(phi()), of(phi())).prop_map(|(condition, one, two)| SpinalManipulation {
            condition,
            description: one,
            more_description: two,
        });
    let drop_off = (of(text()), address("T")).prop_map(|(name, address)| DropOff { name, address });
    let facts = (
        of(ambulance()),
        of(spinal),
        vec(certification(), 0..3),
        of(address("F")),
        of(drop_off),
    );
    (codes, facts)
        .prop_map(
            |(
                (
                    patient_signature_source,
                    special_program,
                    note_kind,
                    conditions,
                    procedures,
                    files,
                ),
                (ambulance, spinal, certifications, pick_up, drop_off),
            )| ClaimDetail {
                patient_signature_source,
                special_program,
                note_kind,
                conditions,
                anesthesia_procedures: procedures,
                file_information: files,
                ambulance,
                spinal,
                certifications,
                pick_up,
                drop_off,
            },
        )
        .boxed()
}

pub(super) fn line_detail() -> BoxedStrategy<LineDetail> {
    let dates = vec(of(date()), 10).prop_map(|dates| {
        let mut dates = dates.into_iter();
        filled!(LineDates, dates,
            prescription recertification therapy_begin last_certification last_seen
            hemoglobin_test creatinine_test shipped last_x_ray initial_treatment)
    });
    let supplement = vec(of(text()), 6).prop_map(|numbers| {
        let mut numbers = numbers.into_iter();
        filled!(LineSupplement, numbers,
            repriced_line adjusted_repriced_line mammography referring_clia immunization_batch
            referral)
    });
    let measurement = (code(&["OG", "TR"]), code(&["HT", "R1"]), decimal()).prop_map(
        |(reference, kind, value)| Measurement {
            reference,
            kind,
            value: Phi::new(value),
        },
    );
    let purchased =
        (text(), money()).prop_map(|(provider, charge)| PurchasedService { provider, charge });
    let codes = (
        of(code(&["ER"])),
        of(code(&["Y"])),
        of(code(&["Y"])),
        of(code(&["0"])),
    );
    let notes = (
        vec(phi(), 0..2),
        of(code(&["DCP"])),
        of(phi()),
        of(purchased),
    );
    let amounts = (of(decimal()), of(decimal()), of(money()), of(money()));
    let facts = (
        vec(attachment(), 0..2),
        of(ambulance()),
        vec(certification(), 0..2),
        vec(measurement, 0..2),
    );
    (codes, facts, dates, supplement, amounts, notes)
        .prop_map(
            |(
                (procedure_kind, epsdt, family_planning, copay_status),
                (attachments, ambulance, certifications, measurements),
                dates,
                supplement,
                (ambulance_patients, anesthesia_units, sales_tax, postage),
                (file_information, note_kind, third_party_note, purchased),
            )| LineDetail {
                procedure_kind,
                epsdt,
                family_planning,
                copay_status,
                attachments,
                ambulance,
                certifications,
                dates,
                ambulance_patients,
                anesthesia_units,
                measurements,
                supplement,
                sales_tax,
                postage,
                file_information,
                note_kind,
                third_party_note,
                purchased,
            },
        )
        .boxed()
}
