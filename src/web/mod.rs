//! The worklist in a browser: pages that read the store and change nothing. It must not decide anything: what needs a
//! person was decided when it was stored.
//!
//! There is no login yet (it comes with what can be changed), so the pages name claims, codes, money and days, never
//! people, and only a browser that calls this machine by its own address is answered ([`router`]).

mod account;
mod asked;
mod bar;
mod claim;
mod claims;
mod fault;
mod files;
mod metrics;
mod payments;
mod router;
mod server;
mod submissions;
mod summary;
#[cfg(test)]
mod tests;
mod timeline;
mod words;
mod worklist;

use askama::Template;
use axum::response::Html;

pub use server::serve;

/// What every page is answered with.
type Page = std::result::Result<Html<String>, fault::Fault>;

/// What is around every page.
struct Frame {
    /// Which of the links at the top is this page's; empty for none.
    tab: &'static str,
    /// When it was read from the store.
    read_at: String,
}

impl Frame {
    fn of(tab: &'static str) -> Self {
        let read_at = words::moment(crate::gateway::clock::now());
        Self { tab, read_at }
    }
}

fn html(view: &impl Template) -> Page {
    Ok(Html(view.render()?))
}
