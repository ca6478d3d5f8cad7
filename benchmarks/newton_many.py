"""Time and correctness of equilibria of chosen numbers at many calibrations, beside a loop over scipy.

Run: python benchmarks/newton_many.py        (a minute or two)

Both have the same games and the same formulas, compiled (for scipy over Python's own floats, which are quicker
there).  The loops begin at 21 places, and once more at 5; ours at one, and in those cells of a grid in which both
slopes change their signs, which is how it comes by with few.  The loops are what one would write: for each calibration and each start ``scipy.optimize.root`` on
the projected first-order conditions, or best replies in turn by ``minimize_scalar``, until they stay; what comes
out is kept where a grid of own deviations gains nothing.  Ours is ``dilemma.sample``: starts, merging, the search for
deviations and the dataset included, compilation not.  Seconds are those of the processor, on one thread; a ratio is the median over rounds.

What is true is told by a third: best replies on a dense grid, each way, where they cross, polished by bisection of
slopes, and kept if no deviation on a denser grid gains.  An answer is right at a calibration if it has all
equilibria that any of the three found and that stand this test, and no others.
"""

import statistics
import time
import warnings
from functools import partial

import numpy as np
import sympy as sp
from scipy.optimize import minimize_scalar, root

import dilemma

OURS, THEIRS, SEED = 32_768, 48, 1
NEAR, GAIN = 1e-4, 1e-9
STARTS = np.vstack([np.random.default_rng(0).random((16, 2)), *np.ndindex(2, 2), [0.5, 0.5]])
DENSE = 401
FINE = 4_001
ROUNDS = 3


def ranging(ends):
    return {"range": list(map(str, ends)), "unit": "1", "means": "a number"}


def stated(name, payoffs, box):
    """Return a game of two who choose x and y in [0, 1]."""
    numbers = {"one": "x", "two": "y"}
    return dilemma.Model(
        name=name,
        title=name,
        kind="continuous",
        players={p: {"choices": {n: {"range": [0, 1]}}} for p, n in numbers.items()},
        parameters={n: ranging(ends) for n, ends in box.items()},
        payoffs=payoffs,
    )


def games():
    """Yield games and the boxes of their parameters."""
    box = {"B": [0.5, 3], "c": [0.5, 2], "s": [0.3, 0.7], "r": [1, 5], "k": [0.2, 0.8]}
    box |= {"p": [0.1, 1], "d": [0, 1.5], "w": [0.01, 0.1]}

    def pay(own, share):
        spent = f"({share}*x + (1 - {share})*y + 1/50)"
        won = f"B*{spent}**r/({spent}**r + k**r)"
        return f"{won} - c*{own} - p*{own}**2/2 + d*x*y + w*log({own} + 1/10)"

    yield stated("joint effort", {"one": pay("x", "s"), "two": pay("y", "(1 - s)")}, box), box
    box = {"V": [0.5, 3], "W": [0.5, 3], "r": [0.3, 1], "e": [0.01, 0.1]}
    prize = "(x + e)**r + (y + e)**r"
    yield (
        stated(
            "contest",
            {"one": f"V*(x + e)**r/({prize}) - x", "two": f"W*(y + e)**r/({prize}) - y"},
            box,
        ),
        box,
    )
    box = {"b": [0.5, 3], "h": [0.2, 0.7], "n": [2, 8], "c": [0.3, 1.5], "e": [0.02, 0.2]}
    grown = "b*{o}*{t}**n/({t}**n + h**n) - c*{o}**2/2 + e*{o}"
    yield (
        stated(
            "following", {"one": grown.format(o="x", t="y"), "two": grown.format(o="y", t="x")}, box
        ),
        box,
    )


class Formulas:
    """A game's payoffs and slopes: over arrays, and over single floats."""

    def __init__(self, model):
        x, y = (c.symbol for c in model.game.choices.values())
        paid = list(model.payoffs[()].values())
        slopes = [sp.diff(paid[0], x), sp.diff(paid[1], y)]
        names = [x, y, *(p.symbol for p in model.parameters.values())]
        self.names = list(model.parameters)
        self.paid = [sp.lambdify(names, f, "numpy", cse=True) for f in paid]
        self.paid_alone = [sp.lambdify(names, f, "math", cse=True) for f in paid]
        self.slopes = [sp.lambdify(names, f, "numpy", cse=True) for f in slopes]
        self.alone = [sp.lambdify(names, f, "math", cse=True) for f in slopes]

    def gain(self, x, y, at, points):
        """Return what the best deviation on a grid gains."""
        grid = np.linspace(0, 1, points)
        one, two = (f(x, y, *at) for f in self.paid)
        return max(
            np.max(self.paid[0](grid, y, *at)) - one, np.max(self.paid[1](x, grid, *at)) - two
        )


def among(play, plays):
    return any(max(abs(a - b) for a, b in zip(play, other, strict=True)) < NEAR for other in plays)


def kept(formulas, plays, at, points=41):
    """Return plays once each, those from which no deviation on a grid gains."""
    found = []
    for play in plays:
        if not among(play, found) and formulas.gain(*play, at, points) < GAIN:
            found.append(play)
    return found


def by_root(formulas, at, starts=STARTS):
    """Return equilibria at a calibration: the projected conditions by scipy's hybrid method."""

    def projected(z):
        x, y = min(max(z[0], 0.0), 1.0), min(max(z[1], 0.0), 1.0)
        rise = [f(x, y, *at) for f in formulas.alone]
        return [z[k] - min(max(v + rise[k], 0.0), 1.0) for k, v in enumerate((x, y))]

    told = []
    for start in starts:
        found = root(projected, start, method="hybr")
        if found.success and max(map(abs, projected(found.x))) < 1e-9:
            told.append(tuple(np.clip(found.x, 0, 1)))
    return kept(formulas, told, at)


def by_replies(formulas, at):
    """Return equilibria at a calibration: best replies in turn, by scipy's bounded minimisation."""

    def reply(player, other):
        def loses(own):
            play = (own, other) if player == 0 else (other, own)
            return -formulas.paid_alone[player](*play, *at)

        inside = minimize_scalar(loses, bounds=(0, 1), method="bounded", options={"xatol": 1e-10}).x
        return min((inside, 0.0, 1.0), key=loses)

    told = []
    for own, other in STARTS:
        before, y = own, other
        for _ in range(100):
            x = reply(0, y)
            y = reply(1, x)
            if abs(x - before) < 1e-7:
                told.append((x, y))
                break
            before = x
    return kept(formulas, told, at)


def dense(formulas, at):
    """Return equilibria at a calibration: where best replies on a dense grid cross, either way."""
    grid = np.linspace(0, 1, DENSE)
    told = []
    for own in (0, 1):
        tables = np.meshgrid(grid, grid, indexing="ij")
        play = tables if own == 0 else tables[::-1]
        reply = grid[np.argmax(formulas.paid[1 - own](*play, *at), axis=1)]
        reply = _topped(formulas, 1 - own, grid, reply, at)
        play = (grid, reply) if own == 0 else (reply, grid)
        rise = formulas.slopes[own](*play, *at) * np.ones(DENSE)
        pairs = [(grid[k], reply[k]) for k, out in ((0, rise[0] <= 0), (-1, rise[-1] >= 0)) if out]
        turns = np.flatnonzero(rise[:-1] * rise[1:] <= 0)
        pairs += [_bisected(formulas, own, grid[k : k + 2], rise[k], at) for k in turns]
        told += [pair if own == 0 else pair[::-1] for pair in pairs]
    return kept(formulas, told, at, FINE)


def _topped(formulas, player, other, near, at):
    low, high = np.maximum(near - 1 / (DENSE - 1), 0), np.minimum(near + 1 / (DENSE - 1), 1)
    ends = low, high
    for _ in range(45):
        middle = (low + high) / 2
        play = (middle, other) if player == 0 else (other, middle)
        up = formulas.slopes[player](*play, *at) > 0
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    middle = (low + high) / 2
    snapped = np.where(middle - ends[0] < 1e-12, ends[0], middle)
    return np.where(ends[1] - middle < 1e-12, ends[1], snapped)


def _bisected(formulas, own, bracket, before, at):
    """Return where a slope vanishes, the other replying best."""
    fine = np.linspace(0, 1, DENSE)
    low, high = bracket
    for _ in range(40):
        middle = (low + high) / 2
        play = (middle, fine) if own == 0 else (fine, middle)
        near = fine[np.argmax(formulas.paid[1 - own](*play, *at))]
        reply = _topped(formulas, 1 - own, np.array([middle]), np.array([near]), at)[0]
        pair = (middle, reply) if own == 0 else (reply, middle)
        up = formulas.slopes[own](*pair, *at) * before > 0
        low, high = (middle, high) if up else (low, middle)
    return middle, reply


def plays(found, draw):
    one = found.isel(draw=draw)
    there = one.present.values
    return [*zip(one["one: x"].values[there], one["two: y"].values[there], strict=True)]


def timed(work):
    begun = time.process_time()
    answer = work()
    return time.process_time() - begun, answer


def raced(formulas, model, box, calibrations):
    """Return seconds for a calibration, of each way in each round, and the answers."""
    few = partial(by_root, starts=STARTS[-5:])
    ways = {"root": by_root, "root, 5 starts": few, "best replies": by_replies}
    spent = {name: [] for name in ("ours", *ways)}
    answers = {}
    for _ in range(ROUNDS):
        seconds, found = timed(partial(dilemma.sample, model, box, OURS, seed=SEED, play=True))
        spent["ours"].append(seconds / OURS)
        for name, way in ways.items():
            seconds, answers[name] = timed(
                lambda way=way: [way(formulas, at) for at in calibrations]
            )
            spent[name].append(seconds / THEIRS)
    everywhere = [plays(found, d) for d in range(THEIRS)]
    own = [kept(formulas, p, at, FINE) for p, at in zip(everywhere, calibrations, strict=True)]
    return spent, found, {"ours": own, **answers}


def compared(model, box):
    formulas = Formulas(model)
    first = dilemma.sample(model, box, OURS, seed=SEED)  # compiled
    calibrations = [[float(first[n][d]) for n in formulas.names] for d in range(THEIRS)]
    spent, found, answers = raced(formulas, model, box, calibrations)
    answers["dense grid"] = [dense(formulas, at) for at in calibrations]
    truth = [
        kept(formulas, [p for own in answers.values() for p in own[d]], at, FINE)
        for d, at in enumerate(calibrations)
    ]
    count = [*map(len, truth)]
    print(
        f"{model.name}: {np.mean(count):.2f} equilibria a calibration, at most {max(count)}; "
        f"largest regret of ours {found.attrs['largest regret']:.1e}"
    )
    for name, own in answers.items():
        pairs = [*zip(own, truth, strict=True)]
        missed = [sum(not among(p, o) for p in t) for o, t in pairs]
        wrong = [sum(not among(p, t) for p in o) for o, t in pairs]
        right = np.mean([not m and not w for m, w in zip(missed, wrong, strict=True)])
        pace = " " * 31
        if name in spent:
            ratio = statistics.median(np.array(spent[name]) / np.array(spent["ours"]))
            pace = f"{statistics.median(spent[name]) * 1e3:9.3f} ms, {ratio:6.0f} times ours"
        print(
            f"  {name:14} {pace}   right at {right:6.1%}, {sum(missed)} missed, {sum(wrong)} wrong"
        )
        if name in spent:
            yield f"{model.name}: {name}, its time over ours", float(ratio)


def main():
    warnings.simplefilter("ignore")
    print(f"{OURS} calibrations by ours, {THEIRS} by the others, from {len(STARTS)} starts")
    return dict(figure for model, box in games() for figure in compared(model, box))


if __name__ == "__main__":
    main()
