//! Judges an interchange by its guide and says what is wrong, where, and what to do.
