//! Did it arrive, was it accepted: the life of a submission, without IO or clock.
