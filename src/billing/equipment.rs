//! Medical equipment of a professional line. It must not know the rest of the line.

use super::fields::Fields;
use super::kind::PROFESSIONAL;
use super::text;
use crate::chart::{self, Code};
use crate::claim::{Answer, Attachment, Equipment, EquipmentCertification, Form, Phi, Rental};

/// X12 element 594.
const RENT_DUE: &[&str] = &["1", "4", "6"];
/// X12 element 1322.
const CERTIFICATIONS: &[&str] = &["I", "R", "S"];
/// X12 element 756 of a certificate (PWK*CT).
pub(super) const CERTIFICATES: &[&str] = &["AB", "AD", "AF", "AG", "NS"];
pub(super) const CERTIFICATE: &str = "CT";
/// X12 element 1270.
const FORMS: &[&str] = &["AS", "UT"];
/// X12 element 1073.
const APPLIES: &[&str] = &["N", "W", "Y"];
/// FRM of loop 2440.
const ANSWERS_MAX: usize = 99;
/// The guide sets none to loop 2440; nobody has so many.
const FORMS_MAX: usize = 50;

/// PWK of the certificate, behind so many other attachments.
pub(super) fn certificate(
    fields: &mut Fields<'_, '_>,
    given: Option<&chart::Equipment>,
    before: usize,
) -> Option<Attachment> {
    let given = &given?.certificate;
    let to = format!("attachments[{before}].transmission");
    let name = ("equipment/certificate", to.as_str());
    Some(Attachment {
        report_type: CERTIFICATE.into(),
        transmission: fields.only(PROFESSIONAL).code(name, given, CERTIFICATES)?,
        control_number: None,
    })
}

/// SV5, CR3 and loops 2440.
pub(super) fn equipment(
    fields: &mut Fields<'_, '_>,
    given: Option<&chart::Equipment>,
) -> Equipment {
    let given = given.filter(|_| fields.only(PROFESSIONAL).takes("equipment", true));
    let Some(given) = given else {
        return Equipment::default();
    };
    let mut fields = fields.part("equipment");
    Equipment {
        rental: given
            .rental
            .as_ref()
            .and_then(|given| rental(&mut fields, given)),
        certification: given
            .certification
            .as_ref()
            .and_then(|given| certification(&mut fields, given)),
        forms: fields.list("forms", &given.forms, FORMS_MAX, form),
    }
}

fn rental(fields: &mut Fields<'_, '_>, given: &chart::Rental) -> Option<Rental> {
    let mut fields = fields.part("rental");
    let days = fields.quantity("days", &Some(given.days.clone()));
    let rental_price = fields.money("rental_price", &Some(given.rental_price.clone()));
    let purchase_price = fields.money("purchase_price", &Some(given.purchase_price.clone()));
    let frequency = fields.need_code("frequency", &given.frequency, RENT_DUE);
    Some(Rental {
        days: days?,
        rental_price: rental_price?,
        purchase_price: purchase_price?,
        frequency: frequency?,
    })
}

fn certification(
    fields: &mut Fields<'_, '_>,
    given: &chart::EquipmentCertification,
) -> Option<EquipmentCertification> {
    let mut fields = fields.part("certification");
    let kind = fields.need_code("kind", &given.kind, CERTIFICATIONS);
    let months = fields.quantity("months", &Some(given.months.clone()));
    Some(EquipmentCertification {
        kind: kind?,
        months: months?,
    })
}

fn form(fields: &mut Fields<'_, '_>, given: &chart::Form) -> Option<Form> {
    let kind = fields.need_code("kind", &given.kind, FORMS);
    let form = fields.number("form", &Some(given.form.clone()), text::CODE_MAX);
    if form.is_none() {
        fields.add(Code::CodeUnknown, "form", "the form's number");
    }
    let answers = fields.list("answers", &given.answers, ANSWERS_MAX, answer);
    if given.answers.is_empty() {
        fields.add(Code::CodeUnknown, "answers", "at least one");
    }
    Some(Form {
        kind: kind?,
        form: form?,
        answers,
    })
}

fn answer(fields: &mut Fields<'_, '_>, given: &chart::Answer) -> Option<Answer> {
    let question = fields.number(
        "question",
        &Some(given.question.clone()),
        text::QUESTION_MAX,
    );
    let answer = Answer {
        question: question.clone().unwrap_or_default(),
        applies: fields
            .code("applies", &given.applies, APPLIES)
            .map(Phi::new),
        text: fields.phi("text", &given.text, text::REFERENCE_MAX),
        date: fields.day("date", given.date).map(Phi::new),
        percent: fields.quantity("percent", &given.percent).map(Phi::new),
    };
    if question.is_none() {
        fields.add(Code::CodeUnknown, "question", "the question's number");
    }
    let is_blank = answer.applies.is_none() && answer.text.is_none();
    if is_blank && answer.date.is_none() && answer.percent.is_none() {
        let expected = "an answer: applies, text, date or percent";
        fields.add(Code::CodeUnknown, "applies", expected);
    }
    question.map(|_| answer)
}
