-- What models made of photos. Vectors of different models are never mixed.

CREATE TABLE model (
  key      INTEGER PRIMARY KEY,                       -- small number for the ref
  id       TEXT NOT NULL,
  revision TEXT NOT NULL,
  UNIQUE (id, revision)
) STRICT;

CREATE TABLE embedding (
  id     INTEGER PRIMARY KEY,
  model  INTEGER NOT NULL REFERENCES model (key),
  photo  INTEGER NOT NULL REFERENCES photo (num),
  vector BLOB    NOT NULL                             -- float16, little endian
) STRICT;

CREATE UNIQUE INDEX embedding_model ON embedding (model, photo);
CREATE INDEX embedding_photo ON embedding (photo);

CREATE TABLE tag (
  photo INTEGER NOT NULL REFERENCES photo (num),
  model INTEGER NOT NULL REFERENCES model (key),
  kind  TEXT    NOT NULL,
  name  TEXT    NOT NULL,
  score REAL    NOT NULL,
  PRIMARY KEY (photo, model, kind, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX tag_name ON tag (name COLLATE NOCASE, photo);

CREATE TABLE caption (
  photo INTEGER NOT NULL REFERENCES photo (num),
  model INTEGER NOT NULL REFERENCES model (key),
  text  TEXT    NOT NULL,
  PRIMARY KEY (photo, model)
) STRICT, WITHOUT ROWID;

-- Vectors of texts that were searched for.
CREATE TABLE query_vector (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  model  INTEGER NOT NULL REFERENCES model (key),
  text   TEXT    NOT NULL,
  vector BLOB    NOT NULL,                            -- float32, little endian
  UNIQUE (model, text)
) STRICT;
