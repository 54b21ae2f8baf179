//! One file a transaction set, read and write side by side: segments to types and back.

pub mod t277ca;
pub mod t835;
pub mod t837p;
pub mod t999;
pub mod ta1;
mod value;
