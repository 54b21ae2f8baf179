//! The one file that reads the clock. Everything else is told the time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// This moment.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A moment as the local date and time that an envelope carries (ISA09 and ISA10 have no zone).
pub fn local(moment: Timestamp) -> DateTime {
    TimeZone::system().to_datetime(moment)
}
