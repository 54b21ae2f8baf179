//! The page of one claim: where it stands, what became of its money, what happened to it, what needs a person.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};

use super::account::{self, Row};
use super::asked::{encode, href};
use super::fault::Fault;
use super::summary::MoneyBar;
use super::timeline::{self, Entry};
use super::words::{self, CLAIM_STATES, money};
use super::worklist::Item;
use super::{Frame, Page, html};
use crate::gateway::clock;
use crate::reconcile::{Posting, rung_sentence};
use crate::store::Store;

#[derive(Template)]
#[template(path = "claim.html")]
struct View {
    frame: Frame,
    control_number: String,
    state: String,
    state_title: String,
    facts: Vec<Fact>,
    money: MoneyBar,
    rows: Vec<Row>,
    adjusted: String,
    paid: String,
    patient: String,
    open: String,
    items: Vec<Item>,
    payments: Vec<Payment>,
    entries: Vec<Entry>,
}

struct Fact {
    title: &'static str,
    text: String,
    href: Option<String>,
}

/// A posting.
struct Payment {
    trace: String,
    href: String,
    date: String,
    status: String,
    charge: String,
    paid: String,
    found: &'static str,
    remarks: String,
}

pub(super) async fn page(
    State(store): State<Arc<Store>>,
    path: Result<Path<String>, PathRejection>,
) -> Page {
    let Path(control_number) = path.map_err(|_| Fault::NoSuchClaim)?;
    let stored = store.claim(&control_number).await?;
    let stored = stored.ok_or(Fault::NoSuchClaim)?;
    let postings = store.postings_of(&control_number).await?;
    let submission = store.submission_of_claim(&control_number).await?;
    let said = store.claim_events(&control_number).await?;
    let items = store.items_of_claim(&control_number).await?;
    let today = clock::local(clock::now()).date();
    let claim = &stored.claim;
    let total = account::total(claim, &postings);
    let events = submission.as_ref().map_or(&[][..], |(_, _, events)| events);
    let view = View {
        frame: Frame::of("claims"),
        state_title: words::title(CLAIM_STATES, &stored.state),
        facts: facts(&stored, submission.as_ref().map(|(_, number, _)| *number)),
        money: MoneyBar::of(
            total.billed,
            total.paid,
            total.adjusted,
            total.patient,
            total.open,
        ),
        rows: account::rows(claim, &postings),
        adjusted: money(total.adjusted),
        paid: money(total.paid),
        patient: money(total.patient),
        open: money(total.open),
        items: items.into_iter().map(|one| Item::of(one, today)).collect(),
        payments: postings.iter().map(Payment::of).collect(),
        entries: timeline::entries(events, &said),
        state: stored.state,
        control_number,
    };
    html(&view)
}

fn facts(stored: &crate::store::StoredClaim, interchange: Option<u32>) -> Vec<Fact> {
    let claim = &stored.claim;
    let fact = |title, text| Fact {
        title,
        text,
        href: None,
    };
    let mut facts = vec![
        fact(
            "Payer",
            format!("{} ({})", claim.payer.name, claim.payer.id),
        ),
        fact("Chart", stored.chart.clone()),
        fact("Claim frequency", frequency(&claim.frequency)),
    ];
    if let Some((from, to)) = claim.service_period() {
        let days = match from == to {
            true => from.to_string(),
            false => format!("{from} to {to}"),
        };
        facts.push(fact("Service", days));
    }
    match interchange {
        None => facts.push(fact("Partner", stored.partner.clone())),
        Some(number) => {
            let words = format!("{} {number:09}", stored.partner);
            facts.push(Fact {
                title: "Partner and interchange",
                href: Some(href("/submissions", [("q", words.as_str())])),
                text: words,
            });
        }
    }
    if !stored.payer_claim_numbers.is_empty() {
        let numbers = stored.payer_claim_numbers.join(", ");
        facts.push(fact("Payer's claim number", numbers));
    }
    facts
}

fn frequency(code: &str) -> String {
    let word = match code {
        "1" => "original",
        "7" => "replacement",
        "8" => "void",
        _ => "other",
    };
    format!("{word} ({code})")
}

impl Payment {
    fn of(posting: &Posting) -> Self {
        let status = &posting.key.status;
        let mut remarks = posting.remarks.clone();
        remarks.extend(posting.lines.iter().flat_map(|line| line.remarks.clone()));
        remarks.sort_unstable();
        remarks.dedup();
        let trace = &posting.key.remittance.trace;
        Self {
            href: format!("/payments?q={}", encode(trace)),
            trace: trace.clone(),
            date: posting.date.to_string(),
            status: format!("{status} {}", words::claim_status(status)),
            charge: money(posting.charge),
            paid: money(posting.paid),
            found: rung_sentence(posting.rung),
            remarks: remarks.join(", "),
        }
    }
}
