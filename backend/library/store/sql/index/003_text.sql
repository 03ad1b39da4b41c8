-- Words of photos; only photos with a file have any. Contentless: what the words were made of is in the other tables, and
-- store writes them anew whenever that changes.

-- All words of a photo together: which photos match. The rowid is photo.num.
CREATE VIRTUAL TABLE text USING fts5 (
  words,
  content = '', contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2'
);

-- The same words by where they come from: why a photo matches. The rowid is photo.num × 16 + the source's number. Rows
-- instead of columns, since a filter on a column walks all photos with a word, however few are asked for.
CREATE VIRTUAL TABLE source_text USING fts5 (
  words,
  content = '', contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2'
);

-- Keywords that a photo's file carries, for filters.
CREATE TABLE keyword (
  photo INTEGER NOT NULL REFERENCES photo (num),
  name  TEXT    NOT NULL,
  PRIMARY KEY (photo, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX keyword_name ON keyword (name COLLATE NOCASE, photo);
