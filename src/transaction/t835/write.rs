//! A remittance to segments, in the guide's order. It must not balance or judge: it writes what it is given.

use jiff::civil::Date;

use super::{
    BankAccount, ClaimPayment, Organization, Party, Procedure, Reference, Remittance,
    RemittanceHeader, ServicePayment,
};
use crate::claim::{Adjustment, Money, Name};
use crate::x12::Writer;

/// PLB holds six reason and amount pairs.
const PLB_ITEMS: usize = 6;
/// CAS holds six reason, amount and quantity triples.
const CAS_TRIPLES: usize = 6;
/// Claim-level NM1, in the guide's order.
const PARTY_ROLES: [&str; 7] = ["QC", "IL", "74", "82", "TT", "PR", "GB"];

/// Writes ST to the segment before SE; the writer counts and closes.
pub fn write_set(writer: &mut Writer, remittance: &Remittance) {
    let header = &remittance.header;
    // The guide does not use ST03.
    writer.transaction("835", &header.control_number, "");
    write_header(writer, header);
    write_organization(writer, "PR", &header.payer);
    write_organization(writer, "PE", &header.payee);
    let mut header_number = "";
    for claim in &remittance.claims {
        if claim.header_number != header_number {
            header_number = &claim.header_number;
            writer.segment("LX").element(header_number);
        }
        write_claim(writer, claim);
    }
    for adjustment in &remittance.provider_adjustments {
        for items in adjustment.items.chunks(PLB_ITEMS) {
            let mut segment = writer
                .segment("PLB")
                .element(&adjustment.provider)
                .element(&day(adjustment.fiscal_period));
            for item in items {
                segment = segment
                    .composite(&[item.reason.as_str(), item.reference.as_str()])
                    .element(&money(item.amount));
            }
        }
    }
}

fn write_header(writer: &mut Writer, header: &RemittanceHeader) {
    let segment = writer
        .segment("BPR")
        .element(&header.handling)
        .element(&money(header.amount))
        .element(&header.credit_or_debit)
        .element(&header.method)
        .element(&header.format);
    let segment = bank(segment, header.payer_bank.as_ref())
        .element(&header.originating_company)
        .skip(1);
    drop(bank(segment, header.payee_bank.as_ref()).element(&day(header.payment_date)));
    writer
        .segment("TRN")
        .element("1")
        .element(&header.trace)
        .element(&header.trace_originator)
        .element(&header.trace_supplement);
    if let Some(receiver) = &header.receiver {
        writer.segment("REF").element("EV").element(receiver);
    }
    if header.production_date.is_some() {
        writer
            .segment("DTM")
            .element("405")
            .element(&day(header.production_date));
    }
}

fn bank<'w>(
    segment: crate::x12::SegmentWriter<'w>,
    bank: Option<&BankAccount>,
) -> crate::x12::SegmentWriter<'w> {
    match bank {
        None => segment.skip(4),
        Some(bank) => segment
            .element(&bank.bank_qualifier)
            .element(&bank.bank)
            .element(&bank.account_qualifier)
            .element(bank.account.as_str()),
    }
}

fn write_organization(writer: &mut Writer, role: &str, party: &Organization) {
    writer
        .segment("N1")
        .element(role)
        .element(&party.name)
        .element(&party.id_qualifier)
        .element(&party.id);
    if let Some(address) = &party.address {
        let line2 = address.line2.as_ref().map(|line| line.as_str());
        writer
            .segment("N3")
            .element(address.line1.as_str())
            .optional(line2);
        writer
            .segment("N4")
            .element(address.city.as_str())
            .optional(address.state.as_deref())
            .optional(address.postal_code.as_deref())
            .optional(address.country.as_deref());
    }
    write_references(writer, &party.references);
    for (function, contact) in &party.contacts {
        let mut segment = writer
            .segment("PER")
            .element(function)
            .optional(contact.name.as_deref());
        let numbers = [
            ("TE", &contact.phone),
            ("EX", &contact.phone_extension),
            ("FX", &contact.fax),
            ("EM", &contact.email),
        ];
        for (kind, number) in numbers {
            if let Some(number) = number {
                segment = segment.element(kind).element(number);
            }
        }
    }
}

fn write_claim(writer: &mut Writer, claim: &ClaimPayment) {
    writer
        .segment("CLP")
        .element(&claim.control_number)
        .element(&claim.status)
        .element(&money(claim.charge))
        .element(&money(claim.paid))
        .element(&money(claim.patient_responsibility))
        .element(&claim.claim_filing)
        .element(&claim.payer_claim_number)
        .element(&claim.facility)
        .element(&claim.frequency);
    write_adjustments(writer, &claim.adjustments);
    let rank = |party: &&Party| PARTY_ROLES.iter().position(|role| *role == party.role);
    let mut parties: Vec<&Party> = claim.parties.iter().collect();
    parties.sort_by_key(rank);
    parties
        .into_iter()
        .for_each(|party| write_party(writer, party));
    if !claim.remarks.is_empty() {
        let mut segment = writer.segment("MOA").skip(2);
        for remark in claim.remarks.iter().take(5) {
            segment = segment.element(remark);
        }
    }
    write_references(writer, &claim.references);
    write_dates(writer, &claim.dates);
    write_amounts(writer, &claim.amounts, &claim.quantities);
    claim.lines.iter().for_each(|line| write_line(writer, line));
}

pub(in crate::transaction) fn write_party(writer: &mut Writer, party: &Party) {
    let segment = writer.segment("NM1").element(&party.role);
    let segment = match &party.name {
        Some(Name::Person {
            last,
            first,
            middle,
            suffix,
        }) => segment
            .element("1")
            .element(last.as_str())
            .optional(first.as_ref().map(|name| name.as_str()))
            .optional(middle.as_ref().map(|name| name.as_str()))
            .skip(1)
            .optional(suffix.as_ref().map(|name| name.as_str())),
        Some(Name::Organization { name }) => segment.element("2").element(name).skip(4),
        None => segment.element("1").skip(5),
    };
    segment
        .element(&party.id_qualifier)
        .element(party.id.as_str());
}

fn write_line(writer: &mut Writer, line: &ServicePayment) {
    let segment = writer
        .segment("SVC")
        .composite(&procedure(&line.procedure))
        .element(&money(line.charge))
        .element(&money(line.paid))
        .element(&line.revenue_code)
        .optional(line.units_paid.as_deref());
    let submitted = line.submitted.as_ref().map(procedure).unwrap_or_default();
    drop(
        segment
            .composite(&submitted)
            .optional(line.units_submitted.as_deref()),
    );
    write_dates(writer, &line.dates);
    write_adjustments(writer, &line.adjustments);
    write_references(writer, &line.references);
    write_amounts(writer, &line.amounts, &line.quantities);
    for (list, code) in &line.remarks {
        writer.segment("LQ").element(list).element(code);
    }
}

pub(in crate::transaction) fn procedure(procedure: &Procedure) -> Vec<&str> {
    let modifier = |at: usize| procedure.modifiers.get(at).map_or("", String::as_str);
    let head = [procedure.qualifier.as_str(), &procedure.code];
    let modifiers = (0..4).map(modifier);
    head.into_iter()
        .chain(modifiers)
        .chain([procedure.description.as_str()])
        .collect()
}

/// One CAS a run of adjustments of one group, at most six in each.
fn write_adjustments(writer: &mut Writer, adjustments: &[Adjustment]) {
    for run in adjustments.chunk_by(|a, b| a.group == b.group) {
        for triples in run.chunks(CAS_TRIPLES) {
            let mut segment = writer.segment("CAS").element(&triples[0].group);
            for one in triples {
                segment = segment
                    .element(&one.reason)
                    .element(&one.amount.to_x12())
                    .optional(one.quantity.as_deref());
            }
        }
    }
}

pub(in crate::transaction) fn write_references(writer: &mut Writer, references: &[Reference]) {
    for reference in references {
        writer
            .segment("REF")
            .element(&reference.qualifier)
            .element(reference.number.as_str());
    }
}

fn write_dates(writer: &mut Writer, dates: &[(String, Date)]) {
    for (qualifier, date) in dates {
        writer
            .segment("DTM")
            .element(qualifier)
            .element(&day(Some(*date)));
    }
}

fn write_amounts(
    writer: &mut Writer,
    amounts: &[(String, Money)],
    quantities: &[(String, String)],
) {
    for (qualifier, amount) in amounts {
        writer
            .segment("AMT")
            .element(qualifier)
            .element(&amount.to_x12());
    }
    for (qualifier, quantity) in quantities {
        writer.segment("QTY").element(qualifier).element(quantity);
    }
}

pub(in crate::transaction) fn money(amount: Option<Money>) -> String {
    amount.map(Money::to_x12).unwrap_or_default()
}

pub(in crate::transaction) fn day(date: Option<Date>) -> String {
    date.map(|date| date.strftime("%Y%m%d").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::t835::read;
    use crate::x12::{Delimiters, GroupHeader, InterchangeHeader};

    const FIXTURE: &str =
        include_str!("../../../fixtures/005010X221A1/accepted/payment-and-denial.edi");

    fn written(remittance: &Remittance) -> String {
        let header = InterchangeHeader {
            sender: ("ZZ".into(), "CLAIMGATE".into()),
            receiver: ("ZZ".into(), "SANDBOX".into()),
            date: "261124".into(),
            time: "0930".into(),
            control_number: 201,
            acknowledgment_requested: true,
            usage: b'T',
        };
        let mut writer = Writer::new(Delimiters::USUAL, &header).with_newlines();
        writer.group(&GroupHeader {
            functional_id: "HP".into(),
            sender: "CLAIMGATE".into(),
            receiver: "SANDBOX".into(),
            date: "20261124".into(),
            time: "0930".into(),
            control_number: 201,
            version: "005010X221A1".into(),
        });
        write_set(&mut writer, remittance);
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn the_fixture_is_written_as_it_was_read() {
        let remittances = read(FIXTURE.as_bytes());
        assert_eq!(remittances.len(), 1);
        assert_eq!(written(&remittances[0]), FIXTURE);
    }

    #[test]
    fn what_it_says() {
        let remittance = &read(FIXTURE.as_bytes())[0];
        let paid = &remittance.claims[0];
        assert_eq!(
            (paid.paid, paid.lines.len()),
            (Some(Money::from_cents(10_000)), 2)
        );
        assert_eq!(paid.lines[0].reference("6R").unwrap().as_str(), "CG0001L1");
        let plb = &remittance.provider_adjustments[0].items[0];
        assert_eq!(
            (plb.reason.as_str(), plb.amount),
            ("WO", Some(Money::from_cents(-18_00)))
        );
    }

    #[test]
    fn unreadable_is_neither_absent_nor_zero() {
        let odd = FIXTURE.replace("*150*100*20*", "*150*1O0**");
        let claim = &read(odd.as_bytes())[0].claims[0];
        assert_eq!((claim.paid, claim.patient_responsibility), (None, None));
        assert_eq!(claim.unreadable.len(), 1);
    }
}
