//! Exact money. It must not know where an amount stands or what it is for.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// US dollars in whole cents, at most 18 digits as an X12 amount is.
///
/// Written as a decimal with two places (`12.50`), read from any X12 or JSON decimal without rounding.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Money(i64);

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotMoney;

impl Money {
    pub const ZERO: Self = Self(0);

    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    pub const fn cents(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Reads `-12`, `12.5`, `.50`, `12.500`. More than two decimals are refused unless they are zeros.
    ///
    /// # Errors
    /// [`NotMoney`] for anything else: an unreadable amount is never zero.
    pub fn parse(text: &str) -> Result<Self, NotMoney> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (kept, rest) = fraction.as_bytes().split_at(fraction.len().min(2));
        if (whole.is_empty() && fraction.is_empty())
            || whole.len() > 16
            || rest.iter().any(|&byte| byte != b'0')
        {
            return Err(NotMoney);
        }
        let digits = whole.bytes().chain(kept.iter().copied());
        let mut cents = digits.chain(std::iter::repeat_n(b'0', 2 - kept.len()));
        let cents = cents.try_fold(0i64, |cents, byte| match byte {
            b'0'..=b'9' => Ok(cents * 10 + i64::from(byte - b'0')),
            _ => Err(NotMoney),
        })?;
        Ok(Self(if negative { -cents } else { cents }))
    }

    /// The shortest X12 decimal: `12.5`, `12`, `-3.05`, `0`.
    pub fn to_x12(self) -> String {
        let text = self.to_string();
        text.strip_suffix(".00")
            .map_or_else(|| text.trim_end_matches('0').to_owned(), str::to_owned)
    }

    /// The sum, or `None` when it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts
            .into_iter()
            .try_fold(0i64, |sum, amount| sum.checked_add(amount.0))
            .map(Self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for NotMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an amount of dollars with at most two decimals")
    }
}

impl std::error::Error for NotMoney {}

/// Sums of amounts read from one file cannot leave 18 digits; if they do, that is our bug and must stop.
impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(
            self.0
                .checked_add(other.0)
                .expect("sum of amounts within 18 digits"),
        )
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a decimal string or a JSON number, digit by digit.
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            _ => return Err(serde::de::Error::custom(NotMoney)),
        };
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Money {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "US dollars as a decimal with at most two places",
            "type": ["string", "number"],
            "pattern": r"^-?\d{1,16}(\.\d{1,2})?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_x12_and_people_write() {
        for (text, cents) in [
            ("12.5", 1250),
            ("-3.05", -305),
            (".5", 50),
            ("0", 0),
            ("7.", 700),
            ("1.500", 150),
        ] {
            assert_eq!(Money::parse(text), Ok(Money::from_cents(cents)), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "1.005",
            "1,000",
            "12 ",
            "1e3",
            "+1",
            "99999999999999999",
        ] {
            assert_eq!(Money::parse(text), Err(NotMoney), "{text}");
        }
    }

    proptest! {
        #[test]
        fn read_of_write_is_the_amount(cents in -999_999_999_999_999_i64..999_999_999_999_999) {
            let money = Money::from_cents(cents);
            prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
            prop_assert_eq!(Money::parse(&money.to_x12()), Ok(money));
        }
    }
}
