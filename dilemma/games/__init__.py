"""The kinds of game, a folder each, and what they share."""
