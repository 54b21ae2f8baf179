//! What a file is called at a partner, made only of what stays the same when an interchange is sent again: a second
//! attempt then finds the first one's file. It must not know SFTP.

use crate::payer::FileNames;
use crate::transport::file::{Isa, is_plain};
use crate::transport::{Kind, Outgoing, SetupError};

/// A partner's names, checked.
#[derive(Debug)]
pub(super) struct Names(FileNames);

/// The final name, and the one while it is uploaded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) last: String,
    pub(super) temporary: String,
}

impl Names {
    pub(super) fn new(names: &FileNames) -> Result<Self, SetupError> {
        let wrong = |reason: String| Err(SetupError(format!("[route.names] {reason}")));
        let FileNames {
            file, temporary, ..
        } = names;
        if !file.contains("{payload_id}") && !file.contains("{control_number}") {
            return wrong(format!(
                "file = {file:?} gives every interchange one name: add {{payload_id}} or {{control_number}}"
            ));
        }
        if !temporary.contains("{name}") || temporary == "{name}" {
            return wrong(format!(
                "temporary = {temporary:?} must be {{name}} with something before or after it"
            ));
        }
        let names = Self(names.clone());
        let example = names.filled(Kind::ProfessionalClaims, "0", Some(&Isa::example()));
        match example {
            Ok(name) if is_plain(&name) => Ok(names),
            Ok(name) => wrong(format!(
                "file = {file:?} gives names like {name:?}: only letters, digits, dot, underscore and hyphen can stand \
                 in a name, and .part and .tmp are for unfinished files"
            )),
            Err(field) => wrong(format!("file = {file:?}: there is no field {field:?}")),
        }
    }

    /// `Err` where the name needs something of the ISA and there is none.
    pub(super) fn of(&self, outgoing: &Outgoing) -> Result<Name, String> {
        let isa = Isa::read(&outgoing.bytes);
        let id = outgoing.payload_id.to_string();
        let last = self
            .filled(outgoing.kind, &id, isa.as_ref())
            .ok()
            .filter(|name| is_plain(name))
            .ok_or("the payload has no ISA to name its file by: use {payload_id} in [route.names] file")?;
        Ok(Name {
            temporary: self.0.temporary.replace("{name}", &last),
            last,
        })
    }

    /// `Err` is the field that is not known.
    fn filled(&self, kind: Kind, payload_id: &str, isa: Option<&Isa>) -> Result<String, String> {
        let (label, extension) = self.words(kind);
        let mut name = String::new();
        let mut rest = self.0.file.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (field, after) = after.split_once('}').unwrap_or((after, ""));
            let isa = isa.ok_or(field);
            name.push_str(before);
            name.push_str(match field {
                "payload_id" => payload_id,
                "kind" => label,
                "extension" => extension,
                "control_number" => &isa?.control_number,
                "date" => &isa?.date,
                "time" => &isa?.time,
                other => return Err(other.into()),
            });
            rest = after;
        }
        name.push_str(rest);
        Ok(name)
    }

    fn words(&self, kind: Kind) -> (&'static str, &str) {
        match kind {
            Kind::ProfessionalClaims => ("837P", &self.0.professional_claims),
            Kind::InstitutionalClaims => ("837I", &self.0.institutional_claims),
            Kind::DentalClaims => ("837D", &self.0.dental_claims),
            Kind::Acknowledgment => ("999", &self.0.acknowledgment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use uuid::Uuid;

    fn outgoing(kind: Kind, seconds: i64) -> Outgoing {
        let isa = format!(
            "ISA*00*{0}*00*{0}*ZZ*{1}*ZZ*{1}*260102*1304*^*00501*000000905*0*T*:~",
            " ".repeat(10),
            "A".repeat(15)
        );
        Outgoing {
            payload_id: Uuid::from_u128(7),
            kind,
            time: Timestamp::from_second(seconds).unwrap(),
            bytes: isa.into_bytes(),
        }
    }

    fn named(file: &str) -> FileNames {
        FileNames {
            file: file.into(),
            professional_claims: "CLP".into(),
            dental_claims: "CLD".into(),
            ..FileNames::default()
        }
    }

    #[test]
    fn a_name_is_of_the_interchange_and_not_of_the_moment() {
        for (file, kind, expected) in [
            (
                "{control_number}-{date}{time}.{extension}",
                Kind::ProfessionalClaims,
                "000000905-202601021304.CLP",
            ),
            (
                "{kind}_{control_number}.{extension}",
                Kind::DentalClaims,
                "837D_000000905.CLD",
            ),
            ("x{control_number}", Kind::Acknowledgment, "x000000905"),
            (
                "{payload_id}.{extension}",
                Kind::InstitutionalClaims,
                "00000000-0000-0000-0000-000000000007.x12",
            ),
        ] {
            let names = Names::new(&named(file)).unwrap();
            let name = names.of(&outgoing(kind, 0)).unwrap();
            assert_eq!(name.last, expected);
            assert_eq!(name.temporary, format!(".{expected}.part"));
            assert_eq!(names.of(&outgoing(kind, 999_999)).unwrap(), name);
        }
        let no_isa = Outgoing {
            bytes: b"ISA*00*~".into(),
            ..outgoing(Kind::DentalClaims, 0)
        };
        let names = Names::new(&named("{control_number}")).unwrap();
        assert!(names.of(&no_isa).unwrap_err().contains("no ISA"));
    }

    #[test]
    fn wrong_names_are_told() {
        let told = |names: &FileNames| Names::new(names).unwrap_err().to_string();
        assert!(told(&named("claims.x12")).contains("one name"));
        assert!(told(&named("../{payload_id}")).contains("only letters"));
        assert!(told(&named("{payload_id}.tmp")).contains("unfinished"));
        assert!(told(&named("{payload_id}{colour}")).contains("no field \"colour\""));
        let same = FileNames {
            temporary: "{name}".into(),
            ..FileNames::default()
        };
        assert!(told(&same).contains("something before or after"));
    }
}
