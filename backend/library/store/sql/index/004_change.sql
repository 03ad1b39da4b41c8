-- What changed, in order, for every process that keeps something in memory; and counters since ever.

CREATE TABLE change (
  seq   INTEGER PRIMARY KEY AUTOINCREMENT,
  kind  INTEGER NOT NULL,                             -- ChangeKind
  num   INTEGER NOT NULL,                             -- photo.num, or folder.id for folder
  model INTEGER                                       -- of an embedding
) STRICT;

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
