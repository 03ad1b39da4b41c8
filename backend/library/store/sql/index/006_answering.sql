-- Which model's vectors answer. It changes only when every photo that can have a vector of the next model has one.
CREATE TABLE answering (
  role  TEXT    PRIMARY KEY,                          -- image-text
  model INTEGER NOT NULL REFERENCES model (key),
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Photos that a model cannot look at, for a reason that lasts: its change of models does not wait for them.
CREATE TABLE unseen (
  model  INTEGER NOT NULL REFERENCES model (key),
  photo  INTEGER NOT NULL REFERENCES photo (num),
  kind   TEXT    NOT NULL,                            -- FailureKind
  reason TEXT    NOT NULL,                            -- a sentence
  at     INTEGER NOT NULL,
  PRIMARY KEY (model, photo)
) STRICT, WITHOUT ROWID;
