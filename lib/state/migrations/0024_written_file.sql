-- Which file that was: of two files of one time their names may tell which is newer. NULL = not known.
ALTER TABLE written ADD COLUMN file TEXT;
