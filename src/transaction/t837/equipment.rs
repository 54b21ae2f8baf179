//! Medical equipment: SV5 and CR3 of loop 2400, and the forms of loops 2440. It must not know the rest of the line.

use super::cursor::{Cursor, What, ccyymmdd};
use super::write_party;
use crate::claim::{Answer, EquipmentCertification, Form, Phi, Rental, ServiceLine};
use crate::x12::{Segment, Writer};

/// SV5. Its procedure is the line's own; another one has no place.
pub(super) fn read_rental(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    let [_, procedure] = cursor.components(1);
    if procedure != line.procedure {
        cursor.note(1, What::NotHeld);
    }
    cursor.expect(2, &["DA"]);
    let rental = Rental {
        days: cursor.need(3),
        rental_price: cursor.need_money(4),
        purchase_price: cursor.need_money(5),
        frequency: cursor.need(6),
    };
    cursor.fill(&mut line.detail.equipment.rental, Some(rental));
}

pub(super) fn write_rental(writer: &mut Writer, line: &ServiceLine) {
    if let Some(rental) = &line.detail.equipment.rental {
        writer
            .segment("SV5")
            .composite(&["HC", &line.procedure])
            .element("DA")
            .element(&rental.days)
            .element(&rental.rental_price.to_x12())
            .element(&rental.purchase_price.to_x12())
            .element(&rental.frequency);
    }
}

/// CR3.
pub(super) fn read_certification(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    let kind = cursor.need(1);
    cursor.expect(2, &["MO"]);
    let months = cursor.need(3);
    let certification = EquipmentCertification { kind, months };
    let slot = &mut line.detail.equipment.certification;
    cursor.fill(slot, Some(certification));
}

pub(super) fn write_certification(writer: &mut Writer, line: &ServiceLine) {
    if let Some(certification) = &line.detail.equipment.certification {
        writer
            .segment("CR3")
            .element(&certification.kind)
            .element("MO")
            .element(&certification.months);
    }
}

/// LQ: a form begins.
pub(super) fn read_form(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    let form = Form {
        kind: cursor.need(1),
        form: cursor.need(2),
        answers: Vec::new(),
    };
    line.detail.equipment.forms.push(form);
}

/// FRM.
pub(super) fn read_answer(
    cursor: &mut Cursor<'_, '_>,
    segment: &Segment<'_>,
    line: &mut ServiceLine,
) {
    let Some(form) = line
        .detail
        .equipment
        .forms
        .last_mut()
        .filter(|_| segment.is("FRM"))
    else {
        cursor.note(0, What::NotHeld);
        return cursor.pass();
    };
    let date = cursor.qualifier(4);
    let day = ccyymmdd(date);
    if day.is_none() && !date.is_empty() {
        cursor.note(4, What::NotDate);
    }
    form.answers.push(Answer {
        question: cursor.need(1),
        applies: cursor.phi(2),
        text: cursor.phi(3),
        date: day.map(Phi::new),
        percent: cursor.phi(5),
    });
}

pub(super) fn write_forms(writer: &mut Writer, line: &ServiceLine) {
    for form in &line.detail.equipment.forms {
        writer.segment("LQ").element(&form.kind).element(&form.form);
        for answer in &form.answers {
            let date = answer.date.as_ref();
            let date = date.map(|day| write_party::ccyymmdd(*day.expose()));
            writer
                .segment("FRM")
                .element(&answer.question)
                .optional(answer.applies.as_ref().map(|one| one.as_str()))
                .optional(answer.text.as_ref().map(|one| one.as_str()))
                .optional(date.as_deref())
                .optional(answer.percent.as_ref().map(|one| one.as_str()));
        }
    }
}
