//! The page of remittances: what payers say they paid, and whether the money has arrived.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use super::asked::{Asked, Pager};
use super::fault::Fault;
use super::words::{self, money};
use super::{Frame, Page, html};
use crate::gateway::clock;
use crate::reconcile::{
    Deposit, DepositRung, Expected, LedgerEntry, RemittanceKey, late_from, reassociate,
};
use crate::store::{RemittanceRow, Store};

const PATH: &str = "/payments";
/// Matching looks at every pair of deposit and remittance; more pairs would make the page wait for seconds.
const DEPOSIT_PAIRS_MAX: i64 = 1_000_000;
/// Deposits without a remittance that are shown, the largest first.
const LOOSE_DEPOSITS_MAX: usize = 20;

#[derive(Template)]
#[template(path = "payments.html")]
struct View {
    frame: Frame,
    search: String,
    all: &'static str,
    filtered: bool,
    /// Deposits were too many to be matched here.
    unmatched_here: bool,
    rows: Vec<RowView>,
    loose: Vec<LooseDeposit>,
    loose_count: String,
    pager: Pager,
}

struct RowView {
    trace: String,
    payer: String,
    date: String,
    method: String,
    amount: String,
    claims: i64,
    ledger: Vec<Entry>,
    arrival: Arrival,
}

/// A provider-level adjustment.
struct Entry {
    amount: String,
    text: String,
    /// Whether it takes money from the provider.
    effect: &'static str,
}

/// Whether the money is there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arrival {
    tone: &'static str,
    text: String,
}

struct LooseDeposit {
    trace: String,
    date: String,
    amount: String,
}

/// What deposits and remittances say of each other.
#[derive(Default)]
struct Matched {
    arrived: HashMap<RemittanceKey, (DepositRung, jiff::civil::Date)>,
    loose: Vec<Deposit>,
}

pub(super) async fn page(State(store): State<Arc<Store>>, asked: Asked) -> Page {
    let search = asked.get("q");
    let count = store.remittance_count(search).await?;
    let slice = asked.slice(count);
    let rows = store.remittance_rows(search, slice).await?;
    let matched = matched(&store).await?;
    let row = |row| RowView::of(row, matched.as_ref());
    let loose = matched.as_ref().map_or(&[][..], |matched| &matched.loose);
    let view = View {
        frame: Frame::of("payments"),
        search: search.to_owned(),
        all: PATH,
        filtered: !search.is_empty(),
        unmatched_here: matched.is_none(),
        rows: rows.into_iter().map(row).collect(),
        loose: loose
            .iter()
            .take(LOOSE_DEPOSITS_MAX)
            .map(LooseDeposit::of)
            .collect(),
        loose_count: words::count(i64::try_from(loose.len()).unwrap_or(i64::MAX), "deposit"),
        pager: asked.pager(PATH, slice, count),
    };
    html(&view)
}

/// `None` where there are too many.
async fn matched(store: &Store) -> Result<Option<Matched>, Fault> {
    let (expected, deposits) = store.deposit_counts().await?;
    if expected.saturating_mul(deposits) > DEPOSIT_PAIRS_MAX {
        return Ok(None);
    }
    let expected = store.expected_deposits().await?;
    let deposits = store.deposits().await?;
    let work = tokio::task::spawn_blocking(move || match_all(deposits, &expected));
    Ok(Some(work.await?))
}

fn match_all(deposits: Vec<Deposit>, expected: &[Expected]) -> Matched {
    let found = reassociate(&deposits, expected);
    let mut arrived = HashMap::new();
    for one in &found.matches {
        for &remittance in &one.remittances {
            let key = expected[remittance].key.clone();
            arrived.insert(key, (one.rung, deposits[one.deposit].effective));
        }
    }
    let mut loose: Vec<Deposit> = found
        .deposits
        .iter()
        .map(|&one| deposits[one].clone())
        .collect();
    loose.sort_by_key(|deposit| std::cmp::Reverse(deposit.amount));
    Matched { arrived, loose }
}

impl RowView {
    fn of(row: RemittanceRow, matched: Option<&Matched>) -> Self {
        Self {
            arrival: Arrival::of(&row, matched),
            method: format!("{} {}", row.method, words::method(&row.method)),
            payer: row.key.payer_id,
            trace: row.key.trace,
            date: row.key.date.to_string(),
            amount: money(row.key.amount),
            claims: row.claims,
            ledger: row.ledger.iter().map(Entry::of).collect(),
        }
    }
}

impl Entry {
    fn of(entry: &LedgerEntry) -> Self {
        let reference = entry.reference.as_deref().unwrap_or_default();
        Self {
            amount: money(entry.amount.abs()),
            effect: if entry.amount.cents() > 0 {
                "taken"
            } else {
                "given"
            },
            text: format!("{} {} {reference}", entry.reason, entry.meaning())
                .trim_end()
                .to_owned(),
        }
    }
}

impl Arrival {
    fn of(row: &RemittanceRow, matched: Option<&Matched>) -> Self {
        let told = |tone, text: &str| Self {
            tone,
            text: text.to_owned(),
        };
        if row.key.amount.cents() <= 0 || row.method == "NON" {
            return told("", "no money moves");
        }
        if row.method == "CHK" {
            return told("", "comes as a check");
        }
        let Some(matched) = matched else {
            return told("", "not matched here");
        };
        if let Some((rung, date)) = matched.arrived.get(&row.key) {
            return told("good", &format!("{date}, {}", rung_words(*rung)));
        }
        let today = clock::local(clock::now()).date();
        match late_from(row.key.date) {
            late if late <= today => told("bad", &format!("missing since {late}")),
            late => told("", &format!("expected, late from {late}")),
        }
    }
}

fn rung_words(rung: DepositRung) -> &'static str {
    match rung {
        DepositRung::Trace => "same trace",
        DepositRung::NormalizedTrace => "trace as the bank writes it",
        DepositRung::SumOfTrace => "one deposit for several",
        DepositRung::OnlyOne => "the only one that fits",
    }
}

impl LooseDeposit {
    fn of(deposit: &Deposit) -> Self {
        Self {
            trace: deposit.trace.clone(),
            date: deposit.effective.to_string(),
            amount: money(deposit.amount),
        }
    }
}
