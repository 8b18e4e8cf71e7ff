-- When the file was written, in ns, that the newest known version of a record came from: what an older file says of it is
-- older, whenever that is read. For sources that are files of many dates; of records of before the links say it (written.c).
CREATE TABLE written (
	record     TEXT NOT NULL,
	flow       TEXT NOT NULL,
	written_ns INTEGER NOT NULL,
	PRIMARY KEY (record, flow)
) STRICT, WITHOUT ROWID;
