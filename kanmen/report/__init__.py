"""The page of a replay: what was alerted and what should have been, in one file that needs nothing else."""
