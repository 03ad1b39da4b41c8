-- Folders that the person added, the directories in them, and the files in those.

CREATE TABLE folder (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  path       BLOB    NOT NULL UNIQUE,                 -- absolute, clean
  state      TEXT    NOT NULL DEFAULT 'online' CHECK (state IN ('online', 'offline', 'removing')),
  reason     TEXT    NOT NULL DEFAULT '',             -- why it is offline, a sentence
  added_at   INTEGER NOT NULL,
  scanned_at INTEGER NOT NULL DEFAULT 0               -- 0: never
) STRICT;

CREATE TABLE dir (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  folder  INTEGER NOT NULL REFERENCES folder (id),
  rel     BLOB    NOT NULL,                           -- below folder.path, with '/'; empty: the folder itself
  digest  BLOB,                                       -- of the listing that the file rows hold; NULL: read them
  files   INTEGER NOT NULL DEFAULT 0,                 -- number of file rows when the digest was written
  problem TEXT,                                       -- why it could not be read; NULL: it could
  UNIQUE (folder, rel)
) STRICT;

CREATE INDEX dir_problem ON dir (id) WHERE problem IS NOT NULL;

-- The content that files point at. Narrow, since filters scan it; the whole of the metadata is in document.
CREATE TABLE photo (
  num             INTEGER PRIMARY KEY AUTOINCREMENT,
  id              BLOB    NOT NULL UNIQUE CHECK (length(id) = 32),
  files           INTEGER NOT NULL DEFAULT 0,         -- file rows that point here; 0: kept, not searchable
  bytes           INTEGER NOT NULL DEFAULT 0,
  pixel_digest    BLOB,                               -- 32 bytes; NULL: unknown
  perceptual_hash INTEGER NOT NULL DEFAULT 0,         -- 64 bits, two's complement
  format          TEXT    NOT NULL DEFAULT '',
  width           INTEGER NOT NULL DEFAULT 0,
  height          INTEGER NOT NULL DEFAULT 0,
  damaged         INTEGER NOT NULL DEFAULT 0,
  taken           INTEGER,                            -- seconds of the wall clock as if it were UTC
  taken_source    TEXT    NOT NULL DEFAULT '',
  latitude        REAL,
  longitude       REAL,
  make            TEXT    NOT NULL DEFAULT '',
  camera          TEXT    NOT NULL DEFAULT '',
  lens            TEXT    NOT NULL DEFAULT '',
  iso             INTEGER NOT NULL DEFAULT 0,
  aperture        REAL    NOT NULL DEFAULT 0,
  exposure        REAL    NOT NULL DEFAULT 0,
  focal_length    REAL    NOT NULL DEFAULT 0,
  rating          INTEGER NOT NULL DEFAULT 0,
  label           TEXT    NOT NULL DEFAULT '',
  city            TEXT    NOT NULL DEFAULT '',
  country         TEXT    NOT NULL DEFAULT '',
  added_at        INTEGER NOT NULL
) STRICT;

CREATE INDEX photo_pixels ON photo (pixel_digest) WHERE pixel_digest IS NOT NULL;
CREATE INDEX photo_taken  ON photo (taken) WHERE taken IS NOT NULL;
CREATE INDEX photo_camera ON photo (camera COLLATE NOCASE) WHERE camera <> '';
CREATE INDEX photo_rating ON photo (rating) WHERE rating <> 0;
CREATE INDEX photo_place  ON photo (latitude, longitude) WHERE latitude IS NOT NULL;
CREATE INDEX photo_gone   ON photo (num) WHERE files = 0;

CREATE TABLE document (
  photo INTEGER PRIMARY KEY REFERENCES photo (num),
  json  TEXT NOT NULL                                 -- photo.Metadata
) STRICT;

CREATE TABLE file (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  dir           INTEGER NOT NULL REFERENCES dir (id),
  name          BLOB    NOT NULL,
  ext           TEXT    NOT NULL,                     -- lower case, without the dot
  size          INTEGER NOT NULL,
  mtime         INTEGER NOT NULL,
  inode         INTEGER NOT NULL,                     -- 64 bits, two's complement; 0: unknown
  sidecar       BLOB    NOT NULL DEFAULT x'',         -- name of the .xmp beside it; empty: none
  sidecar_size  INTEGER NOT NULL DEFAULT 0,
  sidecar_mtime INTEGER NOT NULL DEFAULT 0,
  state         INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),  -- pending, indexed, failed
  refresh       INTEGER NOT NULL DEFAULT 0,           -- 1: the sidecar is new, so known bytes want their metadata read again
  attempts      INTEGER NOT NULL DEFAULT 0,
  kind          TEXT    NOT NULL DEFAULT '',          -- of the failure
  reason        TEXT    NOT NULL DEFAULT '',
  failed_at     INTEGER NOT NULL DEFAULT 0,
  photo         INTEGER REFERENCES photo (num),       -- what the path shows, also while it waits to be read again
  previous      INTEGER REFERENCES photo (num),       -- what a failed path showed before it failed
  UNIQUE (dir, name)
) STRICT;

CREATE INDEX file_pending ON file (id, size) WHERE state = 0;
CREATE INDEX file_failed  ON file (id) WHERE state = 2;
CREATE INDEX file_photo   ON file (photo) WHERE photo IS NOT NULL;
CREATE INDEX file_ext     ON file (ext, photo) WHERE photo IS NOT NULL;
CREATE INDEX file_previous ON file (previous) WHERE previous IS NOT NULL;
