"""The map of regions says, at every point, what the payoffs say there."""

import random
from itertools import product

import numpy as np
import pytest
import sympy as sp

import dilemma
from dilemma.errors import CalibrationError
from dilemma.figures import plot, save
from dilemma.study.frequencies import draw


@pytest.fixture(scope="module")
def found(abandonment):
    return dilemma.region_map(abandonment, "m_J", "v_J")


def equilibria_by_definition(model, calibration):
    """Name the equilibria of a 2x2 game, from its payoffs and the definition alone."""
    values = model.values(calibration)
    actions = ("weak", "strong")
    pay = {p: [v.xreplace(values) for v in cell.values()] for p, cell in model.payoffs.items()}

    def best(a, b):
        mine = all(pay[a, b][0] >= pay[c, b][0] for c in actions)
        return mine and all(pay[a, b][1] >= pay[a, c][1] for c in actions)

    names = {f"{a}, {b}" for a, b in product(actions, repeat=2) if best(a, b)}
    gains = [
        [pay["strong", b][0] - pay["weak", b][0] for b in actions],
        [pay[a, "strong"][1] - pay[a, "weak"][1] for a in actions],
    ]
    if all(low * high < 0 for low, high in gains):
        names.add("weak/strong, weak/strong")
    return names


def region_at(panel, at_x, at_y):
    """Return the label of the drawn region that covers a point, by its drawn borders."""
    (slab_number, slab), *more = (
        (k, slab)
        for k, slab in enumerate(panel.decomposition.slabs)
        if float(slab.left) <= at_x <= float(slab.right)
    )
    assert not more
    heights = [cell.upper(np.array([float(at_x)]))[0] for cell in slab.cells]
    return set(panel.labels[slab_number][int(np.searchsorted(heights, float(at_y)))])


@pytest.mark.parametrize("axes", [("m_J", "v_J"), ("p_J", "kap_J"), ("m_J", "w_U")])
def test_each_point_lies_in_the_region_of_its_equilibria(abandonment, axes):
    found = dilemma.region_map(abandonment, *axes)
    rng = random.Random(2)
    for panel in found.panels:
        centre = abandonment.calibration(panel.era)
        for _ in range(60):
            point = [
                axis.low + sp.Rational(rng.randint(1, 9999), 10000) * (axis.high - axis.low)
                for axis in (found.x, found.y)
            ]
            calibration = {**centre, **dict(zip(axes, point, strict=True))}
            expected = equilibria_by_definition(abandonment, calibration)
            assert region_at(panel, *point) == expected


def test_the_centre_lies_in_the_region_of_what_solve_finds(abandonment, found):
    for panel in found.panels:
        solved = dilemma.solve(abandonment, panel.era)
        assert set(panel.at_centre) == {e.branch for e in solved}
        assert not panel.on_border


def test_shares_of_the_map_and_of_the_box_sum_to_one(found):
    for panel in found.panels:
        assert sum(r.share for r in panel.regions) == pytest.approx(1)
        assert sum(r.box_share for r in panel.regions) == pytest.approx(1)


def test_shares_of_the_box_are_those_of_a_sample(abandonment, found):
    drawn = draw(abandonment, "post_cold_war", 4000, 1)
    centre = abandonment.calibration("post_cold_war")
    gains = [abandonment.expand(abandonment.definitions[d].symbol) for d in ("D0_J", "D1_J")]
    fixed = {
        abandonment.parameters[n].symbol: v for n, v in centre.items() if n not in ("m_J", "v_J")
    }
    symbols = [abandonment.parameters[n].symbol for n in ("m_J", "v_J")]
    D0, D1 = (sp.lambdify(symbols, g.xreplace(fixed))(drawn["m_J"], drawn["v_J"]) for g in gains)
    stag_hunt = np.mean((D0 < 0) & (D1 > 0))  # the American game is a stag hunt throughout
    panel = found.panels[1]
    share = next(r.box_share for r in panel.regions if len(r.label) == 3)
    assert share == pytest.approx(stag_hunt, abs=0.025)


def test_borders_are_where_a_gain_from_commitment_vanishes(found):
    assert found.panels[0].borders == ()
    assert {border.name for border in found.panels[1].borders} == {"D0_J", "D1_J"}


def test_a_map_wants_two_parameters_of_the_model(abandonment):
    for axes, said in (
        (("m_J", "m_J"), "given twice"),
        (("m_J", "m_K"), "did you mean"),
    ):
        with pytest.raises(CalibrationError, match=said):
            dilemma.region_map(abandonment, *axes)


def test_the_figure_draws_the_numbers(found, tmp_path):
    figure = plot(found)
    assert [axes.get_xlim() for axes in figure.axes[:2]] == [
        (float(found.x.low), float(found.x.high))
    ] * 2
    for axes, panel in zip(figure.axes, found.panels, strict=False):
        words = " ".join(
            text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))
        )
        assert panel.title in words
        assert "m_{\\mathrm{J}}" in words or "m_J" in words
        points = [
            tuple(np.ravel(line.get_xydata())) for line in axes.lines if len(line.get_xydata()) == 1
        ]
        assert pytest.approx(tuple(map(float, panel.centre))) in points
    save(figure, tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_drawing_leaves_no_trace_in_matplotlib(found):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plot(found)
    assert dict(mpl.rcParams) == before
