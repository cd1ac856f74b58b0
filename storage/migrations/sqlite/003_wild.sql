-- +goose Up

-- Where permanent redirects lead, and since when.
ALTER TABLE feed ADD COLUMN moved TEXT NOT NULL DEFAULT '';
ALTER TABLE feed ADD COLUMN moved_since INTEGER NOT NULL DEFAULT 0;
-- Whether the server said 410.
ALTER TABLE feed ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
-- The usual time between new items, in nanoseconds; 0 is not known.
ALTER TABLE feed ADD COLUMN rhythm INTEGER NOT NULL DEFAULT 0;
-- Documents without any item, in a row.
ALTER TABLE feed ADD COLUMN empty INTEGER NOT NULL DEFAULT 0;
-- Since when an operator knows that it is broken or quiet; 0 is that it is well.
ALTER TABLE feed ADD COLUMN ailing INTEGER NOT NULL DEFAULT 0;

-- A delivery may be the bot's own words, about no alert: delivery.alert may be
-- null now, which SQLite cannot change about a table that it has
-- (https://www.sqlite.org/lang_altertable.html#otheralter). No table refers to this one.
CREATE TABLE delivery_new (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    alert      INTEGER REFERENCES alert (id), -- null for a notice
    channel    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    seq        INTEGER NOT NULL, -- within the alert; 0 is its first post
    key        TEXT    NOT NULL UNIQUE,
    message    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    ref        TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    attempted  INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    doubt      INTEGER NOT NULL DEFAULT 0,
    doubt_last INTEGER NOT NULL DEFAULT 0,
    urgency    INTEGER NOT NULL DEFAULT 0,
    digest     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (alert, seq)
) STRICT;

INSERT INTO delivery_new (id, alert, channel, kind, seq, key, message, state, reason, ref, created, due, attempts, attempted, sent,
    doubt, doubt_last, urgency, digest)
SELECT id, alert, channel, kind, seq, key, message, state, reason, ref, created, due, attempts, attempted, sent,
    doubt, doubt_last, urgency, digest
FROM delivery;

DROP TABLE delivery;
ALTER TABLE delivery_new RENAME TO delivery;
CREATE INDEX delivery_lane ON delivery (channel, urgency DESC, id) WHERE state IN ('pending', 'retry');
CREATE INDEX delivery_digest ON delivery (digest) WHERE digest > 0;
CREATE INDEX delivery_notice ON delivery (channel, id) WHERE alert IS NULL;

-- +goose Down

-- A notice has no place in the table as it was, and its feeds are told of anew.
CREATE TABLE delivery_new (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    alert      INTEGER NOT NULL REFERENCES alert (id),
    channel    TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    seq        INTEGER NOT NULL, -- within the alert; 0 is its first post
    key        TEXT    NOT NULL UNIQUE,
    message    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    ref        TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    attempted  INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    doubt      INTEGER NOT NULL DEFAULT 0,
    doubt_last INTEGER NOT NULL DEFAULT 0,
    urgency    INTEGER NOT NULL DEFAULT 0,
    digest     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (alert, seq)
) STRICT;

INSERT INTO delivery_new (id, alert, channel, kind, seq, key, message, state, reason, ref, created, due, attempts, attempted, sent,
    doubt, doubt_last, urgency, digest)
SELECT id, alert, channel, kind, seq, key, message, state, reason, ref, created, due, attempts, attempted, sent,
    doubt, doubt_last, urgency, digest
FROM delivery WHERE alert IS NOT NULL;

DROP TABLE delivery;
ALTER TABLE delivery_new RENAME TO delivery;
CREATE INDEX delivery_lane ON delivery (channel, urgency DESC, id) WHERE state IN ('pending', 'retry');
CREATE INDEX delivery_digest ON delivery (digest) WHERE digest > 0;

ALTER TABLE feed DROP COLUMN ailing;
ALTER TABLE feed DROP COLUMN empty;
ALTER TABLE feed DROP COLUMN rhythm;
ALTER TABLE feed DROP COLUMN gone;
ALTER TABLE feed DROP COLUMN moved_since;
ALTER TABLE feed DROP COLUMN moved;
