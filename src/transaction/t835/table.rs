//! The remittance as a table: a row for each claim payment, each of its service lines and each provider adjustment.

use super::{
    ClaimPayment, Event, ProviderAdjustment, ProviderAdjustmentItem, RemittanceHeader,
    ServicePayment, status,
};
use crate::claim::{Adjustment, Money};
use crate::transaction::table::{Cell, Row, names, phi};

/// The names of the columns, in their order. `level` says what a row is about: `claim`, `line` or `provider`; amounts
/// of a line are in its claim's amounts as well.
pub const COLUMNS: &[&str] = &[
    "level",
    "payer",
    "payer_id",
    "payee",
    "payee_id",
    "payment_method",
    "payment_date",
    "trace_number",
    "payment_amount",
    "patient_control_number",
    "payer_claim_number",
    "claim_status",
    "claim_status_meaning",
    "claim_filing",
    "patient_last_name",
    "patient_first_name",
    "member_id",
    "line_control_number",
    "service_from",
    "service_to",
    "procedure",
    "modifiers",
    "revenue_code",
    "units",
    "charge",
    "allowed",
    "paid",
    "patient_responsibility",
    "contractual",
    "other_adjustment",
    "payer_initiated",
    "adjustments",
    "remarks",
    "provider_adjustment",
];

/// Makes rows of what a [`super::RemittanceReader`] tells.
#[derive(Debug, Default)]
pub struct Rows {
    header: RemittanceHeader,
}

impl Rows {
    /// Adds the rows of one event.
    pub fn event(&mut self, event: Event, rows: &mut Vec<Row>) {
        match event {
            Event::Header(header) => self.header = *header,
            Event::Claim(claim) => {
                rows.push(self.claim(&claim));
                rows.extend(claim.lines.iter().map(|line| self.line(&claim, line)));
            }
            Event::ProviderAdjustment(one) => {
                rows.extend(one.items.iter().map(|item| self.provider(&one, item)));
            }
            Event::End => self.header = RemittanceHeader::default(),
        }
    }

    fn claim(&self, claim: &ClaimPayment) -> Row {
        let mut row = self.of_claim("claim", claim);
        row.extend([
            Cell::text(""),
            Cell::Day(claim.date("232")),
            Cell::Day(claim.date("233")),
            Cell::text(""),
            Cell::text(""),
            Cell::text(""),
            Cell::text(""),
            Cell::Amount(claim.charge),
            Cell::Amount(amount(&claim.amounts, "AU")),
            Cell::Amount(claim.paid),
            Cell::Amount(claim.patient_responsibility),
        ]);
        row.extend(adjustments(&claim.adjustments));
        row.extend([Cell::Text(claim.remarks.join(" ")), Cell::text("")]);
        row
    }

    fn line(&self, claim: &ClaimPayment, line: &ServicePayment) -> Row {
        let mut row = self.of_claim("line", claim);
        let from = line.date("472").or(line.date("150"));
        let units = line.units_paid.as_deref();
        row.extend([
            phi(line.reference("6R")),
            Cell::Day(from),
            Cell::Day(line.date("151").or(line.date("472"))),
            Cell::text(&line.procedure.code),
            Cell::Text(line.procedure.modifiers.join(" ")),
            Cell::text(&line.revenue_code),
            Cell::optional(units),
            Cell::Amount(line.charge),
            Cell::Amount(amount(&line.amounts, "B6")),
            Cell::Amount(line.paid),
            Cell::Amount(group(&line.adjustments, |group| group == "PR")),
        ]);
        row.extend(adjustments(&line.adjustments));
        let remarks: Vec<&str> = line.remarks.iter().map(|(_, code)| code.as_str()).collect();
        row.extend([Cell::Text(remarks.join(" ")), Cell::text("")]);
        row
    }

    /// A positive amount takes from the provider, as it stands in PLB.
    fn provider(&self, one: &ProviderAdjustment, item: &ProviderAdjustmentItem) -> Row {
        let mut row = self.payment("provider");
        row[4] = Cell::text(&one.provider);
        row.resize(COLUMNS.len() - 4, Cell::text(""));
        let words = format!("{} {}", item.reason, item.reference.expose());
        row.extend([
            Cell::text(""),
            Cell::text(words.trim_end()),
            Cell::text(""),
            Cell::Amount(item.amount),
        ]);
        row
    }

    fn payment(&self, level: &str) -> Row {
        let header = &self.header;
        vec![
            Cell::text(level),
            Cell::text(&header.payer.name),
            Cell::text(&header.payer.id),
            Cell::text(&header.payee.name),
            Cell::text(&header.payee.id),
            Cell::text(&header.method),
            Cell::Day(header.payment_date),
            Cell::text(&header.trace),
            Cell::Amount(header.amount),
        ]
    }

    fn of_claim(&self, level: &str, claim: &ClaimPayment) -> Row {
        let mut row = self.payment(level);
        let patient = claim.party("QC");
        row.extend([
            Cell::text(&claim.control_number),
            Cell::text(&claim.payer_claim_number),
            Cell::text(&claim.status),
            Cell::optional(status::meaning(&claim.status)),
            Cell::text(&claim.claim_filing),
        ]);
        row.extend(names(patient.and_then(|patient| patient.name.as_ref())));
        row.push(phi(patient.map(|patient| &patient.id)));
        row
    }
}

/// Sums by group, then each: `CO-45:12.00 PR-1:20.00`.
fn adjustments(adjustments: &[Adjustment]) -> [Cell; 4] {
    let each: Vec<String> = adjustments
        .iter()
        .map(|one| format!("{}-{}:{}", one.group, one.reason, one.amount))
        .collect();
    [
        Cell::Amount(group(adjustments, |group| group == "CO")),
        Cell::Amount(group(adjustments, |group| {
            !matches!(group, "CO" | "PI" | "PR")
        })),
        Cell::Amount(group(adjustments, |group| group == "PI")),
        Cell::Text(each.join(" ")),
    ]
}

/// The sum of a group; `None` where it adjusts nothing.
fn group(adjustments: &[Adjustment], is_in: impl Fn(&str) -> bool) -> Option<Money> {
    let amounts = adjustments.iter().filter(|one| is_in(&one.group));
    amounts
        .map(|one| one.amount)
        .reduce(|sum, amount| sum + amount)
}

fn amount(amounts: &[(String, Money)], qualifier: &str) -> Option<Money> {
    let mut amounts = amounts.iter();
    amounts
        .find(|(known, _)| known == qualifier)
        .map(|(_, amount)| *amount)
}
