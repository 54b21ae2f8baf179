//! An insurer that answers, well or badly, on purpose: for the demo, the tests and a user's first day.
