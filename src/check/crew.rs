//! Several transaction sets judged at once, each by one thread, and handed back in their order. It must not judge: what
//! comes out is what one thread would have found. Nor does it own a thread: the caller starts them ([`Start`]).

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::x12::{Place, Segment, SegmentStack};

use super::Finding;
use super::set::{Ended, Set};

/// Segments are handed over in stretches of so many bytes.
const STRETCH_BYTES: usize = 64 * 1024;
/// Stretches that wait for a thread: a set of two megabytes is handed over whole, so that the next one can begin.
const WAITING_MAX: usize = 32;

/// Starts a thread that does the work given; false where the machine gives none.
pub type Start = fn(Box<dyn FnOnce() + Send>) -> bool;

/// Threads that judge.
#[derive(Debug)]
pub(super) struct Crew {
    /// Each ends once its sender is dropped.
    members: Vec<SyncSender<Work>>,
    /// Who takes the next set.
    next: usize,
    /// Segments of the set at hand that were not handed over yet.
    stretch: SegmentStack,
    /// The answers that are due, in the order of the sets.
    due: VecDeque<Receiver<Ended>>,
}

enum Work {
    /// A set, and who waits for it.
    Begin(Box<Set>, SyncSender<Ended>),
    Segments(SegmentStack),
    Tell(Finding),
    /// The last segments, SE behind them.
    End(SegmentStack),
    EndWithout(Place),
}

impl Crew {
    /// A crew of so many threads; `None` where the machine gives none.
    pub(super) fn new(threads: usize, start: Start) -> Option<Self> {
        let members: Vec<_> = (0..threads).map_while(|_| member(start)).collect();
        (!members.is_empty()).then(|| Self {
            members,
            next: 0,
            stretch: SegmentStack::default(),
            due: VecDeque::new(),
        })
    }

    /// Begins a set.
    pub(super) fn begin(&mut self, set: Set) {
        let (answer, due) = sync_channel(1);
        self.due.push_back(due);
        self.send(Work::Begin(Box::new(set), answer));
    }

    /// Takes the next segment of the set at hand.
    #[inline]
    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        self.stretch.push(segment);
        if self.stretch.bytes() >= STRETCH_BYTES {
            self.hand_over();
        }
    }

    pub(super) fn tell(&mut self, finding: Finding) {
        self.hand_over();
        self.send(Work::Tell(finding));
    }

    /// Ends the set at hand with its SE.
    pub(super) fn end(&mut self, se: &Segment<'_>) {
        self.stretch.push(se);
        let last = std::mem::take(&mut self.stretch);
        self.end_with(Work::End(last));
    }

    pub(super) fn end_without(&mut self, place: Place) {
        self.hand_over();
        self.end_with(Work::EndWithout(place));
    }

    fn end_with(&mut self, end: Work) {
        self.send(end);
        self.next = (self.next + 1) % self.members.len();
    }

    /// The next set that has ended, in their order, if it is ready.
    pub(super) fn ready(&mut self) -> Option<Ended> {
        let ended = self.due.front()?.try_recv().ok()?;
        self.due.pop_front();
        Some(ended)
    }

    /// The next set that has ended, in their order, once it has; `None` when every set was handed back.
    pub(super) fn wait(&mut self) -> Option<Ended> {
        let ended = self.due.pop_front()?.recv();
        Some(ended.unwrap_or_else(|_| gone()))
    }

    fn hand_over(&mut self) {
        if !self.stretch.is_empty() {
            let stretch = std::mem::take(&mut self.stretch);
            self.send(Work::Segments(stretch));
        }
    }

    fn send(&mut self, work: Work) {
        self.members[self.next]
            .send(work)
            .unwrap_or_else(|_| gone());
    }
}

fn member(start: Start) -> Option<SyncSender<Work>> {
    let (work, todo) = sync_channel(WAITING_MAX);
    start(Box::new(move || judge(&todo))).then_some(work)
}

/// A thread ends before it is dismissed only by a panic, which it has told of.
fn gone() -> ! {
    unreachable!("a thread that judged is gone")
}

/// Judges one set after another, until there is no more.
fn judge(todo: &Receiver<Work>) {
    while let Ok(Work::Begin(mut set, answer)) = todo.recv() {
        let ended = loop {
            match todo.recv() {
                Ok(Work::Segments(stretch)) => stretch.iter().for_each(|one| set.segment(&one)),
                Ok(Work::Tell(finding)) => set.tell(finding),
                Ok(Work::End(stretch)) => {
                    let mut segments = stretch.iter();
                    let Some(se) = segments.next_back() else {
                        return;
                    };
                    segments.for_each(|one| set.segment(&one));
                    break set.end(&se);
                }
                Ok(Work::EndWithout(place)) => break set.end_without(place),
                Ok(Work::Begin(..)) | Err(_) => return,
            }
        };
        // Nobody waits any more where the stream was given up.
        drop(answer.send(ended));
    }
}
