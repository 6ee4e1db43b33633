"""Rules that a run passes or fails."""
