//! What can be wrong with a chart, or was done to it: one enum of codes, each with its level, reason and remedy.
//! It must not hold a value of a chart: findings reach logs.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Something that a person who minds charts has to know, at one place of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    /// Into the source: `/procedures/0/code` of a native chart, `Bundle.entry[12].resource.item[0]` of a bundle.
    pub path: String,
    /// What stands there by name, and what was expected; never the value.
    pub detail: String,
    severity: Severity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The chart is held.
    Error,
    /// The claim goes, but somebody should look.
    Warning,
    /// What was added or changed in form on the way, for the record.
    Info,
}

macro_rules! codes {
    ($($code:ident $severity:ident $title:literal $help:literal)*) => {
        /// Every kind of finding on a chart. The names are a contract: scripts match on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($code),* }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The name in reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => stringify!($code)),* }
            }

            pub fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity),* }
            }

            /// What it means, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title),* }
            }

            /// What to do about it.
            pub fn help(self) -> &'static str {
                match self { $(Self::$code => $help),* }
            }
        }
    };
}

codes! {
    ChartSyntax Error "file or line is not JSON"
        "Write the chart again from the practice system; a file that was cut ends in the middle."
    ChartFieldMissing Error "required field is missing"
        "Fill the field; the chart's JSON Schema says what it holds."
    ChartFieldRepeated Error "field stands twice"
        "Keep the one that is right: readers would take either."
    ChartFieldUnknown Error "field does not exist in the chart's schema"
        "Correct the name or remove the field: what is not understood is never dropped silently."
    ChartFieldValue Error "field cannot be read"
        "Write the field as the chart's JSON Schema says."
    ChartVersion Error "chart is of another schema version"
        "Write the chart in version 1."
    ChartTooLarge Error "chart is larger than the limit"
        "Split the file: one chart a line, none larger than the limit."
    ChartDuplicate Error "chart id occurs twice"
        "Give each chart its own id, or remove the copy."

    FhirNothing Error "bundle holds nothing that could be billed"
        "Send a Claim, or an Encounter with its Conditions and Procedures, or an ExplanationOfBenefit."
    FhirReference Error "referenced resource is not in the bundle"
        "Put the resource that the reference names into the same bundle."
    FhirNotClaim Error "request is not for payment"
        "A preauthorization or predetermination goes as a 278 or to the payer's portal, not as a claim."
    FhirStatus Error "resource is not active"
        "Only active claims are billed: finish the draft, or leave out what was cancelled or entered in error."
    FhirValue Error "element cannot be read"
        "Write the element as FHIR R4 defines it."
    FhirAdjudicated Warning "made from an ExplanationOfBenefit"
        "A payer has already decided this claim. Bill it only to another payer, or with frequency 7 and the payer's number."
    FhirConditionItem Info "item restates a diagnosis and is not charged"
        "Nothing to do: the condition is on the claim as a diagnosis."
    FhirChargeDerived Info "charge worked out from the total"
        "One item had no amount: it is the claim's total less the other items. Give the item a net amount to be sure."

    ClearinghouseValue Error "field of the claim request cannot be read"
        "Write the field as the API's reference defines it: text, YYYYMMDD, or a code of its list."
    ClearinghouseUnknown Warning "field of the claim request is not known and is left out"
        "Correct the name, or remove the field."
    ClearinghouseNoPlace Warning "field of the claim request has no place in a chart and is left out"
        "Nothing to do if the payer need not know; else send the claim in another way."
    ClearinghouseOurs Info "field of the claim request is written by the gateway itself"
        "Nothing to do: submitter and interchange numbers are those of the configuration and the ledger."
    ClearinghouseTest Warning "claim request is marked as a test"
        "See that the trading partner's file says test: it decides what the interchange says."

    ClaimPartLeft Warning "claim says what a chart has no field for: it is left out"
        "Nothing to do if the payer need not know; else send the interchange as it came."
    ClaimPartWrong Error "claim says what a chart cannot say, or cannot be read"
        "Correct it in the system that made the claim, or send the interchange as it came."

    InterchangeBroken Error "interchange is broken"
        "Ask for the file again; `claimgate check` shows where it breaks. Claims before the place are as they were sent."
    InterchangeWithoutClaims Error "no claim in the interchange"
        "Name an 837; acknowledgments and remittances are taken in with `claimgate ingest`."

    SuperbillSyntax Error "rows cannot be told apart"
        "Close the quotes of the row, and export the file again."
    SuperbillMapping Error "nothing says what the columns mean"
        "Name a mapping with --mapping FILE; `claimgate translate --guess-mapping CSV` begins one."
    SuperbillEmpty Error "file has no rows"
        "Export the file again: behind the header there must be at least one visit."
    SuperbillColumn Error "column of the mapping is not in the file"
        "Correct the name in the mapping, or choose another export of the practice system."
    SuperbillUnused Info "columns that the mapping does not use"
        "Nothing to do if the payer need not know; else give them a field in the mapping."
    SuperbillValue Error "cell cannot be read"
        "Correct the cell, or say in the mapping how its values are written."
    SuperbillConflict Error "rows of one chart do not agree"
        "Correct the row; or name more columns under `chart` in the mapping, so that they are charts of their own."
    SuperbillRepaired Info "cell mended in its form"
        "Nothing to do: make the column text in the spreadsheet to keep its zeros."

    KindUnsupported Error "not a kind that is billed"
        "Use professional, institutional or dental; glasses are professional, and pharmacy claims go as NCPDP."
    KindAssumed Info "billed as professional because of the encounter's class"
        "The configuration says that visits of this class are billed by the clinician; correct it there if not."

    NotOfKind Warning "has no place on this kind of claim and is left out"
        "Nothing to do if the payer need not know; else correct the kind of the chart."
    TooMany Error "more than a claim has room for"
        "Keep those that matter most to the payer."
    StayMissing Error "facility's bill is missing"
        "Add the stay: type of bill, the days that it covers, admission and patient status."
    TypeOfBillShape Error "type of bill has the wrong form"
        "Use the two digits of facility and care, and may be the frequency: 13, 131 or 0131."
    FrequencyTwice Error "claim frequency is said twice, and not the same"
        "Correct the last digit of the type of bill, or leave the frequency out."
    PatientStatusMissing Error "patient status is missing"
        "Add where the patient is on the last day of the bill: 01 home, 30 still a patient, and so on."
    RevenueMissing Error "revenue code is missing"
        "Add the line's revenue code: a facility's line is paid by it."
    AttendingMissing Warning "attending provider is missing"
        "Name who is in charge of the patient; only a bill for a transport alone goes without."
    AmountShape Error "not an amount of money"
        "Use dollars with at most two decimals, not negative."

    CoverageMissing Error "nobody to bill"
        "Add the patient's coverage, or bill the patient."
    PayerUnknown Error "payer is not configured"
        "Add a file to config/payers, or add this name to the aliases of the payer that is meant."
    PayerFromConfig Info "payer taken from the configuration"
        "The chart names no payer; the configured default payer is billed."
    PayersAllDecided Error "every payer has already decided"
        "Nothing is left to bill: the rest is the patient's, or needs a replacement claim (frequency 7)."
    MemberIdMissing Error "member number is missing"
        "Add the number on the insurance card."
    MemberIdFromConfig Info "member number taken from another identifier"
        "The configuration says that this kind of identifier is the member number."
    SubscriberMissing Error "subscriber is missing"
        "The patient is not the subscriber: add the subscriber's name."
    NameMissing Error "name is missing"
        "Add the last name; a person who is patient or subscriber also needs a first name."
    BirthDateMissing Error "birth date is missing"
        "Add the birth date."
    SexMissing Error "sex is missing"
        "Add female, male or unknown."
    AddressMissing Error "address is missing or not whole"
        "Add street, city, state and ZIP code."
    StateUnknown Error "state is not known"
        "Use the two-letter postal code of the state."
    ZipShape Error "ZIP code has the wrong form"
        "Use five or nine digits."
    ZipShort Warning "ZIP code of the billing provider has five digits"
        "Payers ask for nine digits of the billing provider and the service facility."
    PhoneShape Warning "telephone number has the wrong form and is left out"
        "Use ten digits."

    ProviderMissing Error "billing provider is missing"
        "Name the billing provider in the chart or in the configuration."
    ProviderFromConfig Info "provider taken from the configuration"
        "The chart has no usable identifier of this provider; the configured one stands for it."
    NpiReplaced Warning "NPI is not valid, and the configured provider stands for it"
        "Correct the NPI if the chart means another provider than the one configured."
    ProviderAddress Error "billing provider has no street address"
        "Add the street where the practice is; a post office box goes into the pay-to address."
    NpiMissing Error "NPI is missing"
        "Add the provider's ten-digit NPI."
    NpiInvalid Error "NPI is not valid"
        "Correct the NPI: ten digits, first 1 or 2, last a check digit."
    TaxIdMissing Error "tax number of the billing provider is missing"
        "Add its EIN or SSN."
    TaxIdShape Error "tax number has the wrong form"
        "Use nine digits."
    TaxonomyShape Error "taxonomy code has the wrong form"
        "Use the ten characters of the NUCC code, the last an X."

    DiagnosisMissing Error "no diagnosis"
        "Add at least one ICD-10-CM code: why the service was needed."
    DiagnosisShape Error "not an ICD-10-CM code"
        "Correct the code: a letter, a digit, a character, and up to four more."
    DiagnosisUnmapped Error "diagnosis has no ICD-10-CM code"
        "Code the diagnosis in ICD-10-CM, or add the code to the configured map."
    DiagnosisMapped Info "diagnosis coded through the configured map"
        "Check the map if the ICD-10-CM code is not the one that is meant."
    DiagnosisFromReason Info "reason of the visit stands as diagnosis"
        "The chart has no diagnosis; the configured map says which one the reason of the visit means."
    DiagnosisRepeated Info "diagnosis listed twice"
        "Nothing to do: it stands on the claim once."
    DiagnosesTooMany Error "more diagnoses than the claim has room for"
        "Keep those that the services point to: twelve of a visit, 25 of a facility's bill, four of a dentist's claim."
    DiagnosisExternalCause Error "external cause as principal diagnosis"
        "Put the injury or illness first; codes V00 to Y99 only add to it."
    DiagnosisBeforeStart Error "service before ICD-10-CM was in force"
        "Services before 2015-10-01 are coded in ICD-9-CM, which is not billed from charts."
    PointerDangling Error "diagnosis pointer points to nothing"
        "Point to a diagnosis of the chart, 1 the first."
    PointersTooMany Error "more than four diagnosis pointers"
        "Keep the four that matter most for the line."

    ProcedureMissing Error "no procedure"
        "Add what was done, with a charge."
    ProcedureShape Error "not a CPT or HCPCS code"
        "Correct the code: five characters, such as 99213 or J1885."
    ProcedureUnmapped Error "procedure has no CPT or HCPCS code"
        "Code the procedure in CPT or HCPCS, or add the code to the configured map."
    ProcedureMapped Info "procedure coded through the configured map"
        "Check the map if the CPT or HCPCS code is not the one that is meant."
    ModifierShape Error "modifier has the wrong form"
        "Use two letters or digits."
    ModifiersTooMany Error "more than four modifiers"
        "Keep four; modifier 99 says that there are more."
    ChargeMissing Error "charge is missing"
        "Add the charge of the line."
    TotalZero Error "total charge is zero"
        "Payers refuse a claim for nothing: add the charges."
    TotalMismatch Error "lines do not add up to the stated total"
        "Correct the charges or the total."
    QuantityShape Error "quantity has the wrong form"
        "Use a number above zero with at most three decimals, at most eight digits."
    ControlNumberTaken Warning "another claim has this patient control number"
        "Nothing to do if the payer's answers may come under claimgate's number; else give each claim its own."
    LinesSplit Info "more lines than one claim holds"
        "Nothing to do: the lines go as several claims."

    PlaceMissing Error "place of service is missing"
        "Add the CMS place-of-service code, such as 11 for an office."
    PlaceShape Error "place of service has the wrong form"
        "Use the two characters of the CMS place-of-service code."
    PlaceFromClass Info "place of service taken from the configuration"
        "The chart names none; the configuration says where encounters of this class are."
    DateMissing Error "date of service is missing"
        "Add the day of the service, or the start of the encounter."
    DateOrder Error "dates are out of order"
        "The end comes not before the start, and nothing before the birth."
    DateFuture Error "date is in the future"
        "Correct the date: what has not happened cannot be billed."
    FilingLate Warning "service is more than a year old"
        "Most payers refuse it: send a delay reason, or write it off."
    AccidentState Error "state of the auto accident is missing"
        "Add the state where the accident was."
    AccidentDate Error "date of the accident is missing"
        "Add the day of the accident."
    FrequencyUnknown Error "claim frequency is not 1, 7 or 8"
        "Use 1 for a new claim, 7 to replace, 8 to void."
    PayerClaimNumberMissing Error "payer's claim number is missing"
        "A replacement or void names the claim that it is for, as the payer numbered it."
    FrequencyMedicare Error "Medicare takes no replacement claims"
        "Send the claim as new (frequency 1), or ask for a reopening."
    CodeUnknown Error "code is not of its list"
        "Use a code of the list that the message names."
    DrugCode Error "national drug code has the wrong form"
        "Use eleven digits, 5-4-2."
    DecisionUnbalanced Error "earlier payer's decision does not add up"
        "Paid plus adjustments of a line is its charge; copy both from the remittance."
    DecisionLine Error "earlier payer's decision names no line of the chart"
        "Number the procedures from 1."
    ServiceDuplicate Error "service has been billed already"
        "Same patient, provider, payer, code, modifiers, day and charge: remove the copy; bill a change with frequency 7; or add modifier 76 or 77 to a service that was done again."
    ServiceTwice Warning "service stands twice on the claim"
        "Bill it once with the units of both; or say with modifier 76, 77 or 59 that it was done again."
    SexConflict Warning "diagnosis does not fit the patient's sex"
        "Correct the code or the sex; where both are right, condition code 45 or modifier KX tells the payer so."
    AgeConflict Warning "diagnosis does not fit the patient's age"
        "Correct the code or the birth date."
    ServiceAfterDeath Error "service after the patient's death"
        "Correct the day of the service or of the death."
    FilingLimitPassed Error "payer's filing limit has passed"
        "Give the reason of the delay and its proof, or write the charge off: the contract bars billing the patient."
    FilingLimitNear Warning "payer's filing limit is near"
        "Send the claim before that day."
    NumberMissing Error "number that the payer asks for is missing"
        "Add it; the trading partner's profile says for which services it is needed."
    MemberIdOfAnother Error "member number has not the form of this payer's"
        "Copy the number from the insurance card again, or name the payer that the card is of."
    NcciPair Error "two services that are paid as one"
        "Remove the second; or, where both were done apart from each other, say so with a modifier such as 59, XE, XS, XP or XU."
    MueUnits Error "more units than one patient can have in a day"
        "Correct the quantity; or say with modifier 76, 77, 59 or 91 on lines of their own that they were done apart."
    NpiDeactivated Error "NPI is no longer in force"
        "Name the provider's present NPI, or ask NPPES to reactivate it."
    OverrideUnused Warning "override of an edit that found nothing"
        "Remove it: it would hide what the edit finds one day."
    OverrideUnknown Warning "override names no edit"
        "Correct the name; `claimgate explain` lists the edits."
    OverrideRefused Error "edit that cannot be overridden"
        "Mend what the edit found, and remove the override."
    OverrideReasonMissing Error "override without a reason"
        "Say why what the edit found is right."
    TextRepaired Info "text written in the payers' characters"
        "Nothing to do: letters were transliterated, delimiters and control characters replaced."
    TextUnwritable Error "text cannot be written in the payers' characters"
        "Write it in Latin letters."
    TextTooLong Error "text is longer than the claim has room for"
        "Shorten it."
    ClaimRefused Error "claim does not pass our own check"
        "The finding's message names segment and element; mend the chart field at its path."
}

impl Finding {
    pub fn new(code: Code, path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            path: path.into(),
            detail: detail.into(),
            severity: code.severity(),
        }
    }

    /// The same finding, taken more or less seriously than its kind: by a payer's profile, or because somebody has said
    /// why it may stand.
    #[must_use]
    pub fn taken_as(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// One sentence: what is wrong.
    pub fn message(&self) -> String {
        if self.detail.is_empty() {
            self.code.title().to_owned()
        } else {
            format!("{}: {}", self.code.title(), self.detail)
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.code, self.path, self.message())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 5)?;
        object.serialize_field("code", &self.code)?;
        object.serialize_field("severity", &self.severity())?;
        object.serialize_field("path", &self.path)?;
        object.serialize_field("message", &self.message())?;
        object.serialize_field("help", self.code.help())?;
        object.end()
    }
}
