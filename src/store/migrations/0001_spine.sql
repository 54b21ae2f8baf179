-- Amounts are US cents. Moments are RFC 3339 text in UTC. Documents are JSON.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- A chart as it was last taken in.
CREATE TABLE chart (
    id       TEXT PRIMARY KEY,
    source   TEXT NOT NULL,
    digest   TEXT NOT NULL,
    verdict  TEXT NOT NULL CHECK (verdict IN ('translated', 'held')),
    charge   INTEGER NOT NULL,
    findings TEXT NOT NULL,
    taken_at TEXT NOT NULL
) STRICT;

-- The last control number used with a partner.
CREATE TABLE control_number (
    partner TEXT PRIMARY KEY,
    last    INTEGER NOT NULL
) STRICT;

-- One interchange for one partner. The state is the fold of its events, kept beside them for queries.
CREATE TABLE submission (
    id             INTEGER PRIMARY KEY,
    partner        TEXT NOT NULL,
    control_number INTEGER NOT NULL,
    payload_id     TEXT NOT NULL UNIQUE,
    payload        BLOB NOT NULL,
    digest         TEXT NOT NULL,
    state          TEXT NOT NULL,
    UNIQUE (partner, control_number)
) STRICT;

CREATE TABLE submission_event (
    id         INTEGER PRIMARY KEY,
    submission INTEGER NOT NULL REFERENCES submission (id),
    at         TEXT NOT NULL,
    event      TEXT NOT NULL,
    -- What told it; the same source says the same thing once.
    source     TEXT NOT NULL,
    UNIQUE (submission, source, event)
) STRICT;

CREATE TABLE claim (
    control_number TEXT PRIMARY KEY,
    chart          TEXT NOT NULL REFERENCES chart (id),
    partner        TEXT NOT NULL,
    member         TEXT NOT NULL,
    charge         INTEGER NOT NULL,
    document       TEXT NOT NULL,
    provenance     TEXT NOT NULL,
    -- 'ready' until it is in a submission, 'refused' where our own check does not let it go.
    state          TEXT NOT NULL,
    submission     INTEGER REFERENCES submission (id),
    set_number     TEXT,
    set_reference  TEXT,
    position       TEXT,
    -- CLM05-3; 8 is a void, which bills nothing.
    frequency      TEXT NOT NULL,
    -- The payer's number of the claim that this one replaces or voids.
    replaces       TEXT
) STRICT;
CREATE INDEX claim_by_replaces ON claim (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX claim_by_reference ON claim (set_reference);
CREATE INDEX claim_by_state ON claim (state, partner);
CREATE INDEX claim_by_submission ON claim (submission, set_number);
CREATE INDEX claim_by_member ON claim (member);
CREATE INDEX claim_by_chart ON claim (chart);

CREATE TABLE claim_event (
    id     INTEGER PRIMARY KEY,
    claim  TEXT NOT NULL REFERENCES claim (control_number),
    at     TEXT NOT NULL,
    event  TEXT NOT NULL,
    source TEXT NOT NULL,
    UNIQUE (claim, source, event)
) STRICT;

-- The payer's own numbers of a claim.
CREATE TABLE payer_claim_number (
    number TEXT NOT NULL,
    claim  TEXT NOT NULL REFERENCES claim (control_number),
    PRIMARY KEY (number, claim)
) STRICT;
CREATE INDEX payer_claim_number_by_claim ON payer_claim_number (claim);

-- Whatever came, untouched. The same bytes are the same payload, however often they come.
CREATE TABLE received (
    id           INTEGER PRIMARY KEY,
    partner      TEXT NOT NULL,
    queue        TEXT NOT NULL,
    payload_type TEXT NOT NULL,
    name         TEXT NOT NULL,
    bytes        BLOB NOT NULL,
    digest       TEXT NOT NULL UNIQUE,
    at           TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('new', 'done'))
) STRICT;
CREATE INDEX received_by_state ON received (state);

-- What of something received needs a person, because it could not be used or posted.
CREATE TABLE received_item (
    received INTEGER NOT NULL REFERENCES received (id),
    number   INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (received, number)
) STRICT;

CREATE TABLE remittance (
    key      TEXT PRIMARY KEY,
    received INTEGER NOT NULL REFERENCES received (id),
    method   TEXT NOT NULL,
    amount   INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE posting (
    key        TEXT PRIMARY KEY,
    remittance TEXT NOT NULL REFERENCES remittance (key),
    claim      TEXT REFERENCES claim (control_number),
    charge     INTEGER NOT NULL,
    paid       INTEGER NOT NULL,
    adjusted   INTEGER NOT NULL,
    patient    INTEGER NOT NULL,
    document   TEXT NOT NULL
) STRICT;
CREATE INDEX posting_by_claim ON posting (claim);

CREATE TABLE ledger_entry (
    remittance TEXT NOT NULL REFERENCES remittance (key),
    number     INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    document   TEXT NOT NULL,
    PRIMARY KEY (remittance, number)
) STRICT;

CREATE TABLE deposit (
    id       TEXT PRIMARY KEY,
    received INTEGER NOT NULL REFERENCES received (id),
    amount   INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

-- What needs a person now, and what did. An item is closed when its cause is gone.
CREATE TABLE work_item (
    id        TEXT PRIMARY KEY,
    document  TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    seen      INTEGER NOT NULL,
    closed_at TEXT
) STRICT;

-- Claims that a later one of ours, which was sent, replaces or voids.
CREATE VIEW superseded (claim) AS
    SELECT payer_claim_number.claim
      FROM payer_claim_number
      JOIN claim AS later ON later.replaces = payer_claim_number.number
     WHERE later.submission IS NOT NULL;

-- What each sent claim comes to. What nobody will pay of a claim that was replaced, or of a void, is not billed.
CREATE VIEW account (claim, billed, paid, adjusted, patient, open) AS
    WITH posted AS (
        SELECT claim, sum(charge) AS decided, sum(paid) AS paid, sum(adjusted) AS adjusted, sum(patient) AS patient
          FROM posting WHERE claim IS NOT NULL GROUP BY claim
    ),
    sent AS (
        SELECT control_number, charge - coalesce(decided, 0) AS undecided, coalesce(decided, 0) AS decided,
               coalesce(paid, 0) AS paid, coalesce(adjusted, 0) AS adjusted, coalesce(patient, 0) AS patient,
               frequency <> '8' AND control_number NOT IN (SELECT claim FROM superseded) AS stands
          FROM claim LEFT JOIN posted ON posted.claim = control_number
         WHERE submission IS NOT NULL
    )
    SELECT control_number, decided + CASE WHEN stands THEN undecided ELSE 0 END, paid, adjusted, patient,
           CASE WHEN stands THEN undecided ELSE 0 END
      FROM sent;
