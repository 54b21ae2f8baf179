//! What a segment says by itself: a bit for each question that needs no more than one of its values. It is asked once,
//! when the segment is kept, however many rules want to know. It must not know what follows from an answer.

use crate::guide::Key;
use crate::guide::rule::{Part, Pattern, Relation, Shape};
use crate::x12::Segment;

use super::cells::each_value;
use super::value::{Measure, edge, fits, length};

/// The bit that is for whoever joins the facts of segments: more than one was there.
pub(super) const SEVERAL_BIT: usize = 0;
const RESERVED: usize = 1;

/// Values up to this many bytes are known again, and found in a table of codes.
const SHORT_MAX: usize = 16;

/// Values of one place in a segment that are looked at together; of more, everything may be so.
pub(super) const TOGETHER_MAX: usize = 12;

/// Where in a segment the values stand that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// What the segment must say besides.
    pub(super) key: Option<Key>,
    /// Element and component.
    pub(super) parts: (Part, Part),
}

/// Is there a value that … Of the values together: are there so many, are two of them the same?
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    There,
    Fits(Vec<Pattern>),
    FitsNone(Vec<Pattern>),
    NotLike(Shape),
    NotLong(usize, usize),
    /// No more than [`TOGETHER_MAX`].
    Many(usize),
    Twice,
    /// … keeps, or breaks, a comparison with a constant?
    Compares {
        is_last: bool,
        relation: Relation,
        constant: String,
        plus: i64,
        keeps: bool,
    },
}

/// The questions about one of the guide's segments.
#[derive(Debug, Default)]
pub(super) struct Questions {
    groups: Vec<Group>,
    count: usize,
}

/// Those about segments that say a key code, where one is named.
#[derive(Debug)]
struct Group {
    key: Option<Key>,
    elements: Vec<OfElement>,
    /// By number of the element: which of those is about it; 0 the first number.
    by_number: Vec<Option<usize>>,
}

/// The questions about an element and its components.
#[derive(Debug)]
struct OfElement {
    element: Part,
    /// Which of the book's memories is its own.
    memory: usize,
    components: Vec<OfComponent>,
    /// What is so of it, whatever it says, where it does not repeat.
    there: Vec<u64>,
    /// Whether nothing else can be so.
    is_there_all: bool,
}

/// The questions about the values of a component, and their bits.
#[derive(Debug)]
struct OfComponent {
    component: Part,
    questions: Vec<(usize, Question)>,
    table: Table,
    /// Those that the table does not answer.
    others: Vec<(usize, Question)>,
    comparisons: Vec<Comparison>,
    /// Those about the values together.
    together: Vec<(usize, Question)>,
}

/// A comparison with a constant that was read.
#[derive(Debug)]
struct Comparison {
    bit: usize,
    is_last: bool,
    relation: Relation,
    constant: Measure<Vec<u8>>,
    plus: i64,
    keeps: bool,
}

/// Answers to the questions about codes: by length of the value, where the next stretch of values begins that have the
/// same answers, and which these are.
#[derive(Debug, Default)]
struct Table(Vec<Vec<(u128, Vec<u64>)>>);

/// The last text of each element and what was answered: claims say the same again and again.
#[derive(Default)]
pub(super) struct Memories(Vec<Memory>);

#[derive(Clone, Default)]
struct Memory {
    /// Bytes and length; none is yet known where there are no answers.
    text: (u128, usize),
    answers: Vec<u64>,
}

impl Questions {
    /// The bit of a question; it is added where it is new.
    pub(super) fn bit(&mut self, spot: &Spot, question: &Question, memories: &mut usize) -> usize {
        let (element, component) = spot.parts;
        let has_key = |group: &Group| group.key == spot.key;
        let group = place(&mut self.groups, has_key, || Group {
            key: spot.key.clone(),
            elements: Vec::new(),
            by_number: Vec::new(),
        });
        let is_element = |one: &OfElement| one.element == element;
        let of_element = place(&mut group.elements, is_element, || {
            *memories += 1;
            OfElement {
                element,
                memory: *memories - 1,
                components: Vec::new(),
                there: Vec::new(),
                is_there_all: false,
            }
        });
        let is_component = |one: &OfComponent| one.component == component;
        let of_component = place(&mut of_element.components, is_component, || OfComponent {
            component,
            questions: Vec::new(),
            table: Table::default(),
            others: Vec::new(),
            comparisons: Vec::new(),
            together: Vec::new(),
        });
        let questions = &mut of_component.questions;
        if let Some((bit, _)) = questions.iter().find(|(_, known)| known == question) {
            return *bit;
        }
        let bit = self.count + RESERVED;
        self.count += 1;
        questions.push((bit, question.clone()));
        bit
    }

    /// To be called when no question is added any more.
    pub(super) fn finish(&mut self) {
        let words = self.words();
        for group in &mut self.groups {
            for (at, one) in group.elements.iter_mut().enumerate() {
                one.finish(words);
                if let Part::One(number @ 1..) = one.element {
                    let number = usize::from(number - 1);
                    let length = group.by_number.len().max(number + 1);
                    group.by_number.resize(length, None);
                    group.by_number[number] = Some(at);
                }
            }
        }
    }

    /// Of 64 answers each.
    pub(super) fn words(&self) -> usize {
        match self.count {
            0 => 0,
            count => (count + RESERVED).div_ceil(64),
        }
    }

    /// Adds the answers of a segment.
    pub(super) fn answer(
        &self,
        segment: &Segment<'_>,
        memories: &mut Memories,
        answers: &mut Vec<u64>,
    ) {
        let first = answers.len();
        answers.resize(first + self.words(), 0);
        let answers = &mut answers[first..];
        for group in &self.groups {
            let key = group.key.as_ref();
            if key.is_none_or(|key| key.is_in(segment)) {
                group.answer(segment, memories, answers);
            }
        }
    }
}

impl Group {
    fn answer(&self, segment: &Segment<'_>, memories: &mut Memories, answers: &mut [u64]) {
        let repetition = segment.delimiters.repetition;
        for ((text, marks), asked) in segment.elements_marked().zip(&self.by_number) {
            if let (Some(at), false) = (asked, text.is_empty()) {
                let one = &self.elements[*at];
                // Separators alone say nothing.
                let repeats = |byte: &u8| Some(*byte) == repetition;
                if marks != Some(0) && text.iter().any(repeats) {
                    one.answer(segment, answers);
                    continue;
                }
                join(answers, &one.there);
                if !one.is_there_all {
                    let memory = &mut memories.0[one.memory];
                    one.recall(segment, text, memory, answers);
                }
            }
        }
        for one in &self.elements {
            match one.element {
                Part::One(_) => {}
                Part::Whole if one.is_there_all => join(answers, &one.there),
                Part::Whole | Part::Each => one.answer(segment, answers),
            }
        }
    }
}

impl OfElement {
    fn finish(&mut self, words: usize) {
        for one in &mut self.components {
            one.finish(words);
        }
        self.there = vec![0; words];
        let whole = self.components.iter();
        let whole = whole.filter(|one| one.component == Part::Whole);
        for (bit, question) in whole.flat_map(|one| &one.questions) {
            let is_so = matches!(question, Question::There | Question::Many(0 | 1));
            set_if(&mut self.there, *bit, is_so);
        }
        let of_one =
            |one: &Question| matches!(one, Question::There | Question::Many(_) | Question::Twice);
        let mut asked = self.components.iter();
        self.is_there_all = asked.all(|one| {
            let mut questions = one.questions.iter();
            one.component == Part::Whole && questions.all(|(_, one)| of_one(one))
        });
    }

    /// Of a single element, which may say the same as before.
    #[inline]
    fn recall(&self, segment: &Segment<'_>, text: &[u8], memory: &mut Memory, answers: &mut [u64]) {
        if text.len() > SHORT_MAX {
            return self.answer(segment, answers);
        }
        let said = (packed(text), text.len());
        if memory.text != said || memory.answers.is_empty() {
            memory.text = said;
            memory.answers.clear();
            memory.answers.resize(answers.len(), 0);
            self.answer(segment, &mut memory.answers);
        }
        join(answers, &memory.answers);
    }

    fn answer(&self, segment: &Segment<'_>, answers: &mut [u64]) {
        for one in &self.components {
            let parts = (self.element, one.component);
            each_value(segment, 0, parts, |_, text| one.answer(text, answers));
            if !one.together.is_empty() {
                one.answer_of_all(segment, parts, answers);
            }
        }
    }
}

impl OfComponent {
    fn finish(&mut self, words: usize) {
        self.table = Table::new(&self.questions, words);
        for (bit, question) in &self.questions {
            match question {
                Question::There | Question::Fits(_) | Question::FitsNone(_) => {}
                Question::NotLike(_) | Question::NotLong(..) => {
                    self.others.push((*bit, question.clone()));
                }
                Question::Many(_) | Question::Twice => {
                    self.together.push((*bit, question.clone()));
                }
                Question::Compares {
                    is_last,
                    relation,
                    constant,
                    plus,
                    keeps,
                } => self.comparisons.push(Comparison {
                    bit: *bit,
                    is_last: *is_last,
                    relation: *relation,
                    constant: Measure::of(constant.clone().into_bytes()),
                    plus: *plus,
                    keeps: *keeps,
                }),
            }
        }
    }

    fn answer(&self, value: &[u8], answers: &mut [u64]) {
        let coded = self.table.answers(value);
        join(answers, coded.unwrap_or_default());
        let others = match coded {
            Some(_) => &self.others,
            None => &self.questions,
        };
        for (bit, question) in others {
            set_if(answers, *bit, question.holds(value));
        }
        if !self.comparisons.is_empty() {
            let (first, last) = (edge(value, false), edge(value, true));
            let first_day = Measure::of(first);
            let last_day = (first != last).then(|| Measure::of(last));
            for one in &self.comparisons {
                let last_day = last_day.as_ref().filter(|_| one.is_last);
                set_if(answers, one.bit, one.holds(last_day.unwrap_or(&first_day)));
            }
        }
    }

    fn answer_of_all(&self, segment: &Segment<'_>, parts: (Part, Part), answers: &mut [u64]) {
        let (mut values, mut count) = ([&[][..]; TOGETHER_MAX], 0);
        each_value(segment, 0, parts, |_, text| {
            if let Some(room) = values.get_mut(count) {
                *room = text;
            }
            count += 1;
        });
        for (bit, question) in &self.together {
            let is_so = match values.get(..count) {
                Some(values) => question.holds_of_all(values),
                None => true,
            };
            set_if(answers, *bit, is_so);
        }
    }
}

impl Comparison {
    fn holds(&self, value: &Measure<&[u8]>) -> bool {
        value.compares(self.relation, &self.constant, self.plus) == Some(self.keeps)
    }
}

impl Question {
    /// Of one value; comparisons were read beforehand.
    fn holds(&self, value: &[u8]) -> bool {
        match self {
            Self::There => true,
            Self::Fits(codes) => fits(codes, value),
            Self::FitsNone(codes) => !fits(codes, value),
            Self::NotLike(shape) => !shape.fits(value),
            Self::NotLong(min, max) => !(*min..=*max).contains(&length(value)),
            Self::Many(_) | Self::Twice | Self::Compares { .. } => false,
        }
    }

    fn holds_of_all(&self, values: &[&[u8]]) -> bool {
        match self {
            Self::Many(count) => values.len() >= *count,
            Self::Twice => (1..values.len()).any(|at| values[..at].contains(&values[at])),
            one => values.iter().any(|value| one.holds(value)),
        }
    }

    /// Which codes decide it, and the answer for those.
    fn codes(&self) -> Option<(&[Pattern], bool)> {
        match self {
            Self::There => Some((&[], false)),
            Self::Fits(codes) => Some((codes, true)),
            Self::FitsNone(codes) => Some((codes, false)),
            Self::NotLike(_)
            | Self::NotLong(..)
            | Self::Many(_)
            | Self::Twice
            | Self::Compares { .. } => None,
        }
    }
}

impl Table {
    fn new(questions: &[(usize, Question)], words: usize) -> Self {
        let by_length = (0..=SHORT_MAX).map(|length| {
            let coded = questions
                .iter()
                .filter_map(|(bit, question)| Some((*bit, question.codes()?)));
            let coded: Vec<_> = coded
                .map(|(bit, (codes, answer))| {
                    let spans = codes.iter().filter_map(|code| span(code, length));
                    (bit, spans.collect::<Vec<_>>(), answer)
                })
                .collect();
            let spans = coded.iter().flat_map(|(_, spans, _)| spans);
            let ends = |(first, last): &(u128, u128)| [Some(*first), last.checked_add(1)];
            let mut starts: Vec<u128> = spans.flat_map(ends).flatten().chain([0]).collect();
            starts.sort_unstable();
            starts.dedup();
            let stretch = |start: u128| {
                let mut answers = vec![0; words];
                for (bit, spans, answer) in &coded {
                    let mut spans = spans.iter();
                    let fits = spans.any(|(first, last)| (*first..=*last).contains(&start));
                    set_if(&mut answers, *bit, fits == *answer);
                }
                (start, answers)
            };
            starts.into_iter().map(stretch).collect()
        });
        Self(by_length.collect())
    }

    /// `None` for a value that is too long for it.
    fn answers(&self, value: &[u8]) -> Option<&[u64]> {
        let stretches = self.0.get(value.len())?;
        let value = packed(value);
        let next = stretches.partition_point(|(start, _)| *start <= value);
        let (_, answers) = stretches.get(next.checked_sub(1)?)?;
        Some(answers)
    }
}

impl Memories {
    pub(super) fn new(count: usize) -> Self {
        Self(vec![Memory::default(); count])
    }
}

/// Values may be protected health information.
impl std::fmt::Debug for Memories {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} values>", self.0.len())
    }
}

/// The first and the last value of a length that a pattern fits.
fn span(code: &Pattern, length: usize) -> Option<(u128, u128)> {
    let (first, last) = match code {
        Pattern::Code(code) => (code, code),
        Pattern::Range(first, last) => (first, last),
        Pattern::Beginning(beginning) => {
            let rest = length.checked_sub(beginning.len())?;
            let filled = |filler| [beginning.as_bytes(), &vec![filler; rest]].concat();
            return Some((packed(&filled(0)), packed(&filled(0xFF))));
        }
    };
    (first.len() == length).then(|| (packed(first.as_bytes()), packed(last.as_bytes())))
}

/// At most [`SHORT_MAX`] bytes as a number that, among those of one length, is ordered as they are.
#[inline]
fn packed(value: &[u8]) -> u128 {
    // Two pieces that may overlap are read at once where a byte after the other takes its time.
    match (value.first_chunk(), value.last_chunk()) {
        (Some(first), Some(last)) => {
            let rest = 8 * (SHORT_MAX - value.len().min(SHORT_MAX));
            let last = u128::from(u64::from_be_bytes(*last));
            u128::from(u64::from_be_bytes(*first)) << 64 | last << rest & u128::from(u64::MAX)
        }
        _ => value
            .iter()
            .fold(0, |packed: u64, byte| packed << 8 | u64::from(*byte))
            .into(),
    }
}

/// The one that is meant, which is added where it is new.
fn place<T>(all: &mut Vec<T>, is_it: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
    let at = all.iter().position(is_it).unwrap_or_else(|| {
        all.push(new());
        all.len() - 1
    });
    &mut all[at]
}

#[inline]
fn join(all: &mut [u64], some: &[u64]) {
    all.iter_mut().zip(some).for_each(|(all, one)| *all |= one);
}

fn set_if(answers: &mut [u64], bit: usize, is_so: bool) {
    answers[bit / 64] |= u64::from(is_so) << (bit % 64);
}

#[cfg(test)]
mod tests;
