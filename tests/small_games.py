"""Small games that several test files ask about, and the rows that games are made of."""

from itertools import product

import dilemma


def ranging(low, high, **more):
    """Return what a model says of a parameter."""
    return {"range": [low, high], "unit": "1", "means": "a number", **more}


def valued(central, low=None, high=None):
    """Return what an era says of a parameter, which is fixed where no ends are given."""
    ends = [central, central] if low is None else [low, high]
    return {"value": central, "range": ends, "grade": "assumed", "source": "a test"}


def interval(low, high, without=None):
    """Return what a model says of a chosen number; ``without`` names the ends that it may not be."""
    return {"range": [low, high]} | ({"open": without} if without else {})


def chosen_game(payoffs, *, choices=None, moves=None, own=None, **more):
    """Return a game: each player chooses one of x, y, z in [0, 1] unless ``choices`` says more."""
    players = {}
    for name, player in zip("xyz", payoffs, strict=False):
        ranges = (choices or {}).get(player, {name: ("0", "1")})
        players[player] = {"choices": {c: interval(*ends) for c, ends in ranges.items()}}
        if moves:
            players[player]["moves"] = moves[player]
        if own and player in own:
            players[player]["constraints"] = own[player]
    kind = "sequential" if moves else "continuous"
    about = {"name": "small", "title": "A small game", "kind": kind} | more
    return dilemma.Model(players=players, payoffs=payoffs, **about)


def led(payoffs, **more):
    """Return a game whose first player leads."""
    first, *others = payoffs
    return chosen_game(payoffs, moves={first: 1, **dict.fromkeys(others, 2)}, **more)


def alone(payoff, names, high=9, **more):
    """Return a game of one, who chooses x from nought up; parameters are in [0, 9]."""
    return chosen_game(
        {"one": payoff},
        choices={"one": {"x": (0, high)}},
        parameters={n: ranging(0, 9) for n in names},
        **more,
    )


def two_by_two(payoffs, *, players="xz", actions=("low", "high"), **more):
    """Return a game of two with two actions each: what both are paid, a profile after the other."""
    about = {"name": "small", "title": "A small game"} | more
    cells = (dict(zip(players, paid, strict=True)) for paid in payoffs)
    return dilemma.Model(
        players={p: {"actions": actions, "cooperates": actions[0]} for p in players},
        payoffs=dict(zip(product(actions, repeat=2), cells, strict=True)),
        **about,
    )


def theory(parameters, **more):
    """Return a theory that says which numbers there are: nobody does anything in it."""
    return dilemma.Model(
        name="theory",
        title="Theory",
        players={"nobody": ["waits"], "none": ["waits"]},
        payoffs={"waits, waits": {"nobody": 0, "none": 0}},
        parameters=parameters,
        **more,
    )


def meeting():
    """Return a 2x2 game whose equilibria are easy to write down: both want to be where the other is."""
    return two_by_two(
        [("u", "u"), (0, 0), (0, 0), ("w", "w")],
        players="ab",
        actions=("left", "right"),
        parameters=dict.fromkeys("uw", ranging(0, 2)),
        outcomes={"lefts": "probability(a, left)"},
        eras={"now": dict.fromkeys("uw", valued(1, 0, 2))},
    )


def market():
    """Return a game of two sellers with one price, in which each sells (a - c)/3."""
    return chosen_game(
        {"one": "x*(a - total - c)", "two": "y*(a - total - c)"},
        choices={"one": {"x": (0, 3)}, "two": {"y": (0, 3)}},
        name="market",
        parameters={"a": ranging(1, 2), "c": ranging(0, 1)},
        definitions={"total": "x + y"},
        outcomes={"price": "a - total"},
        eras={
            "then": {"a": valued(1, 1, 2), "c": valued(0, 0, "1/4")},
            "now": {"a": valued(1, 1, 2), "c": valued("1/2", "1/4", "1/2")},
        },
    )
