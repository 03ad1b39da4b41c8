-- What a person thinks of a photo. A row that says "no" is a decision too: it outweighs an older photo's "yes".

CREATE TABLE favourite (
  photo BLOB    PRIMARY KEY CHECK (length(photo) = 32),
  value INTEGER NOT NULL CHECK (value IN (0, 1)),
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rating (
  photo BLOB    PRIMARY KEY CHECK (length(photo) = 32),
  stars INTEGER NOT NULL CHECK (stars BETWEEN -1 AND 5),
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE caption_edit (
  photo BLOB    PRIMARY KEY CHECK (length(photo) = 32),
  text  TEXT    NOT NULL,
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tag_edit (
  photo BLOB    NOT NULL CHECK (length(photo) = 32),
  name  TEXT    NOT NULL,
  added INTEGER NOT NULL CHECK (added IN (0, 1)),     -- 1: added by hand, 0: taken away
  at    INTEGER NOT NULL,
  PRIMARY KEY (photo, name)
) STRICT, WITHOUT ROWID;

-- new took old's place at a path: decisions about old hold for new until new has its own.
CREATE TABLE supersedes (
  new BLOB    NOT NULL CHECK (length(new) = 32),
  old BLOB    NOT NULL CHECK (length(old) = 32),
  at  INTEGER NOT NULL,
  PRIMARY KEY (new, old)
) STRICT, WITHOUT ROWID;

CREATE INDEX supersedes_old ON supersedes (old, new);
