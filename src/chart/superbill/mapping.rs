//! Which column means what. It must not look at a row.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::shape::{Shape, shape_of};

/// No list of a chart that is not made by `*` is longer.
const PLACE_MAX: usize = 99;

/// A mapping as its TOML has it, with every field of the chart found in the chart's schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Columns that say which rows belong together.
    pub(super) chart: Vec<String>,
    pub(super) kind: String,
    delimiter: Option<u8>,
    pub(super) fields: Vec<Field>,
}

/// Why a text is no mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingError(String);

/// A field of the chart and the columns that say it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) steps: Vec<Step>,
    pub(super) shape: Shape,
    pub(super) source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    /// `*`: one element for each.
    Each,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Source {
    pub(super) columns: Vec<String>,
    pub(super) value: Option<Value>,
    /// Characters between several values in a cell.
    pub(super) split: Option<String>,
    /// What a cell says, and what the chart calls it.
    pub(super) values: BTreeMap<String, String>,
    /// Forms of its days, as `strftime` has them.
    pub(super) dates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    chart: OneOrMore,
    #[serde(default = "professional")]
    kind: String,
    #[serde(default)]
    delimiter: Option<char>,
    #[serde(default)]
    dates: Option<OneOrMore>,
    fields: BTreeMap<String, WrittenSource>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSource {
    Columns(OneOrMore),
    Whole(Box<WholeSource>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeSource {
    #[serde(default)]
    column: Option<OneOrMore>,
    #[serde(default)]
    value: Option<toml::Value>,
    #[serde(default)]
    split: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    dates: Option<OneOrMore>,
}

impl From<OneOrMore> for Vec<String> {
    fn from(written: OneOrMore) -> Self {
        match written {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(more) => more,
        }
    }
}

fn professional() -> String {
    "professional".into()
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// What is wrong with it, by line or by field.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let written: Written =
            toml::from_str(text).map_err(|error| MappingError(error.to_string()))?;
        let dates = written.dates.map(Vec::from).unwrap_or_else(|| {
            ["%Y-%m-%d", "%m/%d/%Y", "%Y%m%d"]
                .map(str::to_owned)
                .to_vec()
        });
        let chart = Vec::from(written.chart);
        if chart.is_empty() {
            return Err(MappingError(
                "chart: name a column that rows of one visit share".into(),
            ));
        }
        let field = |(path, source)| field(path, source, &dates);
        let fields: Result<_, _> = written.fields.into_iter().map(field).collect();
        Ok(Self {
            chart,
            kind: written.kind,
            delimiter: written.delimiter.and_then(|one| u8::try_from(one).ok()),
            fields: fields?,
        })
    }

    /// What stands between cells; `None` to be found out.
    pub(super) fn delimiter(&self) -> Option<u8> {
        self.delimiter
    }

    /// Every column that it names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let of_fields = self.fields.iter().flat_map(|field| &field.source.columns);
        self.chart.iter().chain(of_fields).map(String::as_str)
    }
}

fn field(path: String, source: WrittenSource, dates: &[String]) -> Result<Field, MappingError> {
    let told = |problem: &str| MappingError(format!("fields.{path:?}: {problem}"));
    let steps: Vec<Step> = path
        .trim_start_matches('/')
        .split('/')
        .map(|step| match step {
            "*" => Step::Each,
            name => Step::Name(name.to_owned()),
        })
        .collect();
    if steps.iter().filter(|step| **step == Step::Each).count() > 1 {
        return Err(told(
            "one `*` is enough: rows and columns make the elements of one list",
        ));
    }
    let is_far = |step: &Step| match step {
        Step::Name(name) => name.parse::<usize>().is_ok_and(|place| place > PLACE_MAX),
        Step::Each => false,
    };
    if steps.iter().any(is_far) {
        return Err(told("no list has so many places"));
    }
    let shape = shape_of(&steps).ok_or_else(|| {
        told("there is no such field in a chart; `claimgate translate --schema` lists them")
    })?;
    let source = match source {
        WrittenSource::Columns(columns) => Source {
            columns: columns.into(),
            ..Source::default()
        },
        WrittenSource::Whole(whole) => Source {
            columns: whole.column.map(Vec::from).unwrap_or_default(),
            value: whole
                .value
                .map(|value| serde_json::to_value(value).unwrap_or_default()),
            split: whole.split,
            values: whole.values,
            dates: whole.dates.map(Vec::from).unwrap_or_default(),
        },
    };
    if source.columns.is_empty() && source.value.is_none() {
        return Err(told("name a column, or a value"));
    }
    let dates = match source.dates.is_empty() {
        true => dates.to_vec(),
        false => source.dates.clone(),
    };
    Ok(Field {
        steps,
        shape,
        source: Source { dates, ..source },
        path,
    })
}

impl Field {
    /// The list whose elements it is of: what stands before `*`.
    pub(super) fn list(&self) -> Option<&str> {
        let (list, _) = self.path.trim_start_matches('/').split_once("/*")?;
        Some(list)
    }

    /// Its names inside an element.
    pub(super) fn inside(&self) -> impl Iterator<Item = &str> {
        let behind = self
            .steps
            .iter()
            .skip_while(|step| **step != Step::Each)
            .skip(1);
        behind.filter_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Each => None,
        })
    }

    /// Whether the chart has a list of plain values there.
    pub(super) fn is_list_of_values(&self) -> bool {
        matches!(self.shape, Shape::List(_))
    }
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.trim_end())
    }
}

impl std::error::Error for MappingError {}
