"""Eras, sources and claims of your own: a model file, compared and decided."""

from pathlib import Path

import dilemma

Path("trust.toml").write_text("""
title  = "Trust between allies"
kind   = "matrix"
source = "illustration"
reads  = "Each trusts the other, or does not."
[players]
senior = { actions = ["doubt", "trust"], cooperates = "trust" }
junior = { actions = ["doubt", "trust"], cooperates = "trust" }
[parameters]
b = { range = [0, 9], unit = "util", means = "what mutual trust is worth" }
k = { range = [0, 9], unit = "util", means = "what misplaced trust costs" }
[payoffs]
"doubt, doubt" = { senior = "0",  junior = "0" }
"doubt, trust" = { senior = "1",  junior = "-k" }
"trust, doubt" = { senior = "-k", junior = "1" }
"trust, trust" = { senior = "b",  junior = "b" }
[eras.then]
b = { value = 4, range = [3, 5], grade = "assumed", source = "illustration" }
k = { value = 1, range = [0, 1], grade = "assumed", source = "illustration" }
[eras.now]
b = { value = 2, range = [1.5, 3], grade = "assumed", source = "illustration" }
k = { value = 3, range = [2, 4], grade = "assumed", source = "illustration" }
[claims.trust_is_riskier]
says  = "Trust needs more faith in the other now than then."
over  = "pair"
holds = "now.k/(now.b - 1 + now.k) > then.k/(then.b - 1 + then.k)"
""")
model = dilemma.load("trust.toml")
print(dilemma.compare(model, draws=1000))
print(dilemma.prove(model))
