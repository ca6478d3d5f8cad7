"""Claims and boxes to verdicts."""
