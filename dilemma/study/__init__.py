"""Questions over models: solve, compare, move a parameter, draw a map."""
