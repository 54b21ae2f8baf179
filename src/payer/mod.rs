//! A trading partner: how it is called, how it is reached, and when it must have answered. It does no IO: the
//! caller reads the file.

mod partner;
mod profile;
mod route;

pub use partner::{BatchLimits, Deadlines, Envelope, Party, TradingPartner};
pub use profile::{CountsFrom, EditLevel, Filing, Level, Need, Needed, Profile};
pub use route::{
    AfterPickup, CheckSumForm, CoreRoute, FieldNames, FileNames, FolderRoute, PayloadForm,
    PayloadTypes, RestAddresses, RestRoute, RestShape, Route, SftpRoute, SoapActionForm, TlsFiles,
};
