"""A wrong model file is told where it is wrong, what is wrong, and what would be right."""

import textwrap

import pytest

import dilemma
from dilemma import available, load
from dilemma.library import folder, read

RIGHT = """\
title  = "Two fears"
kind   = "matrix"
source = "Snyder 1984"
reads  = "Stand close, or keep your distance."

[players]
japan = ["align", "hedge"]
us    = { actions = ["commit", "restrain"], levels = { x = [1, 0] } }

[parameters]
D = { range = [0, 10], unit = "util", means = "deterrence" }
p = { range = [0, 1], open = "low", unit = "1", means = "drawn in" }

[definitions]
risk = "p*D/2"

[payoffs]
"align, commit"   = { japan = "D - risk", us = "D - 1" }
"align, restrain" = { japan = "0", us = "D/2" }
"hedge, commit"   = { japan = "D", us = "1/3" }
"hedge, restrain" = { japan = "-D", us = "0" }

[outcomes]
close = { is = "probability(japan, align)", unit = "1", means = "Japan stands close" }

[common]
p = { value = 0.1, range = [0.05, 0.2], grade = "assumed", source = "none" }

[eras.then]
D = { value = 8, range = [6, 10], grade = "coded", source = "none" }

[eras.now]
D = { value = 4, range = [2, 6], grade = "coded", source = "none" }

[claims.nearer]
says  = "They stand closer."
over  = "pair"
holds = "now.close < then.close and p > 0"
"""


def test_the_right_file_is_right(written):
    model = load(written(RIGHT))
    assert model.name == "model"
    assert model.path is not None


# What is changed, into what, and all that is then said.
WRONG = {
    "unknown name": (
        "D - risk",
        "D - risc",
        """\
        model.toml:18:36: unknown name 'risc': payoffs.align, commit.japan
          18 | "align, commit"   = { japan = "D - risc", us = "D - 1" }
             |                                    ^^^^
             = did you mean 'risk'?""",
    ),
    "caret": (
        "p*D/2",
        "p*D^2",
        """\
        model.toml:15:12: '^' is not a power here: definitions.risk.is
          15 | risk = "p*D^2"
             |            ^
             = write **""",
    ),
    "missing key": (
        ', means = "deterrence"',
        "",
        """\
        model.toml:11:1: 'means' is missing: parameters.D
          11 | D = { range = [0, 10], unit = "util" }
             | ^""",
    ),
    "unknown key": (
        'means = "drawn in"',
        'mean = "drawn in", means = ""',
        """\
        model.toml:12:49: unknown key: parameters.p.mean
          12 | p = { range = [0, 1], open = "low", unit = "1", mean = "drawn in", means = "" }
             |                                                 ^^^^
             = did you mean 'means'?""",
    ),
    "value outside its range": (
        "value = 4",
        "value = 6.5",
        """\
        model.toml:33:15: the value 6.5 lies outside its own range: eras.now.D.value
          33 | D = { value = 6.5, range = [2, 6], grade = "coded", source = "none" }
             |               ^^^
             = low <= value <= high: [2, 6]""",
    ),
    "range outside the parameter's": (
        "[0.05, 0.2]",
        "[0, 0.2]",
        """\
        model.toml:27:28: not inside the range that the parameter may have: common.p.range
          27 | p = { value = 0.1, range = [0, 0.2], grade = "assumed", source = "none" }
             |                            ^^^^^^^^
             = p may lie in (0, 1]""",
    ),
    "missing profile": (
        '"hedge, commit"   = { japan = "D", us = "1/3" }\n',
        "",
        """\
        model.toml:17:2: the profile 'hedge, commit' is missing: payoffs
          17 | [payoffs]
             |  ^^^^^^^
             = every profile has payoffs""",
    ),
    "misspelt profile": (
        '"hedge, commit"',
        '"hedge, comit"',
        """\
        model.toml:20:1: us has no action 'comit': payoffs.hedge, comit
          20 | "hedge, comit"   = { japan = "D", us = "1/3" }
             | ^^^^^^^^^^^^^^
             = did you mean 'commit'?""",
    ),
    "missing payoff": (
        ', us = "1/3"',
        "",
        """\
        model.toml:20:1: the payoff of 'us' is missing: payoffs.hedge, commit
          20 | "hedge, commit"   = { japan = "D" }
             | ^^^^^^^^^^^^^^^""",
    ),
    "wrong type": (
        'unit = "util"',
        "unit = 3",
        """\
        model.toml:11:31: text is wanted, in quotes: parameters.D.unit
          11 | D = { range = [0, 10], unit = 3, means = "deterrence" }
             |                               ^""",
    ),
    "reserved name": (
        "D = { range",
        "lambda = { range = [0, 1], unit = '1', means = '' }\nD = { range",
        """\
        model.toml:11:1: the name 'lambda' is reserved: parameters.lambda
          11 | lambda = { range = [0, 1], unit = '1', means = '' }
             | ^^^^^^
             = it is a word of Python; write lam or another name
        model.toml:30:2: no value for 'lambda': eras.then
          30 | [eras.then]
             |  ^^^^^^^^^
             = give it here, or in [common]
        model.toml:33:2: no value for 'lambda': eras.now
          33 | [eras.now]
             |  ^^^^^^^^
             = give it here, or in [common]""",
    ),
    "name used twice": (
        "close = {",
        "risk = {",
        """\
        model.toml:24:1: the name 'risk' is used twice: outcomes.risk
          24 | risk = { is = "probability(japan, align)", unit = "1", means = "Japan stands close" }
             | ^^^^
             = it is already one of the definitions
        model.toml:38:14: unknown name 'close': claims.nearer.holds
          38 | holds = "now.close < then.close and p > 0"
             |              ^^^^^
             = known here: risk, japan, us, risk, D, p""",
    ),
    "code": (
        '"1/3"',
        "\"__import__('os').system('x')\"",
        """\
        model.toml:20:42: this cannot be called: payoffs.hedge, commit.us
          20 | "hedge, commit"   = { japan = "D", us = "__import__('os').system('x')" }
             |                                          ^^^^^^^^^^^^^^^^^^^^^^^
             = only functions can; write * to multiply""",
    ),
    "too deep": (
        '"hedge, commit"   = { japan = "D", us = "1/3" }',
        '"hedge, commit" = { us = "D", japan = "' + "(" * 41 + "D" + ")" * 41 + '" }',
        f"""\
        model.toml:20:80: nested too deeply: payoffs.hedge, commit.japan
          20 | e, commit" = {{ us = "D", japan = "{"(" * 41}D{")" * 41}" }}
             | {" " * 74}^
             = at most 40 levels""",
    ),
    "circle": (
        'risk = "p*D/2"',
        'risk = "p*other"\nother = "D + last"\nlast = "risk"',
        """\
        model.toml:15:1: definitions go in a circle: risk -> other -> last -> risk: definitions.risk
          15 | risk = "p*other"
             | ^^^^
             = each definition may use only those that do not use it""",
    ),
    "unknown kind": (
        '"matrix"',
        '"contest"',
        """\
        model.toml:2:10: no kind of game is called 'contest': kind
          2 | kind   = "contest"
            |          ^^^^^^^^^
            = kinds of game: matrix, tree, bayesian, continuous, sequential, dynamic, network""",
    ),
    "missing section": (
        'title  = "Two fears"\n',
        "",
        """\
        model.toml:1:1: 'title' is missing
          1 | kind   = "matrix"
            | ^""",
    ),
    "unknown section": (
        "[outcomes]",
        "[outcome]",
        """\
        model.toml:23:2: unknown section or key: outcome
          23 | [outcome]
             |  ^^^^^^^
             = did you mean 'outcomes'?
        model.toml:38:14: unknown name 'close': claims.nearer.holds
          38 | holds = "now.close < then.close and p > 0"
             |              ^^^^^
             = known here: japan, us, risk, D, p""",
    ),
    "broken TOML": (
        "[eras.now]",
        "[eras.now",
        """\
        model.toml:32:10: not TOML: expected ']' at the end of a table declaration
          32 | [eras.now
             |          ^""",
    ),
    "no era": (
        "now.close <",
        "close <",
        """\
        model.toml:38:10: 'close' is of no era: claims.nearer.holds
          38 | holds = "close < then.close and p > 0"
             |          ^^^^^
             = write then.close or now.close""",
    ),
    "both in common and in an era": (
        "[eras.now]\n",
        '[eras.now]\np = { value = 0.1, range = [0.1, 0.2], grade = "coded", source = "none" }\n',
        """\
        model.toml:33:1: 'p' has a value in [common] already: eras.now.p
          33 | p = { value = 0.1, range = [0.1, 0.2], grade = "coded", source = "none" }
             | ^
             = leave one of them out""",
    ),
    "no grade of ours": (
        '"assumed"',
        '"guessed"',
        """\
        model.toml:27:49: 'guessed' is not allowed: common.p.grade
          27 | p = { value = 0.1, range = [0.05, 0.2], grade = "guessed", source = "none" }
             |                                                 ^^^^^^^^^
             = one of: measured, derived, coded, assumed""",
    ),
    "levels": (
        "[1, 0]",
        "[1, 0, 2]",
        """\
        model.toml:8:60: 3 numbers for 2 actions: players.us.levels.x
          8 | us    = { actions = ["commit", "restrain"], levels = { x = [1, 0, 2] } }
            |                                                            ^^^^^^^^^
            = one number for each action, in their order""",
    ),
    "an action that is a parameter": (
        '"hedge"]',
        '"D"]',
        """\
        model.toml:7:19: the name 'D' is used twice: players.japan.actions.1
          7 | japan = ["align", "D"]
            |                   ^^^
            = it is already one of the parameters
        model.toml:20:1: japan has no action 'hedge': payoffs.hedge, commit
          20 | "hedge, commit"   = { japan = "D", us = "1/3" }
             | ^^^^^^^^^^^^^^^
             = known here: align, D
        model.toml:21:1: japan has no action 'hedge': payoffs.hedge, restrain
          21 | "hedge, restrain" = { japan = "-D", us = "0" }
             | ^^^^^^^^^^^^^^^^^
             = known here: align, D""",
    ),
    "infinite value": (
        "[2, 6]",
        "[2, inf]",
        """\
        model.toml:33:30: not a finite number: eras.now.D.range.1
          33 | D = { value = 4, range = [2, inf], grade = "coded", source = "none" }
             |                              ^^^""",
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_shown_where_it_is(refusal, old, new, expected):
    assert refusal(RIGHT, (old, new)) == textwrap.dedent(expected)


@pytest.mark.parametrize(("old", "new", "expected"), WRONG.values(), ids=WRONG.keys())
def test_the_command_line_tells_it_and_exits_2(written, typed, old, new, expected):
    path = written(RIGHT, (old, new))
    told = typed("compare", path)
    assert (told.code, told.out) == (2, "")
    assert told.err.replace(str(path), "model.toml").strip() == textwrap.dedent(expected).strip()


def test_several_mistakes_are_told_in_one_go_from_top_to_bottom(refusal):
    found = refusal(
        RIGHT,
        ("now.close", "new.close"),
        ("p*D/2", "p*DD/2"),
        ("value = 8", "value = true"),
        ("D - 1", "D - "),
        ('unit = "util", ', ""),
    )
    lines = [line for line in found.split("\n") if line.startswith("model")]
    assert lines == [
        "model.toml:11:1: 'unit' is missing: parameters.D",
        "model.toml:15:11: unknown name 'DD': definitions.risk.is",
        "model.toml:18:52: the formula ends too early: payoffs.align, commit.us",
        "model.toml:30:15: a number is wanted: eras.then.D.value",
        "model.toml:38:10: no era 'new': claims.nearer.holds",
    ]


@pytest.mark.parametrize(
    ("opening", "closing"), [('"""\n', '"""'), ("'''\n", "'''"), ('"""', '"""')]
)
def test_a_formula_that_spans_lines(refusal, opening, closing):
    formula = f"{opening}    now.close < then.close\n    and pp > 0{closing}"
    found = refusal(RIGHT, ('"now.close < then.close and p > 0"', formula))
    line = 40 if "\n" in opening else 39
    assert found == textwrap.dedent(f"""\
        model.toml:{line}:9: unknown name 'pp': claims.nearer.holds
          {line} |     and pp > 0{closing}
             |         ^^
             = did you mean 'p'?""")


def test_a_formula_with_escapes(refusal):
    found = refusal(RIGHT, ('"D - risk"', '"\\u0044 \\t - risc"'))
    assert found.split("\n")[0].startswith("model.toml:18:44: unknown name 'risc'")
    assert found.split("\n")[2].index("^^^^") == found.split("\n")[1].index("risc")


def test_windows_line_ends_move_nothing(refusal):
    found = refusal(RIGHT, ("p*D/2", "p*DD/2"), ("\n", "\r\n"))
    assert "model.toml:15:11: unknown name 'DD'" in found
    found = refusal(RIGHT.replace("\n", "\r\n"), ("p*D/2", "p*DD/2"))
    assert "model.toml:15:11: unknown name 'DD'" in found


def test_a_byte_order_mark_is_no_mistake(written):
    assert load(written("\ufeff" + RIGHT)).title == "Two fears"


def test_a_huge_file_is_not_even_read(refusal):
    found = refusal(RIGHT + "#" * 5_000_000)
    assert found.startswith("model.toml:1:1: a model file of 5,001,")
    assert "at most 5,000,000 bytes" in found


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 50_000,
        *("a = " + "[" * deep + "]" * deep for deep in (100, 200, 300, 400, 450, 490)),
        "a = " + "9" * 5000,
        "a = 1e99999999999999999999",
        "",
        "\0",
        "[a]\r[b]",
    ],
)
def test_a_hostile_file_is_told_of_like_any_other(refusal, text):
    assert refusal(text).startswith("model.toml:1:")


def test_a_number_of_unreasonable_size(refusal):
    for number in ("1e9999999", "1" * 400, "'9**9**9'", "1e99999999999999999999"):
        assert "model.toml:33:" in refusal(RIGHT, ("value = 4", f"value = {number}"))


def test_a_file_that_is_not_text(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes('title = "x"\nsource = "né"'.encode("latin-1"))
    with pytest.raises(dilemma.ModelError, match=r"latin.toml:2:12: not UTF-8"):
        load(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.toml")
    with pytest.raises(LookupError, match="no model file at"):
        load(tmp_path / "none.toml")


def test_a_game_of_too_many_profiles(refusal):
    actions = ", ".join(f'"a{i}"' for i in range(600))
    found = refusal(RIGHT, ('["align", "hedge"]', f"[{actions}]"))
    assert found.startswith("model.toml:6:2: a game with 1,200 profiles: players")


BAD_CLAIMS = [
    ('over = "each"\nholds = "now.D > 1"', "over = 'each' speaks of no other era"),
    ('over = "now"\nholds = "then.D > 1"', "over = 'now' speaks of no other era"),
    ('over = "never"\nholds = "D > 1"', "no era 'never'"),
    ('over = "all"\nholds = "D + 1"', "a statement is wanted here, not a number"),
    ('over = "all"\nholds = "japan(hedge) > 0"', "1 actions for 2 players"),
    ('over = "all"\nholds = "japan(hedge, hedge) > 0"', "us has no action 'hedge'"),
    ('over = "all"\nholds = "equilibrium(commit, hedge)"', "japan has no action 'commit'"),
    ('over = "all"\nholds = "dominant(hedge)"', "not a player and an action"),
    ('over = "all"\nholds = "dominant(china, hedge)"', "no player 'china'"),
    ('over = "all"\nholds = "hedge > 0"', "'hedge' is an action"),
    ('over = "all"\nholds = "now > 0"', "'now' is an era"),
    ('over = "all"\nholds = "probability(japan, hedge) > 0"', "'probability' is for outcomes"),
    ('over = "all"\nholds = "D(2) > 0"', "'D' is not a function"),
    ('over = "all"\nholds = "uniqe(hedge, commit)"', "unknown function 'uniqe'"),
    ('over = "all"\nholds = "rises(close, risk)"', "no parameter 'risk'"),
    ('over = "all"\nholds = "rises(D, p)"', "no outcome 'D'"),
    ('over = "all"\nholds = "not rises(close, p)"', "a trend stands by itself"),
    ('over = "all"\nholds = "rises(close, p) or D > 0"', "a trend stands by itself"),
    ('over = "all"\ngiven = "rises(close, p)"\nholds = "D > 0"', "a trend cannot be assumed"),
    ('over = "all"\nholds = "unique(hedge, commit) or D > 0"', "'unique' stands by itself"),
    ('over = "all"\nholds = "not unique(hedge, commit)"', "'unique' stands by itself"),
    (
        'over = "all"\ngiven = "unique(hedge, commit)"\nholds = "D > 0"',
        "'unique' cannot be assumed",
    ),
    ('over = "pair"\nholds = "now.rises(close, D)"', "a trend speaks of one era"),
    ('over = "all"\nholds = \'kind(japan) == "chicken"\'', "which action of japan is cooperation?"),
    ('over = "all"\nholds = \'kind(japan) == "chess"\'', "no game is called 'chess'"),
    ('over = "all"\nholds = "kind(japan)"', "not a player and a game"),
    ('over = "all"\nholds = \'D == "x"\'', "text is not allowed in a formula"),
    ('over = "all"\nholds = "D > undefined"', "'undefined' is only a branch"),
    ('over = "all"\nholds = "D > 0"\nexpect = "true"', "not a verdict"),
    ('over = "all"\nholds = "D > 0"\nexpect = { now = "proved" }', "several verdicts on one"),
    ('over = "each"\nholds = "D > 0"\nexpect = { new = "proved" }', "no era 'new'"),
    ('over = "all"\nholds = "D > 0"\nshared = ["D"]', 'only a claim over = "pair" shares'),
    ('over = "pair"\nholds = "now.D > 0"\nshared = ["DD"]', "no parameter 'DD'"),
    ('over = "all"\nholds = "D > 0"\nlabel = "nearer"', "the claim 'nearer' goes by 'nearer'"),
]


@pytest.mark.parametrize(("claim", "message"), BAD_CLAIMS)
def test_a_wrong_claim(refusal, claim, message):
    found = refusal(f'{RIGHT}\n[claims.wrong]\nsays = "Wrong."\n{claim}\n')
    first = found.split("\n")[0]
    assert first.startswith("model.toml:4")
    assert message in first
    assert found.count("model.toml") == 1


def test_pairs_want_two_eras(refusal):
    gone = RIGHT[RIGHT.index("[eras.now]") : RIGHT.index("[claims")]
    found = refusal(RIGHT, (gone, ""))
    assert 'over = "pair" wants exactly two eras: claims.nearer.over' in found
    assert "this model has 1: then" in found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["align", "hedge"]', '["align", "align"]', "the action 'align' is named twice"),
        ('["align", "hedge"]', "[]", "at least one action is wanted"),
        ('["align", "hedge"]', "3", "a list is wanted"),
        ('["align", "hedge"]', '["align", 3]', "text is wanted"),
        ("levels =", 'cooperates = "help", levels =', "us has no action 'help'"),
        ("x = [1, 0]", 'x = [1, "D"]', "unknown name 'D'"),
        ("x = [1, 0]", "D = [1, 0]", "the name 'D' is used twice"),
        ("[0, 10]", "[10, 0]", "the low end lies above the high end"),
        ("[0, 10]", "[0]", "two numbers are wanted"),
        ('[0, 1], open = "low"', '[1, 1], open = "low"', "nothing lies in this range"),
        ("D = { value = 8", "z = 3\nD = { value = 8", "not the value of a parameter"),
        ("[eras.now]", "[eras.now]\nyears = [2000, 1900]", "not a first and a last year"),
        ("[eras.now]", "[eras.now]\ntitle = 3", "text is wanted"),
        ("[eras.now]", "[eras.each]", "the name 'each' is reserved"),
        ("[2, 6], grade", "[6, 2], grade", "the low end lies above the high end"),
        ('"coded", source = "none"', '"coded", source = ""', "a value without a source"),
        ("[common]", '[groups]\na = ["D"]\nb = ["D"]\n[common]', "is in the group 'a' already"),
        ("[common]", '[groups]\na = ["d"]\n[common]', "no parameter 'd'"),
        (
            "[common]",
            '[questions.q]\nasks = ""\nera = "now"\nmoves = "d"\n[common]',
            "no parameter",
        ),
        (
            "[common]",
            '[questions.q]\nasks = ""\nera = "new"\nmoves = "D"\n[common]',
            "no era 'new'",
        ),
        ("[common]", "[calibration]\n[common]", "unknown section or key"),
        ("probability(japan, align)", "probability(japan, commit)", "japan has no action 'commit'"),
        ("probability(japan, align)", "probability(china, align)", "no player 'china'"),
        ("probability(japan, align)", "probability(japan)", "not a player and an action"),
        ("probability(japan, align)", "then.japan", "an outcome speaks of one era"),
        ("probability(japan, align)", "1/x", "division by zero"),
        ("probability(japan, align)", "nothing", "unknown name 'nothing'"),
        ("probability(japan, align)", "prob(japan, align)", "unknown function 'prob'"),
        ('"D - 1" }', '"D - 1", china = "0" }', "no player 'china'"),
        ('"hedge, commit" ', '"hedge" ', "1 actions for 2 players"),
        ('"hedge, commit" ', '"align,commit" ', "this profile stands here twice"),
        ('"1/3"', "true", "a formula is wanted, in quotes"),
        ('"1/3"', "inf", "a finite number is wanted"),
        ('"1/3"', '"undefined if D > 0 else 1"', "'undefined' is only a branch"),
        ('"Two fears"', "2", "text is wanted, in quotes"),
        ("[common]", "[[common]]", "a table is wanted"),
        ('says  = "They stand closer."', "", "'says' is missing"),
        ("[claims.nearer]", '[claims."C 1"]', "not a name: 'C 1'"),
        ("risk =", '"r isk" =', "not a name: 'r isk'"),
    ],
)
def test_other_mistakes(refusal, old, new, message):
    assert message in refusal(RIGHT, (old, new))


def test_numbers_of_a_file_are_exact(written):
    model = load(written(RIGHT))
    assert str(model.calibration("then")["p"]) == "1/10"
    assert str(model.payoffs["hedge", "commit"]["us"]) == "1/3"


@pytest.mark.parametrize("name", available())
def test_a_shipped_model_written_and_read_is_the_same(name, written):
    model = load(name)
    again = load(written(model.to_toml(), name=f"{name}.toml"))
    assert again == model
    assert again.claims == model.claims
    assert again.outcomes == model.outcomes
    assert again.eras == model.eras


def test_a_model_file_is_found_by_its_path(written):
    assert load(str(written(RIGHT))).title == "Two fears"
    assert load(folder() / "abandonment.toml").name == "abandonment"


@pytest.mark.parametrize("name", ["../abandonment", "abandonmnt", "", "."])
def test_an_unknown_model(name):
    with pytest.raises(LookupError, match="no model"):
        load(name)
