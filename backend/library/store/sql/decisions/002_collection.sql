-- What a person put together.

CREATE TABLE collection (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT    NOT NULL,
  note     TEXT    NOT NULL DEFAULT '',
  cover    BLOB,                                      -- a photo id
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE collection_member (
  collection INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
  photo      BLOB    NOT NULL CHECK (length(photo) = 32),
  position   REAL    NOT NULL,                        -- order by hand; a new one between two takes their middle
  at         INTEGER NOT NULL,
  PRIMARY KEY (collection, photo)
) STRICT, WITHOUT ROWID;

CREATE INDEX collection_member_photo ON collection_member (photo);

-- An album is a collection with pages: photos in runs, with text between them.
CREATE TABLE album (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT    NOT NULL,
  layout   TEXT    NOT NULL DEFAULT '{}',             -- JSON
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE album_member (
  album    INTEGER NOT NULL REFERENCES album (id) ON DELETE CASCADE,
  position REAL    NOT NULL,
  photo    BLOB    CHECK (photo IS NULL OR length(photo) = 32),  -- NULL: text alone
  text     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (album, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_search (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT    NOT NULL,
  query    TEXT    NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
