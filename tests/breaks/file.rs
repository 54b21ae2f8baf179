//! An interchange as segments that can be changed, and its text in any dress. It must not know guides.

use claimgate::x12::{Item, read_all};

use super::draw::Draw;

/// One segment. Its elements have `:` between components and `^` between repetitions, whatever the dress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) elements: Vec<String>,
}

/// Separators and line breaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dress {
    element: char,
    component: char,
    repetition: char,
    pub(super) segment: char,
    newline: &'static str,
}

const DRESSES: &[Dress] = &[
    dress('*', ':', '^', '~', "\n"),
    dress('*', ':', '^', '~', ""),
    dress('*', ':', '^', '~', "\r\n"),
    dress('|', '>', '!', '~', "\n"),
    dress('*', ':', '^', '\n', ""),
    dress('+', '\\', '{', '\'', "\r\n"),
];

const fn dress(
    element: char,
    component: char,
    repetition: char,
    segment: char,
    newline: &'static str,
) -> Dress {
    Dress {
        element,
        component,
        repetition,
        segment,
        newline,
    }
}

#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) lines: Vec<Line>,
    pub(super) dress: Dress,
    /// Whether the last terminator is not there.
    pub(super) cut: bool,
}

impl Line {
    pub(super) fn new(text: &str) -> Self {
        let mut parts = text.split('*').map(str::to_owned);
        Self {
            id: parts.next().unwrap(),
            elements: parts.collect(),
        }
    }

    pub(super) fn is(&self, id: &str) -> bool {
        self.id == id
    }

    /// Element `number`, from 1; empty where there is none.
    pub(super) fn get(&self, number: usize) -> &str {
        self.elements.get(number - 1).map_or("", String::as_str)
    }

    pub(super) fn put(&mut self, number: usize, value: impl Into<String>) {
        if self.elements.len() < number {
            self.elements.resize(number, String::new());
        }
        self.elements[number - 1] = value.into();
        while self.elements.last().is_some_and(String::is_empty) {
            self.elements.pop();
        }
    }

    /// A component of the first repetition; component 0 is all of it.
    pub(super) fn part(&self, number: usize, component: usize) -> &str {
        let first = self.get(number).split('^').next().unwrap_or("");
        match component {
            0 => first,
            _ => first.split(':').nth(component - 1).unwrap_or(""),
        }
    }

    pub(super) fn put_part(&mut self, number: usize, component: usize, value: &str) {
        let mut repetitions: Vec<String> = self.get(number).split('^').map(str::to_owned).collect();
        if component == 0 {
            repetitions[0] = value.to_owned();
        } else {
            let mut parts: Vec<&str> = repetitions[0].split(':').collect();
            parts.resize(parts.len().max(component), "");
            parts[component - 1] = value;
            while parts.last().is_some_and(|part| part.is_empty()) {
                parts.pop();
            }
            repetitions[0] = parts.join(":");
        }
        self.put(number, repetitions.join("^"));
    }

    pub(super) fn text(&self) -> String {
        let mut text = self.id.clone();
        for element in &self.elements {
            text.push('*');
            text.push_str(element);
        }
        text
    }
}

impl File {
    /// Reads an interchange that uses the usual separators.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut lines = Vec::new();
        read_all(bytes, |item| {
            let Item::Segment(segment) = item else {
                panic!("a good file has no faults: {item:?}")
            };
            lines.push(Line {
                id: std::str::from_utf8(segment.id()).unwrap().to_owned(),
                elements: segment
                    .elements()
                    .map(|one| one.text().to_owned())
                    .collect(),
            });
        });
        Self {
            lines,
            dress: DRESSES[0],
            cut: false,
        }
    }

    /// As text in its dress. U+00FF stands for a byte that is no UTF-8.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let Dress {
            element,
            component,
            repetition,
            segment,
            newline,
        } = self.dress;
        let mut out = Vec::new();
        let mut add = |c: char| match c {
            '\u{FF}' => out.push(0xFF),
            _ => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        };
        for (at, line) in (1..).zip(&self.lines) {
            for c in line.text().chars() {
                add(match c {
                    '*' => element,
                    ':' => component,
                    '^' => repetition,
                    '~' => segment,
                    other => other,
                });
            }
            if self.cut && at == self.lines.len() {
                break;
            }
            add(segment);
            newline.chars().for_each(&mut add);
        }
        out
    }

    /// The same in another dress, where its data allow that.
    pub(super) fn dressed(&self, draw: &mut Draw) -> Self {
        let dress = *draw.of(DRESSES).unwrap();
        let foreign = ['|', '>', '!', '+', '\\', '{', '\''];
        let free = |line: &Line| !line.text().contains(foreign);
        match dress.element == '*' || self.lines.iter().all(free) {
            true => Self {
                dress,
                ..self.clone()
            },
            false => self.clone(),
        }
    }

    /// Its sets once more in the same group, or in a group of their own.
    pub(super) fn multiplied(&self, draw: &mut Draw) -> Self {
        let mut file = self.clone();
        let (Some(gs), Some(ge)) = (file.find("GS"), file.find("GE")) else {
            return file;
        };
        match draw.below(4) {
            0 => {
                let mut again = file.lines[gs + 1..ge].to_vec();
                for line in again
                    .iter_mut()
                    .filter(|line| line.is("ST") || line.is("SE"))
                {
                    let number = format!("7{}", line.get(2).get(1..).unwrap_or("001"));
                    line.put(2, number);
                }
                file.lines.splice(ge..ge, again);
            }
            1 => {
                let mut again = file.lines[gs..=ge].to_vec();
                again[0].put(6, "7701");
                again.last_mut().unwrap().put(2, "7701");
                file.lines.splice(ge + 1..ge + 1, again);
            }
            _ => {}
        }
        file.recount();
        file
    }

    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.is(id))
    }

    /// Puts right counts into SE01, GE01 and IEA01.
    pub(super) fn recount(&mut self) {
        let (mut segments, mut sets, mut groups) = (0, 0, 0);
        for line in &mut self.lines {
            segments += 1;
            match line.id.as_str() {
                "ST" => (segments, sets) = (1, sets + 1),
                "GS" => (sets, groups) = (0, groups + 1),
                "SE" => line.put(1, segments.to_string()),
                "GE" => line.put(1, sets.to_string()),
                "IEA" => line.put(1, groups.to_string()),
                _ => {}
            }
        }
    }
}
