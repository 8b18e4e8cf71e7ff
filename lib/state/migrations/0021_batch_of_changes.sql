-- While a row is being sent: whether its batch is one of changes (1), or of records that are new to the target (0). What people
-- say meanwhile of one of its records does not change what the batch is. NULL = not known.
ALTER TABLE queue ADD COLUMN changes INTEGER;
