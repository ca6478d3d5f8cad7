"""Games in which players move one after the other, knowing what they saw."""
