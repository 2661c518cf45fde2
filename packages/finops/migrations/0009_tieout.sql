-- What the tie-out to the books asks of a bill beyond what a mapping looks at: whether a charge used a commitment or paid
-- for what nobody used (FOCUS CommitmentDiscountStatus: Used, Unused, or none). Three values at most: groups stay few.
ALTER TABLE consumption ADD COLUMN commitment_status text CHECK (commitment_status IN ('used', 'unused'));
-- The columns of what waits are those of consumption, in the same order.
ALTER TABLE consumption_late ADD COLUMN commitment_status text CHECK (commitment_status IN ('used', 'unused'));
ALTER TABLE consumption_staging ADD COLUMN commitment_status text;
