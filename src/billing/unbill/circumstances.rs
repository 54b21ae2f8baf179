//! Circumstances, papers, contracts and further numbers of a claim or a line as a chart says them. It must not know which
//! of the two it is.

use super::left::{Left, decimal, money, needed, text, texts};
use super::people::address;
use crate::chart;
use crate::claim::{
    Ambulance, Answer, Attachment, Certification, Contract, DropOff, Equipment, Form,
    FurtherNumber, Phi, Repricing, SpinalManipulation,
};

pub(super) fn attachment(paper: Attachment) -> chart::Attachment {
    let Attachment {
        report_type,
        transmission,
        control_number,
    } = paper;
    chart::Attachment {
        report_type,
        transmission,
        control_number,
    }
}

pub(super) fn number(number: FurtherNumber) -> chart::FurtherNumber {
    let FurtherNumber {
        kind,
        number,
        payer_id,
    } = number;
    chart::FurtherNumber {
        kind,
        number,
        payer_id,
    }
}

pub(super) fn certifications(given: Vec<Certification>) -> Vec<chart::Certification> {
    let one = |given: Certification| {
        let Certification {
            kind,
            applies,
            conditions,
        } = given;
        chart::Certification {
            kind,
            applies: applies == "Y",
            conditions: texts(conditions),
        }
    };
    given.into_iter().map(one).collect()
}

/// `None` where the way cannot be told.
pub(super) fn ambulance(left: &mut Left, field: &str, way: Ambulance) -> Option<chart::Ambulance> {
    let Ambulance {
        patient_pounds,
        reason,
        miles,
        round_trip,
        stretcher,
    } = way;
    let pounds = text(patient_pounds)
        .and_then(|text| decimal(left, format_args!("{field}.ambulance.patient_pounds"), text));
    Some(chart::Ambulance {
        reason,
        miles: decimal(left, format_args!("{field}.ambulance.miles"), miles)?,
        patient_pounds: pounds,
        round_trip: text(round_trip),
        stretcher: text(stretcher),
    })
}

pub(super) fn spinal(treated: SpinalManipulation) -> chart::SpinalManipulation {
    let SpinalManipulation {
        condition,
        description,
        more_description,
    } = treated;
    chart::SpinalManipulation {
        condition: condition.into_inner(),
        description: text(description),
        more_description: text(more_description),
    }
}

pub(super) fn drop_off(place: DropOff) -> chart::DropOff {
    let DropOff {
        name,
        address: place,
    } = place;
    chart::DropOff {
        name,
        address: address(place),
    }
}

/// CN1 and HCP.
pub(super) fn pricing(
    left: &mut Left,
    field: &str,
    contract: Option<Contract>,
    repricing: Option<Repricing>,
) -> chart::Pricing {
    chart::Pricing {
        contract: contract.map(|terms| self::contract(left, &format!("{field}.contract"), terms)),
        repricing: repricing.map(|made| self::repricing(left, &format!("{field}.repricing"), made)),
    }
}

fn contract(left: &mut Left, field: &str, terms: Contract) -> chart::Contract {
    let Contract {
        kind,
        amount,
        percentage,
        code,
        discount_percentage,
        version,
    } = terms;
    let mut percent = |name: &str, text: Option<String>| {
        text.and_then(|text| decimal(left, format_args!("{field}.{name}"), text))
    };
    chart::Contract {
        kind,
        amount: amount.map(money),
        percentage: percent("percentage", percentage),
        code,
        discount_percentage: percent("discount_percentage", discount_percentage),
        version,
    }
}

fn repricing(left: &mut Left, field: &str, made: Repricing) -> chart::Repricing {
    let Repricing {
        method,
        allowed,
        savings,
        repricer,
        rate,
        group,
        group_amount,
        revenue_code,
        procedure_kind,
        procedure,
        unit,
        units,
        reject_reason,
        compliance,
        exception,
    } = made;
    let mut number = |name: &str, text: Option<String>| {
        text.and_then(|text| decimal(left, format_args!("{field}.{name}"), text))
    };
    chart::Repricing {
        method,
        allowed: money(allowed),
        savings: savings.map(money),
        repricer,
        rate: number("rate", rate),
        group,
        group_amount: group_amount.map(money),
        revenue_code,
        procedure_kind,
        procedure,
        unit,
        units: number("units", units),
        reject_reason,
        compliance,
        exception,
    }
}

/// Equipment, and where its certificate is.
pub(super) fn equipment(
    left: &mut Left,
    field: &str,
    own: Equipment,
    certificate: Option<String>,
) -> Option<Box<chart::Equipment>> {
    let Equipment {
        rental,
        certification,
        forms,
    } = own;
    let made = chart::Equipment {
        rental: rental.map(|rental| chart::Rental {
            days: needed(left, format_args!("{field}.rental.days"), rental.days),
            rental_price: money(rental.rental_price),
            purchase_price: money(rental.purchase_price),
            frequency: rental.frequency,
        }),
        certification: certification.map(|own| chart::EquipmentCertification {
            kind: own.kind,
            months: needed(
                left,
                format_args!("{field}.certification.months"),
                own.months,
            ),
        }),
        certificate,
        forms: forms
            .into_iter()
            .map(|form| self::form(left, field, form))
            .collect(),
    };
    (made != chart::Equipment::default()).then(|| Box::new(made))
}

fn form(left: &mut Left, field: &str, form: Form) -> chart::Form {
    let Form {
        kind,
        form,
        answers,
    } = form;
    let answer = |answer: Answer| {
        let Answer {
            question,
            applies,
            text: words,
            date,
            percent,
        } = answer;
        chart::Answer {
            question,
            applies: text(applies),
            text: text(words),
            date: date.map(Phi::into_inner),
            percent: text(percent)
                .and_then(|text| decimal(left, format_args!("{field}.forms"), text)),
        }
    };
    chart::Form {
        kind,
        form,
        answers: answers.into_iter().map(answer).collect(),
    }
}
