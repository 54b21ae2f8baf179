//! Service lines as a chart's procedures, one each and in their order. It must not know the claim around them.

use super::circumstances::{self, attachment, certifications, pricing};
use super::left::{Left, decimal, flag, money, needed, text, texts};
use super::people::{address, of_line};
use crate::billing::equipment::{CERTIFICATE, CERTIFICATES};
use crate::chart::{self, Procedure, ProcedureDates, ProcedureNumbers, UnitKind, code_system};
use crate::claim::{
    Attachment, DentalLine, Drug, LineDates, LineDetail, LineKind, LineSupplement, Measurement,
    PurchasedService, RevenueLine, ServiceLine, Supply, Tooth,
};

pub(super) fn procedures(left: &mut Left, lines: Vec<ServiceLine>) -> Vec<Procedure> {
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(index, line)| procedure(left, &format!("lines[{index}]"), line))
        .collect()
}

fn procedure(left: &mut Left, field: &str, line: ServiceLine) -> Procedure {
    let ServiceLine {
        control_number,
        procedure,
        modifiers,
        description,
        charge,
        unit,
        quantity,
        place_of_service,
        diagnosis_pointers,
        service_from,
        service_to,
        emergency,
        prior_authorization,
        clia,
        note,
        drug,
        providers,
        // Of the payer that decided.
        adjudications: _,
        detail,
        kind,
    } = line;
    let mut made = Procedure {
        code: procedure,
        modifiers,
        description,
        charge: Some(money(charge)),
        quantity: Some(quantity)
            .filter(|text| !text.is_empty())
            .and_then(|text| decimal(left, format_args!("{field}.quantity"), text)),
        unit: match unit.as_str() {
            "MJ" => UnitKind::Minutes,
            "DA" => UnitKind::Days,
            "UN" | "" => UnitKind::Units,
            _ => {
                left.wrong(format_args!("{field}.unit"), true);
                UnitKind::Units
            }
        },
        from: service_from,
        to: service_to,
        diagnosis_pointers: diagnosis_pointers.into_iter().map(usize::from).collect(),
        place_of_service,
        emergency,
        prior_authorization,
        note: text(note),
        drug: drug.map(|given| self::drug(left, field, given)),
        numbers: ProcedureNumbers {
            control_number: Some(control_number).filter(|number| !number.is_empty()),
            clia,
            ..ProcedureNumbers::default()
        },
        ..Procedure::default()
    };
    of_line(left, field, providers, &mut made);
    match kind {
        LineKind::Professional => {}
        LineKind::Institutional(own) => made.revenue = Some(revenue(*own)),
        LineKind::Dental(own) => {
            made.system = code_system::CDT.to_owned();
            let own = tooth_work(*own);
            made.dental = (own != chart::ToothWork::default()).then(|| Box::new(own));
        }
    }
    self::detail(left, field, detail.into_inner(), &mut made);
    made
}

/// What few lines carry.
fn detail(left: &mut Left, field: &str, detail: LineDetail, line: &mut Procedure) {
    let LineDetail {
        procedure_kind,
        epsdt,
        family_planning,
        copay_status,
        mut attachments,
        ambulance,
        equipment,
        supply,
        pick_up,
        drop_off,
        certifications: certified,
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
    } = detail;
    let field = format!("{field}.detail");
    match procedure_kind.as_deref() {
        None => {}
        Some("HP") => line.system = code_system::HIPPS.to_owned(),
        Some(_) => left.wrong(format_args!("{field}.procedure_kind"), true),
    }
    let is_certificate = |paper: &Attachment| {
        paper.report_type == CERTIFICATE && CERTIFICATES.contains(&paper.transmission.as_str())
    };
    let certificate = attachments.iter().position(is_certificate);
    let certificate = certificate.map(|at| attachments.remove(at).transmission);
    line.epsdt = flag(epsdt.as_deref());
    line.family_planning = flag(family_planning.as_deref());
    line.copay_exempt = copay_status.as_deref() == Some("0");
    line.attachments = attachments.into_iter().map(attachment).collect();
    line.ambulance = ambulance
        .and_then(|way| circumstances::ambulance(left, &field, way))
        .map(Box::new);
    line.equipment =
        circumstances::equipment(left, &format!("{field}.equipment"), equipment, certificate);
    line.supply = supply.map(|given| Box::new(self::supply(left, &field, given)));
    line.pick_up = pick_up.map(|place| Box::new(address(place)));
    line.drop_off = drop_off.map(|place| Box::new(circumstances::drop_off(place)));
    line.certifications = certifications(certified);
    line.dates = self::dates(dates);
    line.ambulance_patients = ambulance_patients
        .and_then(|text| decimal(left, format_args!("{field}.ambulance_patients"), text));
    line.anesthesia_units = anesthesia_units
        .and_then(|text| decimal(left, format_args!("{field}.anesthesia_units"), text));
    let measured = |given: Measurement| {
        let Measurement {
            reference,
            kind,
            value,
        } = given;
        chart::Measurement {
            reference,
            kind,
            value: needed(
                left,
                format_args!("{field}.measurements"),
                value.into_inner(),
            ),
        }
    };
    line.measurements = measurements.into_iter().map(measured).collect();
    line.sales_tax = sales_tax.map(money);
    line.postage = postage.map(money);
    line.file_information = texts(file_information);
    line.note_kind = note_kind;
    line.third_party_note = text(third_party_note);
    line.purchased = purchased.map(|bought| {
        let PurchasedService { provider, charge } = bought;
        chart::PurchasedService {
            provider,
            charge: money(charge),
        }
    });
    line.pricing = pricing(left, &field, contract, repricing);
    let LineSupplement {
        repriced_line,
        adjusted_repriced_line,
        mammography,
        referring_clia,
        immunization_batch,
        referral,
    } = supplement;
    let numbers = std::mem::take(&mut line.numbers);
    line.numbers = ProcedureNumbers {
        referring_clia,
        mammography,
        immunization_batch,
        referral,
        repriced_line,
        adjusted_repriced_line,
        further: further_numbers
            .into_iter()
            .map(circumstances::number)
            .collect(),
        ..numbers
    };
}

fn dates(dates: LineDates) -> ProcedureDates {
    let LineDates {
        prescription,
        recertification,
        therapy_begin,
        last_certification,
        last_seen,
        hemoglobin_test,
        creatinine_test,
        shipped,
        last_x_ray,
        initial_treatment,
    } = dates;
    ProcedureDates {
        prescription,
        recertification,
        therapy_begin,
        last_certification,
        last_seen,
        hemoglobin_test,
        creatinine_test,
        shipped,
        last_x_ray,
        initial_treatment,
    }
}

fn drug(left: &mut Left, field: &str, given: Drug) -> chart::Drug {
    let Drug {
        ndc,
        quantity,
        unit,
        prescription,
        compound_link,
    } = given;
    chart::Drug {
        ndc,
        quantity: needed(left, format_args!("{field}.drug.quantity"), quantity),
        unit,
        prescription,
        compound_link,
    }
}

fn supply(left: &mut Left, field: &str, given: Supply) -> chart::Supply {
    let Supply {
        kind,
        number,
        quantity,
        unit,
        prescription,
        compound_link,
    } = given;
    left.behind(
        format_args!("{field}.supply.compound_link"),
        compound_link.is_some(),
    );
    chart::Supply {
        kind,
        number,
        quantity: needed(left, format_args!("{field}.supply.quantity"), quantity),
        unit,
        prescription,
    }
}

fn revenue(own: RevenueLine) -> chart::Revenue {
    let RevenueLine {
        revenue_code,
        non_covered,
        service_tax,
        facility_tax,
    } = own;
    chart::Revenue {
        code: revenue_code,
        non_covered: non_covered.map(money),
        service_tax: service_tax.map(money),
        facility_tax: facility_tax.map(money),
    }
}

fn tooth_work(own: DentalLine) -> chart::ToothWork {
    let DentalLine {
        oral_cavity,
        prosthesis,
        teeth,
        prior_placement,
        prior_placement_estimated,
        appliance_placed,
        replaced,
        treatment_begin,
        treatment_end,
        predetermination_number,
        repriced_claim,
        adjusted_repriced_claim,
    } = own;
    let tooth = |tooth: Tooth| chart::Tooth {
        number: tooth.number,
        surfaces: tooth.surfaces,
    };
    chart::ToothWork {
        oral_cavity,
        prosthesis,
        teeth: teeth.into_iter().map(tooth).collect(),
        prior_placement,
        prior_placement_estimated,
        appliance_placed,
        replaced,
        treatment_begin,
        treatment_end,
        predetermination_number,
        repriced_claim,
        adjusted_repriced_claim,
    }
}
