-- What claims bill, as payers tell one service from another: 64 bits of a keyed SHA-256, of which nothing can be read.
CREATE TABLE service (
    fingerprint INTEGER NOT NULL,
    claim       TEXT NOT NULL REFERENCES claim (control_number) ON DELETE CASCADE,
    PRIMARY KEY (fingerprint, claim)
) STRICT, WITHOUT ROWID;
CREATE INDEX service_by_claim ON service (claim);
