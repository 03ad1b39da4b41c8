-- Words of photos. The rowid is photo.num; only photos with a file have a row. Contentless: what it was made of is in the
-- other tables, and store rebuilds a row whenever they change.

CREATE VIRTUAL TABLE text USING fts5 (
  caption, tag, keyword, title, file, folder, camera, place,
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
