"""Random calibrations try to refute the verdicts, by a route that shares nothing with the prover.

The texts of the model files are evaluated by Python itself, in floats; equilibria come from nashpy.
"""

import random
import tomllib
import warnings
from types import SimpleNamespace

import nashpy
import numpy as np
import pytest

import dilemma
from dilemma.library import folder

DRAWS = 60


class Calibrated(SimpleNamespace):
    """One calibration: parameters, definitions, and what claims may call."""


def text_of(entry):
    return entry["is"] if isinstance(entry, dict) else entry


def calibrate(document, values):
    players = document["players"]
    names = dict(values)
    waiting = {k: text_of(v) for k, v in document.get("definitions", {}).items()}
    while waiting:
        for name, formula in list(waiting.items()):
            try:
                names[name] = eval(formula, {"__builtins__": {}}, names)
            except NameError:
                continue
            del waiting[name]

    def at(formula, profile):
        local = dict(names, undefined=float("nan"))
        for (player, about), action in zip(players.items(), profile, strict=True):
            place = about["actions"].index(action)
            for level, numbers in about.get("levels", {}).items():
                local[level] = eval(str(numbers[place]))
            local[player] = player
        local |= {a: a for about in players.values() for a in about["actions"]}
        played = dict(zip(players, profile, strict=True))
        local["probability"] = lambda player, action: float(played[player] == action)
        return eval(formula, {"__builtins__": {}}, local)

    actions = [about["actions"] for about in players.values()]
    tables = {
        name: np.array([[at(text, (a, b)) for b in actions[1]] for a in actions[0]])
        for name, text in [
            *document["payoffs"].items(),
            *((n, text_of(o)) for n, o in document["outcomes"].items()),
        ]
    }
    return Calibrated(names=names, tables=tables, actions=actions, players=list(players))


def claim_words(here):
    """Everything that a claim may say of one calibration, but for equilibrium outcomes."""
    rows, columns = here.actions
    payoffs = [here.tables[p] for p in here.players]

    def cell(profile):
        return rows.index(profile[0]), columns.index(profile[1])

    def best(profile):
        i, j = cell(profile)
        return (
            payoffs[0][i, j] >= payoffs[0][:, j].max() and payoffs[1][i, j] >= payoffs[1][i].max()
        )

    def dominant(player, action):
        own = payoffs[0] if player == here.players[0] else payoffs[1].T
        k = (rows if player == here.players[0] else columns).index(action)
        return all((own[k] > own[other]).all() for other in range(len(own)) if other != k)

    def kind(player):
        own = payoffs[0] if player == here.players[0] else payoffs[1].T
        d0, d1 = own[1] - own[0]  # the second action cooperates in the 2x2 model
        if d0 > 0:
            return "harmony" if d1 > 0 else "chicken"
        if d1 > 0:
            return "stag hunt"
        return "prisoner's dilemma" if own[1, 1] > own[0, 0] else "deadlock"

    def unique(*profile):
        return best(profile) and len(solve(here)) == 1

    def lookup(name):
        return lambda *profile: here.tables[name][cell(profile)]

    words = {name: lookup(name) for name in here.tables}
    words |= {p: p for p in here.players} | {a: a for a in rows}
    words |= {"equilibrium": lambda *p: best(p), "dominant": dominant, "kind": kind}
    return words | {"unique": unique} | here.names


def solve(here):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        game = nashpy.Game(*(here.tables[p] for p in here.players))
        return list(game.vertex_enumeration())


def in_equilibrium(here):
    """Yield the words of a claim for each equilibrium, outcomes standing for their expectation."""
    for x, y in solve(here):
        expected = {name: float(x @ table @ y) for name, table in here.tables.items()}
        yield Calibrated(**{**claim_words(here), **expected})


def risk_dominant(here):
    """Yield the words of a claim for the strict equilibrium with the larger product of losses."""
    first, second = (here.tables[p] for p in here.players)
    losses = {
        (i, j): (first[i, j] - first[1 - i, j], second[i, j] - second[i, 1 - j])
        for i in (0, 1)
        for j in (0, 1)
    }
    strict = {at: a * b for at, (a, b) in losses.items() if a > 0 and b > 0}
    for i, j in [max(strict, key=strict.get)] if strict else ():
        expected = {name: float(table[i, j]) for name, table in here.tables.items()}
        yield {**claim_words(here), **expected}


def draw(model, claim, era, rng, common):
    """Draw a calibration; in a variant what does not move is one draw from the first era's box."""
    moves = model.document.get("calibrations", {}).get(claim.calibrations, {}).get("moves")
    first = next(iter(model.eras.values()))
    values = {}
    for name, value in model.eras[era].values.items():
        fixed = moves is not None and name not in moves
        box = (first.values[name] if fixed else value).range
        drawn = rng.uniform(float(box.low), float(box.high))
        values[name] = common.setdefault(name, drawn) if value.common or fixed else drawn
    return values


def evaluate(text, words):
    return bool(eval(f"({text})", {"__builtins__": {}}, words))


def truths(model, document, claim, era, rng):
    """Return whether the claim holds at random calibrations where its assumptions do."""
    seen = set()
    given, holds = claim.text.get("given") or "True", claim.text["holds"]
    play = claim.name.endswith("in_every_equilibrium")
    for _ in range(DRAWS):
        common = {}
        if claim.over == "pair":
            eras = {e: calibrate(document, draw(model, claim, e, rng, common)) for e in model.eras}
            if play:
                sides = [list(in_equilibrium(here)) for here in eras.values()]
                worlds = [dict(zip(eras, [a, b], strict=True)) for a in sides[0] for b in sides[1]]
            else:
                worlds = [{e: Calibrated(**claim_words(here)) for e, here in eras.items()}]
        else:
            here = calibrate(document, draw(model, claim, era, rng, common))
            chosen = claim.among == "risk_dominant"
            worlds = list(risk_dominant(here)) if chosen else [claim_words(here)]
        for words in worlds:
            words |= {a: a for player in model.players.values() for a in player.actions}
            if evaluate(given, words):
                seen.add(evaluate(holds, words))
    return seen


def cases():
    for name in dilemma.available():
        model = dilemma.load(name)
        if model.kind != "matrix":
            continue  # where numbers are chosen: see test_chosen_claims
        for claim in model.claims.values():
            if "rises(" in claim.text["holds"] or "falls(" in claim.text["holds"]:
                continue  # see test_a_mixed_equilibrium_moves_as_claimed
            own = list(model.about(claim).eras)
            eras = own if claim.over in ("each", "all") else [claim.over]
            for era in eras:
                yield pytest.param(model, claim, era, id=f"{name}.{claim.name}@{era}")


@pytest.mark.slow
@pytest.mark.parametrize(("model", "claim", "era"), list(cases()))
def test_no_random_calibration_refutes_a_verdict(model, claim, era):
    document = tomllib.loads((folder() / f"{model.name}.toml").read_text(encoding="utf-8"))
    seen = truths(model, document, claim, era, random.Random(5))
    expected = claim.expect.get(era, claim.expect.get("", "proved"))
    if expected == "proved":
        assert seen <= {True}
    if expected == "disproved":
        assert seen <= {False}


@pytest.mark.parametrize(("kind", "sign"), [("stag hunt", 1), ("chicken", -1)])
def test_a_mixed_equilibrium_moves_as_claimed(kind, sign):
    """C1.7: a cost of t to the row player's cooperation moves the column player's mix."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        d0, d1 = -sign * rng.uniform(0.5, 1, 2), sign * rng.uniform(0.5, 1, 2)
        mixed = []
        for cost in (0.0, 1e-3):
            A = np.array([[0, 0], [d0[0] - cost, d1[0] - cost]])
            B = np.array([[0, d0[1]], [0, d1[1]]])
            mixed += [y[1] for _, y in nashpy.Game(A, B).support_enumeration() if 0 < y[1] < 1]
        assert len(mixed) == 2
        assert np.sign(mixed[1] - mixed[0]) == sign, kind
