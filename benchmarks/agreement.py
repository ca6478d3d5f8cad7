"""Whether batch, exact path, nashpy and prover say the same, at random calibrations and at built ties.

Run: python -m benchmarks agreement
     python benchmarks/agreement.py [MODEL ...] [--points 1000] [--seconds 60]

Of each model: random calibrations of both eras' boxes, and ties: the same, one parameter put where a condition of some
branch holds with equality, exactly.  The batch (dilemma.sample without and with its exact path) against the exact
path at each calibration by itself (names and outcomes of all equilibria); of tables of two players against nashpy,
each of whose equilibria must be listed, or lie in a set that is; against the prover, which is asked to prove at the calibration
that an outcome lies between the least and the greatest value listed, and that it does not lie inside of these.  Prints how many
were looked at in the time, and every difference.
"""

import argparse
import random
import sys
import time
import warnings
from dataclasses import dataclass, replace

import nashpy
import numpy as np
import sympy as sp

import dilemma
from dilemma.claims.decide import decided, stated
from dilemma.games.solution import branches, equilibria
from dilemma.robustness.needs import Boxes
from dilemma.study.at_many import Asked, row_of, solved_part
from dilemma.theory.parts import Interval

CLOSE = 1e-7
TRIES = 40  # to build one tie


def drawn(model, era, draw):
    """Return a random calibration of an era's box, of numbers with few digits."""
    found = {}
    for name, value in model.eras[era].values.items():
        low, high = value.range.low, value.range.high
        found[name] = low + (high - low) * sp.Rational(draw.randint(0, 1_000), 1_000)
    return found


def borders(model):
    """Return expressions that are nought where a branch begins or ends, each linear in some parameter."""
    symbols = {p.symbol for p in model.parameters.values()}
    found = {}
    for branch in branches(model):
        steps = branch.shape.steps if branch.shape is not None and branch.shape.last is None else ()
        solved = {unknown: -rest / slope for unknown, rest, slope in steps}
        for condition in branch.conditions:
            if isinstance(condition, sp.core.relational.Relational):
                gap = condition.lhs - condition.rhs
                for _ in solved:
                    gap = gap.subs(solved)
                gap = sp.numer(sp.together(model.expand(gap)))
                if gap.free_symbols and gap.free_symbols <= symbols:
                    found[gap] = None
    return list(found)


def tied(model, era, draw, gaps):
    """Return a calibration at which some border is met, or None."""
    for _ in range(TRIES):
        gap, at = draw.choice(gaps), drawn(model, era, draw)
        moved = draw.choice(sorted(gap.free_symbols, key=str))
        rest = gap.subs({model.parameters[n].symbol: v for n, v in at.items() if n != moved.name})
        line = sp.Poly(rest, moved) if rest.has(moved) else None
        if line is None or line.degree() != 1:
            continue
        slope, level = line.all_coeffs()
        if not (slope.is_Rational and level.is_Rational):
            continue
        place = -level / slope
        if place in model.parameters[moved.name].range:
            try:
                model.values({**at, moved.name: place})
            except dilemma.DilemmaError:  # a definition has no value there
                continue
            return {**at, moved.name: place}
    return None


def exactly(model, at):
    found = equilibria(model, at, seconds=20)
    return found, sorted(one.name for one in found)


@dataclass(frozen=True)
class Listed:
    """Calibrations one after the other, as a plan that a batch solves."""

    points: list

    @property
    def size(self):
        return len(self.points)

    def columns(self, start, stop):
        own = self.points[start:stop]
        return {name: np.array([float(at[name]) for at in own]) for name in own[0]}


def in_batch(asked, points):
    """Return names and outcomes at each calibration, and whether all are known, as the batch lists them."""
    part = solved_part(asked, Listed(points), 0, len(points))
    found = [([], {name: [] for name in part.values}) for _ in points]
    for k, (draw, slot) in enumerate(zip(part.draw, part.slot, strict=True)):
        names, outcomes = found[draw]
        names.append(part.slots[slot][0])
        for name, values in part.values.items():
            outcomes[name].append(float(values[k]))
    return [(sorted(n), o, bool(c)) for (n, o), c in zip(found, part.complete, strict=True)]


def outcomes_differ(found, outcomes):
    for name, values in outcomes.items():
        own = sorted(float(v) for one in found if (v := one.value(name)) is not None)
        theirs = sorted(v for v in values if np.isfinite(v))
        if len(own) != len(theirs) or not np.allclose(own, theirs, rtol=CLOSE, atol=CLOSE):
            return f"{name}: exactly {own}, in the batch {theirs}"
    return ""


def nashpy_differs(model, at, found):
    """Say which equilibrium of nashpy's is neither listed nor in a set that is."""
    one, two = model.players.values()
    values = model.values(at)
    tables = [
        np.array(
            [
                [float(model.expand(model.payoffs[a, b][p.name]).subs(values)) for b in two.actions]
                for a in one.actions
            ]
        )
        for p in (one, two)
    ]
    for x, y in nashpy.Game(*tables).support_enumeration():
        listed = [
            [float(e.play[p.name].get(a, 0)) for p in (one, two) for a in p.actions] for e in found
        ]
        theirs = np.array([*x, *y])
        if (
            not any(np.abs(np.array(own) - theirs).max() < 1e-6 for own in listed)
            and not found.continua
        ):
            return f"nashpy: {np.round(theirs, 6).tolist()}"
    return ""


def prover_differs(model, era, at, found):
    """Say where the prover does not prove what is listed of the first outcome that has a value everywhere."""
    for name in model.outcomes:
        values = [v for one in found if (v := one.value(name)) is not None]
        if len(values) != len(found) or not values:
            continue
        low, high = (_near(end) for end in (min(values), max(values)))
        room = sp.Rational(1, 10**7) * (1 + abs(low) + abs(high))
        for text, status in (
            (f"{name} >= {low - room} and {name} <= {high + room}", ("proved",)),
            (f"{name} > {low + room} and {name} < {high - room}", ("disproved", "mixed")),
        ):
            statements = stated(model, model.make_claim(text, over=era), era)
            bounds = {
                axis: Interval(at[axis[1]], at[axis[1]]) for axis in Boxes.of(statements).intervals
            }
            verdict = decided(replace(statements, bounds=bounds), (), seconds=10)
            if verdict.status not in status:
                return f"prover: {text} is {verdict.status} ({verdict.reason})"
        return ""
    return ""


def _near(value):
    """Return a number with a few digits."""
    return sp.Rational(str(sp.N(value, 12)))


def looked_at(name, points, seconds, draw):
    """Print how many calibrations of a model were looked at, and what differs."""
    model = dilemma.load(name)
    gaps = borders(model)
    asked = Asked(model, tuple(row_of(model, name) for name in model.outcomes))
    two = model.kind == "matrix" and len(model.players) == 2
    for what in ("random", "ties"):
        counts = dict.fromkeys(("points", "nashpy", "prover", "open", "differ"), 0)
        until = time.perf_counter() + seconds
        while counts["points"] < points and time.perf_counter() < until:
            era = draw.choice(list(model.eras))
            at = (
                drawn(model, era, draw)
                if what == "random"
                else tied(model, era, draw, gaps)
                if gaps
                else None
            )
            if at is None:
                break
            found, names = exactly(model, at)
            fixed = {n: v for n, v in at.items() if sp.Rational(repr(float(v))) != v}
            ((theirs, outcomes, complete),) = in_batch(replace(asked, fixed=fixed), [at])
            counts["points"] += 1
            said = (
                []
                if theirs == names or not (complete and found.complete)
                else [f"exactly {names}, in the batch {theirs}"]
            )
            said.append(outcomes_differ(found, outcomes) if not said and complete else "")
            if two:
                said.append(nashpy_differs(model, at, found))
                counts["nashpy"] += 1
            if counts["points"] % 10 == 1:
                told = prover_differs(model, era, at, found)
                counts["open"] += "is open" in told
                said.append("" if "is open" in told else told)
                counts["prover"] += 1
            for one in filter(None, said):
                counts["differ"] += 1
                where = {n: str(v) for n, v in at.items()}
                print(f"  DIFFER {name} {era} {what}: {one} at {where}")
        print(
            f"  {name:22} {what:7} " + ", ".join(f"{k} {v:,}" for k, v in counts.items()),
            flush=True,
        )
        yield counts["differ"]


def main(names=(), points=1_000, seconds=60.0):
    warnings.simplefilter("ignore")
    differ = 0
    for name in names or dilemma.available():
        differ += sum(looked_at(name, points, seconds, random.Random(name)))
    return {"agreement: differences": differ}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="*")
    parser.add_argument("--points", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    sys.exit(bool(main(asked.models, asked.points, asked.seconds)["agreement: differences"]))
