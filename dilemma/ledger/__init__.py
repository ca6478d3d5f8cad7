"""Which claims, in which order, by how many processes; verdicts kept, listed, explained."""
