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

-- +goose Down

ALTER TABLE feed DROP COLUMN ailing;
ALTER TABLE feed DROP COLUMN empty;
ALTER TABLE feed DROP COLUMN rhythm;
ALTER TABLE feed DROP COLUMN gone;
ALTER TABLE feed DROP COLUMN moved_since;
ALTER TABLE feed DROP COLUMN moved;
