"""A game of your own: state it, solve it exactly, save it as a model file."""

from pathlib import Path

import dilemma

# The senior ally reassures or not, the junior builds up or not; g is the junior's gain.
game = dilemma.matrix(
    [["2", "0"], ["1", "1"]],
    [["2", "1 + g"], ["0", "1"]],
    players=("senior", "junior"),
    actions=(["reassure", "withhold"], ["rely", "build"]),
    name="reassurance",
    title="Reassurance",
)
for g in ("1/2", "1", "3/2"):
    found = dilemma.solve(game, g=g)
    print(f"g = {g}: {'; '.join(found.names)}{' (degenerate)' if found.degenerate else ''}")

path = Path("reassurance.toml")
path.write_text(game.to_toml(), encoding="utf-8")
print(dilemma.load(path) == game)
