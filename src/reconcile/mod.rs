//! Was it paid, does the money add up: match, post, balance. Pure.
