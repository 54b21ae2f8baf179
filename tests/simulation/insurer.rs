//! The insurer's side of the simulation: it decides as the sandbox does, travels badly on purpose, and keeps the truth
//! of what it has, which the gateway may not see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use claimgate::exchange::reply;
use claimgate::sandbox::{Answer, Insurer as _, SandboxPayer};
use claimgate::transport::{
    Incoming, Outgoing, Partner, PickUp, PickUpError, Queue, Receipt, SendError,
};
use claimgate::x12::{self, Item};
use jiff::Timestamp;

use crate::breaks::draw::Draw;

/// One way to the insurer. Clones share the insurer behind it.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) insurer: Arc<Mutex<Insurer>>,
}

/// What the insurer has, offers and has handed out.
pub(super) struct Insurer {
    draw: Draw,
    time: Arc<AtomicI64>,
    payer: SandboxPayer,
    /// From now on everything goes well.
    pub(super) is_calm: bool,
    /// Every interchange that arrived, by its control number, with each of its arrivals.
    pub(super) arrived: BTreeMap<u32, Vec<Vec<u8>>>,
    offers: Vec<Offer>,
    /// What was handed out whole.
    pub(super) delivered: BTreeSet<Vec<u8>>,
    /// Control number and set of each set that a 999 took.
    pub(super) taken_sets: BTreeSet<(u32, String)>,
    offered: usize,
    /// How often each fault happened.
    pub(super) tally: Tally,
}

pub(super) type Tally = BTreeMap<&'static str, usize>;

struct Offer {
    from: i64,
    incoming: Incoming,
}

/// What becomes of a submission.
enum Fate {
    Fine,
    /// An error, and the insurer has nothing.
    Lost(SendError),
    /// An error, and the insurer has it.
    Taken(SendError),
}

impl Insurer {
    pub(super) fn new(seed: u64, time: Arc<AtomicI64>) -> Self {
        Self {
            draw: Draw::new(seed ^ 0x1257),
            time,
            payer: SandboxPayer::default(),
            is_calm: false,
            arrived: BTreeMap::new(),
            offers: Vec::new(),
            delivered: BTreeSet::new(),
            taken_sets: BTreeSet::new(),
            offered: 0,
            tally: Tally::new(),
        }
    }

    /// The claims of an interchange by their sets, as it arrived first.
    pub(super) fn claims(&self, control_number: u32) -> Vec<(String, String)> {
        let mut set = String::new();
        let mut claims = Vec::new();
        x12::read_all(&self.arrived[&control_number][0], |item| {
            let Item::Segment(segment) = item else { return };
            if segment.is("ST") {
                set = segment.text(2).into();
            } else if segment.is("CLM") {
                claims.push((set.clone(), segment.text(1).into()));
            }
        });
        claims
    }

    fn seconds(&self) -> i64 {
        self.time.load(Ordering::Relaxed)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds()).unwrap()
    }

    fn count(&mut self, fault: &'static str) {
        *self.tally.entry(fault).or_default() += 1;
    }

    fn fate(&mut self) -> Fate {
        if self.is_calm {
            return Fate::Fine;
        }
        let reason = || String::from("simulated");
        let refused = || SendError::Refused {
            code: "Simulated".into(),
            message: String::new(),
        };
        match self.draw.below(100) {
            0..=9 => Fate::Lost(SendError::NotSent { reason: reason() }),
            10..=12 => Fate::Lost(SendError::LoginRefused { reason: reason() }),
            13..=16 => Fate::Lost(refused()),
            17..=24 => Fate::Lost(SendError::Uncertain { reason: reason() }),
            25..=36 => Fate::Taken(SendError::Uncertain { reason: reason() }),
            _ => Fate::Fine,
        }
    }

    fn take(&mut self, outgoing: &Outgoing) {
        let number = control_number(&outgoing.bytes);
        let arrivals = self.arrived.entry(number).or_default();
        arrivals.push(outgoing.bytes.clone());
        let (id, now) = (outgoing.payload_id.to_string(), self.now());
        self.payer.receive("", &id, &outgoing.bytes, now);
    }

    /// What the insurer says now joins what it offers: late, twice or, rarely, never.
    fn collect(&mut self) {
        let now = self.now();
        while let Some(answer) = self.payer.acknowledgment(now) {
            let (replies, _) = reply::read(&answer.bytes);
            for group in replies.iter().flat_map(|reply| &reply.groups_answered) {
                let number = group.control_number.parse().unwrap();
                let taken = group.sets.iter().filter(|set| !set.is_rejected());
                self.taken_sets
                    .extend(taken.map(|set| (number, set.control_number.clone())));
            }
            self.offer(Queue::Acknowledgments, answer);
        }
        while let Some(answer) = self.payer.result(now) {
            self.offer(Queue::Results, answer);
        }
    }

    fn offer(&mut self, queue: Queue, answer: Answer) {
        let times = match self.draw.below(100) {
            _ if self.is_calm => 1,
            0..=2 => 0,
            3..=12 => 2,
            _ => 1,
        };
        match times {
            0 => self.count("answer never comes"),
            2 => self.count("answer comes twice"),
            _ => {}
        }
        for _ in 0..times {
            let late = if self.draw.chance(40) {
                self.draw.below(100_000) as i64
            } else {
                0
            };
            self.offered += 1;
            self.offers.push(Offer {
                from: self.seconds() + late,
                incoming: Incoming {
                    queue,
                    payload_id: self.offered.to_string(),
                    payload_type: answer.payload_type.clone(),
                    bytes: answer.bytes.clone(),
                    cursor: None,
                },
            });
        }
    }

    /// Any of what is offered in a queue: order is not promised.
    fn hand_out(&mut self, queue: Queue) -> Option<Incoming> {
        let now = self.seconds();
        let ready: Vec<usize> = (0..self.offers.len())
            .filter(|&at| self.offers[at].from <= now && self.offers[at].incoming.queue == queue)
            .collect();
        let at = *self.draw.of(&ready)?;
        Some(self.offers[at].incoming.clone())
    }
}

impl Partner for Route {
    fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        let mut insurer = self.lock();
        let (is_taken, result) = match insurer.fate() {
            Fate::Fine => (true, Ok(())),
            Fate::Taken(error) => (true, Err(error)),
            Fate::Lost(error) => (false, Err(error)),
        };
        insurer.count(match (&result, is_taken) {
            (Ok(()), _) => "sent",
            (Err(SendError::Uncertain { .. }), true) => "uncertain and there",
            (Err(SendError::Uncertain { .. }), false) => "uncertain and not there",
            (Err(SendError::Refused { .. }), _) => "refused",
            (Err(SendError::LoginRefused { .. }), _) => "not let in",
            (Err(SendError::NotSent { .. }), _) => "not sent",
        });
        if is_taken {
            insurer.take(outgoing);
        }
        result.map(|()| Receipt {
            payload_type: String::new(),
            reply: Vec::new(),
        })
    }

    fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let mut insurer = self.lock();
        insurer.collect();
        let reason = || String::from("simulated");
        match insurer.draw.below(100) {
            _ if insurer.is_calm => {}
            0..=7 => return Err(PickUpError::Failed { reason: reason() }),
            8..=9 => return Err(PickUpError::LoginRefused { reason: reason() }),
            10..=13 => return Err(PickUpError::Damaged { reason: reason() }),
            14..=20 => return Ok(None),
            21..=25 => {
                insurer.count("answer cut");
                // What is cut and does not show it is not offered as taken: the whole comes later.
                return Ok(insurer.hand_out(ask.queue).map(|mut incoming| {
                    let half = incoming.bytes.len() / 2;
                    incoming
                        .bytes
                        .truncate(insurer.draw.between(half / 2, half));
                    incoming.payload_id.push_str(" cut");
                    incoming
                }));
            }
            _ => {}
        }
        let found = insurer.hand_out(ask.queue);
        if let Some(incoming) = &found {
            insurer.delivered.insert(incoming.bytes.clone());
        }
        Ok(found)
    }

    fn acknowledge(&self, received: &Incoming, _: Option<&Outgoing>) -> Result<(), SendError> {
        let mut insurer = self.lock();
        let fate = match received.payload_id.ends_with(" cut") {
            true => return Ok(()),
            false => insurer.fate(),
        };
        if matches!(fate, Fate::Fine | Fate::Taken(_)) {
            let id = &received.payload_id;
            insurer.offers.retain(|one| one.incoming.payload_id != *id);
        }
        match fate {
            Fate::Fine => Ok(()),
            Fate::Lost(error) | Fate::Taken(error) => Err(error),
        }
    }
}

impl Route {
    pub(super) fn lock(&self) -> MutexGuard<'_, Insurer> {
        self.insurer.lock().unwrap()
    }
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Route")
    }
}

/// ISA13.
fn control_number(interchange: &[u8]) -> u32 {
    std::str::from_utf8(&interchange[90..99])
        .unwrap()
        .parse()
        .unwrap()
}
