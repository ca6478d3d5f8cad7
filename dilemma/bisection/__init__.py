"""Exact bisection: polynomials over boxes, in integers; no model, no solver."""
