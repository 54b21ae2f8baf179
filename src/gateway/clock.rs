//! The one file that reads the clock. Everything else is told the time.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Tells jobs the time: the machine's, or in tests one that they move.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's.
    pub fn system() -> Self {
        Self::new(now)
    }

    pub fn new(tell: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// This moment.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// When a local day begins.
pub fn beginning(day: Date) -> Timestamp {
    let zone = TimeZone::system();
    zone.to_timestamp(day.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::MAX)
}

/// A moment as the local date and time that an envelope carries (ISA09 and ISA10 have no zone).
pub fn local(moment: Timestamp) -> DateTime {
    TimeZone::system().to_datetime(moment)
}
