//! Words to stderr and bars on a terminal. It must not print data: that goes to stdout, in the commands.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes less is over before a bar is read.
const BAR_AFTER: Duration = Duration::from_millis(300);
/// Fewer bytes are read in less time than that.
const BAR_BYTES_MIN: u64 = 8 << 20;

/// Says why a command could not do its work.
pub(crate) fn error(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "claimgate: {error:#}");
}

/// Says something on stderr.
pub(crate) fn say(words: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

/// A table without lines, for people: as wide as the terminal where there is one.
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    table
}

/// A field of a CSV file (RFC 4180); one that a spreadsheet would run as a formula is quoted away (OWASP).
pub(crate) fn csv(text: &str) -> String {
    let guarded = match text.starts_with(['=', '+', '-', '@', '\t', '\0']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match guarded.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

/// A bar over bytes, on a terminal only. Where their number is not known, what was read and how fast.
pub(crate) fn byte_bar(bytes: Option<u64>) -> ProgressBar {
    match bytes {
        Some(few) if few < BAR_BYTES_MIN => ProgressBar::hidden(),
        Some(bytes) => bar(
            bytes,
            "{wide_msg} {bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        ),
        None => bar(0, "{msg} {bytes} {bytes_per_sec}"),
    }
}

/// A bar over things, on a terminal only.
pub(crate) fn count_bar(count: u64) -> ProgressBar {
    bar(count, "{msg:24} {bar:32} {pos}/{len} {eta}")
}

fn bar(length: u64, template: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar.enable_steady_tick(BAR_AFTER);
    bar
}
