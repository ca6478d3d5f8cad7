"""Games in which numbers are chosen, at once or behind a leader."""
