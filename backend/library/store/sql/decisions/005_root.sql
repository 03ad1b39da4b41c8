-- The folders that a person added, so that a lost index.db knows what to read again.
CREATE TABLE root (
  path     BLOB    PRIMARY KEY,
  added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
