"""``python -m dilemma``."""

from dilemma.cli import main

main()
