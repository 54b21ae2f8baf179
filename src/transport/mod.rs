//! Bytes to a payer and back; the only HTTP, TLS and XML.
