//! What was received is understood: answers find their claims, remittances are posted, deposits kept. What cannot be
//! used becomes an entry of the worklist, and its bytes stay. Each step may run twice.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{Gateway, Result, Setup, clock, source};
use crate::exchange::claim::Event;
use crate::exchange::reply::{self, ReceivedRemittance, Reply};
use crate::exchange::{answer, claim, submission};
use crate::payer::TradingPartner;
use crate::reconcile::{
    self, Action, ClaimKeys, Deposit, KnownClaims, RemittanceKey, SentClaim, Subject, WorkItem,
    WorkKind,
};
use crate::store::{self, News, Received, StoredClaim};
use crate::transaction::eft::{self, BadRecord, Wrong};
use crate::transaction::t277ca::{ClaimAcknowledgment, ClaimAcknowledgments, Standing};
use crate::transaction::t835::ClaimPayment;
use crate::transaction::t999::ImplementationAcknowledgment;
use crate::transaction::ta1::InterchangeAcknowledgment;

/// What a run of the ingest did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    pub payloads: usize,
    /// TA1, groups of a 999, batches of a 277CA.
    pub answers: usize,
    pub remittances: usize,
    /// Remittances that were posted before.
    pub again: usize,
    pub deposits: usize,
    /// Things that could not be used, each an entry of the worklist.
    pub unusable: usize,
}

/// A payload while it is understood.
struct Work<'g> {
    gateway: &'g Gateway,
    received: &'g Received,
    now: Timestamp,
    /// Who says so in events: the same payload says the same thing once.
    source: String,
    items: Vec<WorkItem>,
    done: Ingested,
}

impl Gateway {
    /// Understands the oldest payload that is not understood yet; `None` where there is none.
    pub async fn ingest_one(&self) -> Result<Option<Ingested>> {
        let Some(received) = self.store.first_new().await? else {
            return Ok(None);
        };
        let mut work = Work {
            gateway: self,
            received: &received,
            now: self.clock.now(),
            source: format!("received {}", received.id),
            items: Vec::new(),
            done: Ingested {
                payloads: 1,
                ..Ingested::default()
            },
        };
        work.payload().await?;
        let Work {
            items, mut done, ..
        } = work;
        done.unusable = items.len();
        self.store
            .finish(received.id, &items, self.clock.now())
            .await?;
        Ok(Some(done))
    }

    /// Understands everything that is not understood yet.
    pub async fn ingest(&self) -> Result<Ingested> {
        let mut all = Ingested::default();
        while let Some(one) = self.ingest_one().await? {
            all += one;
        }
        Ok(all)
    }
}

impl<'g> Work<'g> {
    async fn payload(&mut self) -> Result<()> {
        if eft::is_eft(&self.received.bytes) {
            return self.deposits().await;
        }
        let (replies, problems) = reply::read(&self.received.bytes);
        for problem in problems.iter().take(1) {
            self.unusable(format!(
                "It is not an interchange as X12 has it: {problem}."
            ));
        }
        for reply in replies {
            self.reply(reply).await?;
        }
        Ok(())
    }

    async fn reply(&mut self, reply: Reply) -> Result<()> {
        if let Some(first) = reply.broken.first() {
            self.unusable(format!(
                "An interchange did not come whole, and nothing of it is used: {first}."
            ));
            return Ok(());
        }
        let partner = self.partner(&reply.sender);
        for answered in &reply.interchanges_answered {
            self.interchange(partner, answered).await?;
        }
        for answered in &reply.groups_answered {
            self.group(partner, answered).await?;
        }
        for answered in &reply.batches_answered {
            self.batch(answered).await?;
        }
        for received in &reply.remittances {
            self.remittance(received).await?;
        }
        for set in &reply.others {
            self.unusable(format!(
                "It holds a transaction set {set}, which is kept and not used."
            ));
        }
        Ok(())
    }

    /// Who sent it: the partner it was fetched from, or the one that our interchanges go to under this id.
    fn partner(&self, sender: &str) -> Option<&'g TradingPartner> {
        let setup: &'g Setup = &self.gateway.setup;
        let of_sender = |partner: &&TradingPartner| partner.envelope.receiver.id.trim() == sender;
        setup
            .partner(&self.received.partner)
            .or_else(|| setup.partners.iter().find(of_sender))
    }

    async fn interchange(
        &mut self,
        partner: Option<&TradingPartner>,
        answered: &InterchangeAcknowledgment,
    ) -> Result<()> {
        let Some(submission) = self.submission(partner, &answered.control_number).await? else {
            return Ok(());
        };
        let event = submission::Event::Interchange {
            verdict: answered.verdict.clone(),
            note: answered.note.clone(),
        };
        self.done.answers += 1;
        self.tell(submission, &event, &[]).await
    }

    /// Adds what was said of a submission and its claims.
    async fn tell(
        &self,
        submission: i64,
        event: &submission::Event,
        claims: &[(String, Event)],
    ) -> Result<()> {
        let deadlines = |partner: &str| self.gateway.setup.deadlines(partner);
        let news = News {
            events: claims,
            at: self.now,
            source: &self.source,
            deadlines: &deadlines,
        };
        Ok(self.gateway.store.answer(submission, event, news).await?)
    }

    async fn group(
        &mut self,
        partner: Option<&TradingPartner>,
        answered: &ImplementationAcknowledgment,
    ) -> Result<()> {
        let Some(submission) = self.submission(partner, &answered.control_number).await? else {
            return Ok(());
        };
        let store = &self.gateway.store;
        let mut claims = Vec::new();
        for set in &answered.sets {
            let number = &set.control_number;
            if !set.is_rejected() {
                let taken = store.claims_of(submission, Some(number)).await?;
                claims.extend(taken.into_iter().map(|claim| (claim, Event::SetAccepted)));
                continue;
            }
            let sent = store.placed_claims(submission, number).await?;
            for (control_number, mut event) in answer::of_set(set, &sent) {
                if let Event::SetRejected {
                    location: Some(at),
                    field,
                    ..
                } = &mut event
                    && let Some(claim) = store.claim(&control_number).await?
                {
                    *field = source::field(&claim.claim, &claim.provenance, *at);
                }
                claims.push((control_number, event));
            }
        }
        let event = submission::Event::Group {
            verdict: answered.verdict.clone(),
        };
        self.done.answers += 1;
        self.tell(submission, &event, &claims).await
    }

    /// The submission of a control number, or an entry that says that there is none.
    async fn submission(
        &mut self,
        partner: Option<&TradingPartner>,
        control_number: &str,
    ) -> Result<Option<i64>> {
        if let (Some(partner), Ok(number)) = (partner, control_number.parse()) {
            let store = &self.gateway.store;
            if let Some(found) = store.submission(&partner.id, number).await? {
                return Ok(Some(found.id));
            }
        }
        self.unusable(format!(
            "It answers the interchange or group {control_number}, which we did not send."
        ));
        Ok(None)
    }

    async fn batch(&mut self, answered: &ClaimAcknowledgments) -> Result<()> {
        let store = &self.gateway.store;
        let sent = store.claims_of_batch(&answered.batch).await?;
        let mut events = Vec::new();
        if answered.standing() == Standing::Rejected && answered.claims().next().is_none() {
            let event = answer::of_all(&answered.statuses, answered.standing());
            events.extend(sent.iter().cloned().zip(event.into_iter().cycle()));
        }
        for provider in &answered.providers {
            if provider.standing() == Standing::Rejected && provider.claims.is_empty() {
                let event = answer::of_all(&provider.statuses, provider.standing());
                let npi = provider.provider.id.as_str();
                let all = store.claims_of_provider(&answered.batch, npi).await?;
                events.extend(all.into_iter().zip(event.into_iter().cycle()));
            }
        }
        let of_batch: HashSet<&str> = sent.iter().map(String::as_str).collect();
        for claim in answered.claims() {
            let event = answer::of_claim(claim);
            match (self.answered_claim(claim, &of_batch).await?, event) {
                (Some(control_number), Some(event)) => events.push((control_number, event)),
                (Some(_), None) => self.unusable(
                    "A claim acknowledgment says neither that a claim was taken nor that it was not.",
                ),
                (None, _) => {
                    self.unusable("A claim acknowledgment speaks of a claim that we did not send.");
                }
            }
        }
        self.done.answers += 1;
        let deadlines = |partner: &str| self.gateway.setup.deadlines(partner);
        let news = News {
            events: &events,
            at: self.now,
            source: &self.source,
            deadlines: &deadlines,
        };
        Ok(store.tell_claims(news).await?)
    }

    /// Our claim that an acknowledgment speaks of; a number that was cut short counts where only one of the batch fits.
    async fn answered_claim(
        &self,
        answered: &ClaimAcknowledgment,
        of_batch: &HashSet<&str>,
    ) -> Result<Option<String>> {
        let number = &answered.control_number;
        if of_batch.contains(number.as_str()) || self.gateway.store.is_sent(number).await? {
            return Ok(Some(number.clone()));
        }
        let mut cut = of_batch.iter().filter(|claim| {
            number.len() >= reconcile::CUT_LENGTH_MIN && claim.starts_with(number.as_str())
        });
        Ok(match (cut.next(), cut.next()) {
            (Some(claim), None) => Some((*claim).to_owned()),
            _ => None,
        })
    }

    async fn remittance(&mut self, received: &ReceivedRemittance) -> Result<()> {
        let remittance = &received.remittance;
        let key = match reconcile::remittance_key(&remittance.header) {
            Ok(key) => key,
            Err(problem) => {
                self.unusable(format!("A remittance cannot be posted: {problem}."));
                return Ok(());
            }
        };
        let obstacle = received
            .obstacles()
            .next()
            .map(crate::check::Finding::message);
        let sane = reconcile::check_amounts(remittance);
        if let Some(problem) = obstacle.or(sane.err().map(str::to_owned)) {
            self.held(&key, WorkKind::Unbalanced, &problem);
            return Ok(());
        }
        let known = self.known(&remittance.claims).await?;
        let posted = reconcile::post(key, remittance, &known);
        let decided = posted.postings.iter().filter(|one| !one.is_reversal());
        let events: Vec<(String, claim::Event)> = decided
            .filter_map(|one| {
                let denied = one.is_denied();
                Some((one.claim.clone()?, claim::Event::Decided { denied }))
            })
            .collect();
        let deadlines = |partner: &str| self.gateway.setup.deadlines(partner);
        let key = posted.key.to_string();
        let news = News {
            events: &events,
            at: self.now,
            source: &key,
            deadlines: &deadlines,
        };
        let store = &self.gateway.store;
        match store.post(self.received.id, &posted, news).await? {
            store::Posted::New => self.done.remittances += 1,
            store::Posted::Again => self.done.again += 1,
            store::Posted::Conflict => {
                let text = "the same payment was posted before, with other claims in it";
                self.held(&posted.key, WorkKind::Conflict, text);
            }
        }
        Ok(())
    }

    /// For each payment the claims that it could mean: the one that it names, else all that the ladder may look at.
    async fn known(&self, payments: &[ClaimPayment]) -> Result<Vec<KnownClaims>> {
        let keys: Vec<ClaimKeys<'_>> = payments.iter().map(reconcile::claim_keys).collect();
        let numbers: Vec<&str> = keys.iter().map(|keys| keys.control_number).collect();
        let named = self.gateway.store.sent_claims(&numbers).await?;
        let mut known = Vec::with_capacity(payments.len());
        for keys in &keys {
            known.push(match named.get(keys.control_number) {
                Some(claim) => std::iter::once(claim.clone()).collect(),
                None => self.candidates(keys).await?,
            });
        }
        Ok(known)
    }

    async fn candidates(&self, keys: &ClaimKeys<'_>) -> Result<KnownClaims> {
        let store = &self.gateway.store;
        let numbers: Vec<&str> = [keys.payer_claim_number, keys.original_reference]
            .into_iter()
            .filter(|number| !number.is_empty())
            .collect();
        let candidates = store
            .candidates(keys.control_number, &numbers, &keys.member_ids)
            .await?;
        Ok(candidates.iter().map(SentClaim::from).collect())
    }

    /// A deposit without its trace is still a deposit; a file that was cut or miscounted is none.
    async fn deposits(&mut self) -> Result<()> {
        let file = eft::read(&self.received.bytes);
        let broken = |bad: &&BadRecord| bad.wrong != Wrong::NoTrace;
        if let Some(bad) = file.unreadable.iter().find(broken) {
            self.unusable(format!("Nothing of the bank's file is used: {bad}."));
            return Ok(());
        }
        let mut occurrences = BTreeMap::<String, u32>::new();
        for one in file.deposits {
            let deposit = Deposit {
                trace: one.trace,
                originator: one.originator,
                amount: one.amount,
                effective: one.effective,
            };
            let same = deposit_key(&deposit, self.received.id);
            let occurrence = occurrences.entry(same.clone()).or_default();
            *occurrence += 1;
            let id = format!("{same}/{occurrence}");
            let store = &self.gateway.store;
            store.add_deposit(self.received.id, &id, &deposit).await?;
            self.done.deposits += 1;
        }
        Ok(())
    }

    fn held(&mut self, key: &RemittanceKey, kind: WorkKind, problem: &str) {
        let text = format!("Nothing of the remittance is posted: {problem}.");
        let item = reconcile::remittance_item(kind, key, text).amount(key.amount);
        self.items.push(item);
    }

    fn unusable(&mut self, text: impl Into<String>) {
        let number = self.items.len() + 1;
        let subject = Subject::Received(format!("{} ({number})", self.received.id));
        let today = clock::local(self.received.at).date();
        let item = WorkItem::new(WorkKind::Unusable, subject, text, Action::Review, today)
            .hint("The bytes are kept. Ask the partner what it was meant to be.");
        self.items.push(item);
    }
}

/// The same deposit in two files of a bank is one; where the bank lost the trace, each file's own is another.
fn deposit_key(deposit: &Deposit, received: i64) -> String {
    let Deposit {
        trace,
        originator,
        amount,
        effective,
    } = deposit;
    match trace.as_str() {
        "" => format!("received {received}/{originator}/{effective}/{amount}"),
        trace => format!("{trace}/{originator}/{effective}/{amount}"),
    }
}

impl From<&StoredClaim> for SentClaim {
    fn from(stored: &StoredClaim) -> Self {
        Self {
            payer_claim_numbers: stored.payer_claim_numbers.clone(),
            ..Self::from(&stored.claim)
        }
    }
}

impl std::ops::AddAssign for Ingested {
    fn add_assign(&mut self, other: Self) {
        self.payloads += other.payloads;
        self.answers += other.answers;
        self.remittances += other.remittances;
        self.again += other.again;
        self.deposits += other.deposits;
        self.unusable += other.unusable;
    }
}
