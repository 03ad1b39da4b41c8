CREATE TABLE game_score (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  mode    TEXT    NOT NULL,
  score   REAL    NOT NULL,
  rounds  INTEGER NOT NULL,
  streak  INTEGER NOT NULL DEFAULT 0,
  details TEXT    NOT NULL DEFAULT '{}',              -- JSON
  at      INTEGER NOT NULL
) STRICT;

CREATE INDEX game_score_best ON game_score (mode, score DESC);
