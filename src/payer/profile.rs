//! What a payer's contract and habits ask of a chart before it becomes a claim. It must not judge: billing does.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// By when a claim must be there: contract data, so without a key nothing is known and nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filing {
    /// Days for a new claim. Medicare: 365 (42 CFR 424.44, one calendar year).
    pub days: Option<u32>,
    /// Days for a replacement or void; those of a new claim where absent.
    pub replacement_days: Option<u32>,
    /// Days from an earlier payer's decision, where this one is asked after it; those of a new claim where absent.
    pub secondary_days: Option<u32>,
    /// So many days before the last one somebody is told.
    pub warn_days: u32,
    pub counts_from: CountsFrom,
}

/// The day that a filing limit counts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountsFrom {
    /// Of a stay the discharge. Medicare counts an institutional claim so (Claims Processing Manual, chapter 1, section
    /// 70.1), and most contracts; it is also the reading that leaves the provider most time.
    #[default]
    LastService,
    /// Medicare counts a professional line so.
    FirstService,
}

/// How a payer takes the edits, and what it asks for beyond them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// The last that fits counts.
    #[serde(rename = "level")]
    pub levels: Vec<EditLevel>,
    #[serde(rename = "need")]
    pub needs: Vec<Need>,
    /// Forms of its member numbers: `A` a letter, `9` a digit, `X` either, anything else itself. Empty: any.
    pub member_ids: Vec<String>,
}

/// How seriously an edit is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditLevel {
    /// As `claimgate explain` calls it.
    pub edit: String,
    pub level: Level,
    /// Days of service that it is for; open where absent.
    #[serde(default)]
    pub from: Option<Date>,
    #[serde(default)]
    pub to: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Error,
    Warning,
    Info,
    /// It is not asked.
    Off,
}

/// A number that the payer wants to see with some services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    pub number: Needed,
    /// CPT, HCPCS or CDT codes, or ranges of them: `70540-70559`. Empty: any service.
    #[serde(default)]
    pub procedures: Vec<String>,
    /// Places of service; empty: any.
    #[serde(default)]
    pub places: Vec<String>,
    #[serde(default)]
    pub from: Option<Date>,
    #[serde(default)]
    pub to: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    PriorAuthorization,
    Referral,
}

impl Default for Filing {
    fn default() -> Self {
        Self {
            days: None,
            replacement_days: None,
            secondary_days: None,
            warn_days: 14,
            counts_from: CountsFrom::default(),
        }
    }
}

impl Profile {
    /// How an edit is taken for services of a day; `None`: as it is.
    pub fn level(&self, edit: &str, day: Option<Date>) -> Option<Level> {
        let fits = |one: &&EditLevel| one.edit == edit && holds(one.from, one.to, day);
        Some(self.levels.iter().rev().find(fits)?.level)
    }

    /// Whether a member number has a form that this payer gives out.
    pub fn takes_member_id(&self, id: &str) -> bool {
        self.member_ids.is_empty() || self.member_ids.iter().any(|mask| fits_mask(mask, id))
    }
}

impl Need {
    /// Whether a service is one of those that the number is needed for.
    pub fn is_for(&self, procedure: &str, place: &str, day: Option<Date>) -> bool {
        let in_range = |range: &String| match range.split_once('-') {
            Some((first, last)) => (first..=last).contains(&procedure),
            None => range == procedure,
        };
        holds(self.from, self.to, day)
            && (self.procedures.is_empty() || self.procedures.iter().any(in_range))
            && (self.places.is_empty() || self.places.iter().any(|one| one == place))
    }
}

/// Whether something is in force on a day; what has no day is asked as if it were.
fn holds(from: Option<Date>, to: Option<Date>, day: Option<Date>) -> bool {
    day.is_none_or(|day| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
}

fn fits_mask(mask: &str, id: &str) -> bool {
    let fits = |(mask, given): (u8, u8)| match mask {
        b'A' => given.is_ascii_alphabetic(),
        b'9' => given.is_ascii_digit(),
        b'X' => given.is_ascii_alphanumeric(),
        own => own == given,
    };
    mask.len() == id.len() && mask.bytes().zip(id.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_last_level_in_force_counts() {
        let profile: Profile = toml::from_str(
            r#"
            [[level]]
            edit = "NcciPair"
            level = "warning"
            [[level]]
            edit = "NcciPair"
            level = "off"
            from = "2027-01-01"
            "#,
        )
        .unwrap();
        let level = |edit, day| profile.level(edit, Some(day));
        assert_eq!(level("NcciPair", date(2026, 12, 31)), Some(Level::Warning));
        assert_eq!(level("NcciPair", date(2027, 1, 1)), Some(Level::Off));
        assert_eq!(level("MueUnits", date(2027, 1, 1)), None);
    }

    #[test]
    fn a_need_is_for_its_services() {
        let need: Need = toml::from_str(
            "number = \"referral\"\nprocedures = [\"70540-70559\", \"J1885\"]\nplaces = [\"11\"]\nto = \"2026-12-31\"",
        )
        .unwrap();
        let day = Some(date(2026, 6, 1));
        assert!(need.is_for("70551", "11", day) && need.is_for("J1885", "11", None));
        assert!(!need.is_for("70560", "11", day) && !need.is_for("70551", "22", day));
        assert!(!need.is_for("70551", "11", Some(date(2027, 1, 1))));
    }

    #[test]
    fn member_numbers_have_forms() {
        let profile = |masks: &[&str]| Profile {
            member_ids: masks.iter().map(|mask| (*mask).into()).collect(),
            ..Profile::default()
        };
        assert!(profile(&[]).takes_member_id("anything"));
        let own = profile(&["AAA999999999", "R99999999"]);
        assert!(own.takes_member_id("XYZ123456789") && own.takes_member_id("R12345678"));
        assert!(!own.takes_member_id("XYZ12345678") && !own.takes_member_id("S12345678"));
    }
}
