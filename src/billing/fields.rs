//! One part of a chart on its way into one part of a claim, field by field: each is shaped, told of where it is wrong or
//! has no place, and remembered by where it came from. It must not know what the fields mean.

use std::fmt::{self, Display};

use jiff::civil::Date;

use super::kind::{ALL, Kind, Kinds};
use super::notes::{Notes, Pointer};
use super::{shape, text};
use crate::chart::{Code, Decimal};
use crate::claim::{Money, Phi};

/// The guide holds an amount to ten digits.
pub(super) const CENTS_MAX: i64 = 9_999_999_999;

/// A part of the chart, and the part of the claim that is made of it.
pub(super) struct Fields<'f, 'a> {
    pub(super) notes: &'f mut Notes<'a>,
    pub(super) kind: Kind,
    place: Place<'f>,
    /// The kinds of claim that have a place for the next field.
    kinds: Kinds,
}

/// Where a part stands in chart and claim, put into words only where something is told of it.
#[derive(Clone, Copy)]
enum Place<'p> {
    /// JSON pointer of the chart's part, and the claim's part as its JSON names it, empty for the claim as a whole.
    Root(&'p dyn Display, &'p str),
    Part(&'p Place<'p>, Name<'p>),
    /// Its index in the chart and in the claim.
    Item(&'p Place<'p>, usize, usize),
}

/// The chart's part.
#[derive(Clone, Copy)]
struct At<'p>(Place<'p>);

/// The claim's part.
#[derive(Clone, Copy)]
struct To<'p>(Place<'p>);

impl Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Place::Root(at, _) => at.fmt(f),
            Place::Part(around, Name { chart: "", .. }) => Self(*around).fmt(f),
            Place::Part(around, name) => write!(f, "{}/{}", Self(*around), name.chart),
            Place::Item(around, index, _) => write!(f, "{}/{index}", Self(*around)),
        }
    }
}

impl Display for To<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Place::Root(_, to) => f.write_str(to),
            Place::Part(around, Name { claim: "", .. }) => Self(*around).fmt(f),
            Place::Part(Place::Root(_, ""), name) => f.write_str(name.claim),
            Place::Part(around, name) => write!(f, "{}.{}", Self(*around), name.claim),
            Place::Item(around, _, index) => write!(f, "{}[{index}]", Self(*around)),
        }
    }
}

/// A field's name in the chart and in the claim.
#[derive(Clone, Copy)]
pub(super) struct Name<'n> {
    chart: &'n str,
    claim: &'n str,
}

impl<'n> From<&'n str> for Name<'n> {
    fn from(name: &'n str) -> Self {
        Self {
            chart: name,
            claim: name,
        }
    }
}

impl<'n> From<(&'n str, &'n str)> for Name<'n> {
    fn from((chart, claim): (&'n str, &'n str)) -> Self {
        Self { chart, claim }
    }
}

impl<'f, 'a> Fields<'f, 'a> {
    pub(super) fn new(
        notes: &'f mut Notes<'a>,
        kind: Kind,
        at: &'f dyn Display,
        to: &'f str,
    ) -> Self {
        Self::at(notes, kind, Place::Root(at, to))
    }

    fn at(notes: &'f mut Notes<'a>, kind: Kind, place: Place<'f>) -> Self {
        Self {
            notes,
            kind,
            place,
            kinds: ALL,
        }
    }

    /// A part of this part.
    pub(super) fn part<'n>(&'n mut self, name: impl Into<Name<'n>>) -> Fields<'n, 'a> {
        let place = Place::Part(&self.place, name.into());
        Fields::at(self.notes, self.kind, place)
    }

    /// Only these kinds of claim have a place for the next field.
    pub(super) fn only(&mut self, kinds: Kinds) -> &mut Self {
        self.kinds = kinds;
        self
    }

    /// The pointer of this part itself.
    pub(super) fn own(&self) -> impl Pointer + use<'f, 'a> {
        At(self.place)
    }

    pub(super) fn add(&mut self, code: Code, name: &str, detail: impl Into<String>) {
        let pointer = At(Place::Part(&self.place, name.into()));
        self.notes.add(code, pointer, detail);
    }

    /// Whether the claim has a place for a field that is there; the field is told of where it has none.
    pub(super) fn takes(&mut self, name: &str, is_there: bool) -> bool {
        let kinds = std::mem::replace(&mut self.kinds, ALL);
        let fits = self.kind.is_in(kinds);
        if is_there && !fits {
            self.add(Code::NotOfKind, name, "");
        }
        is_there && fits
    }

    /// A part that has the same name in chart and claim: the notes, its pointer, and its field of the claim.
    pub(super) fn places_of<'n>(
        &'n mut self,
        name: &'n str,
    ) -> (
        &'n mut Notes<'a>,
        impl Pointer + use<'n, 'f, 'a>,
        impl Pointer + use<'n, 'f, 'a>,
    ) {
        let place = Place::Part(&self.place, name.into());
        (self.notes, At(place), To(place))
    }

    /// A sentence or name, in the payers' characters.
    pub(super) fn text<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &Option<String>,
        max: usize,
    ) -> Option<String> {
        let (notes, pointer) = self.placed(name.into(), given.as_ref())?;
        text::optional(notes, pointer, given.as_ref(), max)
    }

    /// [`Self::text`] about a person.
    pub(super) fn phi<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &Option<String>,
        max: usize,
    ) -> Option<Phi<String>> {
        self.text(name, given, max).map(Phi::new)
    }

    /// A number that another party gave.
    pub(super) fn number<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &Option<String>,
        max: usize,
    ) -> Option<String> {
        let (notes, pointer) = self.placed(name.into(), given.as_ref())?;
        text::number(notes, pointer, given.as_ref(), max)
    }

    /// A code of a short list, in capitals.
    pub(super) fn code<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &Option<String>,
        list: &[&str],
    ) -> Option<String> {
        self.shaped(name, given, |code| listed(code, list), || list.join(" "))
    }

    /// A code that must be there.
    pub(super) fn need_code<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &str,
        list: &[&str],
    ) -> Option<String> {
        let name = name.into();
        if given.trim().is_empty() {
            self.add(Code::CodeUnknown, name.chart, list.join(" "));
        }
        self.code(name, &Some(given.to_owned()), list)
    }

    /// A code of a long list, by its shape; `expected` says what it looks like.
    pub(super) fn shaped<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &Option<String>,
        shape: impl Fn(&str) -> Option<String>,
        expected: impl Fn() -> String,
    ) -> Option<String> {
        let given = given.as_ref().filter(|given| !given.trim().is_empty());
        let (notes, pointer) = self.placed(name.into(), given)?;
        let code = shape(given?);
        if code.is_none() {
            notes.add(Code::CodeUnknown, pointer, expected());
        }
        code
    }

    /// Dollars, not negative.
    pub(super) fn money<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &Option<Decimal>,
    ) -> Option<Money> {
        let (notes, pointer) = self.placed(name.into(), given.as_ref())?;
        amount(notes, pointer, given.as_ref()?)
    }

    /// A number above zero, such as miles or units.
    pub(super) fn quantity<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &Option<Decimal>,
    ) -> Option<String> {
        let (notes, pointer) = self.placed(name.into(), given.as_ref())?;
        let quantity = shape::quantity(given.as_ref()?.as_str());
        if quantity.is_none() {
            notes.add(Code::QuantityShape, pointer, "");
        }
        quantity
    }

    /// A day; that it is no wrong one, `scrub` says.
    pub(super) fn day<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: Option<Date>,
    ) -> Option<Date> {
        self.placed(name.into(), given.as_ref())?;
        given
    }

    /// `Y` where it is so.
    pub(super) fn flag<'n>(&mut self, name: impl Into<Name<'n>>, is_so: bool) -> Option<String> {
        self.placed(name.into(), is_so.then_some(&is_so))?;
        Some("Y".to_owned())
    }

    /// The parts of a list, each for itself; those that cannot be made are left out, having been told of.
    pub(super) fn list<'n, T, U>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &[T],
        max: usize,
        make: impl FnMut(&mut Fields<'_, 'a>, &T) -> Option<U>,
    ) -> Vec<U> {
        self.list_from(0, name, given, max, make)
    }

    /// The same of what stands behind the first so many.
    pub(super) fn list_from<'n, T, U>(
        &mut self,
        before: usize,
        name: impl Into<Name<'n>>,
        given: &[T],
        max: usize,
        mut make: impl FnMut(&mut Fields<'_, 'a>, &T) -> Option<U>,
    ) -> Vec<U> {
        let name = name.into();
        if !self.takes(name.chart, !given.is_empty()) {
            return Vec::new();
        }
        if given.len() > max {
            self.add(
                Code::TooMany,
                name.chart,
                format!("at most {}", before + max),
            );
        }
        let place = Place::Part(&self.place, name);
        let mut made = Vec::new();
        for (index, one) in (before..).zip(given) {
            let place = Place::Item(&place, index, made.len());
            let one = make(&mut Fields::at(self.notes, self.kind, place), one);
            if one.is_some() {
                self.notes.from(To(place), At(place));
            }
            made.extend(one);
        }
        made
    }

    /// A list of codes by their shape.
    pub(super) fn codes<'n>(
        &mut self,
        name: impl Into<Name<'n>>,
        given: &[String],
        max: usize,
        shape: impl Fn(&str) -> Option<String>,
        expected: &str,
    ) -> Vec<String> {
        self.list(name, given, max, |fields, code| {
            let shaped = shape(code);
            if shaped.is_none() {
                fields.add(Code::CodeUnknown, "", expected);
            }
            shaped
        })
    }

    /// Where a field that is there comes from, if it has a place.
    fn placed<'n, T: ?Sized>(
        &'n mut self,
        name: Name<'n>,
        given: Option<&T>,
    ) -> Option<(&'n mut Notes<'a>, At<'n>)> {
        if !self.takes(name.chart, given.is_some()) {
            return None;
        }
        let place = Place::Part(&self.place, name);
        self.notes.from(To(place), At(place));
        Some((self.notes, At(place)))
    }
}

fn listed(code: &str, list: &[&str]) -> Option<String> {
    let code = code.trim().to_ascii_uppercase();
    list.contains(&code.as_str()).then_some(code)
}

/// Dollars: not negative, and no more than a claim has room for.
pub(super) fn amount(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    given: &Decimal,
) -> Option<Money> {
    let amount = Money::parse(given.as_str())
        .ok()
        .filter(|amount| (0..=CENTS_MAX).contains(&amount.cents()));
    if amount.is_none() {
        notes.add(Code::AmountShape, pointer, "");
    }
    amount
}
