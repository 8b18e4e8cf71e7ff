-- Of an order that is being sent: which articles of the ERP each document of it takes that may have been put, by the
-- document's hash: {hash: lines as in reported}. What landed before a kill was booked by the table of then. NULL = not known.
ALTER TABLE queue ADD COLUMN booked TEXT;
