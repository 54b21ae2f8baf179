//! The first page: everything that needs a person, and the money in one look.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use jiff::civil::Date;

use super::asked::{Asked, Chip, Pager, encode, href, number};
use super::fault::Fault;
use super::summary::Summary;
use super::words::{self, money};
use super::{Frame, Page, html};
use crate::gateway::clock;
use crate::reconcile::{Subject, WorkKind};
use crate::store::{ItemOrder, ItemSum, Store, StoredItem};

#[derive(Template)]
#[template(path = "worklist.html")]
struct View {
    frame: Frame,
    summary: Summary,
    chips: Vec<Chip>,
    search: String,
    kind: &'static str,
    sort: &'static str,
    by_due: String,
    by_money: String,
    all: &'static str,
    filtered: bool,
    /// Nothing has come in yet at all.
    unused: bool,
    count: String,
    overdue: Option<String>,
    amount: String,
    items: Vec<Item>,
    pager: Pager,
}

/// A row of the worklist.
pub(super) struct Item {
    pub(super) kind: &'static str,
    pub(super) tone: &'static str,
    pub(super) subject_kind: &'static str,
    pub(super) subject: String,
    pub(super) href: Option<String>,
    pub(super) reason: String,
    pub(super) next: String,
    pub(super) amount: Option<String>,
    pub(super) due: Option<String>,
    /// How late it is.
    pub(super) late: Option<String>,
    pub(super) since: String,
}

pub(super) async fn page(State(store): State<Arc<Store>>, asked: Asked) -> Page {
    let kind = match asked.get("kind") {
        "" => None,
        name => Some(kind_of(name).ok_or(Fault::NoSuchPage)?),
    };
    let order = match asked.get("sort") {
        "money" => ItemOrder::Money,
        _ => ItemOrder::Due,
    };
    let today = clock::local(clock::now()).date();
    let search = asked.get("q");
    let sums = store.item_sums(search, today).await?;
    let shown = |sum: &&ItemSum| kind.is_none_or(|kind| kind == sum.kind);
    let count: i64 = sums.iter().filter(shown).map(|sum| sum.count).sum();
    let overdue: i64 = sums.iter().filter(shown).map(|sum| sum.overdue).sum();
    let slice = asked.slice(count);
    let items = store.items(kind, search, order, slice).await?;
    let charts = store.counts().await?.charts;
    let states = store.claim_counts("").await?;
    let view = View {
        frame: Frame::of("worklist"),
        summary: Summary::of(&store.totals().await?, &states),
        chips: chips(&asked, &sums, kind),
        search: search.to_owned(),
        kind: kind.map_or("", WorkKind::name),
        sort: if order == ItemOrder::Money {
            "money"
        } else {
            "due"
        },
        by_due: asked.with("/", &[("sort", "")]),
        by_money: asked.with("/", &[("sort", "money")]),
        all: "/",
        filtered: kind.is_some() || !search.is_empty(),
        unused: charts == 0,
        count: words::count(count, "open item"),
        overdue: (overdue > 0).then(|| number(overdue)),
        amount: money(sums.iter().filter(shown).map(|sum| sum.amount).sum()),
        items: items.into_iter().map(|one| Item::of(one, today)).collect(),
        pager: asked.pager("/", slice, count),
    };
    html(&view)
}

fn kind_of(name: &str) -> Option<WorkKind> {
    let mut kinds = WorkKind::ALL.iter().copied();
    kinds.find(|kind| kind.name() == name)
}

/// One for all kinds, and one for each that there is or that is chosen.
fn chips(asked: &Asked, sums: &[ItemSum], chosen: Option<WorkKind>) -> Vec<Chip> {
    let all = Chip {
        title: "all",
        count: number(sums.iter().map(|sum| sum.count).sum()),
        href: asked.with("/", &[("kind", "")]),
        chosen: chosen.is_none(),
    };
    let kinds = WorkKind::ALL.iter().filter_map(|&kind| {
        let count = sums
            .iter()
            .find(|sum| sum.kind == kind)
            .map(|sum| sum.count);
        let is_chosen = chosen == Some(kind);
        (count.is_some() || is_chosen).then(|| Chip {
            title: kind.title(),
            count: number(count.unwrap_or(0)),
            href: asked.with("/", &[("kind", kind.name())]),
            chosen: is_chosen,
        })
    });
    std::iter::once(all).chain(kinds).collect()
}

impl Item {
    pub(super) fn of(stored: StoredItem, today: Date) -> Self {
        let item = stored.item;
        let late = item.due.filter(|due| *due < today).map(|due| {
            let days = today.since(due).map_or(0, |span| span.get_days());
            words::count(days.into(), "day") + " late"
        });
        Self {
            kind: item.kind.title(),
            tone: tone(item.kind),
            subject_kind: subject_kind(&item.subject),
            subject: subject_name(&item.subject).to_owned(),
            href: subject_href(&item.subject),
            reason: item.reason,
            next: item.next,
            amount: (!item.amount.is_zero()).then(|| money(item.amount)),
            due: item.due.map(|due| due.to_string()),
            late,
            since: clock::local(stored.opened_at).date().to_string(),
        }
    }
}

/// Colour by where in a claim's life the trouble is; the words say the rest.
fn tone(kind: WorkKind) -> &'static str {
    use WorkKind::*;
    match kind {
        Held | Refused | Undelivered | Unknown | Overdue | Unusable => "way",
        Rejected | Denied | LineDenied | ZeroPaid | Underpaid | Takeback => "loss",
        ChargeDiffers | Unmatched | LineUnmatched | Unbalanced | Conflict | DepositMissing
        | RemittanceMissing => "books",
        NextPayer => "next",
    }
}

fn subject_kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::Chart(_) => "chart",
        Subject::Submission(_) => "submission",
        Subject::Received(_) => "reply",
        Subject::Claim(_) => "claim",
        Subject::Remittance(_) => "remittance",
        Subject::Payment(_) => "payment",
        Subject::Deposit(_) => "deposit",
    }
}

/// The key of a remittance or payment is long: its trace is what people look for.
fn subject_name(subject: &Subject) -> &str {
    match subject {
        Subject::Remittance(id) | Subject::Payment(id) => id.split('/').nth(2).unwrap_or(id),
        _ => subject.id(),
    }
}

fn subject_href(subject: &Subject) -> Option<String> {
    let search = |path, words: &str| Some(href(path, [("q", words)]));
    match subject {
        Subject::Claim(id) => Some(format!("/claims/{}", encode(id))),
        Subject::Submission(id) => search("/submissions", id),
        Subject::Remittance(_) | Subject::Payment(_) | Subject::Deposit(_) => {
            search("/payments", subject_name(subject))
        }
        Subject::Chart(_) | Subject::Received(_) => None,
    }
}
