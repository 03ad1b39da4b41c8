-- Files that wait, in the order in which they are taken: the newest first, so that what a person looks for soonest is there
-- soonest.
CREATE INDEX file_newest ON file (mtime, id) WHERE state = 0;
