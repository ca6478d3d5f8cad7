"""Budgets are kept whatever a library is at; at the end of a signal nothing is left.

Times are those of a slow machine: a budget is kept to within a tenth, and what it takes to start and
to end a process when others are busy is allowed for.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import sympy as sp

import dilemma
from dilemma import Model, matrix, processes
from dilemma.budget import best, kept, ordinary
from dilemma.errors import BudgetError, CalibrationError
from dilemma.processes import Process, Task
from dilemma.theory.parts import TooLargeError, put_in

pytestmark = pytest.mark.slow

SLACK = 1.5  # seconds

needs_signals = pytest.mark.skipif(
    not hasattr(signal, "sigwait"), reason="signals are waited for on POSIX systems"
)


def lasting(began, seconds):
    return time.monotonic() - began < 1.1 * seconds + SLACK


# --- work in a process of its own ----------------------------------------------------------------


def better_and_better(*, seconds):
    yield "first"
    yield "second"
    time.sleep(60)
    yield "never"


def at_once(number, *, seconds):
    return number + 1


def wrong(*, seconds):
    raise CalibrationError("no such thing")


def dying(*, seconds):
    yield "first"
    os._exit(3)


def telling(*, seconds, progress):
    progress(0.5, "half")
    return "done"


def greedy(*, seconds):
    yield "first"
    yield len([bytes(2**28) for _ in range(64)])


def endless(*, seconds):
    yield "first"
    (10**9) ** (10**9)  # one step for Python: nothing interrupts it


def sent_back(model, *, seconds):
    return [model]


@pytest.fixture(params=["forked", "afresh"])
def either_way(request, monkeypatch):
    if request.param == "afresh":
        monkeypatch.setattr(processes, "can_fork", lambda: False)
        monkeypatch.setattr(sys, "path", [str(Path(__file__).parent), *sys.path])
        monkeypatch.setitem(sys.modules, "test_budgets", sys.modules[__name__])
        for work in (better_and_better, at_once, wrong, dying, telling, sent_back):
            monkeypatch.setattr(work, "__module__", "test_budgets")
    elif not processes.can_fork():
        pytest.skip("nothing is forked here")
    return request.param


def test_an_answer_that_is_whole_has_no_reason(either_way):
    assert best(at_once, 1, seconds=60) == (2, "")


def test_past_the_budget_the_last_answer_counts(either_way):
    began = time.monotonic()
    seconds = 1 if either_way == "forked" else 20  # it takes long to be started afresh
    assert best(better_and_better, seconds=seconds) == ("second", "ran out of seconds")
    assert lasting(began, seconds)


def test_an_error_is_raised_where_it_was_asked(either_way):
    with pytest.raises(CalibrationError, match="no such thing"):
        best(wrong, seconds=60)


def test_a_process_that_dies_leaves_its_last_answer(either_way):
    assert best(dying, seconds=60) == ("first", "the process that was at it ended (exit code 3)")


def test_progress_is_heard_here(either_way):
    heard = []
    assert best(telling, seconds=60, progress=lambda *told: heard.append(told)) == ("done", "")
    assert heard == [(0.5, "half")]


def test_a_model_that_was_sent_comes_back_as_itself(either_way):
    game = matrix([[1, 0], [0, 1]])
    (same,), _ = best(sent_back, game, seconds=60)
    assert same is game


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux")
def test_memory_is_bounded_and_its_end_is_told():
    found, why = best(greedy, seconds=60)
    assert found == "first"
    assert "GB of memory" in why


@pytest.mark.skipif(not processes.can_fork(), reason="forked: quick")
def test_a_step_that_nothing_interrupts_is_ended():
    began = time.monotonic()
    assert best(endless, seconds=1) == ("first", "ran out of seconds")
    assert lasting(began, 1)


def test_a_function_that_is_whole_or_nothing_says_that_it_ran_out():
    with pytest.raises(BudgetError, match=r"sleeping: not done within 0.5 seconds.*--seconds"):
        sleeping(seconds=0.5)
    assert sleeping(0) == "slept"  # without a budget, and in this process


@kept("sleeping")
def sleeping(long=60, *, seconds=None):
    time.sleep(long)
    return "slept"


def test_no_budget_at_all_is_refused():
    with pytest.raises(CalibrationError, match="no budget at all"):
        sleeping(seconds=0)


def test_small_games_are_solved_in_this_process():
    assert ordinary(matrix([[1, 0], [0, 1]]), 1)
    # Of moves that are hidden all is looked for where play does not come, too: that may take long.
    hidden = [n for n in dilemma.available() if not ordinary(dilemma.load(n))]
    assert hidden == ["statement"]
    assert not ordinary(many_letters(), 1)
    assert not ordinary(many_letters())


# --- games ---------------------------------------------------------------------------------------


def many_letters(number=40):
    """Return a 2x2 game whose branches have a closed form that takes sympy very long."""
    k = sp.symbols(f"k:{number}", real=True)
    ring = sum(k[i] * k[(i + 1) % number] for i in range(number))
    row = [[sum(k), 0], [k[1], ring]]
    column = [[ring, k[1]], [k[0], sum(k) * ring]]
    return matrix(row, column, parameters={str(s): [0, 1] for s in k})


def quantities(players=6):
    """Return a Cournot game of so many players with costs of their own."""
    total = " + ".join(f"x{i}" for i in range(players))
    return Model(
        name="cournot",
        title="Cournot",
        kind="continuous",
        players={f"p{i}": {"choices": {f"x{i}": {"range": [0, 10]}}} for i in range(players)},
        payoffs={f"p{i}": f"x{i}*(10 - ({total})) - {i + 1}/4*x{i}**2" for i in range(players)},
    )


def eight():
    """Return a game of eight players with two actions each."""
    players = {f"p{i}": ["a", "b"] for i in range(8)}
    payoffs = {
        ", ".join(profile): {p: (7 * k + 5 * i * k + 3 * i) % 11 for i, p in enumerate(players)}
        for k, profile in enumerate(itertools.product("ab", repeat=8))
    }
    return Model(name="eight", title="Eight", kind="matrix", players=players, payoffs=payoffs)


@pytest.mark.parametrize("made", [many_letters, quantities, eight])
def test_solving_keeps_its_budget(made):
    game = made()
    at = dict.fromkeys(game.parameters, "3/10")
    began = time.monotonic()
    found = dilemma.solve(game, at, seconds=2)
    assert lasting(began, 2)
    assert found.complete or found.reason


def test_where_numbers_are_chosen_an_answer_is_there_early():
    found = dilemma.solve(quantities(), seconds=8)
    assert not found.complete
    assert "first-order conditions were not solved" in found.reason
    (equilibrium,) = found
    chosen = [float(own[f"x{i}"]) for i, own in enumerate(equilibrium.play.values())]
    for i, x in enumerate(chosen):  # the first-order condition, by hand
        assert 10 - sum(chosen) - x - (i + 1) / 2 * x == pytest.approx(0, abs=1e-4)


@pytest.fixture(scope="module", autouse=True)
def imported():
    """Import what is imported when first used: that is no part of a call's budget."""
    for name in [*CORK_BUDGETED, "prove", "regions"]:
        assert callable(getattr(dilemma, name))


CORK_BUDGETED = {
    "compare": lambda m: dilemma.compare(m, seconds=1),
    "statics": lambda m: dilemma.statics(m, seconds=1),
    "tornado": lambda m: dilemma.tornado(m, "K", "cold_war", seconds=1),
    "attribute": lambda m: dilemma.attribute(m, "K", seconds=1),
    "commitment": lambda m: dilemma.commitment(m, "cold_war", seconds=1),
    "dynamics": lambda m: dilemma.dynamics(m, seconds=1),
    "propositions": lambda m: dilemma.propositions(m, seconds=1),
    "timeline": lambda m: dilemma.timeline(m, {n: {} for n in range(1000, 1100)}, seconds=1),
    "trace": lambda m: dilemma.trace(m, "s", "1/10", "1/2", seconds=1),
    "classroom": lambda m: dilemma.classroom([m], seconds=1),
    "solve": lambda m: dilemma.solve(m, "cold_war", seconds=1),
}


@pytest.mark.parametrize("name", CORK_BUDGETED)
def test_long_questions_keep_their_budget(name, cork):
    began = time.monotonic()
    with suppress(BudgetError):  # whole or nothing; anything else is a failure
        CORK_BUDGETED[name](cork)
    assert lasting(began, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_verdict_keeps_its_budget_and_is_left_open(workers):
    began = time.monotonic()
    model = quantities()
    claim = model.make_claim("x0 >= x5", over="all")
    verdict = dilemma.prove(model, claim, seconds=2, cache=False, workers=workers)[0]
    assert lasting(began, 2 if workers == 1 else 20)
    assert verdict.status == "open"
    assert "seconds" in verdict.reason or "time" in verdict.reason


# --- numbers of unreasonable size ----------------------------------------------------------------

TOWERS = [
    "exp(exp(9*k))",
    "1/exp(exp(9*k))",
    "exp(-exp(9*k))",
    "exp(exp(exp(k)))",
    "sqrt(exp(exp(9*k)))",
    "exp(100*k**3*log(k + 7))",
    "min(exp(exp(9*k)), 3)",
    "(exp(400*k))**12",
]


def towering(formula, **sections):
    return Model(
        name="tower",
        title="Tower",
        kind="matrix",
        players={"x": ["a", "b"], "y": ["c"]},
        parameters={"k": {"range": [0, 9], "unit": "u", "means": "m"}},
        payoffs={"a, c": {"x": formula, "y": "0"}, "b, c": {"x": "0", "y": "0"}},
        **sections,
    )


@pytest.mark.parametrize("formula", TOWERS)
def test_a_number_that_no_computer_holds_is_refused_by_name(formula):
    game = towering(formula)
    began = time.monotonic()
    with pytest.raises(CalibrationError, match=r"payoffs\.\(a, c\)\.x .*4,000 digits at k = 4"):
        dilemma.solve(game, {"k": 4}, seconds=60)
    assert lasting(began, 1)


def test_so_is_one_among_the_definitions():
    definition = {"d": {"is": "exp(exp(9*k))", "unit": "u", "means": "m"}}
    game = towering("1/(1 + d)", definitions=definition)
    with pytest.raises(CalibrationError, match=r"definitions\.d .*4,000 digits at k = 4"):
        dilemma.solve(game, {"k": 4})
    assert dilemma.solve(game, {"k": "1/9"}).names == ("(a, c)",)


def test_so_is_the_end_of_what_may_be_chosen():
    game = Model(
        name="far",
        title="Far",
        kind="continuous",
        players={"p": {"choices": {"x": {"range": ["0", "exp(exp(9*k))"]}}}},
        parameters={"k": {"range": [0, 9], "unit": "u", "means": "m"}},
        payoffs={"p": "x - x**2"},
    )
    with pytest.raises(CalibrationError, match=r"players\.p\.choices\.x\.range .*digits at k = 4"):
        dilemma.solve(game, {"k": 4}, seconds=60)


def test_of_several_cases_only_the_one_that_holds_is_worked_out():
    game = towering("exp(exp(9*k)) if k < 1/9 else 5")
    assert dilemma.solve(game, {"k": 4}).names == ("(a, c)",)


def test_numbers_of_a_reasonable_size_are_put_in_exactly():
    k = sp.Symbol("k", real=True)
    for formula in (sp.exp(k), k**12 / 7, sp.exp(sp.exp(k)), sp.Max(sp.exp(-k), 2), sp.log(k + 1)):
        assert put_in(formula, {k: sp.Rational(3, 2)}) == formula.subs(k, sp.Rational(3, 2))
    with pytest.raises(TooLargeError):
        put_in(k**12, {k: sp.Integer(10) ** 400})


# --- signals -------------------------------------------------------------------------------------


def children(process):
    told = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = dict(map(int, line.split()) for line in told.stdout.splitlines())
    found, new = set(), {process}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def alive(process):
    told = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def stopped(arguments, number, cache, wait):
    """Send a signal to the command line after a while; return how it ended, and who is left."""
    started = subprocess.Popen(
        [sys.executable, "-m", "dilemma", *arguments],
        env={**os.environ, "DILEMMA_CACHE": str(cache)},
        cwd=Path(dilemma.__file__).parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(wait)
    assert started.poll() is None, "done before it could be stopped"
    below = children(started.pid)
    began = time.monotonic()
    started.send_signal(number)
    told = started.communicate(timeout=30)[1]
    assert time.monotonic() - began < 1 + SLACK
    deadline = began + 1 + 2 * SLACK
    while any(map(alive, below)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for file in cache.rglob("*.json"):
        assert json.loads(file.read_text(encoding="utf-8"))
    return started.returncode, {child for child in below if alive(child)}, told


COMMANDS = [
    ["prove", "cork", "--fresh", "--workers", "1"],
    ["prove", "cork", "--fresh", "--workers", "2"],
    ["prove", "cork", "--fresh", "--workers", "1", "--seconds", "20"],
    ["prove", "burden", "--fresh", "--robust", "--workers", "2"],
    ["compare", "cork", "--draws", "200000"],
    ["solve", "cork"],
    ["regions", "abandonment_hedging"],
    ["plot", "tornado", "cork", "K", "-o", "never.png"],
]


@needs_signals
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_ctrl_c_ends_everything_within_a_second(arguments, tmp_path):
    code, left, told = stopped(arguments, signal.SIGINT, tmp_path, 2)
    assert (code, left) == (130, set())
    assert "Traceback" not in told


def importing(module, wait):
    """Start the command line; return it as soon as it has imported a module, and a little later."""
    started = subprocess.Popen(
        [sys.executable, "-v", "-m", "dilemma", "solve", "cork"],
        cwd=Path(dilemma.__file__).parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in started.stderr:
        if line.startswith(f"import '{module}'"):
            break
    time.sleep(wait)
    return started


@needs_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "module", ["dilemma.errors", "dilemma.processes", "typer", "dilemma.cli.app"]
)
def test_what_is_still_being_imported_is_stopped_without_a_word(number, module):
    started = importing(module, 0)
    started.send_signal(number)
    told = started.communicate(timeout=30)[1]
    assert started.returncode == 128 + number
    assert "Traceback" not in told


@needs_signals
@pytest.mark.parametrize("wait", [0, 0.1, 0.5])
def test_an_impatient_ctrl_c_changes_nothing(wait):
    started = importing("dilemma.cli.app", wait)
    for _ in range(20):
        started.send_signal(signal.SIGINT)
        time.sleep(0.01)
    told = started.communicate(timeout=30)[1]
    assert started.returncode == 130
    assert "Traceback" not in told


@needs_signals
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("wait", [2, 3.5])
def test_sigterm_ends_everything_too(workers, wait, tmp_path):
    arguments = ["prove", "cork", "--fresh", "--workers", workers]
    code, left, told = stopped(arguments, signal.SIGTERM, tmp_path, wait)
    assert (code, left) == (143, set())
    assert "Traceback" not in told


@needs_signals
@pytest.mark.parametrize("wait", [1.5, 3, 5])
def test_workers_end_with_a_parent_that_is_killed(wait, tmp_path):
    arguments = ["prove", "cork", "--fresh", "--workers", "2"]
    code, left, told = stopped(arguments, signal.SIGKILL, tmp_path, wait)
    assert (code, left) == (-signal.SIGKILL, set())
    assert "BrokenPipe" not in told


def test_a_process_can_be_ended_at_any_time():
    process = Process.doing(Task(time.sleep, (60,)))
    process.end()
    assert process.hear(time.monotonic() + 5)[0] in ("begun", "gone")
