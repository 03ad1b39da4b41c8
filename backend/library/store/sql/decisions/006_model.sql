-- The model that a person chose for a role; no row: the best that is installed.
CREATE TABLE model_choice (
  role TEXT    PRIMARY KEY,                           -- image-text
  id   TEXT    NOT NULL,                              -- of the model, whatever its revision
  at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
