-- How each way to a partner does.
CREATE TABLE route_health (
    partner  TEXT NOT NULL,
    route    TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (partner, route)
) STRICT, WITHOUT ROWID;

-- How far a partner's list was read.
CREATE TABLE cursor (
    partner TEXT NOT NULL,
    route   TEXT NOT NULL,
    queue   TEXT NOT NULL,
    after   TEXT NOT NULL,
    PRIMARY KEY (partner, route, queue)
) STRICT, WITHOUT ROWID;

-- What is to be looked at for the worklist, and when: '' is at once. A later mark says that it changed meanwhile.
CREATE TABLE attention (
    kind TEXT NOT NULL CHECK (kind IN ('chart', 'claim', 'submission', 'payment', 'ledger', 'deposits')),
    key  TEXT NOT NULL,
    at   TEXT NOT NULL,
    mark INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX attention_by_at ON attention (at);

-- What an item was found at: an entry of attention, or something received.
ALTER TABLE work_item ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX work_item_by_source ON work_item (source);
CREATE INDEX work_item_open ON work_item (id) WHERE closed_at IS NULL;

-- Everything of an older store is looked at once more; what was received keeps its items.
DELETE FROM work_item;
INSERT INTO work_item (id, document, opened_at, seen, source)
    SELECT lower(replace(json_extract(document, '$.kind'), '_', '') || ':' || json_extract(document, '$.subject.id')),
           document, at, 0, 'received:' || received
      FROM received_item JOIN received ON received.id = received WHERE TRUE
    ON CONFLICT DO NOTHING;
DROP TABLE received_item;
ALTER TABLE work_item DROP COLUMN seen;
INSERT INTO attention SELECT 'chart', id, '', 0 FROM chart WHERE verdict = 'held';
INSERT INTO attention SELECT 'claim', control_number, '', 0 FROM claim WHERE state <> 'ready';
INSERT INTO attention SELECT 'submission', id, '', 0 FROM submission;
INSERT INTO attention SELECT 'payment', key, '', 0 FROM posting WHERE claim IS NULL;
INSERT INTO attention SELECT DISTINCT 'ledger', remittance, '', 0 FROM ledger_entry;
INSERT INTO attention VALUES ('deposits', '', '', 0);

-- A row is written anew whenever a column of it changes, so what is large stands apart from what changes.

-- Where the fields of claims come from; claims of one shape share it.
CREATE TABLE provenance (
    id       INTEGER PRIMARY KEY,
    -- SHA-256 in hexadecimal; older ones have none.
    digest   TEXT UNIQUE,
    document TEXT NOT NULL
) STRICT;
INSERT INTO provenance (document) SELECT DISTINCT provenance FROM claim;

CREATE TABLE claim_document (
    claim      TEXT PRIMARY KEY REFERENCES claim (control_number) ON DELETE CASCADE,
    document   TEXT NOT NULL,
    -- What of it a remittance can name, so that matching need not read all of it; older claims have none.
    sent       TEXT,
    provenance INTEGER NOT NULL REFERENCES provenance (id)
) STRICT, WITHOUT ROWID;
INSERT INTO claim_document
    SELECT control_number, claim.document, NULL, provenance.id
      FROM claim JOIN provenance ON provenance.document = claim.provenance;
ALTER TABLE claim DROP COLUMN document;
ALTER TABLE claim DROP COLUMN provenance;

CREATE TABLE submission_payload (
    submission INTEGER PRIMARY KEY REFERENCES submission (id),
    payload    BLOB NOT NULL
) STRICT;
INSERT INTO submission_payload SELECT id, payload FROM submission;
ALTER TABLE submission DROP COLUMN payload;

CREATE TABLE received_bytes (
    received INTEGER PRIMARY KEY REFERENCES received (id),
    bytes    BLOB NOT NULL
) STRICT;
INSERT INTO received_bytes SELECT id, bytes FROM received;
ALTER TABLE received DROP COLUMN bytes;
