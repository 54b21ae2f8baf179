//! What facts are looked up in is what looking at each value says.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::check::rules::value::compares;
use crate::x12::{Item, read_all};

/// None of its separators stands in a value.
const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*\u{1f}*00501*000000001*0*T*:~";

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
        "[!-)+-9;-}]{1,20}",
        "[0-9]{5}"
    ]
}

impl Question {
    /// Of a single value.
    fn is_so(&self, value: &str) -> bool {
        let value = value.as_bytes();
        match self {
            Self::Many(_) | Self::Twice => self.holds_of_all(&[value]),
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
            _ => self.holds(value),
        }
    }
}

fn patterns() -> impl Strategy<Value = Vec<Pattern>> {
    let pattern = prop_oneof![
        values().prop_map(Pattern::Code),
        values().prop_map(Pattern::Beginning),
        (0..99_999u32, 0..99_999u32)
            .prop_map(|(one, other)| Pattern::Range(format!("{one:05}"), format!("{other:05}"))),
    ];
    prop::collection::vec(pattern, 1..6)
}

fn question() -> impl Strategy<Value = Question> {
    prop_oneof![
        Just(Question::There),
        patterns().prop_map(Question::Fits),
        patterns().prop_map(Question::FitsNone),
        (0..6usize, 6..12usize).prop_map(|(min, max)| Question::NotLong(min, max)),
        (0..3usize).prop_map(Question::Many),
        Just(Question::Twice),
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
        let spot = Spot { key: None, parts: (Part::One(1), Part::Whole) };
        let (mut all, mut count) = (Questions::default(), 0);
        let bits: Vec<_> = questions.iter().map(|one| all.bit(&spot, one, &mut count)).collect();
        all.finish();
        let mut memories = Memories::new(count);
        for value in values.iter().chain(&values) {
            let mut answers = Vec::new();
            let text = format!("{ISA}REF*{value}*~");
            read_all(text.as_bytes(), |item| match item {
                Item::Segment(segment) if segment.is("REF") => all.answer(&segment, &mut memories, &mut answers),
                _ => {}
            });
            for (bit, question) in bits.iter().zip(&questions) {
                let told = answers[bit / 64] >> (bit % 64) & 1 == 1;
                prop_assert_eq!(told, question.is_so(value), "{} {:?}", value, question);
            }
        }
    }
}
