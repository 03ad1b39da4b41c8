-- What a person said about photos that look alike.

CREATE TABLE not_duplicate (
  a  BLOB    NOT NULL CHECK (length(a) = 32),
  b  BLOB    NOT NULL CHECK (length(b) = 32),
  at INTEGER NOT NULL,
  PRIMARY KEY (a, b),
  CHECK (a < b)
) STRICT, WITHOUT ROWID;

-- "Keep all" of a group: the group is the set of its photos.
CREATE TABLE keep_all (
  photo BLOB    NOT NULL CHECK (length(photo) = 32),
  grp   BLOB    NOT NULL,                             -- SHA-256 of the sorted ids
  at    INTEGER NOT NULL,
  PRIMARY KEY (photo, grp)
) STRICT, WITHOUT ROWID;
