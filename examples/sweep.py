"""A sweep into a table: how does a result move as one parameter does?"""

import pandas as pd

import dilemma

model = dilemma.load("hedging")
frames = {}
for tenth in range(9, 13):
    found = dilemma.solve(model, "post_cold_war", g_J=f"{tenth}/10")
    frames[tenth / 10] = dilemma.to_pandas(found)[["x_J", "x_U", "payoff japan"]]

# One row an equilibrium: where there are three, the middle one is the tipping point.
print(pd.concat(frames, names=["g_J", "equilibrium"]).round(3))
