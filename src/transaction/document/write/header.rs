//! ISA, a kind of segment of its own: fixed widths, and two separators are its data. It must not know what follows it.

use super::{DocumentWriter, Misfit};
use crate::transaction::document::names;
use crate::transaction::document::{DELIMITERS, Object, Value, element};
use crate::x12::{Delimiters, ISA_LENGTH};

/// Widths of the elements of ISA.
pub(in crate::transaction::document) const ISA_WIDTH: [usize; 16] =
    [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];
/// What an ISA says where a document leaves it out: no authorization, no security, version 00501.
const ISA_DEFAULT: [(usize, &str); 5] = [(1, "00"), (2, ""), (3, "00"), (4, ""), (12, "00501")];
impl DocumentWriter {
    pub(super) fn delimiters(&self, object: &Object) -> Result<Delimiters, Misfit> {
        let given = match object.get(DELIMITERS) {
            None => return Ok(Delimiters::USUAL),
            Some(Value::Object(given)) => given,
            Some(_) => return Err(self.misfit(format!("`{DELIMITERS}` is no object"))),
        };
        let known = ["element", "component", "repetition", "segment"];
        if let Some((name, _)) = given
            .0
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            let path = format!("{}.{DELIMITERS}", self.path);
            return Err(Misfit::unknown(&path, name, known.into_iter()));
        }
        let one = |name: &str| match given.get(name).map(element::decoded) {
            None => Ok(None),
            Some(Some(Ok(bytes))) if bytes.len() == 1 => Ok(Some(bytes[0])),
            Some(_) => Err(self.misfit(format!("`{DELIMITERS}.{name}` is not one character"))),
        };
        Ok(Delimiters {
            element: one("element")?.unwrap_or(Delimiters::USUAL.element),
            component: one("component")?.unwrap_or(Delimiters::USUAL.component),
            repetition: one("repetition")?,
            segment: one("segment")?.unwrap_or(Delimiters::USUAL.segment),
        })
    }

    /// ISA is its own kind of segment: fixed widths, and two separators are its data.
    pub(super) fn isa(&mut self, object: &Object) -> Result<(), Misfit> {
        let Some(open) = &self.open else {
            return Ok(());
        };
        let (delimiters, as_written) = (open.delimiters, open.as_written);
        let names = &names::envelope().segments[0];
        let mut values: Vec<Option<Vec<u8>>> = vec![None; ISA_WIDTH.len()];
        for (name, value) in &object.0 {
            let known = || names.elements.iter().flatten().map(|one| one.name.as_str());
            let number = match known().position(|known| known == name) {
                Some(at) => at + 1,
                // Where the header is no proper one it may have more.
                None => match element::numbered(name) {
                    Some(number) if as_written && number > ISA_WIDTH.len() => number,
                    _ => return Err(Misfit::unknown(&self.path, name, known())),
                },
            };
            let bytes = match element::decoded(value) {
                Some(Ok(bytes)) => bytes,
                _ => return Err(self.misfit(format!("`{name}` is no text"))),
            };
            // Fixed widths tell where a proper header ends, whatever its data.
            let ends = |&byte: &u8| as_written && byte == delimiters.segment;
            if bytes.iter().any(|b| *b == delimiters.element || ends(b)) {
                return Err(self.misfit(format!("`{name}` holds a separator")));
            }
            values.resize(values.len().max(number), None);
            values[number - 1] = Some(bytes);
        }
        let begin = self.out.len();
        self.out.extend_from_slice(b"ISA");
        if as_written {
            let count = values
                .iter()
                .rposition(Option::is_some)
                .map_or(0, |last| last + 1);
            for value in &values[..count] {
                self.out.push(delimiters.element);
                self.out
                    .extend_from_slice(value.as_deref().unwrap_or_default());
            }
        } else {
            self.fill_isa(&mut values);
            for (at, (value, width)) in values.iter().zip(ISA_WIDTH).enumerate() {
                let name = || names.element(at + 1).map_or("", |one| one.name.as_str());
                let Some(value) = value else {
                    return Err(self.misfit(format!("`{}` is missing", name())));
                };
                if value.len() > width {
                    return Err(self.misfit(format!("`{}` is longer than {width}", name())));
                }
                self.out.push(delimiters.element);
                self.out.extend_from_slice(value);
                self.out
                    .extend(std::iter::repeat_n(b' ', width - value.len()));
            }
        }
        let control = values[12].as_deref().unwrap_or_default();
        let control = String::from_utf8_lossy(control).into_owned();
        if let Some(open) = &mut self.open {
            open.control_number = control;
        }
        self.out.push(delimiters.segment);
        let isa = &self.out[begin..];
        if !as_written && (isa.len() != ISA_LENGTH || Delimiters::from_isa(isa) != Some(delimiters))
        {
            return Err(self.misfit("its delimiters are letters, blank, or not told apart"));
        }
        self.break_line();
        Ok(())
    }

    fn fill_isa(&self, values: &mut [Option<Vec<u8>>]) {
        let delimiters = self
            .open
            .as_ref()
            .map_or(Delimiters::USUAL, |open| open.delimiters);
        for (number, default) in ISA_DEFAULT {
            values[number - 1].get_or_insert_with(|| default.as_bytes().to_vec());
        }
        match delimiters.repetition {
            Some(repetition) => values[10] = Some(vec![repetition]),
            None => {
                values[10].get_or_insert_with(|| b"U".to_vec());
            }
        }
        values[12].get_or_insert_with(|| format!("{:09}", self.interchanges).into_bytes());
        values[15] = Some(vec![delimiters.component]);
    }
}
