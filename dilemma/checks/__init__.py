"""Verdicts checked by what shares nothing with how they were reached."""
