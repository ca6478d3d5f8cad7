"""An example of a claim says which part breaks, is round, and is run again by one line of Python or of a shell."""

import contextlib
import io
import json
import os
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma.claims.examples import simpler
from dilemma.claims.witness import breaks

# Of each kind of game and of claim some, all quickly decided.
OF_PLAY = [
    ("abandonment", "entrapment_rises_in_every_equilibrium"),
    ("attention", "more_attention"),
    ("attention", "less_of_japan_to_washington"),
    ("consensus", "at_once"),
    ("alliance_reliability", "war_falls"),
    ("triangle", "deterred_in_the_cold_war"),
]
HELD = ("unlocked", "us_gains")  # what the United States choose is held
OF_PROFILES = [
    ("abandonment", "abandonment_falls_us_firm"),
    ("abandonment", "tradeoff_japan"),
]
OF_PARAMETERS = [("abandonment", "substitutes_then_complements")]


@pytest.fixture(scope="module")
def decided():
    """Verdicts, each decided once."""
    known = {}

    def decided(model, claim):
        if (model, claim) not in known:
            ledger = dilemma.prove(model, claim, workers=1)
            known[model, claim] = next(v for v in ledger if v.fails is not None)
        return known[model, claim]

    return decided


def ran(line, **names):
    """What a line of Python comes to, as a list."""
    found = eval(line, {"dilemma": dilemma, **names})
    return found if isinstance(found, list) else [found]


def shown(line, tmp_path):
    """What a line of a shell prints, in an empty folder and a shell of its own."""
    script = f'set -e; dilemma() {{ {shlex.quote(sys.executable)} -m dilemma "$@"; }}\n'
    script += f'python() {{ {shlex.quote(sys.executable)} "$@"; }}\n{line}\n'
    root = str(Path(dilemma.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    ended = subprocess.run(
        ["sh", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def as_json(line):
    """The same line, with its results as JSON."""
    return " && ".join(f"{one} --json" for one in line.split(" && "))


def documents(text):
    """JSON documents that stand one behind another."""
    found, decoder = [], json.JSONDecoder()
    while text := text.strip():
        one, end = decoder.raw_decode(text)
        found += one if isinstance(one, list) else [one]
        text = text[end:]
    return found


def close(one, other):
    return abs(float(one) - float(other)) < 1e-9 * max(1, abs(float(one)))


# --- run again ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "claim"), [*OF_PLAY, HELD])
@pytest.mark.parametrize("which", ["fails", "holds"])
def test_python_finds_the_equilibrium_of_an_example_again(decided, model, claim, which):
    example = getattr(decided(model, claim), which)
    found = ran(example.python)
    assert len(found) == len(example.calibrations)
    for label, solved in zip(example.calibrations, found, strict=True):
        assert solved.calibration == example.calibrations[label]
        if label in example.values:
            worth = example.values[label]
            assert any(
                all(
                    close(e.value(name), value)
                    for name, value in worth.items()
                    if value is not None
                )
                for e in solved
            )


@pytest.mark.parametrize(("model", "claim"), OF_PLAY)
def test_a_shell_finds_the_equilibrium_of_an_example_again(decided, model, claim, tmp_path):
    example = decided(model, claim).fails
    found = documents(shown(as_json(example.shell), tmp_path))
    for label, solved in zip(example.calibrations, found, strict=True):
        told = {name: sp.Rational(value) for name, value in solved["calibration"].items()}
        assert told == example.calibrations[label]
        if label in example.values:
            pays = {
                n: v
                for n, v in example.values[label].items()
                if n in solved["equilibria"][0]["payoffs"]
            }
            assert any(
                all(close(sp.Rational(e["payoffs"][n]), v) for n, v in pays.items())
                for e in solved["equilibria"]
            )


def test_where_a_choice_is_held_the_shell_runs_python(decided, tmp_path):
    example = decided(*HELD).fails
    assert example.shell.startswith("python -c ")
    (found,) = ran(example.python)
    assert str(found).splitlines()[0] in shown(example.shell, tmp_path)


@pytest.mark.parametrize(("model", "claim"), OF_PROFILES)
def test_what_is_said_of_profiles_is_worked_out_again(decided, model, claim, tmp_path):
    example = decided(model, claim).fails
    found = ran(example.python)
    assert example.facts
    for fact, value in example.facts.items():
        name = fact.split(".")[-1]
        assert any(told[name] == value for told in found if name in told)
    assert shown(example.shell, tmp_path).strip() == str(eval(example.python, {"dilemma": dilemma}))


@pytest.mark.parametrize(("model", "claim"), OF_PARAMETERS)
def test_what_is_said_of_parameters_is_worked_out_again(decided, model, claim, tmp_path):
    example = decided(model, claim).fails
    first, second = ({str(k): v for k, v in told.items()} for told in ran(example.python))
    eras = {"cold_war": first, "post_cold_war": second}
    assert example.facts
    for fact, value in example.facts.items():
        era, name = fact.split(".")
        assert eras[era][name] == value
    assert shown(example.shell, tmp_path).strip() == str(eval(example.python, {"dilemma": dilemma}))


def test_dominance_is_looked_at_again(decided, tmp_path):
    example = decided("abandonment", "firm_in_the_cold_war").fails
    (found,) = ran(example.python)
    assert found.equilibria.calibration == example.calibrations["Cold War"]
    assert "(weak, strong)" in found.equilibria.names  # dominated, it would be played in none
    assert "(weak, strong)" in shown(example.shell, tmp_path)


# --- where the model is from ----------------------------------------------------------------------


@pytest.fixture
def plant():
    return dilemma.matrix(
        [["gain", 0], [0, 1]],
        parameters={"gain": [0, 2], "most": [0, 1]},
        title="A plant",
        name="plant",
    )


def one_of(model, formula):
    (verdict,) = dilemma.prove(model, formula, cache=False, workers=1)
    return verdict


def test_a_file_is_named_by_its_path_quoted_for_the_shell(plant, tmp_path):
    path = tmp_path / 'it\'s a "plant" $HOME.toml'
    path.write_text(plant.to_toml(), encoding="utf-8")
    example = one_of(dilemma.load(path), "equilibrium(row_1, column_1) and gain < most").fails
    assert shlex.split(example.shell)[:3] == ["dilemma", "solve", str(path)]
    (found,) = ran(example.python)
    (printed,) = documents(shown(as_json(example.shell), tmp_path))
    assert {n: sp.Rational(v) for n, v in printed["calibration"].items()} == found.calibration
    assert found.calibration == example.calibrations["one calibration"]


def test_a_model_of_python_is_called_model_and_the_shell_needs_its_file(plant, tmp_path):
    verdict = one_of(plant, "equilibrium(row_1, column_1) and gain < most")
    example = verdict.fails
    (found,) = ran(example.python, model=plant)
    assert example.python.startswith("model.solve(")
    assert found.calibration == example.calibrations["one calibration"]
    (tmp_path / "plant.toml").write_text(plant.to_toml(), encoding="utf-8")
    (printed,) = documents(shown(as_json(example.shell), tmp_path))
    assert {n: sp.Rational(v) for n, v in printed["calibration"].items()} == found.calibration
    told = str(dilemma.prove(plant, "gain < most", cache=False, workers=1).explain())
    assert "The model was made in Python" in told


def test_what_is_called_as_an_argument_is_said_in_a_mapping(plant):
    example = one_of(plant, "equilibrium(row_1, column_1) and gain < most").fails
    assert '"most":' in example.python


# --- what breaks ----------------------------------------------------------------------------------


def test_of_a_conjunction_only_what_is_false_is_named(abandonment):
    verdict = one_of(abandonment, "cold_war.m_J >= 0 and cold_war.s_J > 1 and cold_war.E_J < 1")
    assert breaks(abandonment, verdict) == ["s_J > 1: 0.02 is less than 1"]


def test_of_an_implication_what_should_follow_is_named(abandonment):
    verdict = one_of(abandonment, "not (cold_war.m_J >= 0) or cold_war.s_J > 1")
    told = breaks(abandonment, verdict)
    assert sorted(told) == ["m_J < 0: 0.02 is more than 0", "s_J > 1: 0.02 is less than 1"]


def test_what_is_given_is_not_named(abandonment):
    (verdict,) = dilemma.prove(
        abandonment, "cold_war.s_J > 1", given="cold_war.m_J > 0.01", cache=False, workers=1
    )
    assert breaks(abandonment, verdict) == ["s_J > 1: 0.02 is less than 1"]


def test_what_breaks_is_false_in_numbers(decided, abandonment):
    verdict = decided("abandonment", "abandonment_falls_us_firm")
    (told,) = breaks(abandonment, verdict)
    after, before = (
        verdict.fails.facts[f"{e}.abandonment_us(strong, strong)"]
        for e in ("post_cold_war", "cold_war")
    )
    assert after >= before
    assert "abandonment_us(strong, strong)" in told


# --- round ----------------------------------------------------------------------------------------


def digits(value):
    """How many digits a decimal has, without noughts at either end."""
    return len(str(sp.Rational(value) * 10**12).strip("0").lstrip("-")) or 1


def test_rounder_numbers_are_tried_first_from_both_sides():
    for value in (sp.Rational("0.43217"), sp.Rational(1, 3), sp.Rational(-271828, 100000)):
        tries = list(simpler(value))
        assert all(digits(one) <= 4 for one in tries)
        assert min(tries) <= value or digits(value) <= 4
        assert any(one > value for one in tries)
        assert any(one < value for one in tries)
        assert all(digits(a) <= digits(b) + 1 for a, b in pairwise(tries))


@pytest.mark.parametrize(("model", "claim"), OF_PLAY + OF_PROFILES)
def test_an_example_is_round_and_within_its_box(decided, model, claim):
    verdict = decided(model, claim)
    eras = {era.title: era for era in dilemma.load(model).eras.values()}
    for label, names in verdict.fails.moved.items():
        for name, value in verdict.fails.calibrations[label].items():
            own = eras[label].values[name]
            over = verdict.claim.over
            box = (
                dilemma.load(model).parameters[name].range
                if over in ("all", "any pair")
                else own.range
            )
            assert value in box
            assert (value != own.central) == (name in names)
            assert (
                name not in names or digits(value) <= 4 or value in (own.range.low, own.range.high)
            )


# --- shown ----------------------------------------------------------------------------------------


def test_the_lines_are_printed_whole_however_narrow_the_screen(decided, typed):
    example = decided("abandonment", "entrapment_rises_in_every_equilibrium").fails
    printed = typed("prove", "abandonment.entrapment_rises_in_every_equilibrium", "-v").out
    assert f"import dilemma; print({example.python})" in printed.splitlines()
    assert example.shell in printed.splitlines()
    assert "breaks" in printed


def test_the_printed_line_of_python_runs_as_it_stands(decided):
    example = decided("abandonment", "substitutes_then_complements").fails
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(f"import dilemma; print({example.python})", {})
    assert "psi_J" in printed.getvalue()


def test_json_has_the_lines_and_what_breaks(decided, typed):
    example = decided("abandonment", "entrapment_rises_in_every_equilibrium").fails
    printed = typed(
        "prove", "abandonment.entrapment_rises_in_every_equilibrium", "-v", "--json"
    ).out
    (told,) = json.loads(printed)["explanations"]
    assert told["example_fails"]["python"] == example.python
    assert told["example_fails"]["shell"] == example.shell
    assert told["breaks"] == [
        "post_cold_war.entrapment_japan > cold_war.entrapment_japan: 0 is less than 0.01"
    ]
