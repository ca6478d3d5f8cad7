"""Verdicts checked by other means: attacked, solved anew, decided again."""
