-- The folders that a person took out: they may want one back. Their photos are kept, so that it costs no looking at them again.
CREATE TABLE former_root (
  path    BLOB    PRIMARY KEY,
  left_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
