"""Why two tools print two numbers for the same predictions: every choice a rule, one at a time."""
