//! Exact sums of decimals, for charges that follow from others. It must not round.

use crate::chart::Decimal;

/// A decimal as digits and how many of them stand behind the point.
#[derive(Clone, Copy)]
pub(super) struct Amount {
    digits: i128,
    scale: u32,
}

impl Amount {
    pub(super) const ZERO: Self = Self {
        digits: 0,
        scale: 0,
    };

    pub(super) fn new(decimal: &Decimal) -> Option<Self> {
        let text = decimal.as_str();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        Some(Self {
            digits: format!("{whole}{fraction}").parse().ok()?,
            scale: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// The sum of decimals, where it can be held.
    pub(super) fn sum<'a>(decimals: impl IntoIterator<Item = &'a Decimal>) -> Option<Self> {
        decimals
            .into_iter()
            .try_fold(Self::ZERO, |sum, decimal| sum.plus(Self::new(decimal)?))
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        Some(Self {
            digits: self
                .digits_at(scale)?
                .checked_add(other.digits_at(scale)?)?,
            scale,
        })
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self {
            digits: other.digits.checked_neg()?,
            ..other
        })
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        Some(Self {
            digits: self.digits.checked_mul(other.digits)?,
            scale: self.scale.checked_add(other.scale)?,
        })
    }

    pub(super) fn is_negative(self) -> bool {
        self.digits < 0
    }

    pub(super) fn equals(self, other: Self) -> bool {
        self.minus(other).is_some_and(|rest| rest.digits == 0)
    }

    /// With two decimals, or more where there are more.
    pub(super) fn decimal(self) -> Option<Decimal> {
        let mut amount = self;
        while amount.scale > 2 && amount.digits % 10 == 0 {
            amount.digits /= 10;
            amount.scale -= 1;
        }
        let scale = amount.scale.max(2);
        let digits = amount.digits_at(scale)?;
        let sign = if digits < 0 { "-" } else { "" };
        let places = scale as usize;
        let text = format!("{:0>width$}", digits.unsigned_abs(), width = places + 1);
        let (whole, fraction) = text.split_at_checked(text.len() - places)?;
        Decimal::parse(&format!("{sign}{whole}.{fraction}"))
    }

    fn digits_at(self, scale: u32) -> Option<i128> {
        self.digits
            .checked_mul(10i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact() {
        let amount = |text: &str| Amount::new(&Decimal::parse(text).unwrap()).unwrap();
        let shown = |amount: Option<Amount>| amount.unwrap().decimal().unwrap().as_str().to_owned();
        assert_eq!(shown(amount("265.52").minus(amount("140.52"))), "125.00");
        assert_eq!(shown(amount("0.1").plus(amount("0.2"))), "0.30");
        assert_eq!(shown(amount("1").minus(amount("1.05"))), "-0.05");
        assert_eq!(shown(amount("12.5").times(amount("3"))), "37.50");
        assert_eq!(shown(amount("0.125").times(amount("2"))), "0.25");
        assert!(amount("1.50").equals(amount("1.5")));
        let huge = amount("99999999999999999999999");
        assert!(huge.times(huge).is_none());
    }
}
