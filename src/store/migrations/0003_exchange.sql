-- How each way to a partner does.
CREATE TABLE route_health (
    partner  TEXT NOT NULL,
    route    TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (partner, route)
) STRICT, WITHOUT ROWID;
