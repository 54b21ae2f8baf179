//! Writes an interchange: framing, counts and control numbers are its own; the caller gives data. It must not
//! know any transaction set.

use super::Delimiters;
use super::block::AnyOf;
use super::output::Output;

/// What ISA says besides separators and counts. Texts are padded to their fixed widths here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterchangeHeader {
    /// ISA05, ISA06.
    pub sender: (String, String),
    /// ISA07, ISA08.
    pub receiver: (String, String),
    /// ISA09, `YYMMDD`.
    pub date: String,
    /// ISA10, `HHMM`.
    pub time: String,
    /// ISA13, 1 to 999 999 999.
    pub control_number: u32,
    /// ISA14: whether a TA1 is asked for.
    pub acknowledgment_requested: bool,
    /// ISA15: `P` or `T`.
    pub usage: u8,
}

/// What GS says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHeader {
    /// GS01, such as `HC`.
    pub functional_id: String,
    pub sender: String,
    pub receiver: String,
    /// GS04, `CCYYMMDD`.
    pub date: String,
    /// GS05, `HHMM`.
    pub time: String,
    /// GS06.
    pub control_number: u32,
    /// GS08, such as `005010X222A1`.
    pub version: String,
}

/// Data that the writer will not write: it would be read back as something else. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub segment: String,
    pub element: usize,
    pub component: usize,
    pub reason: &'static str,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            segment,
            element,
            component,
            reason,
        } = self;
        write!(f, "{segment}{element:02}")?;
        if *component > 0 {
            write!(f, "-{component}")?;
        }
        write!(f, " {reason}")
    }
}

impl std::error::Error for Refused {}

/// Builds one interchange in memory.
///
/// Every level is closed by [`Writer::finish`] or by opening the next one; the trailers' counts are what was written.
#[derive(Debug)]
pub struct Writer {
    out: Output,
    delimiters: Delimiters,
    /// What no value may hold.
    unfit: AnyOf,
    refused: Option<Refused>,
    interchange: u32,
    groups: u32,
    group: Option<u32>,
    transactions: u32,
    transaction: Option<String>,
    segments: u32,
    newline: bool,
}

/// One segment being written. Dropping it ends it.
#[derive(Debug)]
pub struct SegmentWriter<'w> {
    writer: &'w mut Writer,
    id_at: usize,
    element: usize,
    /// Length of the output up to the last byte of data: trailing empty elements are cut there.
    data_end: usize,
}

impl Writer {
    /// Opens an interchange.
    pub fn new(delimiters: Delimiters, header: &InterchangeHeader) -> Self {
        let mut writer = Self {
            out: Output::new(),
            delimiters,
            unfit: AnyOf::separators(delimiters),
            refused: None,
            interchange: header.control_number,
            groups: 0,
            group: None,
            transactions: 0,
            transaction: None,
            segments: 0,
            newline: false,
        };
        writer.isa(header);
        writer
    }

    /// A line break after every terminator, for people to read.
    pub fn with_newlines(mut self) -> Self {
        self.newline = true;
        if self.out.written().last() == Some(&self.delimiters.segment) {
            self.out.push(b'\n');
        }
        self
    }

    fn isa(&mut self, header: &InterchangeHeader) {
        let InterchangeHeader {
            sender, receiver, ..
        } = header;
        let repetition = self
            .delimiters
            .repetition
            .map_or('U', char::from)
            .to_string();
        let fixed: [(&str, usize); 15] = [
            ("00", 2),
            ("", 10),
            ("00", 2),
            ("", 10),
            (&sender.0, 2),
            (&sender.1, 15),
            (&receiver.0, 2),
            (&receiver.1, 15),
            (&header.date, 6),
            (&header.time, 4),
            (&repetition, 1),
            ("00501", 5),
            (&format!("{:09}", header.control_number), 9),
            (
                if header.acknowledgment_requested {
                    "1"
                } else {
                    "0"
                },
                1,
            ),
            (&char::from(header.usage).to_string(), 1),
        ];
        self.out.put_framing(b"ISA");
        for (index, (text, width)) in fixed.into_iter().enumerate() {
            self.out.push(self.delimiters.element);
            if index != 10 {
                self.refuse_unfit("ISA", index + 1, 0, text);
            }
            if text.len() > width || !text.is_ascii() {
                self.refuse("ISA", index + 1, 0, "does not fit its fixed width");
                self.out.put_framing(&b" ".repeat(width));
            } else {
                self.out.put_framing(text.as_bytes());
                self.out.put_framing(&b" ".repeat(width - text.len()));
            }
        }
        let Delimiters {
            element,
            component,
            segment,
            ..
        } = self.delimiters;
        self.out.put_framing(&[element, component, segment]);
    }

    /// Opens a functional group, closing the one before.
    pub fn group(&mut self, header: &GroupHeader) {
        self.close_group();
        self.groups += 1;
        self.group = Some(header.control_number);
        self.transactions = 0;
        self.segment("GS")
            .element(&header.functional_id)
            .element(&header.sender)
            .element(&header.receiver)
            .element(&header.date)
            .element(&header.time)
            .element(&header.control_number.to_string())
            .element("X")
            .element(&header.version);
    }

    /// Opens a transaction set, closing the one before. `version` is ST03, left out when empty.
    pub fn transaction(&mut self, set: &str, control_number: &str, version: &str) {
        self.close_transaction();
        self.transactions += 1;
        self.transaction = Some(control_number.to_owned());
        self.segments = 0;
        self.segment("ST")
            .element(set)
            .element(control_number)
            .element(version);
    }

    /// Starts a segment; it ends when the returned value is dropped.
    #[inline]
    pub fn segment(&mut self, id: &str) -> SegmentWriter<'_> {
        let id_at = self.out.len();
        self.out.put_framing(id.as_bytes());
        self.segments += 1;
        let data_end = self.out.len();
        SegmentWriter {
            writer: self,
            id_at,
            element: 0,
            data_end,
        }
    }

    /// Segments of the open transaction set so far, ST included: the position of the last one.
    pub fn position(&self) -> u32 {
        self.segments
    }

    /// The first value that was not written, so that the caller can tell where it came from.
    pub fn refused(&self) -> Option<&Refused> {
        self.refused.as_ref()
    }

    /// Closes what is open and gives the bytes.
    ///
    /// # Errors
    /// The first value that held a separator or a control character.
    pub fn finish(mut self) -> Result<Vec<u8>, Refused> {
        self.close_group();
        let (groups, control) = (self.groups, self.interchange);
        self.segment("IEA")
            .element(&groups.to_string())
            .element(&format!("{control:09}"));
        match self.refused {
            Some(refused) => Err(refused),
            None => Ok(self.out.into_bytes()),
        }
    }

    fn close_transaction(&mut self) {
        if let Some(control_number) = self.transaction.take() {
            let segments = self.segments + 1;
            self.segment("SE")
                .element(&segments.to_string())
                .element(&control_number);
        }
    }

    fn close_group(&mut self) {
        self.close_transaction();
        if let Some(control_number) = self.group.take() {
            let transactions = self.transactions;
            self.segment("GE")
                .element(&transactions.to_string())
                .element(&control_number.to_string());
        }
    }

    fn refuse(&mut self, segment: &str, element: usize, component: usize, reason: &'static str) {
        if self.refused.is_none() {
            self.refused = Some(Refused {
                segment: segment.to_owned(),
                element,
                component,
                reason,
            });
        }
    }

    fn refuse_unfit(&mut self, segment: &str, element: usize, component: usize, value: &str) {
        if value.bytes().any(|byte| self.delimiters.contains(byte)) {
            self.refuse(
                segment,
                element,
                component,
                "holds a separator of this interchange",
            );
        } else if value.chars().any(char::is_control) {
            self.refuse(segment, element, component, "holds a control character");
        }
    }
}

impl SegmentWriter<'_> {
    /// The next element; empty for "not sent".
    #[inline]
    pub fn element(mut self, value: &str) -> Self {
        self.separate();
        self.data(value, 0);
        self
    }

    /// The next element, if there is a value.
    pub fn optional(self, value: Option<&str>) -> Self {
        self.element(value.unwrap_or_default())
    }

    /// The next element, of components; trailing empty ones are not written.
    pub fn composite<S: AsRef<str>>(mut self, components: &[S]) -> Self {
        self.separate();
        self.components(components);
        self
    }

    /// The next element, repeated.
    pub fn repeated<S: AsRef<str>>(mut self, repetitions: &[S]) -> Self {
        self.separate();
        for (index, value) in repetitions.iter().enumerate() {
            if index > 0 {
                match self.writer.delimiters.repetition {
                    Some(separator) => self.writer.out.push(separator),
                    None => self.refuse(0, "repeats, and the interchange has no separator for it"),
                }
            }
            self.data(value.as_ref(), 0);
        }
        self
    }

    /// Several elements that are not sent.
    pub fn skip(mut self, count: usize) -> Self {
        for _ in 0..count {
            self.separate();
        }
        self
    }

    #[inline(always)]
    fn separate(&mut self) {
        self.element += 1;
        self.writer.out.push(self.writer.delimiters.element);
    }

    fn components<S: AsRef<str>>(&mut self, components: &[S]) {
        let sent = components
            .iter()
            .rposition(|c| !c.as_ref().is_empty())
            .map_or(0, |at| at + 1);
        for (index, value) in components[..sent].iter().enumerate() {
            if index > 0 {
                self.writer.out.push(self.writer.delimiters.component);
            }
            self.data(value.as_ref(), index + 1);
        }
    }

    #[inline(always)]
    fn data(&mut self, value: &str, component: usize) {
        if value.is_empty() {
            return;
        }
        if !self.writer.out.put(value.as_bytes(), &self.writer.unfit) {
            self.refuse_value(value, component);
        }
        self.data_end = self.writer.out.len();
    }

    #[cold]
    fn refuse_value(&mut self, value: &str, component: usize) {
        let delimiters = self.writer.delimiters;
        let reason = if value.bytes().any(|byte| delimiters.contains(byte)) {
            "holds a separator of this interchange"
        } else {
            "holds a control character"
        };
        self.refuse(component, reason);
    }

    fn refuse(&mut self, component: usize, reason: &'static str) {
        let written = self.writer.out.written();
        let id_end = (self.id_at + 3).min(written.len());
        let id: String = written[self.id_at..id_end]
            .iter()
            .map(|&b| char::from(b))
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let element = self.element;
        self.writer.refuse(&id, element, component, reason);
    }
}

impl Drop for SegmentWriter<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        let writer = &mut *self.writer;
        writer.out.truncate(self.data_end);
        writer.out.push(writer.delimiters.segment);
        if writer.newline {
            writer.out.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x12::{Item, read_all};
    use proptest::prelude::*;

    fn header() -> InterchangeHeader {
        InterchangeHeader {
            sender: ("ZZ".into(), "SENDER".into()),
            receiver: ("ZZ".into(), "RECEIVER".into()),
            date: "261124".into(),
            time: "1200".into(),
            control_number: 7,
            acknowledgment_requested: true,
            usage: b'T',
        }
    }

    fn group() -> GroupHeader {
        GroupHeader {
            functional_id: "HC".into(),
            sender: "S".into(),
            receiver: "R".into(),
            date: "20261124".into(),
            time: "1200".into(),
            control_number: 7,
            version: "005010X222A1".into(),
        }
    }

    #[test]
    fn counts_are_what_was_written() {
        let mut writer = Writer::new(Delimiters::USUAL, &header());
        writer.group(&group());
        writer.transaction("837", "0001", "005010X222A1");
        writer
            .segment("HI")
            .composite(&["ABK", "R10", ""])
            .skip(1)
            .element("")
            .optional(None);
        writer.transaction("837", "0002", "");
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        let (isa, rest) = text.split_at(crate::x12::ISA_LENGTH);
        assert!(isa.ends_with("*000000007*1*T*:~"));
        assert_eq!(
            rest,
            "GS*HC*S*R*20261124*1200*7*X*005010X222A1~ST*837*0001*005010X222A1~HI*ABK:R10~\
             SE*3*0001~ST*837*0002~SE*2*0002~GE*2*7~IEA*1*000000007~"
        );
    }

    #[test]
    fn separator_in_data_is_refused_with_its_place() {
        let mut writer = Writer::new(Delimiters::USUAL, &header());
        writer.segment("NTE").element("ADD").element("50% * 2");
        let refused = writer.finish().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "NTE02 holds a separator of this interchange"
        );
    }

    proptest! {
        /// Any text is either refused or read back as the same value, and never changes the segment count.
        #[test]
        fn read_of_write_is_the_value(values in proptest::collection::vec(any::<String>(), 1..8)) {
            let mut writer = Writer::new(Delimiters::USUAL, &header());
            let mut segment = writer.segment("ZZZ");
            for value in &values {
                segment = segment.element(value);
            }
            drop(segment);
            if let Ok(bytes) = writer.finish() {
                let mut seen = Vec::new();
                read_all(&bytes, |item| match item {
                    Item::Segment(segment) if segment.is("ZZZ") => {
                        seen = (1..=values.len()).map(|n| segment.text(n).to_owned()).collect();
                    }
                    Item::Segment(_) => {}
                    Item::Fault(fault) => panic!("{fault:?}"),
                });
                prop_assert_eq!(seen, values);
            }
        }
    }
}
