//! The page of all claims: where each stands, and its money.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use super::asked::{Asked, Chip, Pager, encode, number};
use super::words::{self, CLAIM_STATES, money, money_or_dash};
use super::{Frame, Page, html};
use crate::store::{ClaimRow, Store};

const PATH: &str = "/claims";

#[derive(Template)]
#[template(path = "claims.html")]
struct View {
    frame: Frame,
    chips: Vec<Chip>,
    search: String,
    state: String,
    all: &'static str,
    filtered: bool,
    rows: Vec<RowView>,
    pager: Pager,
}

struct RowView {
    control_number: String,
    href: String,
    state: String,
    state_title: String,
    chart: String,
    payer: String,
    partner: String,
    service: String,
    charge: String,
    paid: String,
    patient: String,
    open: String,
}

pub(super) async fn page(State(store): State<Arc<Store>>, asked: Asked) -> Page {
    let (state, search) = (asked.get("state"), asked.get("q"));
    let counts = store.claim_counts(search).await?;
    let slice = asked.slice(chosen_count(&counts, state));
    let rows = store.claim_rows(state, search, slice).await?;
    let view = View {
        frame: Frame::of("claims"),
        chips: state_chips(&asked, PATH, CLAIM_STATES, &counts),
        search: search.to_owned(),
        state: state.to_owned(),
        all: PATH,
        filtered: !state.is_empty() || !search.is_empty(),
        rows: rows.into_iter().map(RowView::of).collect(),
        pager: asked.pager(PATH, slice, chosen_count(&counts, state)),
    };
    html(&view)
}

/// How many entries are in a state, or in all.
pub(super) fn chosen_count(counts: &[(String, i64)], state: &str) -> i64 {
    let chosen = counts
        .iter()
        .filter(|(one, _)| state.is_empty() || one == state);
    chosen.map(|(_, count)| count).sum()
}

/// One for all states, and one for each that there is or that is chosen.
pub(super) fn state_chips(
    asked: &Asked,
    path: &str,
    states: &[(&'static str, &'static str)],
    counts: &[(String, i64)],
) -> Vec<Chip> {
    let chosen = asked.get("state");
    let chip = |title, name: &str| Chip {
        title,
        count: number(chosen_count(counts, name)),
        href: asked.with(path, &[("state", name)]),
        chosen: name == chosen,
    };
    let shown = states
        .iter()
        .filter(|(name, _)| *name == chosen || counts.iter().any(|(one, _)| one == name));
    let each = shown.map(|(name, title)| chip(*title, name));
    std::iter::once(chip("all", "")).chain(each).collect()
}

impl RowView {
    fn of(row: ClaimRow) -> Self {
        Self {
            href: format!("{PATH}/{}", encode(&row.control_number)),
            control_number: row.control_number,
            state_title: words::title(CLAIM_STATES, &row.state),
            state: row.state,
            chart: row.chart,
            payer: row.payer,
            partner: row.partner,
            service: row
                .service_from
                .map_or_else(String::new, |day| day.to_string()),
            charge: money(row.charge),
            paid: money_or_dash(row.paid),
            patient: money_or_dash(row.patient),
            open: money_or_dash(row.open),
        }
    }
}
