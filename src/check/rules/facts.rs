//! What a segment says by itself: a bit for each question that needs no more than one of its values. It is asked once,
//! when the segment is kept, however many rules want to know. It must not know what follows from an answer.

use crate::guide::Key;
use crate::guide::rule::{Part, Pattern, Relation, Shape};
use crate::x12::Segment;

use super::cells::each_value;
use super::value::{compares, edge, fits, length};

/// The bit that is for whoever joins the facts of segments: more than one was there.
pub(super) const SEVERAL_BIT: usize = 0;
const RESERVED: usize = 1;

/// Values up to this many bytes are known again, and found in a table of codes.
const SHORT_MAX: usize = 16;

/// Where in a segment the values stand that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// What the segment must say besides.
    pub(super) key: Option<Key>,
    pub(super) element: Part,
    pub(super) component: Part,
}

/// Is there a value that …
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    There,
    Fits(Vec<Pattern>),
    FitsNone(Vec<Pattern>),
    NotLike(Shape),
    NotLong(usize, usize),
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
    spots: Vec<AtSpot>,
    count: usize,
}

/// The questions about the values of one spot, and their bits.
#[derive(Debug)]
struct AtSpot {
    spot: Spot,
    questions: Vec<(usize, Question)>,
    /// Which of the book's memories is its own.
    memory: usize,
    table: Table,
}

/// Answers to the questions about codes: by length of the value, where the next stretch of values begins that have the
/// same answers, and which these are.
#[derive(Debug, Default)]
struct Table(Vec<Vec<(u128, Vec<u64>)>>);

/// The last value of each spot and what was answered: claims say the same again and again.
#[derive(Debug, Default)]
pub(super) struct Memories(Vec<Memory>);

#[derive(Debug, Clone, Default)]
struct Memory {
    /// Bytes and length; none is yet known where there are no answers.
    value: (u128, usize),
    answers: Vec<u64>,
}

impl Questions {
    /// The bit of a question; it is added where it is new.
    pub(super) fn bit(&mut self, spot: &Spot, question: &Question, memories: &mut usize) -> usize {
        let known = self.spots.iter().position(|one| one.spot == *spot);
        let at = known.unwrap_or_else(|| {
            *memories += 1;
            self.spots.push(AtSpot {
                spot: spot.clone(),
                questions: Vec::new(),
                memory: *memories - 1,
                table: Table::default(),
            });
            self.spots.len() - 1
        });
        let questions = &mut self.spots[at].questions;
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
        for one in &mut self.spots {
            one.table = Table::new(&one.questions, words);
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
        for one in &self.spots {
            let Spot {
                key,
                element,
                component,
            } = &one.spot;
            if key.as_ref().is_none_or(|key| key.is_in(segment)) {
                let memory = memories.of(one.memory);
                each_value(segment, 0, (*element, *component), |_, text| {
                    one.answer(text, memory, answers);
                });
            }
        }
    }
}

impl AtSpot {
    #[inline]
    fn answer(&self, value: &[u8], memory: &mut Memory, answers: &mut [u64]) {
        if value.len() > SHORT_MAX {
            for (bit, question) in &self.questions {
                set_if(answers, *bit, question.holds(value));
            }
            return;
        }
        let value_there = (packed(value), value.len());
        if memory.value != value_there || memory.answers.is_empty() {
            memory.value = value_there;
            let stretches = &self.table.0[value.len()];
            let next = stretches.partition_point(|(start, _)| *start <= value_there.0);
            memory.answers.clone_from(&stretches[next - 1].1);
            for (bit, question) in &self.questions {
                if question.codes().is_none() {
                    set_if(&mut memory.answers, *bit, question.holds(value));
                }
            }
        }
        let both = answers.iter_mut().zip(&memory.answers);
        both.for_each(|(all, one)| *all |= one);
    }
}

impl Question {
    fn holds(&self, value: &[u8]) -> bool {
        match self {
            Self::There => true,
            Self::Fits(codes) => fits(codes, value),
            Self::FitsNone(codes) => !fits(codes, value),
            Self::NotLike(shape) => !shape.fits(value),
            Self::NotLong(min, max) => !(*min..=*max).contains(&length(value)),
            Self::Compares {
                is_last,
                relation,
                constant,
                plus,
                keeps,
            } => {
                let value = edge(value, *is_last);
                compares(value, *relation, constant.as_bytes(), *plus) == Some(*keeps)
            }
        }
    }

    /// Which codes decide it, and the answer for those.
    fn codes(&self) -> Option<(&[Pattern], bool)> {
        match self {
            Self::There => Some((&[], false)),
            Self::Fits(codes) => Some((codes, true)),
            Self::FitsNone(codes) => Some((codes, false)),
            Self::NotLike(_) | Self::NotLong(..) | Self::Compares { .. } => None,
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
}

impl Memories {
    pub(super) fn new(count: usize) -> Self {
        Self(vec![Memory::default(); count])
    }

    #[inline]
    fn of(&mut self, number: usize) -> &mut Memory {
        &mut self.0[number]
    }
}

/// The first and the last value of a length that a pattern fits.
fn span(code: &Pattern, length: usize) -> Option<(u128, u128)> {
    let (first, last) = match code {
        Pattern::Code(code) => (code, code),
        Pattern::Range(first, last) => (first, last),
        Pattern::Beginning(beginning) => {
            let mut last = beginning.clone().into_bytes();
            let rest = length.checked_sub(last.len())?;
            last.extend(std::iter::repeat_n(0xFF, rest));
            return Some((packed(beginning.as_bytes()), packed(&last)));
        }
    };
    (first.len() == length).then(|| (packed(first.as_bytes()), packed(last.as_bytes())))
}

/// At most [`SHORT_MAX`] bytes as a number that is ordered as they are.
#[inline]
fn packed(value: &[u8]) -> u128 {
    let mut bytes = [0; SHORT_MAX];
    let length = value.len().min(SHORT_MAX);
    bytes[..length].copy_from_slice(&value[..length]);
    u128::from_be_bytes(bytes)
}

fn set_if(answers: &mut [u64], bit: usize, is_so: bool) {
    answers[bit / 64] |= u64::from(is_so) << (bit % 64);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn values() -> impl Strategy<Value = String> {
        let near = [
            "99213",
            "00100",
            "01999",
            "01500",
            "J1100",
            "J",
            "JJ",
            "I",
            "99214",
            "1",
            "-1",
            "0.00",
            "LONGERTHAN8",
            "LONGERTHANSIXTEENBYTES",
            "LONGERTHANSIXTEEN",
            "20240101",
            "20240101-20240131",
        ];
        prop_oneof![
            select(near.to_vec()).prop_map(str::to_owned),
            "[ -~]{0,20}",
            "[0-9]{5}"
        ]
    }

    fn patterns() -> impl Strategy<Value = Vec<Pattern>> {
        let pattern = prop_oneof![
            values().prop_map(Pattern::Code),
            values().prop_map(Pattern::Beginning),
            (0..99_999u32, 0..99_999u32).prop_map(|(one, other)| Pattern::Range(
                format!("{one:05}"),
                format!("{other:05}")
            )),
        ];
        prop::collection::vec(pattern, 1..6)
    }

    fn question() -> impl Strategy<Value = Question> {
        prop_oneof![
            Just(Question::There),
            patterns().prop_map(Question::Fits),
            patterns().prop_map(Question::FitsNone),
            (0..6usize, 6..12usize).prop_map(|(min, max)| Question::NotLong(min, max)),
            (any::<bool>(), any::<bool>()).prop_map(|(is_last, keeps)| Question::Compares {
                is_last,
                relation: Relation::MoreOrEqual,
                constant: "20240115".into(),
                plus: 0,
                keeps,
            }),
        ]
    }

    proptest! {
        /// What is looked up or known again is what looking at the value says.
        #[test]
        fn answers_are_what_the_questions_say(
            questions in prop::collection::vec(question(), 1..90),
            values in prop::collection::vec(values(), 1..9),
        ) {
            let spot = Spot { key: None, element: Part::One(1), component: Part::Whole };
            let (mut all, mut count) = (Questions::default(), 0);
            let bits: Vec<_> = questions.iter().map(|one| all.bit(&spot, one, &mut count)).collect();
            all.finish();
            let mut memory = Memory::default();
            for value in values.iter().chain(&values) {
                let mut answers = vec![0; all.words()];
                all.spots[0].answer(value.as_bytes(), &mut memory, &mut answers);
                for (bit, question) in bits.iter().zip(&questions) {
                    let told = answers[bit / 64] >> (bit % 64) & 1 == 1;
                    prop_assert_eq!(told, question.holds(value.as_bytes()), "{} {:?}", value, question);
                }
            }
        }
    }
}
