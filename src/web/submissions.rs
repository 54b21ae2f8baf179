//! The page of interchanges: which partner has which, and what it said.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use super::asked::{Asked, Chip, Pager};
use super::claims::{chosen_count, state_chips};
use super::words::{self, SUBMISSION_STATES};
use super::{Frame, Page, html};
use crate::store::{Store, SubmissionRow};

const PATH: &str = "/submissions";

#[derive(Template)]
#[template(path = "submissions.html")]
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
    partner: String,
    control_number: String,
    state: &'static str,
    state_title: String,
    claims: i64,
    attempts: u32,
    since: String,
    reason: String,
}

pub(super) async fn page(State(store): State<Arc<Store>>, asked: Asked) -> Page {
    let (state, search) = (asked.get("state"), asked.get("q"));
    let counts = store.submission_sums(search).await?;
    let slice = asked.slice(chosen_count(&counts, state));
    let rows = store.submission_rows(state, search, slice).await?;
    let view = View {
        frame: Frame::of("submissions"),
        chips: state_chips(&asked, PATH, SUBMISSION_STATES, &counts),
        search: search.to_owned(),
        state: state.to_owned(),
        all: PATH,
        filtered: !state.is_empty() || !search.is_empty(),
        rows: rows.into_iter().map(RowView::of).collect(),
        pager: asked.pager(PATH, slice, chosen_count(&counts, state)),
    };
    html(&view)
}

impl RowView {
    fn of(row: SubmissionRow) -> Self {
        let state = row.submission.state.name();
        Self {
            partner: row.partner,
            control_number: format!("{:09}", row.control_number),
            state,
            state_title: words::title(SUBMISSION_STATES, state),
            claims: row.claims,
            attempts: row.submission.attempts,
            since: words::moment(row.submission.since),
            reason: row.submission.reason,
        }
    }
}
