//! Deposits to NACHA records. It must not read a clock: the moment is an argument.

use jiff::civil::Date;

use super::{BLOCK, Banks, DESCRIPTION, DoesNotFit, EftDeposit, INFORMATION, RECORD, Totals};

/// An entry's amount has ten digits of cents.
const CENTS_MAX: i64 = 9_999_999_999;
const COMPANY_NAME: usize = 16;
const COMPANY_ID: usize = 10;

/// Writes one file, a line a record: one batch for each run of deposits of the same payer and day.
///
/// # Errors
/// The first deposit that cannot be said in the records: nothing is cut short.
pub fn write(banks: &Banks, deposits: &[EftDeposit]) -> Result<Vec<u8>, DoesNotFit> {
    for (deposit, one) in deposits.iter().enumerate() {
        fits(one).map_err(|field| DoesNotFit { deposit, field })?;
    }
    let mut records = vec![file_header(banks)];
    let mut all = Totals::default();
    let same = |a: &EftDeposit, b: &EftDeposit| batch_of(a) == batch_of(b);
    let mut batches = 0;
    let mut entries = 0;
    for run in deposits.chunk_by(same) {
        batches += 1;
        records.push(batch_header(banks, &run[0], batches));
        let mut totals = Totals::default();
        for deposit in run {
            entries += 1;
            totals.add(entry(banks, deposit, entries, &mut records));
        }
        records.push(batch_control(banks, &run[0], &totals, batches));
        all.add(totals);
    }
    records.push(file_control(&all, batches, records.len() + 1));
    let filler = records.len().next_multiple_of(BLOCK) - records.len();
    records.extend(std::iter::repeat_n("9".repeat(RECORD), filler));
    let mut out = records.join("\n").into_bytes();
    out.push(b'\n');
    Ok(out)
}

fn fits(deposit: &EftDeposit) -> Result<(), &'static str> {
    let plain = |text: &str| {
        text.trim() == text
            && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
            && !text.contains(['*', '~', '\\'])
    };
    let trace_needed = !deposit.supplement.is_empty();
    let name = &deposit.company_name;
    if !plain(&deposit.trace) || (deposit.trace.is_empty() && trace_needed) {
        return Err("trace");
    }
    if !plain(&deposit.originator) || deposit.originator.len() > COMPANY_ID {
        return Err("originator");
    }
    if !plain(&deposit.supplement) {
        return Err("supplement");
    }
    if information(deposit).len() > INFORMATION {
        return Err("trace");
    }
    if !plain(name) || name.len() > COMPANY_NAME {
        return Err("company name");
    }
    if !(0..=CENTS_MAX).contains(&deposit.amount.cents()) {
        return Err("amount");
    }
    if !(2000..2100).contains(&deposit.effective.year()) {
        return Err("effective date");
    }
    Ok(())
}

fn batch_of(deposit: &EftDeposit) -> (&str, &str, Date) {
    (
        &deposit.company_name,
        &deposit.originator,
        deposit.effective,
    )
}

fn file_header(banks: &Banks) -> String {
    format!(
        "101 {:0>9} {:0>9}{}A094101{}{}{:8}",
        digits(&banks.payee_routing, 9),
        digits(&banks.payer_routing, 9),
        banks.created.strftime("%y%m%d%H%M"),
        left(&banks.payee_bank, 23),
        left(&banks.payer_bank, 23),
        ""
    )
}

fn batch_header(banks: &Banks, deposit: &EftDeposit, number: usize) -> String {
    format!(
        "5220{}{:20}{}CCD{DESCRIPTION}{}{}   1{}{}",
        left(&deposit.company_name, COMPANY_NAME),
        "",
        left(&deposit.originator, COMPANY_ID),
        banks.created.strftime("%y%m%d"),
        deposit.effective.strftime("%y%m%d"),
        originating_bank(banks),
        last_digits(number, 7),
    )
}

/// An entry and its addenda; a checking account is credited (transaction code 22).
fn entry(banks: &Banks, deposit: &EftDeposit, number: usize, records: &mut Vec<String>) -> Totals {
    let routing = format!("{:0>9}", digits(&banks.payee_routing, 9));
    let sequence = last_digits(number, 7);
    let addenda = !deposit.trace.is_empty();
    records.push(format!(
        "622{routing}{}{:010}{:15}{}  {}{}{sequence}",
        left(banks.payee_account.as_str(), 17),
        deposit.amount.cents(),
        "",
        left(&banks.payee_name, 22),
        u8::from(addenda),
        originating_bank(banks),
    ));
    if addenda {
        let information = left(&information(deposit), INFORMATION);
        records.push(format!("705{information}0001{sequence}"));
    }
    Totals {
        records: 1 + u64::from(addenda),
        hash: routing[..8].parse().unwrap_or_default(),
        debits: 0,
        credits: deposit.amount.cents(),
    }
}

/// The TRN of the remittance.
fn information(deposit: &EftDeposit) -> String {
    let mut trn = format!("TRN*1*{}*{}", deposit.trace, deposit.originator);
    if !deposit.supplement.is_empty() {
        trn.push('*');
        trn.push_str(&deposit.supplement);
    }
    trn.push('~');
    trn
}

fn batch_control(banks: &Banks, deposit: &EftDeposit, totals: &Totals, number: usize) -> String {
    format!(
        "8220{}{:010}{:012}{:012}{}{:25}{}{}",
        last_digits(totals.records, 6),
        totals.hash,
        totals.debits,
        totals.credits,
        left(&deposit.originator, COMPANY_ID),
        "",
        originating_bank(banks),
        last_digits(number, 7),
    )
}

fn file_control(totals: &Totals, batches: usize, records: usize) -> String {
    format!(
        "9{}{}{}{:010}{:012}{:012}{:39}",
        last_digits(batches, 6),
        last_digits(records.div_ceil(BLOCK), 6),
        last_digits(totals.records, 8),
        totals.hash,
        totals.debits,
        totals.credits,
        ""
    )
}

/// The first eight digits of the payer's bank.
fn originating_bank(banks: &Banks) -> String {
    let routing = format!("{:0>9}", digits(&banks.payer_routing, 9));
    routing[..8].to_owned()
}

fn digits(text: &str, max: usize) -> String {
    text.chars()
        .filter(char::is_ascii_digit)
        .take(max)
        .collect()
}

/// Plain characters, cut or filled to a width.
fn left(text: &str, width: usize) -> String {
    let plain = |c: char| {
        if c == ' ' || c.is_ascii_graphic() {
            c
        } else {
            ' '
        }
    };
    let text: String = text.chars().take(width).map(plain).collect();
    format!("{text:width$}")
}

/// A number in a field that is too small for the largest ones.
fn last_digits(number: impl std::fmt::Display, width: usize) -> String {
    let text = format!("{number:>0width$}");
    text[text.len() - width..].to_owned()
}
