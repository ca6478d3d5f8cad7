"""How fast and how right, beside others: ``python -m benchmarks``; each part has a file of its own."""
