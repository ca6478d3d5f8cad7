"""Games in which everybody chooses one of finitely many actions at once."""
