"""From text to a model: formulas, documents, and where each value stands."""
