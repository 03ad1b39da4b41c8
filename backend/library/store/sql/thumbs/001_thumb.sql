CREATE TABLE thumb (
  num    INTEGER PRIMARY KEY,
  photo  BLOB NOT NULL UNIQUE CHECK (length(photo) = 32),
  format TEXT NOT NULL,                               -- jpeg, webp
  bytes  BLOB NOT NULL
) STRICT;
