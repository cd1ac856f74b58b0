-- Times are Unix milliseconds in UTC; 0 is no time. Lists and messages are JSON.

-- +goose Up

-- Names this database, so that no other one's deliveries have the keys of ours.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

INSERT INTO meta (name, value) VALUES ('prefix', lower(hex(randomblob(6))));

CREATE TABLE feed (
    name          TEXT    NOT NULL PRIMARY KEY,
    url           TEXT    NOT NULL,
    etag          TEXT    NOT NULL,
    last_modified TEXT    NOT NULL,
    checked       INTEGER NOT NULL,
    succeeded     INTEGER NOT NULL,
    changed       INTEGER NOT NULL,
    next          INTEGER NOT NULL,
    failures      INTEGER NOT NULL,
    error         TEXT    NOT NULL
) STRICT;

CREATE TABLE story (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    opened INTEGER NOT NULL
) STRICT;

CREATE TABLE item (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    story      INTEGER NOT NULL REFERENCES story (id),
    opens      INTEGER NOT NULL, -- whether the story begins with it
    feed       TEXT    NOT NULL,
    identity   TEXT    NOT NULL,
    outlet     TEXT    NOT NULL,
    tier       TEXT    NOT NULL,
    lang       TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    summary    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    author     TEXT    NOT NULL,
    categories TEXT    NOT NULL,
    published  INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    seen       INTEGER NOT NULL,
    guid       TEXT    NOT NULL,
    links      TEXT    NOT NULL,
    version    TEXT    NOT NULL, -- fingerprint of title, summary and body
    worded     INTEGER NOT NULL  -- when it was first seen to say this
) STRICT;

CREATE INDEX item_worded ON item (worded);
CREATE INDEX item_story ON item (story);
CREATE UNIQUE INDEX item_opens ON item (story) WHERE opens;

CREATE TABLE item_key (
    feed TEXT    NOT NULL,
    key  TEXT    NOT NULL,
    item INTEGER NOT NULL REFERENCES item (id),
    PRIMARY KEY (feed, key)
) STRICT, WITHOUT ROWID;

-- What an item said before it was edited.
CREATE TABLE item_version (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    item    INTEGER NOT NULL REFERENCES item (id),
    version TEXT    NOT NULL,
    title   TEXT    NOT NULL,
    summary TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    worded  INTEGER NOT NULL
) STRICT;

CREATE INDEX item_version_item ON item_version (item);
CREATE INDEX item_version_worded ON item_version (worded);

-- The words of items, folded and parted by spaces before they come here; all
-- that is left to do is to cut at the spaces (and at control characters).
CREATE VIRTUAL TABLE item_words USING fts5 (
    title, summary, body,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cf Cn Co Cs'"
);

CREATE TABLE subscription (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT    NOT NULL,
    number  INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    rule    TEXT    NOT NULL,
    source  TEXT    NOT NULL,
    created INTEGER NOT NULL,
    ended   INTEGER, -- null while it stands
    UNIQUE (channel, number)
) STRICT;

CREATE TABLE match (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    item         INTEGER NOT NULL REFERENCES item (id),
    subscription INTEGER NOT NULL REFERENCES subscription (id),
    matched      TEXT    NOT NULL,
    outcome      TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    at           INTEGER NOT NULL
) STRICT;

CREATE INDEX match_item ON match (item);

CREATE TABLE alert (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    story   INTEGER NOT NULL REFERENCES story (id),
    channel TEXT    NOT NULL,
    item    INTEGER NOT NULL REFERENCES item (id),
    card    TEXT    NOT NULL,
    UNIQUE (story, channel)
) STRICT;

CREATE INDEX alert_channel ON alert (channel);

CREATE TABLE delivery (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    alert     INTEGER NOT NULL REFERENCES alert (id),
    channel   TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    seq       INTEGER NOT NULL, -- within the alert; 0 is its first post
    key       TEXT    NOT NULL UNIQUE,
    message   TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    ref       TEXT    NOT NULL,
    created   INTEGER NOT NULL,
    due       INTEGER NOT NULL,
    attempts  INTEGER NOT NULL,
    attempted INTEGER NOT NULL,
    sent      INTEGER NOT NULL,
    UNIQUE (alert, seq)
) STRICT;

CREATE INDEX delivery_lane ON delivery (channel, id) WHERE state IN ('pending', 'retry');

-- +goose Down

DROP TABLE delivery;
DROP TABLE alert;
DROP TABLE match;
DROP TABLE subscription;
DROP TABLE item_words;
DROP TABLE item_version;
DROP TABLE item_key;
DROP TABLE item;
DROP TABLE story;
DROP TABLE feed;
DROP TABLE meta;
