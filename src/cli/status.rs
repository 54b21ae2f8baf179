//! `claimgate status` and `claimgate reconcile`: where each claim stands and why, and whether the money adds up. It
//! must not work anything out: the store does.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use comfy_table::{Cell, CellAlignment};
use jiff::Timestamp;

use crate::exchange::claim::Event;
use crate::exchange::status::in_words;
use crate::gateway::{Gateway, clock};
use crate::reconcile::{Posting, SentClaim, rung_sentence};
use crate::store::{ClaimAccount, ClaimCounts, StoredItem, Totals};

use super::{FINDINGS, output};

/// Rows read from the store at once.
const PAGE: usize = 50_000;
/// Entries of the worklist that are printed; the page in the browser has them all.
const ITEMS_SHOWN: usize = 20;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate status                            how many claims stand where, and what needs a person
  claimgate status CG1A2B3C4D5E               one claim: everything that happened, and what it comes to
  claimgate status --format csv > claims.csv  every claim, a line each")]
pub(crate) struct StatusArgs {
    /// Our control number of a claim (CLM01).
    claim: Option<String>,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate reconcile                         billed = paid + adjusted + patient + open, to the cent
  claimgate reconcile --format csv            the account of every claim

Exit code 1 where the money does not add up, or some of it belongs to no claim.")]
pub(crate) struct ReconcileArgs {
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One object.
    Json,
    /// A line a claim.
    Csv,
}

pub(crate) async fn status(args: &StatusArgs, gateway: &Gateway) -> anyhow::Result<ExitCode> {
    // Deadlines may have passed since the last round.
    gateway.remind().await?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match (&args.claim, args.format) {
        (Some(claim), _) => one_claim(&mut out, claim, gateway).await?,
        (None, Format::Csv) => write_accounts(&mut out, gateway).await?,
        (None, Format::Json) => {
            let counts = gateway.store.counts().await?;
            serde_json::to_writer(&mut out, &counts)?;
            writeln!(out)?;
        }
        (None, Format::Text) => overview(&mut out, gateway).await?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn reconcile(args: &ReconcileArgs, gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let totals = gateway.store.totals().await?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text => writeln!(out, "{}", totals_table(&totals))?,
        Format::Json => {
            serde_json::to_writer(&mut out, &totals)?;
            writeln!(out)?;
        }
        Format::Csv => write_accounts(&mut out, gateway).await?,
    }
    out.flush()?;
    if totals.is_balanced() && totals.unmatched.is_zero() {
        return Ok(ExitCode::SUCCESS);
    }
    if !totals.is_balanced() {
        output::say(
            "the money does not add up: see the worklist, and do not post anything by hand",
        );
    }
    Ok(ExitCode::from(FINDINGS))
}

async fn overview(out: &mut impl Write, gateway: &Gateway) -> anyhow::Result<()> {
    let mut table = counts_table(&gateway.store.counts().await?);
    for (state, count) in gateway.store.submission_counts().await? {
        table.add_row([Cell::new(format!("interchanges {state}")), right(count)]);
    }
    writeln!(out, "{table}")?;
    write_worklist(out, &gateway.store.worklist().await?)
}

pub(super) fn counts_table(counts: &ClaimCounts) -> comfy_table::Table {
    let mut table = output::table(["", "number"]);
    for (name, count) in [
        ("charts", counts.charts),
        ("  held", counts.held),
        ("claims", counts.claims),
        ("  submitted", counts.submitted),
        ("  accepted", counts.accepted),
        ("  rejected", counts.rejected),
        ("  paid", counts.paid),
        ("  denied", counts.denied),
        ("  pending", counts.pending),
    ] {
        table.add_row([Cell::new(name), right(count)]);
    }
    table
}

/// The entries with most money first.
pub(super) fn write_worklist(out: &mut impl Write, items: &[StoredItem]) -> anyhow::Result<()> {
    let mut items: Vec<&StoredItem> = items.iter().collect();
    items.sort_by_key(|one| std::cmp::Reverse(one.item.amount.abs()));
    let mut table = output::table([
        "needs a person",
        "what",
        "money",
        "due",
        "why, and what to do",
    ]);
    for StoredItem { item, .. } in items.iter().take(ITEMS_SHOWN) {
        table.add_row([
            Cell::new(item.kind.title()),
            Cell::new(item.subject.id()),
            right(item.amount),
            Cell::new(item.due.map(|due| due.to_string()).unwrap_or_default()),
            Cell::new(format!("{} {}", item.reason, item.next)),
        ]);
    }
    match items.len() {
        0 => writeln!(out, "nothing needs a person")?,
        _ => writeln!(out, "{table}")?,
    }
    if items.len() > ITEMS_SHOWN {
        let more = items.len() - ITEMS_SHOWN;
        writeln!(out, "and {more} more; `claimgate serve` shows them all")?;
    }
    Ok(())
}

pub(super) fn totals_table(totals: &Totals) -> comfy_table::Table {
    let mut table = output::table(["", "dollars"]);
    for (name, amount) in [
        ("billed", totals.billed),
        ("= paid", totals.paid),
        ("+ adjusted", totals.adjusted),
        ("+ patient", totals.patient),
        ("+ open", totals.open),
        ("transferred by payers", totals.transferred),
        ("  for claims that are not ours", totals.unmatched),
        (
            "  less provider-level adjustments",
            totals.provider_adjustments,
        ),
        ("arrived at the bank", totals.deposited),
    ] {
        table.add_row([Cell::new(name), right(amount)]);
    }
    let verdict = match totals.is_balanced() {
        true => "yes",
        false => "NO",
    };
    table.add_row([Cell::new("balanced"), right(verdict)]);
    table
}

async fn write_accounts(out: &mut impl Write, gateway: &Gateway) -> anyhow::Result<()> {
    writeln!(
        out,
        "claim,chart,partner,state,billed,paid,adjusted,patient,open"
    )?;
    let mut after = String::new();
    loop {
        let page = gateway.store.claim_accounts(&after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after.clone_from(&last.claim);
        for account in &page {
            let ClaimAccount {
                claim,
                chart,
                partner,
                state,
                billed,
                paid,
                adjusted,
                patient,
                open,
            } = account;
            let [claim, chart, partner] = [claim, chart, partner].map(|text| output::csv(text));
            writeln!(
                out,
                "{claim},{chart},{partner},{state},{billed},{paid},{adjusted},{patient},{open}"
            )?;
        }
    }
}

async fn one_claim(out: &mut impl Write, claim: &str, gateway: &Gateway) -> anyhow::Result<()> {
    let store = &gateway.store;
    let Some(stored) = store.claim(claim).await? else {
        bail!("there is no claim {claim}: `claimgate status --format csv` lists them all");
    };
    writeln!(
        out,
        "claim {claim} of chart {}, to {}: {}",
        stored.chart, stored.partner, stored.state
    )?;
    let postings = store.postings_of(claim).await?;
    let mut happened: Vec<(Timestamp, String)> = store
        .claim_events(claim)
        .await?
        .into_iter()
        .filter(|(_, event)| !matches!(event, Event::Decided { .. }))
        .map(|(at, event)| (at, in_short(&event)))
        .collect();
    happened.sort_by_key(|(at, _)| *at);
    for (at, what) in happened {
        let at = clock::local(at).strftime("%Y-%m-%d %H:%M").to_string();
        writeln!(out, "  {at}  {what}")?;
    }
    for posting in &postings {
        write_posting(out, posting)?;
    }
    let account = crate::reconcile::Account::of(&SentClaim::from(&stored), postings.iter());
    let mut table = output::table(["billed", "paid", "adjusted", "patient", "open"]);
    table.add_row(
        [
            account.billed,
            account.paid,
            account.adjusted,
            account.patient,
            account.open,
        ]
        .map(right),
    );
    writeln!(out, "{table}")?;
    for StoredItem { item, .. } in store.worklist().await? {
        if item.subject.id() == claim {
            writeln!(out, "{}: {} {}", item.kind.title(), item.reason, item.next)?;
        }
    }
    Ok(())
}

fn in_short(event: &Event) -> String {
    match event {
        Event::SetRejected { reason, .. } => format!("rejected: {reason}"),
        Event::Requeued => "goes again, unchanged".into(),
        Event::SetAccepted => "999: its transaction set was taken".into(),
        Event::Accepted { status, .. } => format!("277CA: {}", in_words(status)),
        Event::Rejected { statuses, .. } => {
            let words: Vec<String> = statuses.iter().map(|one| in_words(one)).collect();
            format!("rejected: 277CA {}", words.join("; "))
        }
        Event::Decided { denied: true } => "denied".into(),
        Event::Decided { denied: false } => "paid".into(),
    }
}

fn write_posting(out: &mut impl Write, posting: &Posting) -> io::Result<()> {
    let kind = match posting.is_reversal() {
        true => "reversal",
        false if posting.is_denied() => "denial",
        false => "payment",
    };
    writeln!(
        out,
        "  {}        {kind} of {} for {}, {} ({})",
        posting.date,
        posting.paid,
        posting.charge,
        posting.key.remittance.trace,
        rung_sentence(posting.rung)
    )?;
    for one in posting.all_adjustments() {
        let text = crate::reconcile::reason(&one.reason).map_or("", |reason| reason.text);
        writeln!(
            out,
            "                    {} {} {:>12}  {text}",
            one.group, one.reason, one.amount
        )?;
    }
    Ok(())
}

fn right(value: impl std::fmt::Display) -> Cell {
    Cell::new(value).set_alignment(CellAlignment::Right)
}
