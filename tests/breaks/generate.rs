//! A valid interchange made of nothing but its guide: every segment and element that the guide knows turns up in some
//! of them. What only a situational rule or an external list could judge is not meant to be right.

use claimgate::guide::{
    ChildKind, Composite, DataType, Element, ElementKind, Guide, LoopIndex, Note, NoteKind,
    Segment as Rule, Simple, Usage,
};

use super::draw::Draw;
use super::file::{File, Line};

/// About so many segments, then only what is required.
const SEGMENTS: usize = 120;

pub(super) fn generate(guide: &'static Guide, draw: &mut Draw) -> File {
    let mut maker = Maker {
        guide,
        draw,
        lines: Vec::new(),
        levels: Vec::new(),
        count: 0,
    };
    maker.fill(0);
    let mut lines = maker.lines;
    lines[0].put(2, "0001");
    let version = guide.accepts.last().map_or("", String::as_str);
    if !lines[0].get(3).is_empty() {
        lines[0].put(3, version);
    }
    let last = lines.len() - 1;
    lines[last].put(2, "0001");
    mend_levels(&mut lines);
    match guide.set.as_str() {
        "835" => mend_remittance(&mut lines),
        "837" => mend_claims(&mut lines),
        _ => {}
    }
    let head = format!(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~\
         GS*{}*SENDER*RECEIVER*20261124*1200*1*X*{version}~GE*1*1~IEA*1*000000001~",
        guide.functional_id
    );
    let mut file = File::read(head.as_bytes());
    file.lines.splice(2..2, lines);
    file.recount();
    file
}

struct Maker<'d> {
    guide: &'static Guide,
    draw: &'d mut Draw,
    lines: Vec<Line>,
    /// HL01 of the open levels.
    levels: Vec<usize>,
    count: usize,
}

impl Maker<'_> {
    fn fill(&mut self, index: LoopIndex) {
        let guide = self.guide;
        let mut is_level = false;
        for (at, child) in guide.loops[index].children.iter().enumerate() {
            let opens = index > 0 && at == 0;
            let most = match child.kind {
                _ if opens => Some(1),
                ChildKind::Segment(one) => guide.segments[one].repeat,
                ChildKind::Loop(one) => guide.loops[one].repeat,
            };
            for _ in 0..self.times(opens || guide.usage(child.kind) == Usage::Required, most) {
                match child.kind {
                    ChildKind::Loop(inner) => self.fill(inner),
                    ChildKind::Segment(one) => {
                        let rule = &guide.segments[one];
                        let line = self.line(rule);
                        is_level |= opens && line.is("HL");
                        self.lines.push(line);
                    }
                }
            }
        }
        if is_level {
            self.levels.pop();
        }
    }

    fn times(&mut self, required: bool, most: Option<u32>) -> usize {
        let full = self.lines.len() > SEGMENTS;
        let most = most.unwrap_or(u32::MAX).min(3) as usize;
        match required {
            _ if full => usize::from(required),
            true if self.draw.chance(80) => 1,
            true => self.draw.between(1, most),
            false if self.draw.chance(70) => 0,
            false => self.draw.between(1, most),
        }
    }

    fn line(&mut self, rule: &'static Rule) -> Line {
        let mut line = Line {
            id: rule.id.clone(),
            elements: Vec::new(),
        };
        let rich = self.lines.len() < SEGMENTS;
        for (number, element) in (1..).zip(&rule.elements) {
            let Some(element) = element else { continue };
            if element.usage == Usage::Required || (rich && self.draw.chance(50)) {
                let value = self.element(element, line_before(&line, number));
                line.put(number, value);
            }
        }
        self.hold_notes(&mut line, rule);
        // A period is written as its qualifier says, which may have come later.
        for (number, element) in (1..).zip(&rule.elements) {
            if let Some(element) = element
                && element.data == "1251"
                && !line.get(number).is_empty()
            {
                let value = self.element(element, line_before(&line, number));
                line.put(number, value);
            }
        }
        if line.elements.is_empty()
            && let Some((number, Some(element))) = (1..)
                .zip(&rule.elements)
                .find(|(_, element)| element.is_some())
        {
            let value = self.element(element, "");
            line.put(number, value);
            self.hold_notes(&mut line, rule);
        }
        if line.is("HL") {
            self.level(&mut line, rule);
        }
        line
    }

    fn hold_notes(&mut self, line: &mut Line, rule: &'static Rule) {
        let elements = &rule.elements;
        let required = |number: usize| {
            let element = elements.get(number - 1).and_then(Option::as_ref);
            element.map(|element| element.usage == Usage::Required)
        };
        for _ in 0..12 {
            let present = |number| !line.get(number).is_empty();
            let changes = mend_notes(&rule.standard.notes, present, required);
            for (number, fill) in changes {
                let element = elements.get(number - 1).and_then(Option::as_ref);
                let value = match element {
                    Some(element) if fill => self.element(element, line_before(line, number)),
                    _ => String::new(),
                };
                line.put(number, value);
            }
        }
    }

    fn level(&mut self, line: &mut Line, rule: &Rule) {
        self.count += 1;
        line.put(1, self.count.to_string());
        let parent = self.levels.last().map_or(String::new(), usize::to_string);
        let has_parent = rule.element(2).is_some();
        line.put(2, if has_parent { parent } else { String::new() });
        self.levels.push(self.count);
    }

    fn element(&mut self, element: &Element, before: &str) -> String {
        let times = match element.repeat {
            1 => 1,
            most => self.draw.between(1, most.min(3) as usize),
        };
        let values: Vec<String> = (0..times)
            .map(|_| match &element.kind {
                ElementKind::Simple(simple) => self.value(simple, &element.data, before),
                ElementKind::Composite(composite) => self.composite(composite),
            })
            .collect();
        values.join("^")
    }

    fn composite(&mut self, composite: &Composite) -> String {
        let mut line = Line {
            id: String::new(),
            elements: Vec::new(),
        };
        let components = &composite.components;
        for (number, component) in (1..).zip(components) {
            let Some(component) = component else { continue };
            if component.usage == Usage::Required || self.draw.chance(40) {
                let before = line_before(&line, number).to_owned();
                let value = self.value(&component.value, &component.data, &before);
                line.put(number, value);
            }
        }
        let required = |number: usize| {
            let component = components.get(number - 1).and_then(Option::as_ref);
            component.map(|component| component.usage == Usage::Required)
        };
        for _ in 0..12 {
            let present = |number| !line.get(number).is_empty();
            for (number, fill) in mend_notes(&composite.standard.notes, present, required) {
                let component = components.get(number - 1).and_then(Option::as_ref);
                let before = line_before(&line, number).to_owned();
                let value = match component {
                    Some(one) if fill => self.value(&one.value, &one.data, &before),
                    _ => String::new(),
                };
                line.put(number, value);
            }
        }
        for (number, component) in (1..).zip(components) {
            let Some(component) = component else { continue };
            let is_first = line.elements.is_empty();
            if (component.data == "1251" && !line.get(number).is_empty()) || is_first {
                let before = line_before(&line, number).to_owned();
                let value = self.value(&component.value, &component.data, &before);
                line.put(number, value);
            }
        }
        line.elements.join(":")
    }

    fn value(&mut self, simple: &Simple, data: &str, before: &str) -> String {
        if !simple.codes.is_empty() {
            return self.draw.of(&simple.codes).unwrap().clone();
        }
        let standard = simple.standard;
        let (min, max) = (standard.min as usize, standard.max as usize);
        let day = format!("202611{:02}", self.draw.between(1, 20));
        if data == "1251" {
            match before {
                "RD8" => return format!("{day}-20261128"),
                "DT" => return format!("{day}0815"),
                "TM" => return "1130".into(),
                "D6" => return "261104".into(),
                "RDT" => return format!("{day}0815-202611280900"),
                _ => return day,
            }
        }
        match standard.data_type {
            DataType::Date if max < 8 => "261104".into(),
            DataType::Date => day,
            DataType::Time => "0930".into(),
            DataType::Integer | DataType::Decimal => {
                let length = self.draw.between(min.max(1), max.clamp(min.max(1), 3));
                let digits = (0..length).map(|_| char::from(b'1' + self.draw.below(9) as u8));
                digits.collect()
            }
            _ => {
                let length = self.draw.between(min.max(1), max.min(min.max(1) + 6));
                self.draw.word(length)
            }
        }
    }
}

fn line_before(line: &Line, number: usize) -> &str {
    match number {
        1 => "",
        _ => line.get(number - 1),
    }
}

/// What to fill or empty so that the syntax notes hold. `required`: `None` where the guide has no such member.
fn mend_notes(
    notes: &[Note],
    present: impl Fn(usize) -> bool,
    required: impl Fn(usize) -> Option<bool>,
) -> Vec<(usize, bool)> {
    let mut changes = Vec::new();
    for note in notes {
        let members: Vec<usize> = note.members.iter().map(|&number| number.into()).collect();
        let sent = members.iter().filter(|&&number| present(number)).count();
        let known = members.iter().all(|&number| required(number).is_some());
        let must = members.iter().any(|&number| required(number) == Some(true));
        let fill = |numbers: &[usize]| -> Vec<(usize, bool)> {
            let missing = numbers.iter().filter(|&&number| !present(number));
            missing.map(|&number| (number, true)).collect()
        };
        match note.kind {
            NoteKind::Paired if sent > 0 && sent < members.len() => match known || must {
                true => changes.extend(fill(&members)),
                false => changes.extend(members.iter().map(|&number| (number, false))),
            },
            NoteKind::Conditional if present(members[0]) => {
                match known || required(members[0]) == Some(true) {
                    true => changes.extend(fill(&members)),
                    false => changes.push((members[0], false)),
                }
            }
            NoteKind::Exclusion if sent > 1 => {
                let kept = members
                    .iter()
                    .find(|&&number| required(number) == Some(true));
                let kept = kept.or_else(|| members.iter().find(|&&number| present(number)));
                let others = members.iter().filter(|&number| Some(number) != kept);
                changes.extend(others.map(|&number| (number, false)));
            }
            NoteKind::Required if sent == 0 => {
                let first = members.iter().find(|&&number| required(number).is_some());
                changes.extend(first.map(|&number| (number, true)));
            }
            NoteKind::List if present(members[0]) && sent == 1 => {
                let other = members[1..]
                    .iter()
                    .find(|&&number| required(number).is_some());
                changes.push(other.map_or((members[0], false), |&number| (number, true)));
            }
            _ => {}
        }
        if !changes.is_empty() {
            break;
        }
    }
    changes
}

/// HL04 says whether a lower level follows.
fn mend_levels(lines: &mut [Line]) {
    let parents: Vec<String> = lines
        .iter()
        .filter(|line| line.is("HL"))
        .map(|line| line.get(2).to_owned())
        .collect();
    for line in lines
        .iter_mut()
        .filter(|line| line.is("HL") && line.elements.len() > 3)
    {
        let own = line.get(1).to_owned();
        line.put(4, if parents.contains(&own) { "1" } else { "0" });
    }
}

fn whole(text: &str) -> i64 {
    text.parse().unwrap_or(0)
}

/// CLM02 is the sum of the lines, and no other payer has decided: what they decided is broken in the fixtures.
fn mend_claims(lines: &mut Vec<Line>) {
    let decided = |line: &Line| {
        let kind = line.get(1);
        match line.id.as_str() {
            "CAS" | "SVD" => true,
            "AMT" => kind == "D" || kind == "EAF",
            "DTP" => kind == "573",
            _ => false,
        }
    };
    lines.retain(|line| !decided(line));
    let (mut sum, mut count) = (0, 0);
    for line in lines.iter_mut().rev() {
        match line.id.as_str() {
            "SV1" | "SV3" => (sum, count) = (sum + whole(line.get(2)), count + 1),
            "SV2" => (sum, count) = (sum + whole(line.get(3)), count + 1),
            "CLM" => {
                if count > 0 {
                    line.put(2, sum.to_string());
                }
                (sum, count) = (0, 0);
            }
            "HL" => (sum, count) = (0, 0),
            _ => {}
        }
    }
}

/// SVC02, CLP03 and BPR02 are what the equations ask for.
fn mend_remittance(lines: &mut [Line]) {
    let (mut paid, mut withheld) = (0, 0);
    let (mut line_adjusted, mut claim_adjusted, mut open) = (0, 0, 0);
    for line in lines.iter_mut().rev() {
        match line.id.as_str() {
            "CAS" => {
                // The guide asks for the amount of each reason in words only.
                for number in (3..=18).step_by(3) {
                    let said = [number - 1, number + 1]
                        .iter()
                        .any(|&one| !line.get(one).is_empty());
                    if said && line.get(number).is_empty() {
                        line.put(number, "7");
                    }
                }
                let amounts = (3..=18).step_by(3).map(|number| whole(line.get(number)));
                open += amounts.sum::<i64>();
            }
            "SVC" => {
                line_adjusted += open;
                let explained = whole(line.get(3)) + open;
                line.put(2, explained.to_string());
                open = 0;
            }
            "CLP" => {
                claim_adjusted += open;
                let adjusted = line_adjusted + claim_adjusted;
                line.put(3, (whole(line.get(4)) + adjusted).to_string());
                paid += whole(line.get(4));
                (line_adjusted, claim_adjusted, open) = (0, 0, 0);
            }
            "PLB" => {
                let amounts = (4..=14).step_by(2).map(|number| whole(line.get(number)));
                withheld += amounts.sum::<i64>();
            }
            "BPR" => line.put(2, (paid - withheld).to_string()),
            _ => {}
        }
    }
}
