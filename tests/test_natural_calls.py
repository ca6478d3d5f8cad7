"""What somebody types who knows pandas or scikit-learn: it works, or one sentence names what does.

Each call stands as it is typed, with what must come of it.  Equilibria are compared with those that
payoffs alone tell, profile by profile; all else with what was asked for in another way.
"""

import copy
import inspect
import itertools
import json
import math
import pickle
import re
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import sympy as sp

import dilemma
from dilemma.errors import CallError
from dilemma.library import folder

ROWS, COLUMNS = np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])  # a prisoner's dilemma
MODEL = dilemma.load("abandonment")
OLD, NEW = "cold_war", "post_cold_war"
NAMES = {
    "Path": Path,
    "copy": copy,
    "dilemma": dilemma,
    "file": folder() / "abandonment.toml",
    "model": MODEL,
    "np": np,
    "pd": pd,
    "pickle": pickle,
    "prisoners": (ROWS, COLUMNS),
}


def typed(text):
    return eval(text, dict(NAMES))  # noqa: S307 - the table's own text


def stable(model, calibration):
    """Return the pure equilibria, from the payoffs of all profiles in floats."""
    at = [
        (p.symbol, sp.Float(float(calibration[n]), 30)) for n, p in model.parameters.items()
    ]
    paid = {
        profile: [float(model.expand(formula).subs(at)) for formula in cell.values()]
        for profile, cell in model.payoffs.items()
    }
    actions = [player.actions for player in model.players.values()]
    return {
        profile
        for profile in itertools.product(*actions)
        if all(
            paid[profile][k] >= paid[(*profile[:k], other, *profile[k + 1 :])][k]
            for k, own in enumerate(actions)
            for other in own
        )
    }


def pure(found):
    """Return what is played in the pure equilibria that were found."""
    return {
        tuple(next(a for a, chance in mix.items() if chance) for mix in one.play.values())
        for one in found
        if one.pure
    }


def at(era, **changes):
    """Tell whether equilibria are those at an era's centre, with some values changed."""
    values = {n: float(v.central) for n, v in MODEL.eras[era].values.items()} | changes
    wanted = stable(MODEL, values)
    return lambda found: pure(found) == wanted and found.complete


def in_both(**changes):
    """Tell whether an answer has the equilibria of both eras, by their keys."""
    return lambda found: (
        list(found) == [OLD, NEW] and all(at(era, **changes)(found[era]) for era in found)
    )


def same(text):
    """Tell whether a result is what another call returns, all of it."""
    return lambda found: found.to_dict() == typed(text).to_dict()


def equal(wanted):
    return lambda found: found == wanted


SOLVED = "dilemma.solve(model, 'post_cold_war')"
WORKS = [
    # a model by its name or its path, an era by its key or its title
    ("dilemma.solve('abandonment', 'cold_war')", at(OLD)),
    ("dilemma.solve(file, 'cold_war')", at(OLD)),
    ("dilemma.solve(str(file), 'post_cold_war')", at(NEW)),
    ("dilemma.solve(model, 'Cold War')", at(OLD)),
    ("dilemma.solve(model, ' post-cold  WAR')", at(NEW)),
    ("dilemma.solve(model=model, at='cold_war')", at(OLD)),
    ("dilemma.solve(model, 'Post-Cold War', m_J=0.1)", at(NEW, m_J=0.1)),
    ("dilemma.solve(model, model.eras['post_cold_war'])", at(NEW)),
    ("dilemma.solve(model, dict(model.calibration('cold_war')))", at(OLD)),
    ("dilemma.solve(model, pd.Series(model.calibration('cold_war')).astype(float))", at(OLD)),
    # all eras
    ("dilemma.solve(model)", in_both()),
    ("dilemma.solve('abandonment')", in_both()),
    ("dilemma.solve(model, m_J=0.9)", in_both(m_J=0.9)),
    ("dilemma.solve(model, ['cold_war', 'Post-Cold War'])", in_both()),
    ("dilemma.solve(model, model.eras.keys())", in_both()),
    ("dilemma.solve(model)['cold_war']", at(OLD)),
    ("dilemma.solve(model)['Cold War']", at(OLD)),
    ("dilemma.solve(model).get('antiquity')", equal(None)),
    ("{era: len(found) for era, found in dilemma.solve(model).items()}", equal({OLD: 1, NEW: 3})),
    ("isinstance(dilemma.solve(model), dict | Mapping)".replace("dict | ", ""), None),
    ("dilemma.select(model, starts=0)['post_cold_war'].risk_dominant", equal("(strong, strong)")),
    ("dilemma.along(model, 'm_J')['cold_war']", same("dilemma.along(model, 'cold_war', 'm_J')")),
    ("dilemma.tornado('hedging', 'x_J')['Cold War']",
     same("dilemma.tornado('hedging', 'x_J', 'cold_war')")),
    ("dilemma.commitment('cork')['cold_war']", same("dilemma.commitment('cork', 'cold_war')")),
    # methods
    ("model.solve('cold_war')", at(OLD)),
    ("model.solve()", in_both()),
    ("model.solve('cold_war', m_J=0.95)", at(OLD, m_J=0.95)),
    ("model.compare(draws=50)", same("dilemma.compare(model, draws=50)")),
    ("model.regions('cold_war', draws=50)", same("dilemma.regions(model, 'cold_war', draws=50)")),
    ("[v.status for v in model.prove('C1.6')]",
     lambda found: found == [v.expected for v in dilemma.prove(MODEL, "C1.6")]),
    ("len(model.plot('post_cold_war').axes)", equal(1)),
    ("len(dilemma.plot('abandonment').axes)", equal(2)),
    # eras side by side
    ("dilemma.compare(model, ['cold_war', 'post_cold_war'], draws=50)",
     same("dilemma.compare(model, draws=50)")),
    ("dilemma.compare(model, 'Cold War', draws=50)['cold war'].equilibria", at(OLD)),
    ("dilemma.statics('hedging', 'Cold War', ['x_J'], ['g_U'])['cold_war'][0]['x_J', 'g_U'].sign",
     equal("+")),
    # claims
    ("dilemma.prove('abandonment', 'C1.8').proved", equal(True)),
    ("dilemma.prove(model, 'C1.8')[0].proved", equal(True)),
    ("dilemma.prove(model, 'C1.2')[0].mixed", equal(True)),
    ("len(dilemma.prove(model, ['C1.8', 'C1.2']))", equal(2)),
    ("dilemma.prove(model, ['C1.8', 'C1.2'])['C1.8'].proved", equal(True)),
    ("dilemma.prove(model, ['C1.8', 'C1.2'])['abandonment.C1.2'][0].status", equal("mixed")),
    ("len(dilemma.prove(model, 'C1.1')['C1.1 Japan'])", equal(2)),
    ("dilemma.prove(model, 'C1.1')['tradeoff_us @ cold_war'].summary",
     equal("1 verdict: 1 proved")),
    ("dilemma.prove(model, 'kap_J*phi_J <= phi_J').proved", equal(True)),
    ("dilemma.prove('hedging', 'rises(x_J, x_U)')", None),
    # what a result is
    (f"len({SOLVED})", equal(3)),
    (f"{SOLVED}[0].payoffs['japan']",
     lambda found: found == pytest.approx(float(MODEL.payoffs["weak", "weak"]["japan"].subs([])))
     if MODEL.payoffs["weak", "weak"]["japan"].is_number else True),
]
