//! The files in which the keepers of code lists publish them become lists of ours. It must not read or write a file.
//!
//! ICD-10-CM and -PCS order files (CMS, fixed width), HCPCS level II (CMS, fixed width or CSV), the taxonomy (NUCC,
//! CSV), and any CSV or TSV whose first line names a column of codes.

use super::meaning::called;
use super::{Day, ListId, Table, TableError, find};

/// A list read from an official file, written as ours are.
#[derive(Debug)]
pub struct Official {
    pub list: ListId,
    pub text: String,
    pub count: usize,
}

/// Why a file is no list.
#[derive(Debug, PartialEq, Eq)]
pub enum Unrecognized {
    /// No format of ours, or nothing says which list it is.
    List,
    /// The list is known, but no codes of it are in the file.
    Codes(String),
}

/// `code, from, to, text`, dates as CCYYMMDD.
type Row = [String; 4];

/// Reads a file. `name` is the file's, `list` what the user says it is, `today` when it was imported (2026-11-25).
///
/// # Errors
/// [`Unrecognized`].
pub fn read_official(
    text: &str,
    name: &str,
    list: Option<ListId>,
    today: &str,
) -> Result<Official, Unrecognized> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let first = first.ok_or(Unrecognized::List)?;
    let (found, rows) = if is_order_line(first) {
        order_file(text)
    } else if is_anweb_line(first) {
        (find("hcpcs"), text.lines().filter_map(anweb_line).collect())
    } else {
        columns(text, name)
    };
    let list = list.or(found).ok_or(Unrecognized::List)?;
    let shape = list.list().shape;
    // Categories, modifiers and footnotes stand among the codes.
    let rows: Vec<Row> = rows
        .into_iter()
        .filter(|row| shape.fits(row[0].as_bytes()))
        .collect();
    let mut written = format!("# source: {name}; as of {today}, imported\n");
    for row in &rows {
        written.push_str(row.join("\t").trim_end());
        written.push('\n');
    }
    let table = Table::read(written.clone().into());
    let table = table.map_err(|TableError { reason, .. }| Unrecognized::Codes(reason))?;
    Ok(Official {
        list,
        count: table.len(),
        text: written,
    })
}

/// `00001 A00     0 Cholera …`: order number, code, whether it may be billed.
fn is_order_line(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.len() > 16
        && bytes[..5].iter().all(u8::is_ascii_digit)
        && bytes[5] == b' '
        && matches!(bytes[14], b'0' | b'1')
        && bytes[15] == b' '
}

fn order_file(text: &str) -> (Option<ListId>, Vec<Row>) {
    let lines = text.lines().filter(|line| is_order_line(line));
    let codes: Vec<&str> = lines
        .filter(|line| line.as_bytes()[14] == b'1')
        .filter_map(|line| line.get(6..13))
        .map(str::trim)
        .collect();
    // No diagnosis starts with a digit, most procedures do.
    let is_pcs = codes
        .first()
        .is_some_and(|code| code.starts_with(|c: char| c.is_ascii_digit()));
    let list = find(if is_pcs { "icd10pcs" } else { "icd10cm" });
    let row = |code: &str| [code.to_owned(), String::new(), String::new(), String::new()];
    (list, codes.into_iter().map(row).collect())
}

/// HCPCS code 1-5, sequence 6-10, record 11 (3: the first line of a procedure), added 269-276, ended 285-292.
fn is_anweb_line(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.len() >= 292 && bytes[5..11].iter().all(u8::is_ascii_digit) && !line.contains('\t')
}

fn anweb_line(line: &str) -> Option<Row> {
    let part = |from: usize, to: usize| line.get(from..to).map(str::trim);
    let day = |from: usize| part(from, from + 8).filter(|text| Day::parse(text).is_some());
    (part(10, 11)? == "3").then_some(())?;
    Some([
        part(0, 5)?.to_owned(),
        day(268).unwrap_or_default().to_owned(),
        day(284).unwrap_or_default().to_owned(),
        String::new(),
    ])
}

/// A file with columns that its first line names.
fn columns(text: &str, name: &str) -> (Option<ListId>, Vec<Row>) {
    let text = text.trim_start_matches(|c: char| c.is_whitespace());
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let separator = match lines.next().is_some_and(|line| line.contains('\t')) {
        true => '\t',
        false => ',',
    };
    let mut records = csv(text, separator)
        .into_iter()
        .filter(|record| !record[0].starts_with('#'));
    let Some(header) = records.next() else {
        return (None, Vec::new());
    };
    let header: Vec<String> = header
        .iter()
        .map(|name| name.trim().to_lowercase())
        .collect();
    let at = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| header.iter().position(|column| column == name))
    };
    let code = at(&[
        "code",
        "hcpc",
        "hcpcs",
        "hcpcs code",
        "place of service code",
        "place of service code(s)",
    ]);
    let from = at(&[
        "from",
        "start",
        "start date",
        "effective date",
        "add dt",
        "add date",
    ]);
    let to = at(&[
        "to",
        "stop",
        "stop date",
        "end date",
        "term dt",
        "termination date",
        "deactivation date",
    ]);
    let words = at(&[
        "text",
        "short description",
        "place of service name",
        "name",
        "description",
        "classification",
    ]);
    let special = at(&["specialization"]);
    let record_id = at(&["recid"]);
    let list = match () {
        () if at(&["grouping"]).is_some() && special.is_some() => find("taxonomy"),
        () if header.iter().any(|column| column.starts_with("hcpc")) => find("hcpcs"),
        () if header
            .iter()
            .any(|column| column.starts_with("place of service")) =>
        {
            find("place-of-service")
        }
        () => of_name(name),
    };
    let Some(code) = code else {
        return (list, Vec::new());
    };
    let rows = records.filter_map(|record| {
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).map_or("", |f| f.trim());
        if !matches!(field(record_id), "" | "3") {
            return None;
        }
        let words = match field(special) {
            "" => field(words).to_owned(),
            special => format!("{}, {special}", field(words)),
        };
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Some([
            field(Some(code)).to_owned(),
            day(field(from)),
            day(field(to)),
            words,
        ])
    });
    (list, rows.collect())
}

/// The list that a part of the file's name calls: `carc-2026-07.csv`.
fn of_name(name: &str) -> Option<ListId> {
    let stem = name.split('.').next().unwrap_or_default();
    called(stem).or_else(|| stem.split(['-', '_', ' ']).find_map(called))
}

/// `20220101`, `2022-01-01`, `1/1/2022` as CCYYMMDD; nothing where it is none of them.
fn day(text: &str) -> String {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let day = match parts[..] {
        [year, month, day] if year.len() == 4 => format!("{year}{month:0>2}{day:0>2}"),
        [month, day, year] if year.len() == 4 => format!("{year}{month:0>2}{day:0>2}"),
        _ => text.to_owned(),
    };
    Day::parse(&day).map(|_| day).unwrap_or_default()
}

/// RFC 4180: fields in quotes may hold separators and line ends. Every record has a field.
fn csv(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '\r' if !quoted => {}
            c if c == separator && !quoted => record.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, name: &str) -> (String, String) {
        let official = read_official(text, name, None, "2026-11-25").unwrap();
        let codes = official.text.lines().skip(1).collect::<Vec<_>>().join("|");
        (
            official.list.list().name.to_owned(),
            codes.replace('\t', "/"),
        )
    }

    #[test]
    fn official_files_say_which_list_they_are() {
        let order = "00001 A00     0 Cholera                      Cholera\n\
                     00002 A000    1 Cholera due to x             Cholera due to x\n";
        assert_eq!(
            read(order, "icd10cm_order_2026.txt"),
            ("icd10cm".into(), "A000".into())
        );
        let order = "00001 001     0 Central                      Central\n\
                     00002 0016070 1 Bypass                       Bypass\n";
        assert_eq!(read(order, "x.txt"), ("icd10pcs".into(), "0016070".into()));
        let anweb = |code: &str, record: u8, end: &str| {
            let head = format!("{code}00100{record}");
            format!("{head:268}19820101        {end:8}N\n")
        };
        let text = [
            anweb("A0021", 3, ""),
            anweb("A0021", 4, ""),
            anweb("A0030", 3, "19951231"),
        ];
        let expected = (
            "hcpcs".into(),
            "A0021/19820101|A0030/19820101/19951231".into(),
        );
        assert_eq!(read(&text.concat(), "HCPC2026_ANWEB.txt"), expected);
        let nucc = "Code,Grouping,Classification,Specialization,Definition\n\
                    207Q00000X,Physicians,Family Medicine,,\"one, \"\"two\"\"\nthree\"\n\
                    207QA0000X,Physicians,Family Medicine,Adolescent,\n";
        let expected = "207Q00000X///Family Medicine|207QA0000X///Family Medicine, Adolescent";
        assert_eq!(read(nucc, "nucc.csv"), ("taxonomy".into(), expected.into()));
        let carc = "Code,Description,Start Date,Stop Date\n45,beyond the contract,1/1/1995,\n15,none,1995-01-01,2018-05-01\n";
        let expected = "45/19950101//beyond the contract|15/19950101/20180501/none";
        assert_eq!(
            read(carc, "carc-2026.csv"),
            ("carc".into(), expected.into())
        );
        let ours = "# source: x\ncode\tfrom\tto\ttext\n28\t20290101\t\tnew\n";
        assert_eq!(
            read(ours, "pos.tsv"),
            ("place-of-service".into(), "28/20290101//new".into())
        );
    }

    #[test]
    fn what_is_no_list_is_told() {
        let read = |text, list| read_official(text, "x.csv", list, "2026-11-25").map(|o| o.count);
        assert_eq!(read("", None), Err(Unrecognized::List));
        assert_eq!(read("Code,Text\n1,a\n", None), Err(Unrecognized::List));
        assert_eq!(read("Code,Text\n11,a\n", find("place-of-service")), Ok(1));
        assert!(matches!(
            read("a,b\n1,2\n", find("ndc")),
            Err(Unrecognized::Codes(_))
        ));
    }
}
