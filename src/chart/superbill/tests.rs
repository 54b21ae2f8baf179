use super::*;

const MAPPING: &str = r#"
chart = "visit"
[fields]
"patient/name/last" = "last"
"patient/birth_date" = "dob"
"encounter/start" = "day"
"diagnoses/*/code" = ["dx1", "dx2"]
"procedures/*/code" = "cpt"
"procedures/*/charge" = "fee"
"procedures/*/diagnosis_pointers" = { column = "ptr", split = " " }
"procedures/*/emergency" = "er"
"#;
const HEADER: &str = "visit,last,dob,day,dx1,dx2,cpt,fee,ptr,er\n";

fn read_rows(rows: &str) -> Vec<Reading> {
    let mapping = Mapping::parse(MAPPING).unwrap();
    read(format!("{HEADER}{rows}").as_bytes(), &mapping, "f")
}

fn told(reading: &Reading) -> Vec<String> {
    let findings = reading.findings.iter();
    findings
        .map(|one| format!("{} {}", one.code, one.path))
        .collect()
}

#[test]
fn rows_of_a_visit_become_one_chart() {
    let readings = read_rows(
        "1,Oak,2/29/1980,2026-11-02,J02.9,R05.9,99213,$1 250.00,B A,y\n1,Oak,02/29/1980,20261102,J02.9,,87880,(3.50),r059,\n2,Elm,1/1/1970,11/02/2026,,,99214,7,,\n",
    );
    let [first, second] = &readings[..] else {
        panic!("{}", readings.len());
    };
    let chart = first.chart.as_ref().unwrap();
    assert_eq!(told(first), [""; 0]);
    assert_eq!((chart.id.as_str(), chart.diagnoses.len()), ("1", 2));
    let [visit, test] = &chart.procedures[..] else {
        panic!();
    };
    assert_eq!(visit.diagnosis_pointers, [2, 1]);
    assert_eq!(test.diagnosis_pointers, [2]);
    assert!(visit.emergency && !test.emergency);
    let charge = |one: &crate::chart::Procedure| one.charge.as_ref().unwrap().as_str().to_owned();
    assert_eq!(
        (charge(visit), charge(test)),
        ("1250.00".into(), "-3.50".into())
    );
    assert_eq!(
        first.origins.resolve("/procedures/1/charge"),
        "row 3, column \"fee\""
    );
    assert_eq!(first.origins.resolve("/procedures/1/units"), "row 3");
    assert_eq!(
        first.origins.resolve("/diagnoses/1/code"),
        "row 2, column \"dx2\""
    );
    assert_eq!(second.chart.as_ref().unwrap().diagnoses.len(), 0);
}

#[test]
fn what_is_wrong_is_told_by_row_and_column() {
    let check = |rows: &str, expected: &[&str]| {
        let readings = read_rows(rows);
        let all: Vec<String> = readings.iter().flat_map(told).collect();
        assert_eq!(all, expected, "{rows}");
        let text = format!(
            "{:?}",
            readings.iter().map(|one| &one.findings).collect::<Vec<_>>()
        );
        assert!(!text.contains("Zebra"), "{text}");
    };
    check(
        "1,Zebra,2/30/1980,2026-11-02,J02.9,,99213,Zebra,,maybe\n",
        &[
            "SuperbillValue row 2, column \"dob\"",
            "SuperbillValue row 2, column \"fee\"",
            "SuperbillValue row 2, column \"er\"",
        ],
    );
    check(
        "1,Zebra,,2026-11-02,J02.9,,99213,1,,\n1,Oak,,2026-11-02,J02.9,,99213,1,,\n",
        &["SuperbillConflict row 3, column \"last\""],
    );
    check(
        "1,Oak,,2026-11-02,J02.9,,1.2E+05,1,,\n",
        &["SuperbillValue row 2, column \"cpt\""],
    );
    check("1,,,2026-11-02,J02.9,,99213,1,,\n", &["ChartFieldMissing "]);
    check("", &["SuperbillEmpty row 1"]);
    check("1,\"Oak\n2,Elm\n", &["SuperbillSyntax row 2"]);
    check("1,\"Oak \"\"Jr\"\"\n Grove\"\n2,Elm 5\"\n", &[]);
    // Too few cells are empty ones, too many are left alone.
    check("1,Oak\n2,Elm,,,,,,,,,,,\n", &[]);
    let mapping = Mapping::parse(MAPPING).unwrap();
    let other = read(b"visit;LAST;dob\n1;Oak;\n", &mapping, "f");
    let finding = &other[0].findings[0];
    assert_eq!(finding.code, Code::SuperbillColumn);
    assert!(
        finding.detail.contains("\"day\"") && finding.detail.contains("has \"visit\", \"LAST\"")
    );
}

#[test]
fn a_mapping_that_cannot_be_is_refused_by_its_field() {
    let check = |text: &str, expected: &str| {
        let told = Mapping::parse(text).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
    };
    let with = |line: &str| format!("chart = \"a\"\n[fields]\n{line}\n");
    check("chart = []\n[fields]\n", "name a column");
    check("[fields]\n", "chart");
    check(&with("\"patient/colour\" = \"x\""), "no such field");
    check(&with("\"patient/name\" = \"x\""), "no such field");
    check(&with("\"procedures/*/providers/*/npi\" = \"x\""), "one `*`");
    let far = "\"coverages/9999999999/member_id\" = \"x\"";
    check(&with(far), "so many places");
    check(&with("\"patient/id\" = {}"), "name a column, or a value");
    check(&with("\"patient/id\" = { colour = 1 }"), "line 3");
}

#[test]
fn a_guess_is_a_mapping_of_the_file() {
    let csv = b"Encounter ID,Last Name,First Name,DOB,Sex,DOS,Dx1,Dx2,CPT,Modifiers,Charge,Colour\nV1,Oak,Ona,1/1/1980,F,11/02/2026,J02.9,,99213,25,10,red\n";
    let text = guess(csv).unwrap();
    assert!(text.contains("# \"\u{2026}\" = \"Colour\""), "{text}");
    let mapping = Mapping::parse(&text).unwrap();
    let reading = &read(csv, &mapping, "f")[0];
    let chart = reading.chart.as_ref().unwrap();
    assert_eq!((chart.id.as_str(), chart.procedures.len()), ("V1", 1));
    assert_eq!(told(reading), ["SuperbillUnused row 1"]);
}
