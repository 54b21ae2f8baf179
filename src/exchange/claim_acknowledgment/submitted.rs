//! The claims of a stream of 837s as an acknowledgment carries them back: numbers, amounts, dates and who. It must not
//! judge them, and it keeps nothing else of them.

use std::sync::Arc;

use jiff::civil::Date;

use crate::claim::{Money, Name, Phi};
use crate::transaction::t277ca::Party;
use crate::x12::{Delimiters, Segment};

/// Claims kept of a stream: about 50 MB. Nobody sends so many at once.
pub const CLAIMS_MAX: usize = 100_000;
/// Where the guide requires a name or an id and the claim has none.
pub(super) const UNKNOWN: &str = "UNKNOWN";

/// Collects the claims of all 837 sets while they are read.
#[derive(Debug, Default)]
pub struct SubmittedClaims {
    pub(super) sets: Vec<SubmittedSet>,
    count: usize,
    open: bool,
    reading: Reading,
}

/// One 837.
#[derive(Debug)]
pub(super) struct SubmittedSet {
    /// Interchange, group and set in the stream, counted from 1.
    pub(super) key: (u32, u32, u32),
    /// ST02.
    pub(super) control_number: String,
    pub(super) delimiters: Delimiters,
    /// BHT03.
    pub(super) batch: String,
    pub(super) submitter: Party,
    pub(super) receiver: Party,
    /// Positions of HL: where providers, subscribers and patients start.
    pub(super) levels: [Vec<u32>; 3],
    /// Whether every payer named is the receiver.
    pub(super) to_payer: bool,
    pub(super) claims: Vec<SubmittedClaim>,
}

/// One CLM.
#[derive(Debug, Clone)]
pub(super) struct SubmittedClaim {
    /// Its position, and those of the levels that it stands under.
    pub(super) at: u32,
    pub(super) above: [Option<u32>; 3],
    pub(super) provider: Arc<Party>,
    pub(super) patient: Arc<Party>,
    /// CLM01.
    pub(super) control_number: String,
    /// CLM02; `None` where it is no amount.
    pub(super) charge: Option<Money>,
    /// First and last day, of the statement or of the lines.
    pub(super) service: Option<(Date, Date)>,
    /// CLM05 as a type of bill, of institutional claims.
    pub(super) bill_type: Option<String>,
}

/// Index into levels: HL03 is 20, 22 or 23.
pub(super) const PROVIDER: usize = 0;
pub(super) const SUBSCRIBER: usize = 1;
pub(super) const PATIENT: usize = 2;

#[derive(Debug, Default)]
struct Reading {
    above: [Option<u32>; 3],
    provider: Arc<Party>,
    subscriber: Arc<Party>,
    patient: Option<Arc<Party>>,
    in_claim: bool,
    /// Whether DTP*434 gave the days of the claim.
    statement: bool,
}

impl SubmittedClaims {
    /// Takes the next segment.
    pub fn segment(&mut self, segment: &Segment<'_>) {
        match segment.id() {
            b"ST" => self.start(segment),
            b"SE" | b"GE" | b"IEA" | b"ISA" => self.open = false,
            _ if !self.open => {}
            b"HL" => self.level(segment),
            b"CLM" => self.claim(segment),
            b"BHT" => {
                if let Some(set) = self.sets.last_mut() {
                    set.batch = segment.text(3).to_owned();
                }
            }
            b"NM1" => self.name(segment),
            b"REF" => self.tax_id(segment),
            b"DTP" => self.dates(segment),
            _ => {}
        }
    }

    /// Whether there were more claims than are kept.
    pub(super) fn is_short(&self) -> bool {
        self.count > CLAIMS_MAX
    }

    fn start(&mut self, st: &Segment<'_>) {
        self.open = st.text(1) == "837";
        self.reading = Reading::default();
        if self.open {
            let place = st.place;
            self.sets.push(SubmittedSet {
                key: (place.interchange, place.group, place.transaction),
                control_number: st.text(2).trim().to_owned(),
                delimiters: st.delimiters,
                batch: String::new(),
                submitter: Party::default(),
                receiver: Party::default(),
                levels: Default::default(),
                to_payer: true,
                claims: Vec::new(),
            });
        }
    }

    fn level(&mut self, hl: &Segment<'_>) {
        self.reading.in_claim = false;
        let level = match hl.text(3) {
            "20" => PROVIDER,
            "22" => SUBSCRIBER,
            "23" => PATIENT,
            _ => return,
        };
        let at = hl.place.position;
        self.reading.above[level] = Some(at);
        for below in &mut self.reading.above[level + 1..] {
            *below = None;
        }
        self.reading.patient = None;
        if let Some(set) = self.sets.last_mut() {
            set.levels[level].push(at);
        }
    }

    fn name(&mut self, nm1: &Segment<'_>) {
        let reading = &mut self.reading;
        let Some(set) = self.sets.last_mut().filter(|_| !reading.in_claim) else {
            return;
        };
        match nm1.text(1) {
            "41" => set.submitter = party(nm1),
            "40" => set.receiver = party(nm1),
            "85" => reading.provider = Arc::new(party(nm1)),
            "IL" => reading.subscriber = Arc::new(party(nm1)),
            // The patient is known by the subscriber's number, as in an 835.
            "QC" => {
                let (id_qualifier, id) = match nm1.text(9) {
                    "" => {
                        let subscriber = &reading.subscriber;
                        (subscriber.id_qualifier.clone(), subscriber.id.clone())
                    }
                    id => (nm1.text(8).to_owned(), id.into()),
                };
                reading.patient = Some(Arc::new(Party {
                    id_qualifier,
                    id,
                    ..party(nm1)
                }));
            }
            "PR" => {
                let receiver = &set.receiver;
                let same_id = receiver.id.as_str() == nm1.text(9);
                let same_name = matches!(&receiver.name, Some(Name::Organization { name }) if name == nm1.text(3));
                set.to_payer &= same_id || same_name;
            }
            _ => {}
        }
    }

    /// REF*EI and REF*SY name a billing provider that has no NPI.
    fn tax_id(&mut self, reference: &Segment<'_>) {
        let qualifier = match reference.text(1) {
            "EI" => "FI",
            "SY" => "SV",
            _ => return,
        };
        let reading = &mut self.reading;
        let in_provider = reading.above[SUBSCRIBER].is_none() && !reading.in_claim;
        if in_provider && reading.provider.id.as_str().is_empty() {
            let provider = Arc::make_mut(&mut reading.provider);
            provider.id_qualifier = qualifier.into();
            provider.id = reference.text(2).into();
        }
    }

    fn claim(&mut self, clm: &Segment<'_>) {
        self.count += 1;
        let reading = &mut self.reading;
        reading.in_claim = true;
        reading.statement = false;
        let Some(set) = self.sets.last_mut().filter(|_| self.count <= CLAIMS_MAX) else {
            return;
        };
        let patient = reading.patient.as_ref().unwrap_or(&reading.subscriber);
        let bill_type = format!("{}{}", clm.component(5, 1), clm.component(5, 3));
        let is_bill_type = clm.component(5, 2) == "A"
            && bill_type.len() == 3
            && bill_type.bytes().all(|byte| byte.is_ascii_alphanumeric());
        set.claims.push(SubmittedClaim {
            at: clm.place.position,
            above: reading.above,
            provider: reading.provider.clone(),
            patient: patient.clone(),
            control_number: clm.text(1).to_owned(),
            charge: Money::parse(clm.text(2)).ok(),
            service: None,
            bill_type: is_bill_type.then_some(bill_type),
        });
    }

    fn dates(&mut self, dtp: &Segment<'_>) {
        let reading = &mut self.reading;
        let claim = self.sets.last_mut().and_then(|set| set.claims.last_mut());
        let Some(claim) = claim.filter(|_| reading.in_claim && self.count <= CLAIMS_MAX) else {
            return;
        };
        let Some((from, to)) = period(dtp.text(3)) else {
            return;
        };
        match dtp.text(1) {
            "434" => {
                reading.statement = true;
                claim.service = Some((from, to));
            }
            "472" if !reading.statement => {
                let (first, last) = claim.service.unwrap_or((from, to));
                claim.service = Some((first.min(from), last.max(to)));
            }
            _ => {}
        }
    }
}

fn party(nm1: &Segment<'_>) -> Party {
    let text = |element: usize| nm1.text(element).to_owned();
    let part = |element: usize| Some(text(element)).filter(|text| !text.is_empty());
    let name = match nm1.text(2) {
        "2" => Name::Organization { name: text(3) },
        _ => Name::Person {
            last: Phi::new(text(3)),
            first: part(4).map(Phi::new),
            middle: part(5).map(Phi::new),
            suffix: part(7).map(Phi::new),
        },
    };
    Party {
        role: text(1),
        name: Some(name),
        id_qualifier: text(8),
        id: Phi::new(text(9)),
    }
}

/// A day, or two with a hyphen.
fn period(text: &str) -> Option<(Date, Date)> {
    let day = |text: &str| match text.len() {
        8 => Date::strptime("%Y%m%d", text).ok(),
        _ => None,
    };
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (day(from)?, day(to)?);
    (from <= to).then_some((from, to))
}
