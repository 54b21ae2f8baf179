//! Invented people: names, addresses and numbers that nobody has. It must not know why they come.

use jiff::ToSpan;
use jiff::civil::Date;

use super::draw::Draw;
use crate::chart::{Address, Patient, PersonName, Provider, ProviderName, Sex};
use crate::claim::Npi;

const WOMEN: [&str; 32] = [
    "Ada", "Alma", "Beatriz", "Carla", "Celeste", "Dalia", "Edith", "Elena", "Esther", "Flora",
    "Greta", "Hanna", "Ines", "Irene", "Joy", "Kamila", "Leona", "Lucia", "Mabel", "Marisol",
    "Mona", "Nadia", "Nora", "Odette", "Paloma", "Priya", "Rosa", "Ruth", "Selma", "Tamar", "Vera",
    "Yara",
];
const MEN: [&str; 32] = [
    "Abel", "Adrian", "Amos", "Anton", "Basil", "Bruno", "Cyrus", "Dario", "Elias", "Emil", "Ezra",
    "Felix", "Gideon", "Hugo", "Ivan", "Jonas", "Karim", "Leander", "Lionel", "Magnus", "Mateo",
    "Milo", "Nestor", "Omar", "Otto", "Pablo", "Quentin", "Ravi", "Silas", "Tobias", "Viktor",
    "Yusuf",
];
const LAST: [&str; 56] = [
    "Alderwick",
    "Amberly",
    "Applegarth",
    "Bellhaven",
    "Birchmore",
    "Blackmarsh",
    "Brightwater",
    "Calloway-Reed",
    "Candlewick",
    "Cedarholm",
    "Claybourne",
    "Coppervale",
    "Dunmarrow",
    "Eastlake",
    "Elmsworth",
    "Fairbrook",
    "Fernsby",
    "Foxley",
    "Goldwater",
    "Greenhollow",
    "Hartshorn",
    "Hawkmoor",
    "Hazelton",
    "Hollowell",
    "Inglewood",
    "Ironside",
    "Juniper",
    "Kestrel",
    "Kingsmere",
    "Lakeforth",
    "Larkspur",
    "Lindenau",
    "Madeup",
    "Mapleton",
    "Marlowe",
    "Meadowcroft",
    "Millbrook",
    "Moonridge",
    "Nightingale",
    "Northgate",
    "Oakhurst",
    "Pemberly",
    "Pinecrest",
    "Quillfeather",
    "Ravenhill",
    "Redfern",
    "Rookwood",
    "Sandoval-Pike",
    "Silverton",
    "Stonebridge",
    "Thistledown",
    "Umberfield",
    "Vandermeer",
    "Westerly",
    "Willowby",
    "Yarrow",
];
const STREETS: [&str; 20] = [
    "Alder Lane",
    "Anchor Street",
    "Beacon Court",
    "Birch Road",
    "Chandler Way",
    "Cooper Street",
    "Dune Road",
    "Elm Street",
    "Ferry Street",
    "Granite Avenue",
    "Harbor View",
    "Juniper Circle",
    "Kelp Lane",
    "Lantern Street",
    "Maple Avenue",
    "Orchard Road",
    "Pier Street",
    "Quarry Road",
    "Salt Marsh Road",
    "Tide Street",
];
/// City, state and ZIP code around the practice.
const CITIES: [(&str, &str, &str); 16] = [
    ("Boston", "MA", "02110"),
    ("Boston", "MA", "02127"),
    ("Quincy", "MA", "02169"),
    ("Cambridge", "MA", "02139"),
    ("Somerville", "MA", "02143"),
    ("Medford", "MA", "02155"),
    ("Malden", "MA", "02148"),
    ("Brookline", "MA", "02445"),
    ("Newton", "MA", "02458"),
    ("Lynn", "MA", "01902"),
    ("Salem", "MA", "01970"),
    ("Lowell", "MA", "01852"),
    ("Worcester", "MA", "01608"),
    ("Brockton", "MA", "02301"),
    ("Nashua", "NH", "03060"),
    ("Providence", "RI", "02903"),
];

pub(super) fn last_name(draw: &mut Draw) -> &'static str {
    draw.of(&LAST)
}

pub(super) fn name(draw: &mut Draw, last: &str, sex: Sex) -> PersonName {
    let first = match sex {
        Sex::Male => draw.of(&MEN),
        Sex::Female | Sex::Unknown => draw.of(&WOMEN),
    };
    let initial = char::from(b'A' + draw.below(26) as u8);
    PersonName {
        last: last.into(),
        first: Some(first.into()),
        middle: draw.percent(30).then(|| initial.to_string()),
        suffix: None,
    }
}

pub(super) fn sex(draw: &mut Draw) -> Sex {
    match draw.below(100) {
        0..=52 => Sex::Female,
        53..=98 => Sex::Male,
        _ => Sex::Unknown,
    }
}

/// A day of birth that makes one so many whole years old on the day.
pub(super) fn birth_date(draw: &mut Draw, age_years: u64, on: Date) -> Date {
    let years = i32::try_from(age_years).unwrap_or_default();
    let days = i32::try_from(draw.between(1, 360)).unwrap_or_default();
    on.saturating_sub(years.years()).saturating_sub(days.days())
}

pub(super) fn address(draw: &mut Draw) -> Address {
    let (city, state, zip) = CITIES[draw.below(CITIES.len() as u64) as usize];
    let house = draw.between(1, 480);
    Address {
        line1: format!("{house} {}", draw.of(&STREETS)),
        line2: draw
            .percent(20)
            .then(|| format!("Apt {}", draw.between(1, 40))),
        city: city.into(),
        state: Some(state.into()),
        postal_code: Some(format!("{zip}{:04}", draw.between(1, 9_998))),
        ..Address::default()
    }
}

/// `age_years` on the day of the visit; `number` is the practice's.
pub(super) fn patient(draw: &mut Draw, number: u64, age_years: u64, visit: Date) -> Patient {
    let sex = sex(draw);
    let last = last_name(draw);
    Patient {
        id: Some(format!("MR{:07}", number + 1)),
        name: name(draw, last, sex),
        birth_date: Some(birth_date(draw, age_years, visit)),
        sex: Some(sex),
        address: Some(address(draw)),
        phone: Some(format!("555555{}", draw.digits(4))),
        ..Patient::default()
    }
}

/// Who sent the patient, with an NPI whose check digit is right.
pub(super) fn referring(draw: &mut Draw) -> Provider {
    let sex = sex(draw);
    let last = last_name(draw);
    Provider {
        name: ProviderName::Person(name(draw, last, sex)),
        npi: Some(npi(draw)),
        ..Provider::default()
    }
}

fn npi(draw: &mut Draw) -> String {
    let nine = format!("16{}", draw.digits(7));
    let all = (0..10).map(|check| format!("{nine}{check}"));
    let mut valid = all.filter(|npi| Npi::parse(npi).is_ok());
    valid.next().unwrap_or(nine)
}

/// The same number with another check digit.
pub(super) fn mistyped(npi: &str) -> String {
    let (nine, check) = npi.split_at(npi.len().saturating_sub(1));
    let check = check.parse::<u8>().unwrap_or_default();
    format!("{nine}{}", (check + 1) % 10)
}
