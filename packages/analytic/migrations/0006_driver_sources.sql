-- A driver may be computed by a plugin. The weights of a month are kept all the same, so that a posting's month can be read again
-- whatever the plugin would answer today (decision 0106).
ALTER TABLE ana_driver ADD COLUMN source text CHECK (source ~ '^[a-z][a-z0-9-]{0,39}/[A-Z][A-Z0-9_]{0,63}$');
