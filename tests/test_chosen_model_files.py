"""A wrong file of a game in which numbers are chosen is told where it is wrong and what to do."""

import textwrap

import pytest

import dilemma

RIGHT = """\
title  = "Cork"
kind   = "sequential"
source = "nobody"
reads  = "One leads, one follows."
ties   = "leader"

[players.us]
moves   = 1
choices = { K = { range = ["s", "s + 2"], unit = "index", means = "ceiling" } }

[players.japan]
moves       = 2
choices     = { y = { range = ["0", "v"], unit = "index", means = "build-up" } }
constraints = { ceiling = "y <= K - s" }

[parameters]
s = { range = [0, 5], unit = "index", means = "capability" }
v = { range = [0, 5], open = "low", unit = "index", means = "limit" }

[definitions]
left = { is = "K - s - y", unit = "index", means = "what is left" }
half = { is = "y/2", unit = "index", means = "half of it" }

[payoffs]
japan = "y - y**2/4"
us    = "s + y - K**2/2"

[bargain.t]
range = ["0", "1"]
gains = { us = "t", japan = "1 - t" }
power = { us = "1/2", japan = "1/2" }

[regimes]
held  = { binds = ["ceiling"] }
loose = { binds = [] }

[outcomes]
price = { is = "multiplier(ceiling)", unit = "util", means = "shadow price" }
worth = { is = "dvalue(japan, K)", unit = "util", means = "worth of loosening" }

[common]
v = { value = 2, range = [1, 3], grade = "assumed", source = "none" }

[eras.then]
s = { value = 0.3, range = [0.2, 0.4], grade = "coded", source = "none" }

[eras.now]
s = { value = 0.6, range = [0.5, 0.7], grade = "coded", source = "none" }

[claims.lemma]
says  = "It binds."
over  = "all"
among = "held"
holds = "price >= 0"

[claims.tighter]
says    = "The ceiling binds more."
over    = "all"
holding = ["K"]
among   = "held"
holds   = "rises(price, s)"
because = ["lemma"]

[dynamics.rounds]
says  = "On and on."
era   = "then"
next  = { s = "s + y" }
steps = 3
"""
MATRIX = """\
title = "Two"
kind = "matrix"
source = "nobody"
reads = "Two players."
[players]
a = ["x", "y"]
b = ["x", "y"]
[payoffs]
"x, x" = { a = "1", b = "1" }
"x, y" = { a = "1", b = "0" }
"y, x" = { a = "0", b = "1" }
"y, y" = { a = "0", b = "0" }
"""


def test_the_right_file_is_right(written):
    model = dilemma.load(written(RIGHT))
    (found,) = dilemma.solve(model, "then")
    assert found.name == "(held)"
    assert found.outcomes["t"] * 2 == 1


# What is changed, into what, and all that is then said.
WRONG = {
    "unknown constraint": (
        "multiplier(ceiling)",
        "multiplier(cieling)",
        """\
        model.toml:38:28: no constraint 'cieling': outcomes.price.is
          38 | price = { is = "multiplier(cieling)", unit = "util", means = "shadow price" }
             |                            ^^^^^^^
             = did you mean 'ceiling'?""",
    ),
    "a constraint that another keeps": (
        "multiplier(ceiling)",
        "multiplier(ceiling, us)",
        """\
        model.toml:38:28: no constraint that this player must keep: outcomes.price.is
          38 | price = { is = "multiplier(ceiling, us)", unit = "util", means = "shadow price" }
             |                            ^^^^^^^
             = write multiplier(constraint) or dvalue(player, choice of the leader)""",
    ),
    "dvalue of a follower's choice": (
        "dvalue(japan, K)",
        "dvalue(japan, y)",
        """\
        model.toml:39:31: not the leader's choice: outcomes.worth.is
          39 | worth = { is = "dvalue(japan, y)", unit = "util", means = "worth of loosening" }
             |                               ^
             = known here: K""",
    ),
    "dvalue of nobody": (
        "dvalue(japan, K)",
        "dvalue(jpan, K)",
        """\
        model.toml:39:24: no player 'jpan': outcomes.worth.is
          39 | worth = { is = "dvalue(jpan, K)", unit = "util", means = "worth of loosening" }
             |                        ^^^^
             = did you mean 'japan'?""",
    ),
    "an era in an outcome": (
        "multiplier(ceiling)",
        "then.multiplier(ceiling)",
        """\
        model.toml:38:17: an outcome speaks of one era: outcomes.price.is
          38 | price = { is = "then.multiplier(ceiling)", unit = "util", means = "shadow price" }
             |                 ^^^^
             = leave the era out""",
    ),
    "actions": (
        "moves   = 1\n",
        'moves   = 1\nactions = ["go", "stay"]\n',
        """\
        model.toml:7:2: a player with actions: players.us
          7 | [players.us]
            |  ^^^^^^^^^^
            = where kind = "sequential" players have choices""",
    ),
    "two leaders": (
        "moves       = 2",
        "moves       = 1",
        """\
        model.toml:7:2: 2 leaders: players
          7 | [players.us]
            |  ^^^^^^^^^^
            = one player with moves = 1; the others, with moves = 2, see what it does""",
    ),
    "no leader": (
        "moves   = 1",
        "moves   = 2",
        """\
        model.toml:7:2: 0 leaders: players
          7 | [players.us]
            |  ^^^^^^^^^^
            = one player with moves = 1; the others, with moves = 2, see what it does""",
    ),
    "a leader who chooses two numbers": (
        'means = "ceiling" } }',
        'means = "ceiling" }, L = { range = ["0", "1"] } }',
        """\
        model.toml:7:2: a leader chooses one number: players.us
          7 | [players.us]
            |  ^^^^^^^^^^
            = what else it decides may be a parameter""",
    ),
    "a regime of an unknown constraint": (
        'binds = ["ceiling"]',
        'binds = ["cieling"]',
        """\
        model.toml:34:20: nothing called 'cieling' binds: regimes.held.binds.0
          34 | held  = { binds = ["cieling"] }
             |                    ^^^^^^^^^
             = did you mean 'ceiling'?""",
    ),
    "a regime of an unknown end": (
        'binds = ["ceiling"]',
        'binds = ["ceiling", "y.hihg"]',
        """\
        model.toml:34:31: nothing called 'y.hihg' binds: regimes.held.binds.1
          34 | held  = { binds = ["ceiling", "y.hihg"] }
             |                               ^^^^^^^^
             = did you mean 'y.high'?""",
    ),
    "two names for a regime": (
        "binds = []",
        'binds = ["ceiling"]',
        """\
        model.toml:35:1: the same as the regime 'held': regimes.loose
          35 | loose = { binds = ["ceiling"] }
             | ^^^^^""",
    ),
    "an infinite end": (
        '["0", "v"]',
        '["0", "inf"]',
        """\
        model.toml:13:37: a finite end is wanted: players.japan.choices.y.range.1
          13 | choices     = { y = { range = ["0", "inf"], unit = "index", means = "build-up" } }
             |                                     ^^^^^
             = one never reached""",
    ),
    "low above high": (
        '["0", "v"]',
        '["3", "1"]',
        """\
        model.toml:13:31: the low end lies above the high end: players.japan.choices.y.range
          13 | choices     = { y = { range = ["3", "1"], unit = "index", means = "build-up" } }
             |                               ^^^^^^^^^^""",
    ),
    "a leader's end on a follower's choice": (
        '"s + 2"',
        '"s + y"',
        """\
        model.toml:9:33: what japan chooses is not known yet: players.us.choices.K.range.1
          9 | choices = { K = { range = ["s", "s + y"], unit = "index", means = "ceiling" } }
            |                                 ^^^^^^^
            = us moves first""",
    ),
    "a leader's end on a follower's choice by way of a definition": (
        '"s + 2"',
        '"s + half"',
        """\
        model.toml:9:33: what japan chooses is not known yet: players.us.choices.K.range.1
          9 | choices = { K = { range = ["s", "s + half"], unit = "index", means = "ceiling" } }
            |                                 ^^^^^^^^^^
            = us moves first""",
    ),
    "an end on the same choice": (
        '["0", "v"]',
        '["0", "y + 1"]',
        """\
        model.toml:13:37: an end that hangs on what the same player chooses: players.japan.choices.y.range.1
          13 | choices     = { y = { range = ["0", "y + 1"], unit = "index", means = "build-up" } }
             |                                     ^^^^^^^
             = write it among the player's constraints""",
    ),
    "an end on the player's other choice": (
        'means = "build-up" } }',
        'means = "build-up" }, z = { range = ["0", "y"] } }',
        """\
        model.toml:13:101: an end that hangs on what the same player chooses: players.japan.choices.z.range.1
          13 | choices     = { y = { range = ["0", "v"], unit = "index", means = "build-up" }, z = { range = ["0", "y"] } }
             |                                                                                                     ^^^
             = write it among the player's constraints""",
    ),
    "an end on an unknown name": (
        '["0", "v"]',
        '["0", "w"]',
        """\
        model.toml:13:38: unknown name 'w': players.japan.choices.y.range.1
          13 | choices     = { y = { range = ["0", "w"], unit = "index", means = "build-up" } }
             |                                      ^
             = known here: s, v, left, half, K, y""",
    ),
    "a strict constraint": (
        '"y <= K - s"',
        '"y < K - s"',
        """\
        model.toml:14:27: not a constraint: players.japan.constraints.ceiling
          14 | constraints = { ceiling = "y < K - s" }
             |                           ^^^^^^^^^^^
             = write one comparison with <= or >=""",
    ),
    "an unknown name in a constraint": (
        '"y <= K - s"',
        '"y <= Kk - s"',
        """\
        model.toml:14:33: unknown name 'Kk': players.japan.constraints.ceiling
          14 | constraints = { ceiling = "y <= Kk - s" }
             |                                 ^^
             = did you mean 'K'?""",
    ),
    "holding what nobody chooses": (
        'holding = ["K"]',
        'holding = ["s"]',
        """\
        model.toml:59:12: no choice 's': claims.tighter.holding.0
          59 | holding = ["s"]
             |            ^^^
             = known here: K, y""",
    ),
    "an unknown lemma": (
        'because = ["lemma"]',
        'because = ["lema"]',
        """\
        model.toml:62:12: no other claim 'lema': claims.tighter.because.0
          62 | because = ["lema"]
             |            ^^^^^^
             = did you mean 'lemma'?""",
    ),
    "claims that follow from one another": (
        'holds = "price >= 0"',
        'holds = "price >= 0"\nbecause = ["tighter"]',
        """\
        model.toml:55:11: claims follow from one another in a circle: lemma -> tighter -> lemma: claims.lemma.because
          55 | because = ["tighter"]
             |           ^^^^^^^^^^^""",
    ),
    "a count of equilibria that is reckoned with": (
        '"price >= 0"',
        '"number_of_equilibria + 1 <= 2"',
        """\
        model.toml:54:10: a count of equilibria is at most a number: claims.lemma.holds
          54 | holds = "number_of_equilibria + 1 <= 2"
             |          ^^^^^^^^^^^^^^^^^^^^
             = write number_of_equilibria <= 1, joined to the rest with 'and', in 'holds'""",
    ),
    "a count of equilibria that is assumed": (
        'holds = "price >= 0"',
        'given = "number_of_equilibria <= 1"\nholds = "price >= 0"',
        """\
        model.toml:54:10: a count of equilibria is at most a number: claims.lemma.given
          54 | given = "number_of_equilibria <= 1"
             |          ^^^^^^^^^^^^^^^^^^^^
             = write number_of_equilibria <= 1, joined to the rest with 'and', in 'holds'""",
    ),
    "a count of equilibria from below": (
        '"price >= 0"',
        '"number_of_equilibria >= 1"',
        """\
        model.toml:54:10: a count of equilibria is at most a number: claims.lemma.holds
          54 | holds = "number_of_equilibria >= 1"
             |          ^^^^^^^^^^^^^^^^^^^^
             = write number_of_equilibria <= 1, joined to the rest with 'and', in 'holds'""",
    ),
    "a payoff that jumps": (
        '"y - y**2/4"',
        '"1 if y > 1/2 else 0"',
        """\
        model.toml:25:9: the payoff jumps where y > 1/2 begins: payoffs.japan
          25 | japan = "1 if y > 1/2 else 0"
             |         ^^^^^^^^^^^^^^^^^^^^^
             = an optimum need not exist where a payoff is not continuous""",
    ),
    "a payoff that is missing": (
        'us    = "s + y - K**2/2"\n',
        "",
        """\
        model.toml:24:2: the payoff of 'us' is missing: payoffs
          24 | [payoffs]
             |  ^^^^^^^""",
    ),
    "a payoff by profile": (
        'us    = "s + y - K**2/2"',
        'us = { japan = "1" }',
        """\
        model.toml:26:1: one formula is wanted: payoffs.us
          26 | us = { japan = "1" }
             | ^^
             = there are no profiles""",
    ),
    "ties to nobody": (
        'ties   = "leader"',
        'ties   = "leaders"',
        """\
        model.toml:5:10: 'leaders' is not allowed: ties
          5 | ties   = "leaders"
            |          ^^^^^^^^^
            = leader (its favourite reply is played) or against (its least favourite)""",
    ),
    "a bargain of one": (
        'gains = { us = "t", japan = "1 - t" }',
        'gains = { us = "t" }',
        """\
        model.toml:30:1: a bargain has two sides: bargain.t.gains
          30 | gains = { us = "t" }
             | ^^^^^""",
    ),
    "dynamics of an unknown parameter": (
        "next  = { s =",
        "next  = { q =",
        """\
        model.toml:67:11: no parameter 'q': dynamics.rounds.next.q
          67 | next  = { q = "s + y" }
             |           ^
             = known here: s, v""",
    ),
    "dynamics in an unknown era": (
        'era   = "then"\nnext',
        'era   = "them"\nnext',
        """\
        model.toml:66:9: no era 'them': dynamics.rounds.era
          66 | era   = "them"
             |         ^^^^^^
             = did you mean 'then'?""",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_in_its_place_and_told_once(refusal, case):
    old, new, expected = WRONG[case]
    assert refusal(RIGHT, (old, new)) == textwrap.dedent(expected)


# Where the words may be others, but the place and the thing must be named.
NAMED = {
    "power of one side is missing": (
        'power = { us = "1/2", japan = "1/2" }',
        'power = { us = "1/2" }',
        ("model.toml:31:", "japan", "bargain.t.power"),
    ),
    "gains of somebody without power": (
        'gains = { us = "t", japan = "1 - t" }',
        'gains = { us = "t", jpan = "1 - t" }',
        ("model.toml:30:21", "no player 'jpan'"),
    ),
    "a power that is negative": (
        'power = { us = "1/2", japan = "1/2" }',
        'power = { us = "-1/2", japan = "1/2" }',
        ("model.toml:31:", "bargain.t.power.us"),
    ),
    "a payoff that looks ahead to the bargain": (
        '"s + y - K**2/2"',
        '"s + y - K**2/2 + t"',
        ("model.toml:26:", "payoffs.us"),
    ),
    "an end that looks ahead to the bargain": (
        '["0", "v"]',
        '["0", "t"]',
        ("model.toml:13:", "players.japan.choices.y.range.1"),
    ),
    "a constraint that looks ahead to the bargain": (
        '"y <= K - s"',
        '"y <= (K - s)*t"',
        ("model.toml:14:", "players.japan.constraints.ceiling"),
    ),
    "a constraint on nothing that is chosen": (
        '"y <= K - s"',
        '"s <= v"',
        ("model.toml:14:", "players.japan.constraints.ceiling"),
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_what_cannot_be_solved_is_told_when_the_file_is_read(refusal, case):
    old, new, named = NAMED[case]
    message = refusal(RIGHT, (old, new))
    assert all(word in message for word in named), message
    assert message.count("model.toml:") == 1, message


def test_a_claim_that_is_its_own_lemma_is_not_offered_itself(refusal):
    message = refusal(RIGHT, ('because = ["lemma"]', 'because = ["tighter"]'))
    assert "model.toml:62:12" in message
    assert "did you mean 'tighter'?" not in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("moves       = 2", "moves       = 3"),
        ('["0", "v"], unit', '["0", "v"], open = "left", unit'),
        ('["0", "v"]', '["0"]'),
    ],
)
def test_a_choice_whose_row_is_wrong_is_still_known_elsewhere(refusal, old, new):
    message = refusal(RIGHT, (old, new))
    assert "unknown name 'y'" not in message
    assert message.count("model.toml:") == 1, message


@pytest.mark.parametrize("ends", ['["0"]', '["0", "1", "v"]'])
def test_an_interval_without_two_ends_is_told_in_plain_words(refusal, ends):
    message = refusal(RIGHT, ('["0", "v"]', ends))
    assert "model.toml:13:31" in message
    assert "validation" not in message


def test_what_a_constraint_may_not_be_is_not_then_proposed(refusal):
    message = refusal(RIGHT, ('"y <= K - s"', '"y + K - s"'))
    assert "model.toml:14:" in message
    assert "==" not in message


# --- sections of another kind ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "section",
    [
        '[constraints]\nc = "1 <= 2"\n',
        "[regimes]\nr = { binds = [] }\n",
        '[bargain.t]\nrange = ["0", "1"]\ngains = { a = "t", b = "1" }\npower = { a = "1", b = "1" }\n',
        '[dynamics.d]\nsays = "x"\nera = "e"\n',
    ],
)
def test_a_matrix_game_has_no_sections_of_games_in_which_numbers_are_chosen(refusal, section):
    name = section[1:].partition("]")[0].partition(".")[0]
    message = refusal(MATRIX + section)
    assert message.startswith(f"model.toml:13:2: a section of another kind of game: {name}")
    assert 'only where kind = "continuous" or "sequential"' in message


def test_a_player_of_a_matrix_game_chooses_no_numbers(refusal):
    message = refusal(
        MATRIX, ('a = ["x", "y"]', 'a = { choices = { q = { range = ["0", "1"] } } }')
    )
    assert message.startswith("model.toml:6:1: a player who chooses numbers: players.a")


def test_equilibria_are_counted_only_where_numbers_are_chosen(refusal):
    claim = '[claims.c]\nsays = "x"\nover = "all"\nholds = "number_of_equilibria <= 1"\n'
    message = refusal(MATRIX + claim)
    assert message.startswith("model.toml:16:10: equilibria are counted only where numbers are")
    assert "write unique(...) of a profile" in message


def test_a_continuous_game_has_no_leader(refusal):
    message = refusal(
        RIGHT, ('kind   = "sequential"', 'kind   = "continuous"'), ('ties   = "leader"\n', "")
    )
    assert "all players move at once: players.japan.moves" in message
    assert 'kind = "sequential" has a leader and followers' in message


# --- round trip and safety -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cork", "hedging", "burden"])
def test_a_shipped_model_written_and_read_again_is_the_same(name, written):
    model = dilemma.load(name)
    again = dilemma.load(written(model.to_toml(), name=f"{name}.toml"))
    assert again == model
    for part in ("game", "payoffs", "outcomes", "claims", "eras", "dynamics", "definitions"):
        assert getattr(again, part) == getattr(model, part), part


def test_a_right_file_written_and_read_again_is_the_same(written):
    model = dilemma.load(written(RIGHT))
    assert dilemma.load(written(model.to_toml())) == model


CODE = "__import__('pathlib').Path('{}').touch()"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["0", "v"]', '["0", "CODE"]'),
        ('["s", "s + 2"]', '["CODE", "s + 2"]'),
        ('"y <= K - s"', '"y <= CODE"'),
        ('"y - y**2/4"', '"CODE"'),
        ('"multiplier(ceiling)"', '"CODE"'),
        ('us = "t", japan', 'us = "CODE", japan'),
        ('power = { us = "1/2"', 'power = { us = "CODE"'),
        ('range = ["0", "1"]', 'range = ["0", "CODE"]'),
        ('"s + y" }\nsteps', '"CODE" }\nsteps'),
        ('"price >= 0"', '"CODE"'),
    ],
)
def test_a_file_can_never_run_code(refusal, tmp_path, old, new):
    mark = tmp_path / "ran"
    message = refusal(RIGHT, (old, new.replace("CODE", CODE.format(mark))))
    assert "this cannot be called" in message
    assert not mark.exists()


@pytest.mark.parametrize(
    "text", ["v.__class__", "(lambda: 1)()", "exec('1')", "[v][0]", "v if v else ().a"]
)
def test_an_end_is_a_formula_and_nothing_else(refusal, text):
    assert "model.toml:13:" in refusal(RIGHT, ('["0", "v"]', f'["0", "{text}"]'))
