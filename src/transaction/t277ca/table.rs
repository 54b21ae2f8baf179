//! The claim acknowledgment as a table: a row for each status of a batch, a provider, a claim or a service line.

use super::{
    ClaimAcknowledgment, ClaimAcknowledgments, LineAcknowledgment, Party, ProviderAcknowledgment,
    Standing, Status, standing,
};
use crate::transaction::table::{Cell, Row, names, phi};

/// The names of the columns, in their order. `level` says what a status is about: `batch`, `provider`, `claim` or `line`;
/// `standing` what all statuses at that place say together.
pub const COLUMNS: &[&str] = &[
    "level",
    "source",
    "source_id",
    "receiver",
    "receiver_id",
    "batch",
    "received",
    "processed",
    "provider",
    "provider_id",
    "patient_control_number",
    "payer_claim_number",
    "patient_last_name",
    "patient_first_name",
    "member_id",
    "service_from",
    "service_to",
    "line_control_number",
    "procedure",
    "standing",
    "action",
    "status_date",
    "amount",
    "category",
    "status",
    "entity",
    "more_statuses",
    "message",
];

/// Adds the rows of one acknowledgment.
pub fn rows(one: &ClaimAcknowledgments, rows: &mut Vec<Row>) {
    let batch = Place::of(one);
    batch.rows("batch", &one.statuses, rows);
    for provider in &one.providers {
        let provider = Place {
            provider: Some(provider),
            ..batch
        };
        provider.rows("provider", provider.statuses(), rows);
        for claim in provider.claims() {
            let claim = Place {
                claim: Some(claim),
                ..provider
            };
            claim.rows("claim", claim.claim.map_or(&[], |one| &one.statuses), rows);
            for line in claim.claim.map_or(&[][..], |one| &one.lines) {
                let line = Place {
                    line: Some(line),
                    ..claim
                };
                line.rows("line", line.line.map_or(&[], |one| &one.statuses), rows);
            }
        }
    }
}

/// What a status is about.
#[derive(Clone, Copy)]
struct Place<'a> {
    batch: &'a ClaimAcknowledgments,
    provider: Option<&'a ProviderAcknowledgment>,
    claim: Option<&'a ClaimAcknowledgment>,
    line: Option<&'a LineAcknowledgment>,
}

impl<'a> Place<'a> {
    fn of(batch: &'a ClaimAcknowledgments) -> Self {
        Self {
            batch,
            provider: None,
            claim: None,
            line: None,
        }
    }

    fn statuses(&self) -> &'a [Status] {
        self.provider.map_or(&[], |one| &one.statuses)
    }

    fn claims(&self) -> &'a [ClaimAcknowledgment] {
        self.provider.map_or(&[], |one| &one.claims)
    }

    fn rows(&self, level: &str, statuses: &[Status], rows: &mut Vec<Row>) {
        let standing = match standing(statuses) {
            Standing::Accepted => "accepted",
            Standing::Rejected => "rejected",
            Standing::Unclear => "unclear",
        };
        rows.extend(statuses.iter().map(|status| {
            let mut row = self.row(level);
            row.push(Cell::text(standing));
            row.extend(cells(status));
            row
        }));
    }

    fn row(&self, level: &str) -> Row {
        let Self {
            batch,
            provider,
            claim,
            line,
        } = self;
        let mut row = vec![Cell::text(level)];
        row.extend(party(Some(&batch.source)));
        row.extend(party(Some(&batch.receiver)));
        row.extend([
            Cell::text(&batch.batch),
            Cell::Day(batch.received),
            Cell::Day(batch.processed),
        ]);
        row.extend(party(provider.map(|one| &one.provider)));
        let patient = claim.map(|claim| &claim.patient);
        row.extend([
            Cell::optional(claim.map(|claim| claim.control_number.as_str())),
            Cell::optional(claim.and_then(|claim| claim.payer_claim_number.as_deref())),
        ]);
        row.extend(names(patient.and_then(|patient| patient.name.as_ref())));
        row.push(phi(patient.map(|patient| &patient.id)));
        let from = match line {
            Some(line) => (line.service_from, line.service_to),
            None => claim.map_or((None, None), |claim| (claim.service_from, claim.service_to)),
        };
        row.extend([
            Cell::Day(from.0),
            Cell::Day(from.1),
            Cell::optional(line.and_then(|line| line.line_control_number.as_deref())),
            Cell::optional(line.map(|line| line.procedure.code.as_str())),
        ]);
        row
    }
}

/// Name and id of a party; the first name of a person is left out.
fn party(party: Option<&Party>) -> [Cell; 2] {
    let [last, _] = names(party.and_then(|party| party.name.as_ref()));
    [last, phi(party.map(|party| &party.id))]
}

/// An STC: its first code by itself, the others as `A7:562:85`.
fn cells(status: &Status) -> [Cell; 8] {
    let code = status.codes.first();
    let part = |part: fn(&super::StatusCode) -> &str| Cell::optional(code.map(part));
    let more = status.codes.iter().skip(1).map(|code| {
        let text = format!("{}:{}:{}", code.category, code.status, code.entity);
        text.trim_end_matches(':').to_owned()
    });
    let more: Vec<String> = more.collect();
    [
        Cell::text(&status.action),
        Cell::Day(status.date),
        Cell::Amount(status.amount),
        part(|code| &code.category),
        part(|code| &code.status),
        part(|code| &code.entity),
        Cell::Text(more.join(" ")),
        Cell::optional(status.message.as_deref()),
    ]
}
