//! What few claims carry.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::party::address;
use super::{Kind, code, count, day, decimal, money, phi, text};
use crate::claim::*;

/// Fills each named field from the next value.
macro_rules! filled {
    ($owner:ident, $values:ident, $($field:ident)+) => {
        $owner { $($field: $values.next().flatten().map(Into::into),)+ }
    };
}

pub(super) fn claim_dates() -> BoxedStrategy<ClaimDates> {
    vec(of(day()), 18)
        .prop_map(|dates| {
            let mut dates = dates.into_iter();
            filled!(ClaimDates, dates,
            onset initial_treatment last_seen accident last_menstrual_period admission discharge
            acute_manifestation last_x_ray vision_prescription disability_begin disability_end
            last_worked return_to_work assumed_care relinquished_care first_contact
            repricer_received)
        })
        .prop_map(|mut dates: ClaimDates| {
            let ends = [&mut dates.disability_begin, &mut dates.disability_end];
            if let [Some(begin), Some(end)] = ends
                && begin > end
            {
                std::mem::swap(begin, end);
            }
            dates
        })
        .boxed()
}

pub(super) fn supplement() -> BoxedStrategy<Supplement> {
    vec(of(text()), 14)
        .prop_map(|numbers| {
            let mut numbers = numbers.into_iter();
            let told = filled!(Supplement, numbers,
            prior_authorization referral payer_claim_number clia medical_record clearinghouse_trace
            service_authorization_exception medicare_crossover mammography repriced_claim
            adjusted_repriced_claim device_exemption demonstration_project care_plan_oversight);
            Supplement {
                service_authorization_exception: told
                    .service_authorization_exception
                    .map(|_| "3".into()),
                medicare_crossover: told.medicare_crossover.map(|_| "Y".into()),
                ..told
            }
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

fn supply() -> impl Strategy<Value = Supply> {
    let number = (code(&["EN", "UP"]), "[0-9]{12}");
    let amount = (decimal(), code(&["UN", "ML"]));
    (number, amount, of(text()), of(text())).prop_map(
        |((kind, number), (quantity, unit), prescription, link)| Supply {
            kind,
            number,
            quantity,
            unit,
            compound_link: link.filter(|_| prescription.is_none()),
            prescription,
        },
    )
}

fn equipment() -> impl Strategy<Value = Equipment> {
    let rental = (decimal(), money(), money(), code(&["1", "4", "6"])).prop_map(
        |(days, rental_price, purchase_price, frequency)| Rental {
            days,
            rental_price,
            purchase_price,
            frequency,
        },
    );
    let certification = (code(&["I", "R", "S"]), decimal())
        .prop_map(|(kind, months)| EquipmentCertification { kind, months });
    let answer = (
        "[A-Z0-9]{1,20}",
        code(&["N", "W", "Y"]),
        of(phi()),
        of(day()),
        of(decimal()),
    )
        .prop_map(|(question, applies, text, date, percent)| Answer {
            question,
            applies: Some(Phi::new(applies)),
            text,
            date: date.map(Phi::new),
            percent: percent.map(Phi::new),
        });
    let form = (code(&["AS", "UT"]), "[0-9.]{1,10}[0-9]", vec(answer, 1..3)).prop_map(
        |(kind, form, answers)| Form {
            kind,
            form,
            answers,
        },
    );
    (of(rental), of(certification), vec(form, 0..2)).prop_map(|(rental, certification, forms)| {
        Equipment {
            rental,
            certification,
            forms,
        }
    })
}

fn drop_off() -> impl Strategy<Value = DropOff> {
    (of(text()), address("T")).prop_map(|(name, address)| DropOff { name, address })
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

/// At most one of a category, in the guide's order.
fn certifications(
    categories: &'static [(&'static str, &'static [&'static str])],
) -> BoxedStrategy<Vec<Certification>> {
    let each: Vec<_> = categories
        .iter()
        .map(|(kind, conditions)| {
            let max = if *kind == "ZZ" { 3 } else { 5 };
            let conditions = vec(code(conditions).prop_map(Phi::new), 1..=max);
            of(
                (code(&["Y", "N"]), conditions).prop_map(|(applies, conditions)| Certification {
                    kind: (*kind).to_owned(),
                    applies,
                    conditions,
                }),
            )
        })
        .collect();
    each.prop_map(|made| made.into_iter().flatten().collect())
        .boxed()
}

const AMBULANCE: (&str, &[&str]) = ("07", &["01", "04", "12"]);

fn contract() -> BoxedStrategy<Contract> {
    let numbers = (
        of(money()),
        of(count()),
        of(text()),
        of(count()),
        of(text()),
    );
    (code(&["02", "09"]), numbers)
        .prop_map(
            |(kind, (amount, percentage, code, discount_percentage, version))| Contract {
                kind,
                amount,
                percentage,
                code,
                discount_percentage,
                version,
            },
        )
        .boxed()
}

/// `of_line`: of a line, which has a procedure.
fn repricing(kind: Kind, of_line: bool) -> BoxedStrategy<Repricing> {
    let amounts = (money(), of(money()), of(text()), of(count()));
    let group = (of(text()), of(money()), of(code(&["0120", "0360"])));
    let unit = of(count());
    let verdict = (of(code(&["T1"])), of(code(&["3"])), of(code(&["6"])));
    (
        code(&["00", "14"]),
        amounts,
        group,
        any::<bool>(),
        unit,
        verdict,
    )
        .prop_map(
            move |(
                method,
                (allowed, savings, repricer, rate),
                (group, group_amount, revenue_code),
                procedure,
                units,
                (reject_reason, compliance, exception),
            )| {
                let institutional = kind == Kind::Institutional;
                let (procedure_kind, code) = match kind {
                    Kind::Dental => ("AD", "D2750"),
                    _ => ("HC", "99213"),
                };
                let procedure = procedure && of_line;
                let units = units.filter(|_| of_line || institutional);
                Repricing {
                    method,
                    allowed,
                    savings,
                    repricer,
                    rate,
                    group,
                    group_amount,
                    revenue_code: revenue_code.filter(|_| institutional),
                    procedure_kind: procedure.then(|| procedure_kind.to_owned()),
                    procedure: procedure.then(|| code.to_owned()),
                    unit: units.as_ref().map(|_| "UN".into()),
                    units,
                    reject_reason,
                    compliance,
                    exception,
                }
            },
        )
        .boxed()
}

/// Numbers of lines that other payers gave.
fn further_numbers(kinds: &'static [&'static str]) -> BoxedStrategy<Vec<FurtherNumber>> {
    let number = (code(kinds), text(), text()).prop_map(|(kind, number, payer)| FurtherNumber {
        kind,
        number,
        payer_id: Some(payer),
    });
    vec(number, 0..=2).boxed()
}

pub(super) fn claim_detail(kind: Kind) -> BoxedStrategy<ClaimDetail> {
    let codes = (
        of(code(&["P"])),
        of(code(&["02", "09"])),
        of(code(&["CER", "DGN"])),
        vec(code(&["01", "02"]), 0..=24),
        vec("[0-9]{5}", 0..=2),
        vec(phi(), 0..2),
    );
    let spinal = (code(&["A", "M"]).prop_map(Phi::new), of(phi()), of(phi())).prop_map(
        |(condition, one, two)| SpinalManipulation {
            condition,
            description: one,
            more_description: two,
        },
    );
    let facts = (
        of(ambulance()),
        of(spinal),
        certifications(&[
            AMBULANCE,
            ("E1", &["L1", "L5"]),
            ("ZZ", &["AV", "NU", "S2", "ST"]),
        ]),
        of(address("F")),
        of(drop_off()),
    );
    let kinds: &[&str] = match kind {
        Kind::Dental => &["ADD"],
        _ => &["DGN", "MED", "SPT"],
    };
    let note = (code(kinds), phi()).prop_map(|(kind, text)| Note { kind, text });
    let exemption = text().prop_map(|number| FurtherNumber {
        kind: "LX".into(),
        number,
        payer_id: None,
    });
    let terms = (
        of(contract()),
        of(repricing(kind, false)),
        vec(note, 0..=4),
        vec(exemption, 0..=4),
    );
    (codes, facts, terms)
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
                (contract, repricing, further_notes, further_numbers),
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
                pay_to_plan: None,
                currency: None,
                contract,
                repricing,
                further_notes,
                further_numbers,
            },
        )
        .boxed()
}

pub(super) fn line_detail(kind: Kind) -> BoxedStrategy<LineDetail> {
    let dates = vec(of(day()), 10).prop_map(|dates| {
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
        (
            of(ambulance()),
            of(address("F")),
            of(drop_off()),
            of(supply()),
            equipment(),
        ),
        certifications(&[AMBULANCE]),
        vec(measurement, 0..2),
    );
    let numbers: &[&str] = match kind {
        Kind::Dental => &["G1", "9F", "G3"],
        _ => &["G1", "9F"],
    };
    let terms = (
        of(contract()),
        of(repricing(kind, true)),
        further_numbers(numbers),
    );
    (codes, facts, dates, supplement, amounts, notes, terms)
        .prop_map(
            |(
                (procedure_kind, epsdt, family_planning, copay_status),
                (
                    attachments,
                    (ambulance, pick_up, drop_off, supply, equipment),
                    certifications,
                    measurements,
                ),
                dates,
                supplement,
                (ambulance_patients, anesthesia_units, sales_tax, postage),
                (file_information, note_kind, third_party_note, purchased),
                (contract, repricing, further_numbers),
            )| LineDetail {
                procedure_kind,
                epsdt,
                family_planning,
                copay_status,
                attachments,
                ambulance,
                equipment,
                supply,
                pick_up,
                drop_off,
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
                contract,
                repricing,
                further_numbers,
            },
        )
        .boxed()
}
