//! A bulk export: every resource on a line of its own, in files by kind. Charts are made patient by patient, of the
//! patient's resources and those that belong to nobody. It must not hold more than the text and what belongs to nobody.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use super::bundle::Bundle;
use super::charts_of;
use crate::chart::read::{not_json, without_mark};
use crate::chart::repeated::repeated;
use crate::chart::{Code, Finding, Reading};

/// The files of an export, and which lines belong together.
#[derive(Debug)]
pub struct Export {
    /// Names and texts.
    files: Vec<(String, Vec<u8>)>,
    /// Of a patient each; what cannot be read, and requests that name no patient, alone.
    groups: Vec<Vec<Line>>,
    /// Practitioners, organizations and the like.
    shared: Vec<Line>,
    /// Patients by their ids: one may be subscriber to another's plan.
    patients: HashMap<String, Line>,
    /// Those, once they are read.
    shared_read: OnceLock<Vec<(Value, String)>>,
    /// Whether something could be billed.
    asks: bool,
}

/// One resource.
#[derive(Debug, Clone)]
struct Line {
    file: usize,
    /// 1 the first.
    number: usize,
    bytes: Range<usize>,
}

/// As much of a resource as says whose it is.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "resourceType")]
    kind: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    patient: Value,
    #[serde(default)]
    subject: Value,
    #[serde(default)]
    beneficiary: Value,
}

impl Head {
    fn is_asked(&self) -> bool {
        ["Claim", "ExplanationOfBenefit", "Encounter"].contains(&&*self.kind)
    }

    /// The id of the patient that it is of.
    fn patient(&self) -> Option<&str> {
        if self.kind == "Patient" {
            return self.id.as_deref();
        }
        let named = [&self.patient, &self.subject, &self.beneficiary];
        named.into_iter().find_map(patient_of)
    }
}

/// The id of the patient whom a Reference names.
fn patient_of(reference: &Value) -> Option<&str> {
    let text = reference.get("reference")?.as_str()?;
    let (_, id) = text.rsplit_once("Patient/")?;
    id.split('/').next()
}

impl Export {
    /// Looks at every line once.
    pub fn new(files: Vec<(String, Vec<u8>)>) -> Self {
        let mut export = Self {
            files: Vec::new(),
            groups: Vec::new(),
            shared: Vec::new(),
            patients: HashMap::new(),
            shared_read: OnceLock::new(),
            asks: false,
        };
        let mut known = HashMap::new();
        for (file, (_, text)) in files.iter().enumerate() {
            let mut start = text.len() - without_mark(text).len();
            for (index, line) in text[start..].split(|&byte| byte == b'\n').enumerate() {
                let bytes = start..start + line.len();
                start = bytes.end + 1;
                if !line.trim_ascii().is_empty() {
                    let number = index + 1;
                    export.take(
                        line,
                        Line {
                            file,
                            number,
                            bytes,
                        },
                        &mut known,
                    );
                }
            }
        }
        export.files = files;
        export
    }

    fn take(&mut self, text: &[u8], line: Line, known: &mut HashMap<String, usize>) {
        let head = serde_json::from_slice::<Head>(text).ok();
        self.asks |= head.as_ref().is_none_or(Head::is_asked);
        let patient = head.as_ref().and_then(Head::patient);
        match (&head, patient) {
            (_, Some(patient)) => {
                let next = self.groups.len();
                let group = *known.entry(patient.to_owned()).or_insert(next);
                if group == next {
                    self.groups.push(Vec::new());
                }
                if head.as_ref().is_some_and(|head| head.kind == "Patient") {
                    self.patients.insert(patient.to_owned(), line.clone());
                }
                self.groups[group].push(line);
            }
            (Some(head), None) if !head.is_asked() && head.kind != "Bundle" => {
                self.shared.push(line);
            }
            _ => self.groups.push(vec![line]),
        }
    }

    /// Groups of lines that belong together, each with its length in bytes.
    pub fn groups(&self) -> impl Iterator<Item = usize> + '_ {
        let length = |group: &Vec<Line>| group.iter().map(|line| line.bytes.len()).sum();
        self.groups.iter().map(length)
    }

    /// What the export is called where something is told of all of it.
    fn name(&self) -> &str {
        self.files.first().map_or("export", |(name, _)| name)
    }

    /// The finding of an export in which nothing asks for payment.
    pub fn nothing(&self) -> Option<Reading> {
        let finding = Finding::new(Code::FhirNothing, "", "");
        (!self.asks).then(|| Reading::unreadable(self.name(), finding))
    }

    /// Every chart of some groups.
    pub fn read(&self, groups: Range<usize>) -> Vec<Reading> {
        let shared = self.shared_read.get_or_init(|| {
            let lines = self.shared.iter();
            lines.filter_map(|line| self.resource(line).ok()).collect()
        });
        let mut around = Bundle::default();
        for (value, path) in shared {
            around.add(value, path.clone(), None);
        }
        let mut readings = Vec::new();
        for group in self.groups.get(groups).unwrap_or_default() {
            let mut resources = Vec::with_capacity(group.len());
            for line in group {
                match self.resource(line) {
                    Ok(resource) => resources.push(resource),
                    Err(reading) => readings.push(*reading),
                }
            }
            let subscribers: Vec<_> = resources
                .iter()
                .filter_map(|(value, _)| self.subscriber(value))
                .collect();
            resources.extend(subscribers);
            let mut bundle = Bundle::within(&around);
            for (value, path) in &resources {
                bundle.add(value, path.clone(), None);
            }
            readings.extend(charts_of(&bundle, self.name()));
        }
        readings
    }

    /// The patient of the export who has the plan that is another's.
    fn subscriber(&self, coverage: &Value) -> Option<(Value, String)> {
        let patient = |field| patient_of(coverage.get(field)?);
        let subscriber = patient("subscriber")?;
        let is_other = patient("beneficiary") != Some(subscriber);
        let line = self.patients.get(subscriber).filter(|_| is_other)?;
        self.resource(line).ok()
    }

    /// A resource and where it stands, or why it cannot be read.
    fn resource(&self, line: &Line) -> Result<(Value, String), Box<Reading>> {
        let (file, text) = &self.files[line.file];
        let text = &text[line.bytes.clone()];
        let name = format!("{file} line {}", line.number);
        let Ok(value) = serde_json::from_slice::<Value>(text) else {
            return Err(Box::new(not_json(&name, text)));
        };
        if let Some(path) = repeated(text) {
            let finding = Finding::new(Code::ChartFieldRepeated, path, "");
            return Err(Box::new(Reading::unreadable(name, finding)));
        }
        let is_resource = value.get("resourceType").is_some_and(Value::is_string);
        if !is_resource {
            let finding = Finding::new(Code::FhirValue, "resourceType", "expected text");
            return Err(Box::new(Reading::unreadable(name, finding)));
        }
        Ok((value, format!("{file}[{}]", line.number)))
    }
}

/// Whether a file that begins so has a FHIR resource a line, and none of them is whole by itself as a bundle is.
pub fn is_export(head: &[u8]) -> bool {
    let head = without_mark(head);
    let end = head.iter().position(|&byte| byte == b'\n');
    let line = &head[..end.unwrap_or(head.len())];
    let kind = serde_json::from_slice::<Head>(line).map(|head| head.kind);
    kind.is_ok_and(|kind| !kind.is_empty() && kind != "Bundle")
}
