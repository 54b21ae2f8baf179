//! A trading partner: how it is called, how it is reached, and when it must have answered. It does no IO: the
//! caller reads the file.

mod partner;
mod profile;

pub use partner::{
    BatchLimits, CoreSoapRoute, Deadlines, Envelope, FolderRoute, Party, PayloadTypes, Route,
    TlsFiles, TradingPartner,
};
pub use profile::{CountsFrom, EditLevel, Filing, Level, Need, Needed, Profile};
