"""Sweeps and samples: what solve says, at very many calibrations, labelled, in memory or in a store."""

import random
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
import sympy as sp
import xarray as xr

import dilemma
from dilemma.errors import CalibrationError, CallError
from dilemma.games.play import deviation_gain, numbers
from dilemma.games.solution import branches
from dilemma.study.at_many import GAINED
from dilemma.study.stored import blocks
from dilemma.study.summaries import flat, summary, written
from signalling_games import held

MODELS = dilemma.available()
QUICK = ("abandonment", "burden", "consensus", "hedging", "repeated", "triangle")
SLOW = tuple(name for name in MODELS if name not in QUICK)
EVERY = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]


def same(one, other):
    """Tell whether two datasets hold the same numbers, where they have any."""
    names = set(one.data_vars) == set(other.data_vars)
    titles = one.equilibrium.values.tolist() == other.equilibrium.values.tolist()
    return (
        names
        and titles
        and all(
            np.array_equal(a, b, equal_nan=a.dtype != bool)
            for a, b in ((one[name].values, other[name].values) for name in one.data_vars)
        )
    )


def told(found, **where):
    """Return, of each equilibrium at one calibration, its name and its numbers."""
    one = found.isel(where)
    names = [n for n in one.data_vars if n not in ("present", "regret", "exact", "complete")]
    return {
        title: {n: float(one[n].sel(equilibrium=title)) for n in names}
        for title in one.equilibrium.values.tolist()
        if bool(one.present.sel(equilibrium=title))
    }


def calibration(found, era, draw):
    return {
        name: sp.Rational(repr(float(found[name].sel(era=era).isel(draw=draw))))
        for name in dilemma.load(found.attrs["model"]).parameters
    }


# --- what solve says --------------------------------------------------------------------------------


SURE = [
    one for one in EVERY if "statement" not in (one, *getattr(one, "values", ()))
]  # solve lists all


def test_where_nothing_leads_a_sample_may_list_more_than_solve_which_says_so():
    """Of a continuum off the path, which no search hits, the branches tell one."""
    model = dilemma.load("statement")
    found = dilemma.sample(model, n=64, seed=5)
    for era, draw in product(model.eras, (3, 20)):
        exactly = dilemma.solve(model, calibration(found, era, draw))
        here = {n.split(" #")[0] for n in told(found.sel(era=era), draw=draw)}
        assert set(exactly.names) <= here
        assert here == set(exactly.names) or not exactly.complete


@pytest.mark.slow
@pytest.mark.parametrize("name", ["alliance_as_signal", "tied_hands"])
def test_with_hidden_moves_a_sample_lists_what_there_is(name):
    """Chances that may be any within bounds included: each choice of supports, asked of z3 as it stands."""
    model = dilemma.load(name)
    every = branches(model)
    for era, draw in product(model.eras, (3, 20, 41)):
        found = dilemma.sample(model, era, n=64, seed=5)
        at = {p: sp.Rational(repr(float(found[p].isel(draw=draw)))) for p in model.parameters}
        names = {title.split(" #")[0] for title in told(found, draw=draw)}
        plain = {n.removeprefix("mixed ").strip("()") for n in names}
        assert plain == held(every, model.values(model.calibration(at)))
        assert found.complete.values.all()


def test_where_a_tie_holds_for_certain_a_sample_says_what_solve_says():
    """A statement that costs nothing: equilibria that are nowhere else are for the exact path."""
    found = dilemma.sample("statement", "cold_war", n=1, tau=0)
    model = dilemma.load("statement")
    at = {p: sp.Rational(repr(float(found[p].squeeze()))) for p in model.parameters}
    exactly = dilemma.solve(model, at)
    assert found.exact.values.all()
    assert bool(found.complete.values.all()) is exactly.complete
    assert found.attrs["why not complete"].endswith(exactly.reason)


def test_what_a_deviation_gains_is_left_open_of_a_continuum_alone():
    model = dilemma.load("statement")
    found = dilemma.sample(model, n=256)
    free = {b.title for b in branches(model) if b.shape is not None and b.shape.loose}
    for title in map(str, found.equilibrium.values):
        own = found.sel(equilibrium=title)
        known = np.isfinite(own.regret.values[own.present.values])
        assert known.all() or title.split(" #")[0] in free
    assert found.attrs["largest regret"] <= GAINED * 100


@pytest.mark.parametrize("name", SURE)
def test_a_sample_says_at_each_point_what_solve_says_there(name):
    model = dilemma.load(name)
    found = dilemma.sample(model, n=64, seed=5)
    for era, draw in product(model.eras, random.Random(name).sample(range(64), 2)):
        exactly = dilemma.solve(model, calibration(found, era, draw))
        here = told(found.sel(era=era), draw=draw)
        named = [n.split(" #")[0] for n in here]
        assert sorted(named) == sorted(exactly.names), (name, era, draw)
        for title, own in here.items():
            several = [e for e in exactly if e.name == title.split(" #")[0]]
            close = [
                all(
                    own[outcome] == pytest.approx(float(e.outcomes[outcome]), rel=1e-6, abs=1e-8)
                    for outcome in model.outcomes
                    if e.outcomes[outcome] is not None and outcome in own
                )
                for e in several
            ]
            assert any(close), (name, era, draw, title)


@pytest.mark.parametrize("name", SURE)
def test_no_deviation_gains_and_that_is_worked_out(name):
    """From the statement alone: what it comes to is not a number nowhere."""
    found = dilemma.sample(name, n=256)
    there = found.present.values
    assert there.any()
    assert np.isfinite(found.regret.values[there]).all()
    paid = max(np.nanmax(np.abs(found[n].values)) for n in found if str(n).startswith("payoff "))
    assert found.attrs["largest regret"] <= GAINED * max(1, paid)
    assert found.attrs["not complete"] == 0


@pytest.mark.parametrize("name", ["abandonment", "repeated", "triangle", "network", "consensus"])
def test_what_deviations_gain_is_what_they_gain_by_the_walk_at_numbers(name):
    """At play that is no equilibrium: in symbols, put in afterwards, and with numbers from the start."""
    from dilemma.games.batch import Solutions
    from dilemma.games.solution import branches

    model, rng = dilemma.load(name), random.Random(3)
    era = next(iter(model.eras.values()))
    values = {
        n: sp.Rational(rng.randrange(1, 20), 20) * (v.range.high - v.range.low) + v.range.low
        for n, v in era.values.items()
    }
    at = {p.symbol: np.array([float(values[n])]) for n, p in model.parameters.items()}
    for branch in rng.sample(list(branches(model)), 3):
        if branch.unknowns:
            continue
        nought = np.zeros(1, dtype=int)
        (found,) = model.game.regrets(Solutions(model, branch, nought, nought, at))
        put = numbers(model, values)
        play = {
            who: {a: sp.sympify(c).xreplace(put) for a, c in own.items()}
            for who, own in branch.play.items()
        }
        wanted = deviation_gain(model, values, play)
        # The walk of a game of states looks for the best plan, the formulas for the best single change.
        if name == "repeated":
            assert (found > 1e-9) == (wanted > 1e-9)
        else:
            assert found == pytest.approx(max(0.0, float(wanted)), rel=1e-9, abs=1e-12)


def test_a_tie_goes_to_the_exact_path():
    """At a = 1 the first is indifferent if the second plays left, as it always does."""
    game = dilemma.matrix([["a", 0], [1, 1]], [[1, 0], [1, 0]], parameters={"a": [0, 2]})
    found = dilemma.sweep(game, a=[0.5, 1, 1.5])
    assert found.exact.values.tolist() == [False, True, False]
    for k, a in enumerate(("1/2", "1", "3/2")):
        assert set(told(found, a=k)) >= set(dilemma.solve(game, a=a).names)


def test_without_the_exact_path_it_says_what_is_not_known():
    game = dilemma.matrix([["a", 0], [1, 1]], [[1, 0], [1, 0]], parameters={"a": [0, 2]})
    found = dilemma.sweep(game, a=[0.5, 1], exact=False)
    assert found.complete.values.tolist() == [True, False]
    assert found.attrs["not complete"] == 1
    assert "too close to call" in found.attrs["why not complete"]
    assert "NOT all equilibria" in str(summary(found))


def test_play_is_told_if_it_is_asked_for():
    found = dilemma.sweep("abandonment", "post_cold_war", m_J=[0.2], play=True)
    (row,) = (told(found, m_J=0)[n] for n in told(found, m_J=0) if n.startswith("mixed"))
    mixed = dilemma.solve("abandonment", "post_cold_war", m_J="0.2")
    (one,) = (e for e in mixed if not e.pure)
    assert row["japan: strong"] == pytest.approx(float(one.play["japan"]["strong"]))


# --- what is asked about ----------------------------------------------------------------------------


def test_axes_are_dimensions_in_the_order_that_they_are_given_in():
    found = dilemma.sweep("abandonment", m_J=[0, 0.5], p_J=np.linspace(0.1, 0.4, 3))
    assert found.present.dims == ("era", "m_J", "p_J", "equilibrium")
    assert found.p_J.values.tolist() == pytest.approx([0.1, 0.25, 0.4])
    assert found.m_J.attrs["units"]


def test_one_number_is_a_value_that_differs():
    one = dilemma.sweep("abandonment", "cold_war", v_J=[0.1, 0.3], m_J="1/3")
    other = dilemma.sweep(
        dilemma.load("abandonment").replace(), "cold_war", v_J=[0.1, 0.3], m_J=1 / 3
    )
    assert one.attrs["value of m_J"] == "1/3"
    assert np.allclose(one["payoff japan"], other["payoff japan"], equal_nan=True)


def test_what_is_common_to_eras_has_the_same_values_in_each():
    model = dilemma.load("abandonment")
    found = dilemma.sample(model, n=32)
    eras = list(model.eras.values())
    for name in model.parameters:
        alike = np.array_equal(found[name][0], found[name][1])
        box = [e.values[name].range for e in eras]
        assert alike == (
            eras[0].values[name].common or (all(b.low == b.high for b in box) and box[0] == box[1])
        )


@pytest.mark.parametrize("sampler", ["sobol", "random"])
def test_points_are_the_same_however_they_are_cut(sampler):
    one = dilemma.sample("abandonment", "cold_war", 100, seed=4, sampler=sampler, chunk=100)
    other = dilemma.sample("abandonment", "cold_war", 100, seed=4, sampler=sampler, chunk=7)
    assert same(one, other)
    assert np.array_equal(one.m_J, other.m_J)
    assert not same(one, dilemma.sample("abandonment", "cold_war", 100, seed=5, sampler=sampler))


def test_a_box_on_the_spot():
    found = dilemma.sample("abandonment", "cold_war", 64, m_J=["0.2", "0.3"])
    assert 0.2 <= found.m_J.min() < 0.21
    assert 0.29 < found.m_J.max() <= 0.3


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"m_j": [0, 1]}, "did you mean 'm_J'"),
        ({}, "nothing moves"),
        ({"m_J": []}, "a sequence of values is wanted"),
        ({"m_J": [0, 0]}, "stands there twice"),
        ({"m_J": [-1, 0]}, "lies outside"),
        ({"m_J": [0, float("nan")]}, "m_J"),
        ({"m_J": [0, 1], "outcomes": "suport_us"}, "did you mean 'support_us'"),
        ({"m_J": [0, 1], "chunk": 0}, "chunk"),
    ],
)
def test_what_is_wrong_is_said(how, said):
    with pytest.raises(CalibrationError, match=said):
        dilemma.sweep("abandonment", **how)


@pytest.mark.parametrize(
    ("how", "said"), [({"n": 0}, "whole number"), ({"sampler": "sobl"}, "did you mean 'sobol'")]
)
def test_what_is_wrong_with_a_sample_is_said(how, said):
    with pytest.raises(CalibrationError, match=said):
        dilemma.sample("abandonment", **how)


# --- as a dataset -----------------------------------------------------------------------------------


def test_values_are_laid_out_where_they_are_looked_at():
    lazy = dilemma.sweep("abandonment", m_J=np.linspace(0, 0.5, 11), p_J=np.linspace(0.1, 0.4, 7))
    whole = {n: lazy[n].values for n in lazy.data_vars}
    for name, table in whole.items():
        wide = table.ndim == 4
        own = (slice(None), slice(2, 9, 3), [1, 4], *([[0, 2]] if wide else []))
        cut = lazy[name].isel(
            m_J=slice(2, 9, 3), p_J=[1, 4], **({"equilibrium": [0, 2]} if wide else {})
        )
        wanted = table[own[0], own[1]][:, :, own[2]]
        wanted = wanted[..., own[3]] if wide else wanted
        assert np.array_equal(cut.values, wanted, equal_nan=table.dtype != bool)
        back = lazy[name].isel(m_J=slice(None, None, -1), era=1)
        assert np.array_equal(back.values, table[1, ::-1], equal_nan=table.dtype != bool)


def test_a_flat_table_has_a_row_for_each_equilibrium_that_there_is():
    found = dilemma.sweep("abandonment", m_J=[0, 0.2], p_J=[0.1, 0.3])
    frame = flat(found)
    assert len(frame) == int(found.present.sum())
    row = frame.iloc[-1]
    where = {"era": row.era, "m_J": row.m_J, "p_J": row.p_J, "equilibrium": row.equilibrium}
    assert float(found["payoff us"].sel(where)) == row["payoff us"]


@pytest.mark.parametrize("ending", [".nc", ".zarr", ".parquet", ".csv"])
def test_files_hold_what_was_found(ending, tmp_path):
    import pandas as pd

    found = dilemma.sample("abandonment", n=50)
    path = written(found, tmp_path / f"found{ending}")
    if ending == ".nc":
        with xr.open_dataset(path) as back:
            assert same(found, back)
            assert back.attrs["model"] == "abandonment"
    elif ending == ".zarr":
        assert same(found, xr.open_zarr(path, consolidated=False))
    else:
        back = pd.read_parquet(path) if ending == ".parquet" else pd.read_csv(path)
        assert back["payoff us"].to_numpy() == pytest.approx(flat(found)["payoff us"].to_numpy())


def test_only_such_datasets_are_summed_up():
    with pytest.raises(CallError, match=r"dilemma\.sweep"):
        summary(xr.Dataset())


# --- stores and workers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "most"), [((7,), 3), ((3, 4), 5), ((2, 3, 4), 12), ((5, 2, 3), 1)]
)
def test_blocks_are_runs_that_cover_everything_once(shape, most):
    every = list(blocks(2, shape, most))
    seen = np.zeros((2, *shape), dtype=int)
    order = np.arange(seen[0].size).reshape(shape)
    for block in every:
        assert block.stop - block.start <= most
        assert order[block.where].ravel().tolist() == list(range(block.start, block.stop))
        seen[(block.era, *block.where)] += 1
    assert (seen == 1).all()


def test_a_store_holds_what_memory_would(tmp_path):
    how = {"m_J": np.linspace(0, 0.5, 21), "p_J": np.linspace(0.1, 0.4, 5)}
    stored = dilemma.sweep("abandonment", **how, store=tmp_path / "a.zarr", chunk=10)
    assert same(dilemma.sweep("abandonment", **how), stored)
    assert stored.attrs["calibrations"] == 2 * 21 * 5


KILLED = """
import os, sys, dilemma
from dilemma.study import stored
wrote = [0]
def count(work, when):
    def counted(*given):
        wrote[0] += 1
        if when == "before" and wrote[0] == 4: os._exit(9)
        done = work(*given)
        if when == "after" and wrote[0] == 4: os._exit(9)
        return done
    return counted
if sys.argv[2] == "marker":
    stored._put = count(stored._put, "before")
else:
    import zarr
    zarr.Array.__setitem__ = count(zarr.Array.__setitem__, sys.argv[2])
dilemma.sample("abandonment", n=90, seed=2, store=sys.argv[1], chunk=20)
"""


@pytest.mark.parametrize("when", ["marker", "before", "after"])
def test_a_run_that_is_killed_while_it_writes_goes_on_to_the_same_dataset(when, tmp_path):
    path = tmp_path / "a.zarr"
    call = [sys.executable, "-c", KILLED, str(path), when]
    assert subprocess.run(call, check=False, capture_output=True).returncode == 9
    stored = dilemma.sample("abandonment", n=90, seed=2, store=path, chunk=20)
    assert same(dilemma.sample("abandonment", n=90, seed=2), stored)


def test_whole_blocks_are_not_worked_out_again(tmp_path, monkeypatch):
    from dilemma.study import stored

    path = tmp_path / "a.zarr"
    dilemma.sample("abandonment", n=60, store=path, chunk=20)
    gone = path / "whole" / "1-20.json"
    gone.unlink()
    done = []
    work = stored.solved_part
    monkeypatch.setattr(stored, "solved_part", lambda *a: done.append(a[2:]) or work(*a))
    dilemma.sample("abandonment", n=60, store=path, chunk=20)
    assert done == [(20, 40)]


def test_a_store_of_another_request_is_left_alone(tmp_path):
    path = tmp_path / "a.zarr"
    dilemma.sample("abandonment", "cold_war", 20, store=path)
    with pytest.raises(CalibrationError, match="begun for another request"):
        dilemma.sample("abandonment", "cold_war", 20, seed=1, store=path)
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("all of it")
    with pytest.raises(CalibrationError, match="is there already"):
        dilemma.sample("abandonment", "cold_war", 20, store=other)
    assert (other / "thesis.txt").read_text() == "all of it"


def test_other_values_between_the_same_ends_are_another_request(tmp_path):
    path = tmp_path / "a.zarr"
    dilemma.sweep("abandonment", "cold_war", m_J=[0, 0.1, 0.5], store=path)
    with pytest.raises(CalibrationError, match="begun for another request"):
        dilemma.sweep("abandonment", "cold_war", m_J=[0, 0.4, 0.5], store=path)


@pytest.mark.slow
def test_workers_find_the_same(tmp_path):
    distributed = pytest.importorskip("distributed")
    here = dilemma.sample("abandonment", n=2_000)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="ERROR"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert same(here, dilemma.sample("abandonment", n=2_000, client=client, chunk=300))
        path = tmp_path / "a.zarr"
        assert same(
            here, dilemma.sample("abandonment", n=2_000, client=client, store=path, chunk=300)
        )
        asked = {"claim": ["stake_beats_entrapment", "firm_in_the_cold_war"], "cache": False}
        there = dilemma.prove("abandonment", **asked, client=client)
        assert [v.status for v in there] == ["proved", "mixed"]


# --- on the command line ----------------------------------------------------------------------------


def test_the_command_says_how_often_each_occurs(typed, tmp_path):
    path = tmp_path / "found.csv"
    code, out, _ = typed(
        "sweep", "abandonment", "m_J=0:0.5:5", "--era", "post_cold_war", "-o", path
    )
    assert code == 0
    assert "post-Cold War" in out
    assert "(strong, strong)" in out
    assert path.exists()
    code, out, _ = typed("sample", "abandonment", "--points", "16", "--json")
    assert code == 0
    assert '"shares"' in out


def test_a_parameter_moves_along_one_axis(typed):
    code, _, err = typed("sweep", "abandonment", "m_J=0:1:3", "m_J=0:1:5")
    assert code == 2
    assert "named once" in err


@pytest.mark.parametrize("axis", ["m_J", "m_J=", "m_J=0:1", "m_J=1:0:3", "m_J=0:1:1", "m_J=a:b:c"])
def test_what_moves_is_written_so(axis, typed):
    code, _, err = typed("sweep", "abandonment", axis)
    assert code == 2
    assert "NAME=LOW:HIGH:COUNT" in err


# --- drawn ------------------------------------------------------------------------------------------


def test_over_two_parameters_each_set_of_equilibria_has_a_tint_and_a_line_of_the_key():
    found = dilemma.sweep("abandonment", m_J=np.linspace(0, 0.5, 21), v_J=[0.1, 0.2])
    figure = dilemma.plot(found)
    after = next(axes for axes in figure.axes if axes.get_label() == "post_cold_war")
    (mesh,) = after.collections
    assert len(np.unique(mesh.get_array())) == 2
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "(strong, strong)",
        "(weak, weak) and (strong, strong) and mixed (weak/strong, weak/strong)",
    ]


def test_panels_of_an_outcome_have_one_scale():
    found = dilemma.sweep("hedging", g_J=np.linspace(0.8, 1.1, 7))
    before, after = dilemma.plot(found, outcome="x_J").axes
    assert before.get_ylim() == after.get_ylim()
    drawn = after.get_lines()[0].get_ydata()
    told = found.x_J.sel(era="post_cold_war").isel(equilibrium=0).to_numpy()
    assert np.array_equal(drawn, told, equal_nan=True)


def test_a_sample_is_drawn_as_shares():
    figure = dilemma.plot(dilemma.sample("burden", "post_cold_war", 128), outcome="t")
    (steps,) = figure.axes[0].patches
    assert sum(steps.get_data()[0]) == pytest.approx(1)


def test_what_has_no_room_is_said():
    found = dilemma.sweep("abandonment", m_J=[0, 1], v_J=[0, 1], p_J=[0, 1])
    with pytest.raises(CalibrationError, match="a figure has room for two"):
        dilemma.plot(found)
    with pytest.raises(CalibrationError, match="did you mean 'support_us'"):
        dilemma.plot(found.isel(p_J=0), outcome="suport_us")
