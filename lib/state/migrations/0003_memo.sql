-- What the target's connector must know of its record the next time: the values that both sides last agreed on.
ALTER TABLE link ADD COLUMN memo TEXT;
