"""A game from nashpy or Gambit, and one of ours for them.

Gambit's part needs pygambit: pip install "dilemma[trees]".
"""

from pathlib import Path

import nashpy
import numpy as np
import pygambit

import dilemma

# From nashpy: a game as two arrays. Back again, for its own algorithms.
hunt = dilemma.from_nashpy(nashpy.Game(np.array([[4, 0], [3, 3]]), np.array([[4, 3], [0, 3]])))
print(dilemma.solve(hunt).names)
post = dilemma.load("abandonment")
game = dilemma.to_nashpy(post, "post_cold_war")
print(len(list(game.support_enumeration())), "equilibria by nashpy's support enumeration")

# For pygambit payoffs stay exact fractions.
exact = dilemma.to_pygambit(post, "post_cold_war")
print(exact.title)
print(len(pygambit.nash.enummixed_solve(exact).equilibria), "equilibria by Gambit")
print(dilemma.solve(dilemma.from_pygambit(exact)).names)

# Gambit's files need nothing but a path: .nfg for tables, .efg for trees.
Path("hunt.nfg").write_text('NFG 1 R "Hunt" { "Ann" "Bob" } { 2 2 }  4 4  3 0  0 3  3 3\n')
print(dilemma.load("hunt.nfg"))
