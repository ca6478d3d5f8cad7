"""Small games told together: a table of trends, and a scenario, as files with the models beside them."""

from small_games import alone, valued

TABLE = """
title  = "A table"
source = "a test"
reads  = "Numbers of small games."

[columns]
one = "One"
two = "Two"

[rows]
row = "Row"

[eras]
before = "before"
after  = "after"

"""
STORY = """
title  = "A story"
source = "a test"
reads  = "What comes out of one goes into another."

[eras]
before = "before"
after  = "after"

"""


def chooser(folder, name, payoff, before, after, **more):
    """Write a game of one who chooses x; each parameter is (low, high), with its middle at the centre."""
    eras = {
        era: {n: valued((low + high) / 2, low, high) for n, (low, high) in boxes.items()}
        for era, boxes in (("before", before), ("after", after))
    }
    model = alone(payoff, before, name=name, eras=eras, **more)
    (folder / f"{name}.toml").write_text(model.to_toml(), encoding="utf-8")
    return model


def saved(folder, text, name="own.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


ONE = TABLE + '[cells.row.one]\nof     = "worth"\ntells  = "x"\nexpect = "up"\n'

BEFORE, AFTER = {"a": (4, 6), "b": (0, 1)}, {"a": (5, 7), "b": (0, 1)}


def games(folder):
    """Write games in which x is what it is worth, less a burden."""
    left = {"left": "9 - x"}
    chooser(folder, "worth", "a*x - x**2/2", {"a": (3, 4)}, {"a": (5, 6)}, outcomes=left)
    pay = "(a - b)*x - x**2/2"
    chooser(folder, "difference", pay, BEFORE, AFTER)
    chooser(
        folder, "two_causes", pay, {"a": (4, 5), "b": (1, 2)}, {"a": (7, 8), "b": (0.5, 1.5)},
        groups={"gain": ["a"], "loss": ["b"]},
    )  # fmt: skip


FED = """
[links.fed]
from  = "hump"
tells = "y"
to    = "next"
feeds = "p"
says  = "the hump feeds it"
"""
CLAIMS = """
[claims.more]
side  = "absolute"
of    = "next"
says  = "there is more"
holds = "after.x > before.x"

[claims.some]
side  = "absolute"
of    = "next"
says  = "there is something"
holds = "after.x > 1"

[claims.much]
side  = "relative"
of    = "next"
says  = "there is a lot"
holds = "after.x > 9/2"

[causes.worth]
says  = "what it is worth"
moves = { hump = ["a"] }

[causes.burden]
says  = "its burden"
moves = { next = ["q"] }
"""
FIRST, THEN = {"p": (2, 3), "q": (0.2, 0.3)}, {"p": (2, 3), "q": (0, 0.1)}
HUMP = {"before": (0.5, 1), "after": (1, 3)}


def chain(folder):
    """Write a game whose y = x*(3 - x) + 2 turns at x = 3/2, and two that it may feed: x = p - q, x = r."""
    chooser(
        folder, "hump", "a*x - x**2/2", {"a": HUMP["before"]}, {"a": HUMP["after"]},
        outcomes={"y": "x*(3 - x) + 2"},
    )  # fmt: skip
    outcomes = {"z": "2*x", "rest": "9 - x"}
    chooser(folder, "next", "(p - q)*x - x**2/2", FIRST, THEN, outcomes=outcomes)
    chooser(folder, "last", "r*x - x**2/2", {"r": (1, 2)}, {"r": (1, 2)})


def table_and_story(folder):
    """Write table.toml and story.toml, and the models that they name."""
    games(folder)
    chain(folder)
    saved(folder, ONE, "table.toml")
    saved(folder, STORY + FED + CLAIMS, "story.toml")
