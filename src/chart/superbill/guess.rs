//! A first mapping from a header, by the names that practice systems give their columns. It must not be sure: every line
//! is for somebody to read.

use std::fmt::Write;

use super::Finding;
use super::table::Table;

/// Names in small letters without spaces and signs, and the field that is meant.
const NAMES: &[(&str, &[&str])] = &[
    (
        "id",
        &[
            "chartid",
            "encounterid",
            "visitid",
            "superbillid",
            "encounter",
            "visit",
            "visitno",
            "superbill",
        ],
    ),
    (
        "patient/id",
        &[
            "patientid",
            "mrn",
            "chartno",
            "accountno",
            "account",
            "patientaccount",
            "patientno",
            "patno",
        ],
    ),
    (
        "patient/name/last",
        &[
            "patientlastname",
            "lastname",
            "last",
            "patlast",
            "ptlast",
            "patientlast",
        ],
    ),
    (
        "patient/name/first",
        &[
            "patientfirstname",
            "firstname",
            "first",
            "patfirst",
            "ptfirst",
            "patientfirst",
        ],
    ),
    (
        "patient/name/middle",
        &[
            "patientmiddlename",
            "middlename",
            "middle",
            "mi",
            "middleinitial",
        ],
    ),
    (
        "patient/birth_date",
        &[
            "dob",
            "birthdate",
            "dateofbirth",
            "patientdob",
            "patientbirthdate",
        ],
    ),
    (
        "patient/sex",
        &["sex", "gender", "patientsex", "patientgender"],
    ),
    (
        "patient/address/line1",
        &[
            "address",
            "address1",
            "street",
            "patientaddress",
            "patientaddress1",
            "patientstreet",
        ],
    ),
    (
        "patient/address/line2",
        &["address2", "patientaddress2", "apt"],
    ),
    ("patient/address/city", &["city", "patientcity"]),
    ("patient/address/state", &["state", "patientstate"]),
    (
        "patient/address/postal_code",
        &["zip", "zipcode", "postalcode", "patientzip"],
    ),
    (
        "patient/phone",
        &["phone", "patientphone", "homephone", "cellphone"],
    ),
    (
        "coverages/0/payer/name",
        &[
            "insurance",
            "payer",
            "payername",
            "insurancename",
            "primaryinsurance",
            "carrier",
        ],
    ),
    (
        "coverages/0/payer/id",
        &["payerid", "insuranceid", "payercode"],
    ),
    (
        "coverages/0/member_id",
        &[
            "memberid",
            "policynumber",
            "policyno",
            "subscriberid",
            "insuredid",
            "memberno",
            "policy",
        ],
    ),
    (
        "coverages/0/group_number",
        &["groupnumber", "groupno", "group", "groupid"],
    ),
    (
        "encounter/start",
        &[
            "dos",
            "dateofservice",
            "servicedate",
            "visitdate",
            "encounterdate",
            "date",
        ],
    ),
    ("encounter/place_of_service", &["pos", "placeofservice"]),
    (
        "authorizations/prior_authorization",
        &[
            "authorization",
            "priorauth",
            "authno",
            "authorizationnumber",
        ],
    ),
    (
        "providers/rendering/name/person/last",
        &[
            "providerlastname",
            "renderinglastname",
            "doctorlastname",
            "providerlast",
        ],
    ),
    (
        "providers/rendering/name/person/first",
        &[
            "providerfirstname",
            "renderingfirstname",
            "doctorfirstname",
            "providerfirst",
        ],
    ),
    (
        "providers/rendering/npi",
        &[
            "npi",
            "providernpi",
            "renderingnpi",
            "renderingprovidernpi",
            "doctornpi",
        ],
    ),
    (
        "diagnoses/*/code",
        &[
            "dx",
            "diagnosis",
            "icd",
            "icd10",
            "diag",
            "diagnosiscode",
            "dxcode",
            "icdcode",
        ],
    ),
    (
        "procedures/*/code",
        &[
            "cpt",
            "cptcode",
            "procedure",
            "procedurecode",
            "hcpcs",
            "proc",
            "code",
        ],
    ),
    (
        "procedures/*/modifiers",
        &["modifier", "mod", "modifiers", "mods"],
    ),
    (
        "procedures/*/charge",
        &["charge", "charges", "fee", "amount", "billedamount"],
    ),
    ("procedures/*/quantity", &["units", "qty", "quantity"]),
    (
        "procedures/*/diagnosis_pointers",
        &[
            "pointer",
            "pointers",
            "dxpointer",
            "dxptr",
            "ptr",
            "diagnosispointer",
        ],
    ),
];

/// A mapping to begin with, as TOML, for a CSV with this header.
///
/// # Errors
/// The file is no CSV.
pub fn guess(bytes: &[u8]) -> Result<String, Finding> {
    let table = Table::read(bytes, None)?;
    let columns = table.columns();
    let mut unknown = Vec::new();
    let mut found: Vec<(&str, Vec<&str>)> =
        NAMES.iter().map(|(path, _)| (*path, Vec::new())).collect();
    for column in &columns {
        let plain: String = column
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let without_number = plain.trim_end_matches(|one: char| one.is_ascii_digit());
        let is_called =
            |names: &[&str]| names.contains(&plain.as_str()) || names.contains(&without_number);
        let place = NAMES
            .iter()
            .position(|(_, names)| names.contains(&plain.as_str()));
        let place = place.or_else(|| NAMES.iter().position(|(_, names)| is_called(names)));
        match place {
            Some(place) => found[place].1.push(column),
            None => unknown.push(*column),
        }
    }
    let key = [
        "id",
        "patient/id",
        "encounter/start",
        "patient/name/last",
        "patient/name/first",
    ];
    let key: Vec<&str> = key
        .iter()
        .filter_map(|path| {
            found
                .iter()
                .find(|(own, _)| own == path)?
                .1
                .first()
                .copied()
        })
        .collect();
    let key = match key.first() {
        Some(first) if found[0].1.contains(first) => &key[..1],
        _ => &key[..],
    };
    let mut text = String::from(
        "# A guess by the names of the columns: read every line, and correct what is wrong.\n\
         # Fields are those of `claimgate translate --schema`; `*` stands for one element a row and column.\n",
    );
    let _ = writeln!(
        text,
        "chart = {key:?}    # rows with the same values here are one chart\nkind = \"professional\"    # or institutional, dental"
    );
    text.push_str("dates = [\"%m/%d/%Y\", \"%Y-%m-%d\"]\n\n[fields]\n");
    for (path, columns) in found.iter().filter(|(_, columns)| !columns.is_empty()) {
        let named = match &columns[..] {
            [one] => format!("{one:?}"),
            several => format!("{several:?}"),
        };
        let line = match *path {
            "patient/sex" => format!(
                "{{ column = {named}, values = {{ F = \"female\", M = \"male\", U = \"unknown\" }} }}"
            ),
            "procedures/*/modifiers" | "procedures/*/diagnosis_pointers" => {
                format!("{{ column = {named}, split = \" ,;\" }}")
            }
            _ => named,
        };
        let _ = writeln!(text, "{path:?} = {line}");
    }
    for column in unknown {
        let _ = writeln!(text, "# \"…\" = {column:?}    # not recognized");
    }
    Ok(text)
}
