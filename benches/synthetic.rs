//! Large interchanges as insurers and clearinghouses exchange them: sets of 500 claims with two to six lines each, no
//! line breaks, invented people. The same bytes at every run.

const CLAIMS_IN_A_SET: u64 = 500;

/// What an interchange holds.
#[derive(Clone, Copy)]
pub(crate) enum Set {
    /// 837P, 005010X222A1.
    ProfessionalClaims,
    /// 835, 005010X221A1.
    Remittances,
}

/// An interchange of claims of about so many bytes.
pub(crate) fn professional_claims(bytes: usize) -> Vec<u8> {
    interchange(Set::ProfessionalClaims, bytes)
}

/// An interchange of remittances of about so many bytes.
pub(crate) fn remittances(bytes: usize) -> Vec<u8> {
    interchange(Set::Remittances, bytes)
}

fn interchange(set: Set, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes);
    stream(set, bytes, |text| {
        out.extend_from_slice(text.as_bytes());
        true
    });
    out
}

/// The same, a transaction set at a time, for as long as they are taken.
pub(crate) fn stream(set: Set, bytes: usize, mut take: impl FnMut(&str) -> bool) {
    let (functional_id, code, guide, body): (_, _, _, fn(&mut Segments, u64)) = match set {
        Set::ProfessionalClaims => ("HC", "837", "005010X222A1", claim_set),
        Set::Remittances => ("HP", "835", "005010X221A1", remittance_set),
    };
    let head = format!(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~\
         GS*{functional_id}*SENDER*RECEIVER*20261124*1200*1*X*{guide}~"
    );
    let (mut length, mut sets, mut taken) = (head.len(), 0, take(&head));
    while taken && length < bytes {
        sets += 1;
        let mut segments = Segments::default();
        let version = match set {
            Set::ProfessionalClaims => format!("*{guide}"),
            Set::Remittances => String::new(),
        };
        segments.push(&format!("ST*{code}*{sets:04}{version}"));
        body(&mut segments, sets);
        let count = segments.count + 1;
        segments.push(&format!("SE*{count}*{sets:04}"));
        length += segments.text.len();
        taken = take(&segments.text);
    }
    take(&format!("GE*{sets}*1~IEA*1*000000001~"));
}

#[derive(Default)]
struct Segments {
    text: String,
    count: usize,
}

impl Segments {
    fn push(&mut self, segment: &str) {
        self.text.push_str(segment);
        self.text.push('~');
        self.count += 1;
    }
}

/// Numbers that look drawn, the same each time: a linear congruence.
struct Draw(u64);

impl Draw {
    fn between(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        from + (self.0 >> 33) % (to - from + 1)
    }

    fn charges(&mut self) -> Vec<u64> {
        (0..self.between(2, 6))
            .map(|_| self.between(2_000, 40_000))
            .collect()
    }
}

fn dollars(cents: u64) -> String {
    match (cents / 100, cents % 100) {
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}.{rest:02}"),
    }
}

fn claim_set(out: &mut Segments, set: u64) {
    let mut draw = Draw(set);
    for segment in [
        "BHT*0019*00*BATCH1*20261124*1200*CH",
        "NM1*41*2*SUBMITTER INC*****46*S12345",
        "PER*IC*DESK*TE*5555550100",
        "NM1*40*2*SANDBOX HEALTH PLAN*****46*P12345",
        "HL*1**20*1",
        "PRV*BI*PXC*207Q00000X",
        "NM1*85*2*HARBOR LIGHT CLINIC*****XX*1234567893",
        "N3*12 WHARF STREET",
        "N4*PORTLAND*ME*041010001",
        "REF*EI*123456789",
    ] {
        out.push(segment);
    }
    for number in 0..CLAIMS_IN_A_SET {
        let claim = set * CLAIMS_IN_A_SET + number;
        let charges = draw.charges();
        out.push(&format!("HL*{}*1*22*0", number + 2));
        out.push("SBR*P*18*GROUP1******CI");
        out.push(&format!(
            "NM1*IL*1*NAME{}*FIRST{}****MI*M{claim:09}",
            claim % 977,
            claim % 53
        ));
        out.push(&format!("N3*{} MAIN STREET", claim % 999));
        out.push("N4*BANGOR*ME*04401");
        out.push("DMG*D8*19800214*F");
        out.push("NM1*PR*2*SANDBOX HEALTH PLAN*****PI*P12345");
        let total = dollars(charges.iter().sum());
        out.push(&format!("CLM*C{claim:09}*{total}***11:B:1*Y*A*Y*Y"));
        out.push(&format!("REF*D9*{claim:012}"));
        out.push("HI*ABK:R1013*ABF:K219*ABF:I10");
        out.push("NM1*82*1*OKAFOR*ADA****XX*1679523708");
        out.push("PRV*PE*PXC*207Q00000X");
        for (line, charge) in (1..).zip(charges) {
            out.push(&format!("LX*{line}"));
            out.push(&format!("SV1*HC:99213:25*{}*UN*1***1:2", dollars(charge)));
            out.push("DTP*472*D8*20261104");
            out.push(&format!("REF*6R*L{claim}{line}"));
        }
    }
}

fn remittance_set(out: &mut Segments, set: u64) {
    let mut draw = Draw(set);
    let mut claims = Segments::default();
    let mut transferred = 0;
    for number in 0..CLAIMS_IN_A_SET {
        let claim = set * CLAIMS_IN_A_SET + number;
        let charges = draw.charges();
        // A fifth is written off, a tenth is the patient's.
        let (off, share) = (|charge: u64| charge / 5, |charge: u64| charge / 10);
        let paid = |charge: u64| charge - off(charge) - share(charge);
        let total: u64 = charges.iter().sum();
        let total_paid: u64 = charges.iter().map(|charge| paid(*charge)).sum();
        let total_share: u64 = charges.iter().map(|charge| share(*charge)).sum();
        transferred += total_paid;
        claims.push(&format!(
            "CLP*C{claim:09}*1*{}*{}*{}*12*ICN{claim:09}*11*1",
            dollars(total),
            dollars(total_paid),
            dollars(total_share)
        ));
        claims.push(&format!(
            "NM1*QC*1*NAME{}*FIRST{}****MI*M{claim:09}",
            claim % 977,
            claim % 53
        ));
        claims.push("NM1*82*1*OKAFOR*ADA****XX*1679523708");
        claims.push("DTM*232*20261104");
        for (line, charge) in (1..).zip(charges) {
            claims.push(&format!(
                "SVC*HC:99213:25*{}*{}**1",
                dollars(charge),
                dollars(paid(charge))
            ));
            claims.push("DTM*472*20261104");
            claims.push(&format!("CAS*CO*45*{}", dollars(off(charge))));
            claims.push(&format!("CAS*PR*2*{}", dollars(share(charge))));
            claims.push(&format!("REF*6R*L{claim}{line}"));
            claims.push(&format!("AMT*B6*{}", dollars(charge - off(charge))));
        }
    }
    for segment in [
        &format!(
            "BPR*I*{}*C*ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765*20261124",
            dollars(transferred)
        ),
        &format!("TRN*1*TRACE{set:06}*1512345678"),
        "DTM*405*20261123",
        "N1*PR*SANDBOX HEALTH PLAN",
        "N3*1 MAIN STREET",
        "N4*PORTLAND*ME*04101",
        "PER*BL*SUPPORT*TE*5555550100",
        "N1*PE*HARBOR LIGHT CLINIC*XX*1234567893",
        "REF*TJ*123456789",
        "LX*1",
    ] {
        out.push(segment);
    }
    out.text.push_str(&claims.text);
    out.count += claims.count;
}
