"""Random statements of the whole language of claims, about a game of every kind.

Each is read, decided within a budget, and what is decided is tried once more from the definitions:
examples by substitution and a search for deviations, a verdict on all calibrations by random ones and
the boxes' corners.  What a person may get wrong is in it too: names, eras, calls that are not there.
"""

import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import dilemma
from dilemma.checks.attack import attacked
from dilemma.checks.recheck import wrong_with
from dilemma.claims.decide import decide, stated
from dilemma.errors import DilemmaError, UnsupportedError

GAMES = Path(__file__).parent / "games"
CALLS = ("min", "max", "abs", "sqrt", "exp", "log")
RELATIONS = ("<", "<=", ">", ">=", "==", "!=")
NAMES = ("harmony", "chicken", "stag hunt", "prisoner's dilemma", "deadlock")
WRONG = 0.02  # of the words, how many are not what may stand there
DRAWS = 60


@dataclass(frozen=True)
class Outcome:
    """What became of a statement: a verdict, or a refusal; and what is wrong with it, "" if nothing."""

    told: str
    wrong: str
    seconds: float


def tried(model, fields, seconds):
    """Read and decide a statement, and try again what is decided."""
    begun = time.process_time()
    wrong, told = [], []
    try:
        claim = model.make_claim(**fields)
        for verdict in decide(model, claim, seconds=seconds):
            told.append(verdict.status)
            wrong += _wrong(model, claim, verdict, seconds)
    except DilemmaError as error:
        told.append("refused")
        wrong += [] if str(error).strip() else ["a refusal without a word"]
    except Exception as error:  # noqa: BLE001 -- which is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        wrong.append(
            f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        )
    return Outcome(" ".join(told), "; ".join(wrong), time.process_time() - begun)


def _wrong(model, claim, verdict, seconds):
    statements = stated(model, claim, verdict.era or claim.over)
    for example, fails in ((verdict.fails, True), (verdict.holds, False)):
        if example is not None and (found := wrong_with(statements, example, fails=fails)):
            yield f"{verdict.status}, and its example is wrong: {found}"
    if verdict.status not in ("proved", "disproved", "vacuous", "contradictory"):
        return
    until = time.perf_counter() + seconds
    try:
        _, against = attacked(statements, verdict.status, draws=DRAWS, seed=0, until=until)
    except UnsupportedError:
        return
    if against is not None:
        yield f"{verdict.status}, and at {dict(against.points)} {against.words}"


# --- statements ------------------------------------------------------------------------------------


@dataclass
class Speaker:
    """Says something about a model, at random."""

    model: dilemma.Model
    rng: object
    over: str = "all"

    def statement(self):
        """Return what a claim has in a model file."""
        rng, model = self.rng, self.model
        eras = (
            ["each", "pair", "any pair", *model.eras] if model.eras or rng.random() < WRONG else []
        )
        self.over = rng.choice(["all", "all", *eras])
        mode = rng.choice(["holds", "holds", "exists", "possible", "possible"])
        fields = {mode: self.claimed(mode), "over": self.over}
        if rng.random() < 0.35:
            fields["given"] = self.condition(rng.choice([0, 1, 1, 2]), assumed=True)
        if rng.random() < 0.35:
            fields["among"] = rng.choice(self.branches())
        if self.over in ("pair", "any pair") and rng.random() < 0.4:
            fields["shared"] = rng.sample(sorted(model.parameters), 1)
        if model.variants and self.over != "all" and rng.random() < 0.25:
            fields["calibrations"] = rng.choice(sorted(model.variants))
        if model.claims and rng.random() < 0.1:
            fields["because"] = [rng.choice(sorted(model.claims))]
        if model.game.choices and rng.random() < 0.15:
            fields["holding"] = rng.sample(sorted(model.game.choices), 1)
        return fields

    def branches(self):
        told = ["pure", "mixed", "any", "any"]
        if self.rng.random() < WRONG:
            return ["stable", "risk_dominant", "lowest", "highest", "interior", "nowhere"]
        if self.model.kind == "continuous":
            told += ["stable", "stable", "lowest", "highest", "interior"]
        if self.model.kind == "matrix":
            players = self.model.players.values()
            told += ["stable", "stable"]
            if [len(p.actions) for p in players] == [2, 2]:
                told += ["risk_dominant", "risk_dominant"]
            told += [", ".join(p.actions[0] for p in players)] * 2
            told += [", ".join("/".join(p.actions) for p in players)] * 2
        elif self.model.game.choices:
            told += [*self.model.game.regimes] * 2
        return told

    def claimed(self, mode):
        """Return what is claimed: one to three statements joined by "and", trends and counts too."""
        rng = self.rng
        told = []
        for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
            draw = rng.random() if mode != "exists" or rng.random() < WRONG else 1.0
            if draw < 0.22 and (self.over not in ("pair", "any pair") or rng.random() < WRONG):
                told.append(self.trend())
            elif draw < 0.3 and (self.model.game.choices or rng.random() < WRONG):
                told.append(f"{self.era()}number_of_equilibria <= {rng.randint(1, 3)}")
            elif draw < 0.36 and self.model.kind == "matrix":
                told.append(f"{self.era()}unique({self.profile()})")
            else:
                told.append(self.condition(rng.choice([0, 0, 1, 1, 2])))
        return " and ".join(f"({one})" if len(told) > 1 else one for one in told)

    def trend(self):
        negated = "not " if self.rng.random() < 0.08 else ""
        outcome = self.rng.choice([*self.model.outcomes, *self.model.players])
        parameter = self.rng.choice(sorted(self.model.parameters))
        return f"{negated}{self.rng.choice(['rises', 'falls'])}({outcome}, {parameter})"

    def era(self):
        """Return an era in front of a name, where one belongs; now and then where none does."""
        eras = list(self.model.eras)
        wanted = self.over in ("pair", "any pair")
        if self.rng.random() < WRONG / 4:
            wanted = not wanted
        return f"{self.rng.choice(eras)}." if wanted and eras else ""

    def condition(self, depth, *, assumed=False):
        rng = self.rng
        if depth == 0:
            draw = rng.random()
            if 0.3 < draw < 0.5:
                played = rng.choice([*self.model.outcomes, *self.model.players])
                return f"{self.era()}{played} {rng.choice(RELATIONS)} {self.number(1)}"
            if self.model.kind == "matrix" and draw < 0.3:
                return self.fact()
            return f"{self.number(1)} {rng.choice(RELATIONS)} {self.number(rng.choice([0, 0, 1]))}"
        one = self.condition(depth - 1, assumed=assumed)
        match rng.choice(["and", "or", "not", "implies", "chain"]):
            case "not":
                return f"not ({one})"
            case "implies":
                return f"not ({one}) or ({self.condition(depth - 1)})"
            case "chain":
                return f"{self.number(0)} <= {self.number(1)} < {self.number(0)}"
            case word:
                return f"({one}) {word} ({self.condition(depth - 1)})"

    def fact(self):
        rng, model = self.rng, self.model
        player = rng.choice(list(model.players.values()))
        told = [
            f"equilibrium({self.profile()})",
            f"equilibrium({self.profile()})",
            f"dominant({player.name}, {rng.choice(player.actions)})",
            f'kind({player.name}) == "{rng.choice(NAMES)}"',
        ]
        return self.era() + rng.choice(told)

    def profile(self):
        return ", ".join(self.rng.choice(p.actions) for p in self.model.players.values())

    def number(self, depth):
        rng = self.rng
        if depth == 0:
            return self.named() if rng.random() < 0.6 else self.constant()
        one, other = self.number(0), self.number(0)
        draw = rng.random()
        if draw < 0.45:
            return one
        if draw < 0.75:
            return f"({one} {rng.choice('+-*/')} {other})"
        if draw < 0.8:
            return f"({one})**{rng.choice(['2', '3', '-1', '0'])}"
        if draw < 0.87:
            return f"({one} if {other} >= {self.constant()} else {self.number(0)})"
        call = rng.choice(CALLS)
        return f"{call}({one}, {other})" if call in ("min", "max") else f"{call}({one})"

    def named(self):
        rng, model = self.rng, self.model
        if rng.random() < WRONG:
            wrong = ["regret", "number_of_equilibria", "probability(x)", "nobody", "undefined"]
            return rng.choice([*wrong, *model.eras, "1e400", "exp(exp(9))"])
        of_play = [*model.outcomes, *model.players]
        told = [rng.choice(of_play), rng.choice(of_play), rng.choice(sorted(model.parameters))]
        if model.definitions:
            told.append(rng.choice(sorted(model.definitions)))
        if model.kind == "matrix":
            told.append(f"{rng.choice(of_play)}({self.profile()})")
        if model.game.choices:
            number = rng.choice(sorted(model.game.choices))
            told.append(f"diff({rng.choice(sorted(model.players))}, {number})")
        return self.era() + rng.choice(told)

    def constant(self):
        """Return a number, often one at which something changes: the end of a box."""
        rng, model = self.rng, self.model
        if rng.random() < 0.5:
            return rng.choice(["0", "1", "-1", "1/2", "1/3", "2", "0.25", "10**6", "1e-9"])
        parameter = rng.choice(list(model.parameters.values()))
        boxes = [parameter.range, *(e.values[parameter.name].range for e in model.eras.values())]
        box = rng.choice(boxes)
        end = rng.choice([box.low, box.high])
        return f"({end})" if end.is_finite else "0"


# --- games of every kind ---------------------------------------------------------------------------


def models():
    """Return small games of every kind, and the larger ones that come with the package."""
    shipped = {name: dilemma.load(name) for name in dilemma.available()}
    found = [*_tables(), *_trees(), *_numbers()]
    return {**{model.name: model for model in found}, **shipped}


def _row(value, low, high):
    return {"value": value, "range": [low, high], "grade": "assumed", "source": "made up"}


def _parameters(**ranges):
    return {n: {"range": list(r), "unit": "1", "means": "x"} for n, r in ranges.items()}


def _eras(**boxes):
    """Return two eras, the second with each box moved up by a half."""
    then = {n: _row(low, low, high) for n, (low, high) in boxes.items()}
    now = {n: _row(high, low + 0.5, high + 0.5) for n, (low, high) in boxes.items()}
    return {"then": then, "now": now}


def _tables():
    hunt = dilemma.Model(
        name="hunt", title="Hunt",
        players={
            "ann": {"actions": ["stag", "hare"], "cooperates": "stag"},
            "bob": {"actions": ["stag", "hare"], "cooperates": "stag"},
        },
        parameters=_parameters(s=(0, 4), h=(0, 3), t=(-1, 1)),
        definitions={"gap": "s - h"},
        payoffs={
            "stag, stag": {"ann": "s", "bob": "s"},
            "stag, hare": {"ann": "t", "bob": "h"},
            "hare, stag": {"ann": "h", "bob": "t"},
            "hare, hare": {"ann": "h", "bob": "h"},
        },
        outcomes={
            "stags": "probability(ann, stag)*probability(bob, stag)",
            "trust": "probability(ann, stag)",
            "share": "h*probability(bob, hare)/(s + h)",
        },
        eras=_eras(s=(1, 2), h=(0, 1), t=(0, 0.5)),
        calibrations={"core": {"moves": ["s"], "says": "the stag"}},
        claims={"lemma": {"says": "", "over": "all", "holds": "s >= 0 and h <= 3"}},
    )  # fmt: skip
    wide = dilemma.Model(
        name="wide", title="Wide",
        players={"row": {"actions": ["a", "b", "c"]}, "col": {"actions": ["d", "e", "f"]}},
        parameters=_parameters(k=(-1, 2), m=(0, 1)),
        payoffs={
            f"{a}, {b}": {"row": row, "col": col}
            for a, b, row, col in [
                ("a", "d", "k", "m"), ("a", "e", "0", "1"), ("a", "f", "1", "0"),
                ("b", "d", "1", "0"), ("b", "e", "k", "m"), ("b", "f", "0", "1"),
                ("c", "d", "0", "1"), ("c", "e", "1", "0"), ("c", "f", "k", "k - m"),
            ]
        },
        outcomes={"first": "probability(row, a)"},
    )  # fmt: skip
    three = dilemma.Model(
        name="three", title="Three",
        players={p: {"actions": ["give", "keep"]} for p in ("one", "two", "six")},
        parameters=_parameters(v=(0, 3), c=(0, 1)),
        payoffs={
            f"{a}, {b}, {d}": {
                p: f"v*{[a, b, d].count('give')}/3" + (" - c" if own == "give" else "")
                for p, own in zip(("one", "two", "six"), (a, b, d), strict=True)
            }
            for a in ("give", "keep") for b in ("give", "keep") for d in ("give", "keep")
        },
        outcomes={"given": "probability(one, give)"},
        eras=_eras(v=(1, 2), c=(0, 0.5)),
    )  # fmt: skip
    return hunt, wide, three


def _trees():
    entry = dilemma.Model(
        name="entry", title="Entry", kind="tree",
        players={"entrant": {}, "incumbent": {}},
        parameters=_parameters(v=(-2, 2), p=(0, 1)),
        tree={
            "root": {"player": "entrant", "actions": ["enter", "stay"]},
            "enter": {"player": "incumbent", "actions": ["fight", "share"]},
            "enter, fight": {"chance": {"wins": "p", "fails": "1 - p"}},
        },
        payoffs={
            "stay": {"entrant": 0, "incumbent": 2},
            "enter, fight, wins": {"entrant": -1, "incumbent": "v + 1"},
            "enter, fight, fails": {"entrant": 1, "incumbent": -1},
            "enter, share": {"entrant": 1, "incumbent": "v"},
        },
        outcomes={"entered": "probability(enter)"},
        eras=_eras(v=(-1, 1), p=(0, 0.5)),
    )  # fmt: skip
    hidden = dilemma.Model(
        name="hidden", title="Hidden", kind="tree",
        players={"ann": {}, "bob": {}},
        parameters=_parameters(g=(0, 2), q=(0, 1)),
        tree={
            "root": {"chance": {"high": "q", "low": "1 - q"}},
            "high": {"player": "ann", "actions": ["bet", "fold"]},
            "low": {"player": "ann", "actions": ["bluff", "quit"]},
            "high, bet": {"player": "bob", "actions": ["call", "yield_"], "information": "seen"},
            "low, bluff": {"player": "bob", "actions": ["call", "yield_"], "information": "seen"},
        },
        payoffs={
            "high, bet, call": {"ann": "1 + g", "bob": "-1 - g"},
            "high, bet, yield_": {"ann": 1, "bob": -1},
            "high, fold": {"ann": -1, "bob": 1},
            "low, bluff, call": {"ann": "-1 - g", "bob": "1 + g"},
            "low, bluff, yield_": {"ann": 1, "bob": -1},
            "low, quit": {"ann": -1, "bob": 1},
        },
        outcomes={"called": "probability(call)", "bluffed": "probability(bluff)"},
    )  # fmt: skip
    triangle = dilemma.load(GAMES / "triangle.toml")
    return entry, hidden, triangle


def _numbers():
    market = dilemma.Model(
        name="market", title="Market", kind="continuous",
        players={
            "one": {"choices": {"x": {"range": [0, 3]}}},
            "two": {"choices": {"y": {"range": [0, 3]}}},
        },
        parameters=_parameters(a=(1, 3), c=(0, 1)),
        definitions={"total": "x + y"},
        payoffs={"one": "x*(a - total - c)", "two": "y*(a - total - c)"},
        outcomes={"price": "a - total", "part": "x/(x + y) if x + y > 0 else undefined"},
        eras=_eras(a=(1, 2), c=(0, 0.5)),
        calibrations={"core": {"moves": ["a"], "says": "demand"}},
        claims={"lemma": {"says": "", "over": "all", "holds": "x == y"}},
    )  # fmt: skip
    wager = dilemma.Model(  # replies are steps: no interior of it leads back
        name="wager", title="Wager", kind="continuous",
        players={
            "one": {"choices": {"x": {"range": [0, 1]}}},
            "two": {"choices": {"y": {"range": [0, 1]}}},
        },
        parameters=_parameters(k=(0, 2), d=(0, 1)),
        payoffs={"one": "x*(2*y - 1) - d*x", "two": "y*(2*x - k)"},
        outcomes={"both": "x*y"},
    )  # fmt: skip
    lead = dilemma.Model(
        name="lead", title="Lead", kind="sequential",
        players={
            "one": {"moves": 1, "choices": {"x": {"range": [0, 3]}}},
            "two": {"moves": 2, "choices": {"y": {"range": [0, 3]}}},
        },
        parameters=_parameters(a=(1, 3), c=(0, 1)),
        payoffs={"one": "x*(a - x - y)", "two": "y*(a - x - y - c)"},
        outcomes={"price": "a - x - y"},
        eras=_eras(a=(1, 2), c=(0, 0.5)),
    )  # fmt: skip
    trio = dilemma.Model(
        name="trio", title="Trio", kind="continuous",
        players={p: {"choices": {n: {"range": [0, 1]}}} for p, n in zip("ABC", "xyz", strict=True)},
        parameters=_parameters(a=(0, 2)),
        payoffs={p: f"{n}*(a - x - y - z)" for p, n in zip("ABC", "xyz", strict=True)},
        outcomes={"left": "a - x - y - z"},
    )  # fmt: skip
    return market, wager, lead, trio
