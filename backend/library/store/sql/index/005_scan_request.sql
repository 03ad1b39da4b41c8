-- What processes without the lease ask of the one that has it.

CREATE TABLE scan_request (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  folder  INTEGER NOT NULL,                           -- folder.id; it may be gone by the time it is served
  subtree BLOB    NOT NULL DEFAULT x'',               -- below the folder, with '/'; empty: all of it
  at      INTEGER NOT NULL,
  outcome TEXT                                        -- ScanOutcome as JSON; NULL: not served yet
) STRICT;

CREATE INDEX scan_request_open ON scan_request (id) WHERE outcome IS NULL;
