-- Version 1 of the state file. All times are whole seconds since 1970 UTC.
-- A "flow" is the flow's name with its target, a "record" the source's id, a "label" what a
-- person calls the record ("#1001"). This file is never edited once released: add 0002_….sql.

-- How far each flow has pulled.
CREATE TABLE checkpoint (
	flow     TEXT PRIMARY KEY,
	cursor   TEXT NOT NULL,    -- only the source connector understands it
	moved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was pulled and has not been delivered; delivered rows until they are purged.
-- AUTOINCREMENT: an id is never used again, so that one remembered by another process cannot come
-- to mean another record. A newer version of a waiting record is a new row, for the same reason.
CREATE TABLE queue (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	flow         TEXT NOT NULL,
	record       TEXT NOT NULL,
	label        TEXT NOT NULL,
	version      TEXT NOT NULL,    -- changes whenever the record changes at the source
	state        INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3), -- ready, sending, parked, done
	batch        TEXT,             -- while sending: the batch it went out in
	origin       TEXT NOT NULL,    -- pull, only, webhook, retry
	attempts     INTEGER NOT NULL DEFAULT 0,
	next_attempt INTEGER NOT NULL, -- a ready row is due from then on
	code         TEXT,             -- why it is parked or waits again, for filters
	reason       TEXT,             -- the same, for people
	enqueued_at  INTEGER NOT NULL, -- since when the record waits, whatever its version
	changed_at   INTEGER NOT NULL  -- last change of state
) STRICT;

-- One row of a record waits and one is being sent. Record first: it tells rows apart sooner than
-- the flow, and `queue --who` finds a record in any flow.
CREATE UNIQUE INDEX queue_waiting ON queue (record, flow) WHERE state IN (0, 2);
CREATE UNIQUE INDEX queue_sending ON queue (record, flow) WHERE state = 1;
-- What to take next: oldest due first. The row's id is the last column of every index.
CREATE INDEX queue_due ON queue (flow, next_attempt) WHERE state = 0;
CREATE INDEX queue_parked ON queue (flow, code) WHERE state = 2;
-- What to purge next.
CREATE INDEX queue_done ON queue (changed_at) WHERE state = 3;

-- The records' canonical JSON. A table of its own, so that a change of state rewrites some 200
-- bytes and not the document, and lists and counts never read it.
CREATE TABLE payload (
	queue_id INTEGER PRIMARY KEY REFERENCES queue (id) ON DELETE CASCADE,
	body     TEXT NOT NULL
) STRICT;

-- Which record here is which record there.
CREATE TABLE link (
	flow         TEXT NOT NULL,
	record       TEXT NOT NULL,
	label        TEXT NOT NULL,
	target_id    TEXT NOT NULL,    -- the other side's id or document; '' = never delivered
	version      TEXT NOT NULL,    -- of the source record that was last dealt with
	sent_hash    TEXT NOT NULL,    -- of the document last written; '' = none, it was dropped
	dropped      TEXT,             -- version that a person took out of the queue, while it is the last
	delivered_at INTEGER NOT NULL, -- first delivery; 0 = never
	changed_at   INTEGER NOT NULL,
	settled      TEXT,             -- later answer of the target
	settled_at   INTEGER,
	PRIMARY KEY (record, flow)
) STRICT, WITHOUT ROWID;

CREATE INDEX link_label ON link (label);
CREATE INDEX link_target ON link (flow, target_id);

-- One line per record and action, for ever. No personal data.
CREATE TABLE journal (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	run      INTEGER NOT NULL, -- 0 = outside a run: a person's command, a webhook
	flow     TEXT NOT NULL,
	record   TEXT NOT NULL,
	label    TEXT NOT NULL,
	action   TEXT NOT NULL,
	outcome  TEXT NOT NULL,
	requests INTEGER NOT NULL,
	detail   TEXT
) STRICT;

CREATE INDEX journal_record ON journal (record);
CREATE INDEX journal_label ON journal (label);

-- Runs; ended NULL = still running, or killed.
CREATE TABLE run (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	flow      TEXT NOT NULL,
	started   INTEGER NOT NULL,
	ended     INTEGER,
	outcome   TEXT,
	pulled    INTEGER NOT NULL DEFAULT 0,
	delivered INTEGER NOT NULL DEFAULT 0,
	unchanged INTEGER NOT NULL DEFAULT 0,
	parked    INTEGER NOT NULL DEFAULT 0,
	later     INTEGER NOT NULL DEFAULT 0,
	requests  INTEGER NOT NULL DEFAULT 0,
	detail    TEXT
) STRICT;

CREATE INDEX run_flow ON run (flow);

-- Access tokens, and small remembered facts about an endpoint.
CREATE TABLE token (
	key        TEXT PRIMARY KEY,
	token      TEXT NOT NULL,
	scope      TEXT,
	expires_at INTEGER NOT NULL -- 0 = does not expire
) STRICT, WITHOUT ROWID;
