"""What somebody types who knows pandas or scikit-learn: it works, or one sentence names what does.

Each call stands as it is typed, with what must come of it.  Equilibria are compared with those that
payoffs alone tell, profile by profile; other answers with the same question asked in full.
"""

import copy
import inspect
import io
import itertools
import json
import pickle
import re
from collections.abc import Mapping
from contextlib import redirect_stdout

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import dilemma
from dilemma.library import folder

MODEL = dilemma.load("abandonment")
OLD, NEW = "cold_war", "post_cold_war"
NAMES = {
    "A": np.array([[3, 0], [5, 1]]),  # a prisoner's dilemma
    "B": np.array([[3, 5], [0, 1]]),
    "Mapping": Mapping,
    "copy": copy,
    "dilemma": dilemma,
    "file": folder() / "abandonment.toml",
    "json": json,
    "model": MODEL,
    "np": np,
    "pd": pd,
    "pickle": pickle,
}


def typed(text, **names):
    return eval(text, NAMES | names)


# --- what must come of it ------------------------------------------------------------------------


def values_at(era, **changes):
    centre = MODEL.calibration(era)
    return {name: float(value) for name, value in centre.items()} | changes


def paid(calibration):
    """Return who is paid what at each profile, in floats, from the payoffs' formulas."""
    put = [(p.symbol, calibration[name]) for name, p in MODEL.parameters.items()]
    return {
        profile: {who: float(MODEL.expand(formula).subs(put)) for who, formula in cell.items()}
        for profile, cell in MODEL.payoffs.items()
    }


def stable(calibration):
    """Return the profiles from which nobody gains by leaving alone."""
    pays, players = paid(calibration), list(MODEL.players.values())
    return {
        profile
        for profile in itertools.product(*(player.actions for player in players))
        if all(
            pays[profile][p.name] >= pays[(*profile[:k], other, *profile[k + 1 :])][p.name]
            for k, p in enumerate(players)
            for other in p.actions
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
    """Tell whether these are the equilibria at an era's centre, with some values changed."""
    return lambda found: pure(found) == stable(values_at(era, **changes)) and found.complete


def in_both(**changes):
    """Tell whether an answer has the equilibria of both eras, by their keys."""
    return lambda found: (
        list(found) == [OLD, NEW] and all(at(era, **changes)(found[era]) for era in found)
    )


def same(text):
    """Tell whether a result is all that the same question returns, asked in full."""
    return lambda found: plain(found) == plain(typed(text))


def plain(found):
    return re.sub(r'"seconds": [\d.]+', "", json.dumps(found.to_dict(), default=str))


def is_(wanted):
    return lambda found: found == wanted


def near(wanted):
    return lambda found: float(found) == pytest.approx(wanted)


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
    ("dilemma.solve(model, model.era('cold_war', m_J=0.95))", at(OLD, m_J=0.95)),
    # all eras, or some
    ("dilemma.solve(model)", in_both()),
    ("dilemma.solve('abandonment')", in_both()),
    ("dilemma.solve(model, m_J=0.9)", in_both(m_J=0.9)),
    ("dilemma.solve(model, ['cold_war', 'Post-Cold War'])", in_both()),
    ("dilemma.solve(model, model.eras.keys())", in_both()),
    ("dilemma.solve(model)['cold_war']", at(OLD)),
    ("dilemma.solve(model)['Cold War']", at(OLD)),
    ("dilemma.solve(model).get('antiquity')", is_(None)),
    ("{era: len(found) for era, found in dilemma.solve(model).items()}", is_({OLD: 1, NEW: 3})),
    ("isinstance(dilemma.solve(model), Mapping)", is_(True)),
    ("dilemma.select(model, starts=0)['post_cold_war'].risk_dominant", is_("(strong, strong)")),
    ("dilemma.along(model, 'm_J')['cold_war']", same("dilemma.along(model, 'cold_war', 'm_J')")),
    (
        "dilemma.tornado('hedging', 'x_J')['Cold War']",
        same("dilemma.tornado('hedging', 'x_J', 'cold_war')"),
    ),
    ("dilemma.commitment('cork')['cold_war']", same("dilemma.commitment('cork', 'cold_war')")),
    # methods of a model
    ("model.solve('cold_war')", at(OLD)),
    ("model.solve()", in_both()),
    ("model.solve('cold_war', m_J=0.95)", at(OLD, m_J=0.95)),
    ("model.compare(draws=50)", same("dilemma.compare(model, draws=50)")),
    (
        "[v.status for v in model.prove('C1.6')]",
        lambda found: found == [v.expected for v in dilemma.prove(MODEL, "C1.6")],
    ),
    ("model.regions('cold_war', draws=50)", same("dilemma.regions(model, 'cold_war', draws=50)")),
    ("[a.get_label() for a in model.plot('Cold War').axes]", is_(["cold_war strong"])),
    ("len(dilemma.plot('abandonment').axes)", is_(2)),
    # eras side by side
    (
        "dilemma.compare(model, ['cold_war', 'post_cold_war'], draws=50)",
        same("dilemma.compare(model, draws=50)"),
    ),
    ("dilemma.compare(model, 'Cold War', draws=50)['cold war'].equilibria", at(OLD)),
    ("dilemma.statics('hedging', 'Cold War', ['x_J'], ['g_U'])['cold war'][0].era", is_(OLD)),
    # claims
    ("dilemma.prove('abandonment', 'C1.8').proved", is_(True)),
    ("dilemma.prove(model, 'C1.8')[0].proved", is_(True)),
    ("dilemma.prove(model, 'C1.2')[0].mixed", is_(True)),
    ("dilemma.prove(model, 'C1.2').proved", is_(False)),
    ("len(dilemma.prove(model, ['C1.8', 'C1.2']))", is_(2)),
    ("dilemma.prove(model, ['C1.8', 'C1.2'])['C1.8'].proved", is_(True)),
    (
        "[v.status for v in dilemma.prove(model, ['C1.8', 'C1.2'])['abandonment.C1.2']]",
        is_(["mixed"]),
    ),
    ("{v.era for v in dilemma.prove(model, 'C1.1')['C1.1 Japan']}", is_({OLD, NEW})),
    ("dilemma.prove(model, 'C1.1')['tradeoff_us @ cold_war'].proved", is_(True)),
    ("dilemma.prove(model, 'kap_J*phi_J <= phi_J').proved", is_(True)),
    ("dilemma.prove(model, 'kap_J*phi_J <= phi_J', over='Cold War').proved", is_(True)),
    (
        "dilemma.prove('hedging', 'rises(x_J, g_U)').to_pandas()['formula'][0]",
        is_("rises(x_J, g_U)"),
    ),
    # what a result has, and how it goes on
    ("len(model.solve('post_cold_war'))", is_(3)),
    ("model.solve('post_cold_war')[0].name", is_("(weak, weak)")),
    (
        "model.solve('cold_war')[0].payoffs['japan']",
        near(paid(values_at(OLD))["strong", "strong"]["japan"]),
    ),
    (
        "model.solve('post_cold_war')['(weak, weak)'].payoffs['us']",
        near(paid(values_at(NEW))["weak", "weak"]["us"]),
    ),
    (
        "[e.name for e in model.solve('post_cold_war') if e.pure]",
        is_(["(weak, weak)", "(strong, strong)"]),
    ),
    ("model.solve('cold_war').to_dict()['equilibria'][0]['payoffs']['us']", is_("-1/5000")),
    ("json.loads(model.solve().to_json())['eras'].keys()", lambda keys: list(keys) == [OLD, NEW]),
    ("model.solve().to_latex().count('equilibria}')", is_(2)),
    ("model.solve('post_cold_war').to_pandas()['P(us strong)'].iloc[1]", is_(1.0)),
    ("model.solve().to_pandas().groupby('era').size().to_dict()", is_({OLD: 1, NEW: 3})),
    ("len(dilemma.to_pandas(model.solve()))", is_(4)),
    (
        "dilemma.solve(dilemma.matrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])).names",
        is_(("(row_2, column_2)",)),
    ),
    ("dilemma.solve(dilemma.matrix(A, B)).names", is_(("(row_2, column_2)",))),
    # many games
    ("dilemma.solve_many([A, -A], [B, -B]).of(0).row.tolist()", is_([[0, 1]])),
    ("len(dilemma.solve_many([A, A.T], [B, B.T]).to_pandas())", is_(2)),
    # a model looked into, and copied
    ("dilemma.load('cork').eras.keys()", lambda keys: list(keys) == [OLD, NEW]),
    ("model.eras['Cold War'].name", is_(OLD)),
    ("str(model.parameters['m_J'].range)", is_("[0, 1]")),
    ("'m_J' in model.parameters", is_(True)),
    ("model.players['japan'].actions", is_(("weak", "strong"))),
    ("copy.copy(model) == model == pickle.loads(pickle.dumps(model))", is_(True)),
    ("'abandonment' in dilemma.available()", is_(True)),
    ("dilemma.__version__.count('.')", is_(2)),
]

# What is typed, what the sentence names, and a call that does as it says.
REFUSED = [
    # several where one is asked about
    (
        "dilemma.attribute(model, ['support_us', 'support_japan'])",
        "no outcome ['support_us', 'support_japan'] in abandonment: known here: ",
        "dilemma.attribute(model, 'support_us', select='highest')",
    ),
    # something else than a model
    (
        "dilemma.solve([[3, 0], [5, 1]], [[3, 5], [0, 1]])",
        "dilemma.matrix(A, B) makes a model of payoffs",
        "dilemma.solve(dilemma.matrix(A, B))",
    ),
    (
        "dilemma.solve(A, B)",
        "dilemma.matrix(A, B) makes a model of payoffs",
        "dilemma.solve(dilemma.matrix(A, B))",
    ),
    ("dilemma.solve(pd.DataFrame(A))", "dilemma.matrix(A, B)", "dilemma.matrix(A, B)"),
    ("dilemma.solve(None)", "a shipped model's name", "dilemma.solve('abandonment')"),
    ("dilemma.prove(3)", "dilemma.available() lists the names", "dilemma.available()"),
    (
        "dilemma.compare(['abandonment', 'cork'])",
        "one at a time",
        "dilemma.compare('cork', draws=9)",
    ),
    ("dilemma.solve('abandonmint')", "did you mean 'abandonment'?", "dilemma.solve('abandonment')"),
    ("dilemma.solve('nowhere.toml')", "no model file at nowhere.toml", "dilemma.solve(file)"),
    ("dilemma.load(model)", "a shipped model's name or a file's path", "dilemma.load(file)"),
    ("dilemma.solve_many(A, B)", "[row] is one game", "dilemma.solve_many([A], [B])"),
    ("dilemma.solve_many(model)", "solve_many(row, column", "dilemma.solve_many([A], [B])"),
    ("dilemma.batch([A], [B])", "dilemma.solve_many(row, column)", "dilemma.solve_many([A], [B])"),
    # eras and values
    (
        "dilemma.solve(model, era='cold_war')",
        "solve(model, 'cold_war')",
        "dilemma.solve(model, 'cold_war')",
    ),
    (
        "dilemma.compare(model, era='cold_war')",
        "did you mean 'eras'?",
        "dilemma.compare(model, eras='cold_war', draws=9)",
    ),
    (
        "dilemma.compare(model, 'cold_war', 'post_cold_war')",
        "several stand in a list, as in ['cold_war', 'post_cold_war']",
        "dilemma.compare(model, ['cold_war', 'post_cold_war'], draws=9)",
    ),
    (
        "dilemma.solve(model, 'cold wor')",
        "did you mean 'cold_war' (Cold War)?",
        "dilemma.solve(model, 'cold_war')",
    ),
    (
        "dilemma.solve(model, 'post-cold wars')",
        "did you mean 'post_cold_war' (post-Cold War)?",
        "dilemma.solve(model, 'post_cold_war')",
    ),
    (
        "dilemma.solve(model)['antiquity']",
        "cold_war (Cold War), post_cold_war (post-Cold War)",
        "dilemma.solve(model)['cold_war']",
    ),
    (
        "dilemma.solve(model)[0]",
        "'cold_war', 'post_cold_war'",
        "dilemma.solve(model)['cold_war'][0]",
    ),
    (
        "dilemma.solve(model, 1990)",
        "a name is wanted, or a value for each parameter",
        "dilemma.solve(model, 'cold_war')",
    ),
    (
        "dilemma.solve(model, {'m_J': 0.1})",
        "model.era('cold_war', m_J=0.1)",
        "dilemma.solve(model, model.era('cold_war', m_J=0.1))",
    ),
    (
        "dilemma.solve(model, 'cold_war', {'m_J': 0.1})",
        "PARAMETER=...",
        "dilemma.solve(model, 'cold_war', m_J=0.1)",
    ),
    (
        "dilemma.solve(model, model.eras)",
        "as in ['cold_war', 'post_cold_war']",
        "dilemma.solve(model, ['cold_war', 'post_cold_war'])",
    ),
    (
        "dilemma.solve(model, 'cold_war', mJ=0.1)",
        "did you mean 'm_J'?",
        "dilemma.solve(model, 'cold_war', m_J=0.1)",
    ),
    (
        "dilemma.solve(model, 'cold_war', second=9)",
        "did you mean 'seconds'?",
        "dilemma.solve(model, 'cold_war', seconds=9)",
    ),
    ("model.eras['Cold Wor']", "did you mean 'cold_war' (Cold War)?", "model.eras['cold_war']"),
    ("model.parameters['m_j']", "did you mean 'm_J'?", "model.parameters['m_J']"),
    # what a function needs
    (
        "dilemma.trace(model, 'm_J')",
        "trace(model, moves, low, high",
        "dilemma.trace(model, 'm_J', 0, 1, points=2)",
    ),
    (
        "dilemma.regions(model, 'm_J', 'v_J')",
        "dilemma.region_map(model, x, y)",
        "dilemma.region_map(model, 'm_J', 'v_J')",
    ),
    (
        "dilemma.prove(model, 'C1.8', 'C1.2')",
        "as in ['C1.8', 'C1.2']",
        "dilemma.prove(model, ['C1.8', 'C1.2'])",
    ),
    (
        "dilemma.prove(model)['C1.66']",
        "did you mean 'C1.6'?",
        "dilemma.prove(model, 'C1.6')['C1.6']",
    ),
    (
        "dilemma.prove(model, 'no_such_claim')",
        "known here: tradeoff_japan",
        "dilemma.prove(model, 'tradeoff_japan')",
    ),
    # what a result has not
    ("model.solve('cold_war').payoffs", "found[0].payoffs", "model.solve('cold_war')[0].payoffs"),
    ("model.solve().names", "found['cold_war'].names", "model.solve()['cold_war'].names"),
    ("model.solve().cold_war", "found['cold_war']", "model.solve()['cold_war']"),
    (
        "model.solve('cold_war')[0].strategies",
        "its play is a mapping",
        "model.solve('cold_war')[0].play['us']",
    ),
    (
        "model.solve('post_cold_war')['weak']",
        "did you mean '(weak, weak)'?",
        "model.solve('post_cold_war')['(weak, weak)']",
    ),
    (
        "model.solve('cold_war').to_csv('found.csv')",
        "to_pandas().to_csv(path)",
        "model.solve('cold_war').to_pandas().to_csv()",
    ),
    ("model.solve('cold_war').summary()", "print(...) shows it", "print(model.solve('cold_war'))"),
    ("model.solve('cold_war').plot()", "dilemma.plot(model)", "dilemma.plot(model)"),
    ("dilemma.to_pandas(model)", "dilemma.solve(model)", "dilemma.to_pandas(dilemma.solve(model))"),
    ("dilemma.sheet(model).to_pandas()", "to_dict() has all", "dilemma.sheet(model).to_dict()"),
    (
        "dilemma.to_xarray(model.solve())",
        "dilemma.solve(model, era)",
        "dilemma.to_xarray(dilemma.solve(model, 'cold_war'))",
    ),
    # what a model has not
    ("model['payoffs']", "model.payoffs", "model.payoffs"),
    ("model.copy()", "model.replace(...) makes another", "model.replace(title='Another')"),
    ("model.describe()", "dilemma.sheet(model)", "dilemma.sheet(model)"),
    ("model.fit()", "model.replace(...)", "model.replace(title='Another')"),
    ("model.predict()", "model.solve()", "model.solve()"),
    (
        "model.trace('m_J', 0, 1)",
        "dilemma.trace(...)",
        "dilemma.trace(model, 'm_J', 0, 1, points=2)",
    ),
    ("model.to_json()", "model.document", "dict(model.document)"),
    (
        "setattr(model, 'title', 'Another')",
        "model.replace(title=...)",
        "model.replace(title='Another')",
    ),
    # what the package has not
    ("dilemma.models", "dilemma.available()", "dilemma.available()"),
    ("dilemma.list()", "dilemma.available()", "dilemma.available()"),
    ("dilemma.read_csv('table.csv')", "dilemma.load(path)", "dilemma.load(file)"),
    ("dilemma.Game(A, B)", "dilemma.matrix(A, B)", "dilemma.matrix(A, B)"),
    ("dilemma.slove(model)", "did you mean 'solve'?", "dilemma.solve(model)"),
    # pictures
    (
        "dilemma.trace(model, 'm_J', 0, 1, points=2).plot(ax=ax)",
        "one era and one number",
        "dilemma.trace(model, 'm_J', 0, 1, points=2, eras='cold_war', outcomes='trust_us').plot(ax=ax)",
    ),
    ("model.plot(ax=[ax])", "one matplotlib Axes", "model.plot('cold_war', ax=ax)"),
    (
        "dilemma.prove(model, 'C1.8').plot(ax=ax)",
        "leave ax out",
        "dilemma.prove(model, 'C1.8').plot()",
    ),
    (
        "dilemma.region_map(model, 'm_J', 'v_J').plot(figsize=(4, 3))",
        "nothing else than ax",
        "dilemma.region_map(model, 'm_J', 'v_J').plot()",
    ),
    (
        "dilemma.plot('cork')",
        "results have: RegionMap",
        "dilemma.tornado('cork', 'K').plot()",
    ),
]


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


@pytest.mark.parametrize(("text", "right"), WORKS, ids=[text for text, _ in WORKS])
def test_it_works(text, right):
    assert right(typed(text))


@pytest.mark.parametrize(("text", "names", "instead"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_it_is_refused_in_a_sentence_that_names_what_does(text, names, instead, ax):
    with pytest.raises((dilemma.DilemmaError, AttributeError)) as caught:
        typed(text, ax=ax)
    said = str(caught.value)
    assert names in said
    assert "\n" not in said
    assert not re.match(r"'\w+' object", said)  # never what Python says of its own types
    typed(instead, ax=ax)


def test_there_are_more_than_fifty():
    assert len({text for text, *_ in [*WORKS, *REFUSED]}) == len(WORKS) + len(REFUSED) > 100


# --- every function that takes a model -----------------------------------------------------------


ASKING = [
    name
    for name in dilemma.__all__
    if inspect.isfunction(getattr(dilemma, name))
    and next(iter(inspect.signature(getattr(dilemma, name)).parameters), "") in ("model", "models")
]


def test_functions_that_take_a_model_are_found():
    assert {"solve", "compare", "prove", "classroom", "to_nashpy", "trace"} <= set(ASKING)
    assert len(ASKING) > 15


def needed(function):
    """Return something for each argument that must be given besides the model."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [
        "m_J" for one in parameters if one.default is one.empty and one.kind < one.VAR_POSITIONAL
    ]


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("given", [3, {"a": 1}, object()], ids=["int", "dict", "object"])
def test_each_says_that_a_model_is_wanted(name, given):
    function = getattr(dilemma, name)
    given = [given] if name in ("prove", "classroom") else given  # of several
    with pytest.raises(dilemma.errors.CallError, match=f"^{name}: a model is wanted") as caught:
        function(given, *needed(function))
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("name", ASKING)
def test_each_takes_a_name_for_a_model(name):
    """Told by the name that is none: it is looked up."""
    function = getattr(dilemma, name)
    with pytest.raises(dilemma.DilemmaError, match="no model 'abandonmint': did you mean"):
        function("abandonmint", *needed(function))


@pytest.mark.parametrize("name", ASKING)
def test_each_refuses_an_argument_that_it_does_not_take(name):
    function = getattr(dilemma, name)
    with pytest.raises(dilemma.DilemmaError, match="nonsense"):
        function("abandonment", *needed(function), nonsense=1)


def test_help_shows_what_may_be_given():
    shown = io.StringIO()
    with redirect_stdout(shown):
        help(dilemma.solve)
    assert "model: 'Model | str | Path'" in shown.getvalue()
    assert ">>> found.names" in shown.getvalue()


@pytest.mark.parametrize("name", ["solve", "compare", "prove", "regions"])
def test_a_method_takes_what_its_function_takes(name):
    function = inspect.signature(getattr(dilemma, name)).parameters.values()
    method = inspect.signature(getattr(dilemma.Model, name)).parameters.values()
    assert [(p.name, p.kind, p.default) for p in list(method)[1:]] == [
        (p.name, p.kind, p.default)
        for p in list(function)[1:]
        if p.name != "literature"  # which models: a method has its own
    ]
    assert "Examples" in getattr(dilemma.Model, name).__doc__


def test_tab_shows_what_is_public_and_nothing_else():
    shown = [name for name in dir(dilemma) if not name.startswith("__")]
    assert sorted(shown) == sorted([*dilemma.__all__, "errors", "figures"])
    assert all(getattr(dilemma, name) is not None for name in shown)


def test_nothing_is_asked_of_a_model_by_underscored_names():
    """As programs do that look for what an object can."""
    for thing in (MODEL, MODEL.solve("cold_war"), MODEL.solve()):
        assert not hasattr(thing, "_ipython_canary_method")
        assert not hasattr(thing, "__array__")
