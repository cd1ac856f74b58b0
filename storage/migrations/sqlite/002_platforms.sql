-- +goose Up

-- When the first attempt began of which nobody knows whether it said it; 0 is none.
ALTER TABLE delivery ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
-- And when the latest of them did.
ALTER TABLE delivery ADD COLUMN doubt_last INTEGER NOT NULL DEFAULT 0;

-- An attempt that an older attache left without a result, or with one that does
-- not tell whether it was said.
UPDATE delivery SET doubt = attempted, doubt_last = attempted WHERE state IN ('pending', 'retry') AND attempted > 0;

-- What may overtake what in a lane: 2 a flash, 1 an urgent alert, 0 the rest.
ALTER TABLE delivery ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;

UPDATE delivery SET urgency = CASE json_extract(message, '$.severity') WHEN 'flash' THEN 2 WHEN 'urgent' THEN 1 ELSE 0 END
WHERE state IN ('pending', 'retry') AND kind = 'alert';

-- The delivery that says this one too, and many more; 0 is none. That one says itself.
ALTER TABLE delivery ADD COLUMN digest INTEGER NOT NULL DEFAULT 0;

DROP INDEX delivery_lane;
CREATE INDEX delivery_lane ON delivery (channel, urgency DESC, id) WHERE state IN ('pending', 'retry');
CREATE INDEX delivery_digest ON delivery (digest) WHERE digest > 0;

-- What platforms keep for themselves.
CREATE TABLE kept (
    platform TEXT NOT NULL,
    name     TEXT NOT NULL,
    value    BLOB NOT NULL,
    PRIMARY KEY (platform, name)
) STRICT;

-- +goose Down

DROP TABLE kept;
DROP INDEX delivery_digest;
DROP INDEX delivery_lane;
CREATE INDEX delivery_lane ON delivery (channel, id) WHERE state IN ('pending', 'retry');
ALTER TABLE delivery DROP COLUMN digest;
ALTER TABLE delivery DROP COLUMN urgency;
ALTER TABLE delivery DROP COLUMN doubt_last;
ALTER TABLE delivery DROP COLUMN doubt;
