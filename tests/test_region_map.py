"""The region map against best replies worked out here, and the picture against the map."""

import json
import subprocess
import sys
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
import sympy as sp
from matplotlib.backends.backend_agg import FigureCanvasAgg

import dilemma
from dilemma import figures, region_map
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.output.result import percent
from small_games import ranging, two_by_two, valued
from words_drawn import check_words

PAIRS = [("m_J", "p_J"), ("m_J", "v_J"), ("E_J", "w_J"), ("m_J", "w_U")]


@pytest.fixture(scope="module")
def maps(abandonment):
    return {pair: region_map(abandonment, *pair) for pair in PAIRS}


@pytest.fixture(scope="module", params=PAIRS, ids="-".join)
def found(request, maps):
    return maps[request.param]


def game(payoffs, eras, parameters=None):
    ranges = parameters or dict.fromkeys("abc", ranging(-1, 1))
    return two_by_two(payoffs, parameters=ranges, eras=eras)


CURVED = [
    ("0", "0"),
    ("b - c", "1/2 - a**2 - b**2"),
    ("a**2 + b**2 - 1/2", "a - 1/4"),
    ("a*b + c", "c - b"),
]


@pytest.fixture(scope="module")
def curved():
    eras = {
        "first": {"a": valued(0, -0.3, 0.5), "b": valued(0.2, -0.5, 0.6), "c": valued(0.1, 0, 1)},
        "second": {"a": valued(0.1, -0.2, 0.6), "b": valued(0.2), "c": valued(0.5)},
    }
    return game(CURVED, eras)


# --- equilibria from the payoffs alone ----------------------------------------------------------


def payoff_arrays(model, era, x, y):
    """Return both players' 2x2 payoffs as functions of arrays of x and y."""
    symbols = [model.parameters[name].symbol for name in (x, y)]
    fixed = {
        p.symbol: model.eras[era].values[name].central
        for name, p in model.parameters.items()
        if name not in (x, y)
    }
    table = [
        [
            sp.lambdify(symbols, model.expand(model.payoffs[p][player]).xreplace(fixed))
            for p in model.game.profiles
        ]
        for player in model.players
    ]
    return lambda X, Y: [
        np.array([f(X, Y) + 0 * X for f in side]).reshape(2, 2, *np.shape(X)) for side in table
    ]


def brute_force(model, era, x, y, X, Y):
    """Return the set of equilibria's names at each point: best replies, and indifference."""
    A, B = payoff_arrays(model, era, x, y)(X, Y)
    row, column = (player.actions for player in model.players.values())
    holds = {
        f"{row[i]}, {column[j]}": (A[i, j] >= A[1 - i, j]) & (B[i, j] >= B[i, 1 - j])
        for i in range(2)
        for j in range(2)
    }
    with np.errstate(all="ignore"):
        q = (A[1, 1] - A[0, 1]) / (A[0, 0] - A[1, 0] + A[1, 1] - A[0, 1])  # column's first action
        p = (B[1, 1] - B[1, 0]) / (B[0, 0] - B[0, 1] + B[1, 1] - B[1, 0])
    holds[f"{'/'.join(row)}, {'/'.join(column)}"] = (q > 0) & (q < 1) & (p > 0) & (p < 1)
    return [frozenset(name for name in holds if holds[name][k]) for k in range(len(X))]


def locate(panel, x, y):
    """Return the label of the cell that a point lies in, by its slab's curves."""
    for slab, own in zip(panel.decomposition.slabs, panel.labels, strict=True):
        if float(slab.left) <= x <= float(slab.right):
            curves = [cell.upper(np.array([x]))[0] for cell in slab.cells[:-1]]
            return own[sum(y > c for c in curves)]
    raise AssertionError((x, y))


def scatter(ends, count, seed):
    rng = np.random.default_rng(seed)
    return [rng.uniform(float(low), float(high), count) for low, high in ends]


def test_labels_are_the_best_replies(abandonment, found):
    x, y = found.x.parameter.name, found.y.parameter.name
    for k, panel in enumerate(found.panels):
        X, Y = scatter((found.x.ends, found.y.ends), 500, k)
        wanted = brute_force(abandonment, panel.era, x, y, X, Y)
        assert [frozenset(locate(panel, *at)) for at in zip(X, Y, strict=True)] == wanted


def test_labels_are_the_best_replies_across_curves(curved):
    found = region_map(curved, "a", "b", ranges={"a": (-1, 1), "b": (-1, 1)})
    for k, panel in enumerate(found.panels):
        X, Y = scatter((found.x.ends, found.y.ends), 500, k)
        wanted = brute_force(curved, panel.era, "a", "b", X, Y)
        assert [frozenset(locate(panel, *at)) for at in zip(X, Y, strict=True)] == wanted
    assert len(found.panels[0].regions) == 4


def test_the_centre_lies_where_its_equilibria_are(abandonment, found):
    for panel in found.panels:
        solved = dilemma.solve(abandonment, panel.era)
        assert {e.branch for e in solved} == set(panel.at_centre)
        assert locate(panel, *map(float, panel.centre)) == panel.at_centre
        assert not panel.on_border


def test_shares_of_the_box_agree_with_monte_carlo(abandonment, found):
    x, y = found.x.parameter.name, found.y.parameter.name
    count = 20_000
    for k, panel in enumerate(found.panels):
        told = brute_force(abandonment, panel.era, x, y, *scatter(panel.box, count, 7 + k))
        for region in panel.regions:
            frequency = told.count(frozenset(region.label)) / count
            assert region.box_share == pytest.approx(frequency, abs=0.015)
        assert sum(r.box_share for r in panel.regions) == pytest.approx(1)
        assert sum(r.share for r in panel.regions) == pytest.approx(1)


def test_shares_of_straight_regions_are_exact(maps):
    # m_J and p_J since the Cold War: D0_J = 0 and D1_J = 0 are lines through the box.
    p = sp.Symbol("p")
    box = (p, sp.Rational(1, 10), sp.Rational(7, 20))
    D0, D1 = (2 + 24 * p) / 51, (85 + 54 * p) / 255  # m_J where each vanishes
    start, area = sp.Rational(3, 20), sp.Rational(35 * 25, 100**2)
    firm = sp.integrate(sp.Max(D0 - start, 0), box) / area
    weak = 1 - sp.integrate(D1 - start, box) / area
    shares = {r.label: r.box_share for r in maps["m_J", "p_J"].panels[1].regions}
    assert shares["strong, strong",] == pytest.approx(float(firm), abs=1e-12)
    assert shares["weak, weak",] == pytest.approx(float(weak), abs=1e-12)


def test_every_region_has_an_odd_number_of_equilibria(abandonment_hedging, maps):
    """Wilson 1971: almost every game has a finite, odd number."""
    for found in (*maps.values(), region_map(abandonment_hedging, "m_J", "w_U")):
        assert all(len(r.label) % 2 == 1 for panel in found.panels for r in panel.regions)


def test_borders_are_named_after_the_definitions_that_vanish(maps):
    names = {b.name: str(b) for b in maps["m_J", "p_J"].panels[1].borders}
    assert names["D0_J"] == "D0_J = 0, that is -51*m_J + 24*p_J + 2 = 0"
    assert set(names) == {"D0_J", "D1_J"}
    assert maps["m_J", "p_J"].panels[0].borders == ()


# --- boxes without width, borders through the centre, ranges ------------------------------------


def test_a_flat_box_is_measured_along_its_length(curved):
    X = np.linspace(-0.2, 0.6, 20_001)
    told = brute_force(curved, "second", "a", "b", X, np.full_like(X, 0.2))
    for axes in (("a", "b"), ("b", "a")):
        for region in region_map(curved, *axes).panels[1].regions:
            frequency = told.count(frozenset(region.label)) / len(X)
            assert region.box_share == pytest.approx(frequency, abs=2e-4)


def test_a_box_that_is_a_point_has_one_region(curved):
    panel = region_map(curved, "b", "c").panels[1]
    assert {r.label: r.box_share for r in panel.regions if r.box_share} == {panel.at_centre: 1}


def test_a_border_through_the_centre_is_told():
    eras = {"now": {"a": valued(0, -1, 1), "b": valued(0, -1, 1)}}
    payoffs = [("0", "0"), ("0", "1"), ("a", "0"), ("a", "1")]
    found = region_map(game(payoffs, eras, dict.fromkeys("ab", ranging(-1, 1))), "a", "b")
    assert found.panels[0].on_border
    assert found.panels[0].at_centre == ("low, high", "high, high")
    assert "a border runs through the centre" in str(found)


def test_what_is_drawn_is_the_boxes_and_a_margin(maps):
    found = maps["m_J", "p_J"]
    assert found.x.ends == (0, sp.Rational(575, 1000))  # clipped at 0
    assert found.y.ends == (sp.Rational(175, 10000), sp.Rational(7325, 10000))


def test_a_parameter_that_never_varies_has_a_range(abandonment):
    assert region_map(abandonment, "A_J", "m_J").x.ends == (0, 1)
    eras = {"now": {"a": valued(2), "b": valued(0)}}
    ranges = {"a": ranging(0, "inf"), "b": ranging("-inf", "inf")}
    found = region_map(
        game([("0", "0"), ("0", "1"), ("a", "0"), ("b", "1")], eras, ranges), "a", "b"
    )
    assert found.x.ends == (1, 3)
    assert found.y.ends == (sp.Rational(-1, 2), sp.Rational(1, 2))


def test_ranges_and_eras_can_be_chosen(abandonment):
    ranges = {"m_J": (0, "0.1"), "p_J": (0.5, 1)}
    found = region_map(abandonment, "m_J", "p_J", ["post_cold_war"], ranges)
    assert found.x.ends == (0, sp.Rational(1, 10))
    assert found.y.ends == (sp.Rational(1, 2), 1)
    (panel,) = found.panels
    # The box lies outside what is drawn, and is measured all the same.
    assert {r.label: r.share for r in panel.regions}["weak, weak",] == 0
    assert sum(r.box_share for r in panel.regions) == pytest.approx(1)
    figures.region_map(found)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("m_J", "kapJ"), "no parameter 'kapJ'.*did you mean 'kap_J'"),
        (("m_J", "m_J"), "given twice"),
        (("m_J", "p_J", ["cold_wa"]), "no era 'cold_wa'.*did you mean 'cold_war'"),
        (("m_J", "p_J", []), "at least one era is wanted"),
        (("m_J", "p_J", None, {"m_J": (0, 2)}), r"in \[0, 1\]"),
        (("m_J", "p_J", None, {"m_J": (0.4, 0.4)}), "a low and a higher end"),
        (("m_J", "p_J", None, {"m_J": ("low", 1)}), "m_J: "),
    ],
)
def test_what_cannot_be_drawn_is_told(abandonment, arguments, said):
    with pytest.raises(CalibrationError, match=said):
        region_map(abandonment, *arguments)


@pytest.mark.parametrize("payoff", ["exp(a)", "sqrt(a + 2)", "a if a > b else b", "log(2)*a"])
def test_payoffs_without_polynomial_borders_are_told(payoff):
    eras = {"now": {name: valued(0, -0.5, 0.5) for name in ("a", "b", "c")}}
    model = game([*CURVED[:2], (payoff, "0"), CURVED[3]], eras)
    with pytest.raises(UnsupportedError, match=r"what x is paid at \(high, low\) is no ratio"):
        region_map(model, "a", "b")


def test_ratios_have_borders_at_their_poles():
    eras = {"now": {name: valued(0.1, -0.5, 0.5) for name in ("a", "b", "c")}}
    payoffs = [("0", "1"), ("0", "0"), ("1/(a - b)", "1"), ("0", "0")]
    (panel,) = region_map(game(payoffs, eras), "a", "b").panels
    shares = {r.label: r.share for r in panel.regions}
    assert shares == {("low, low",): pytest.approx(0.5), ("high, low",): pytest.approx(0.5)}


def test_it_prints_and_is_json(maps):
    found = maps["m_J", "p_J"]
    told = str(found)
    assert "(weak, weak), (strong, strong), mixed" in told
    assert "62.5 %" in told
    assert "a pair is (Japan, United States)" in told
    after = json.loads(json.dumps(found.to_dict()))["panels"][1]
    assert after["box"] == [["0.15", "0.5"], ["0.1", "0.35"]]
    assert after["at_centre"] == ["weak, weak", "strong, strong", "weak/strong, weak/strong"]
    assert sum(r["box_share"] for r in after["regions"]) == pytest.approx(1)


# --- the picture --------------------------------------------------------------------------------


def drawn(axes, gid):
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def words_above(figure, axes):
    """Return what stands right above a panel."""
    place = axes.get_position()
    beyond = [one.get_position().y0 for one in figure.axes if one.get_position().y0 > place.y1]
    for text in figure.texts:
        x, y = text.get_position()
        if x == pytest.approx(place.x0) and place.y1 < y < min(beyond, default=1):
            yield text.get_text()


@pytest.fixture(scope="module")
def pictures(maps, curved):
    every = {**maps, "curved": region_map(curved, "a", "b", ranges={"a": (-1, 1), "b": (-1, 1)})}
    return {pair: (found, figures.region_map(found)) for pair, found in every.items()}


@pytest.fixture(scope="module", params=[*PAIRS, "curved"], ids=str)
def picture(request, pictures, abandonment, curved):
    return *pictures[request.param], curved if request.param == "curved" else abandonment


def test_the_picture_shows_the_numbers(picture):
    found, figure, _ = picture
    assert [axes.get_label() for axes in figure.axes] == [panel.era for panel in found.panels]
    for axes, panel in zip(figure.axes, found.panels, strict=True):
        assert axes.get_xlim() == pytest.approx([float(e) for e in found.x.ends])
        assert axes.get_ylim() == pytest.approx([float(e) for e in found.y.ends])
        (box,) = drawn(axes, "box")
        (x0, x1), (y0, y1) = panel.box
        assert (box.get_x(), box.get_width()) == pytest.approx((float(x0), float(x1 - x0)))
        assert (box.get_y(), box.get_height()) == pytest.approx((float(y0), float(y1 - y0)))
        (centre,) = drawn(axes, "centre")
        assert centre.get_xydata()[0] == pytest.approx([float(v) for v in panel.centre])
        words = "\n".join(words_above(figure, axes))
        assert panel.title in words
        for region in panel.regions:
            assert region.box_share == 0 or percent(region.box_share) in words


def test_borders_lie_on_their_polynomials_and_part_equilibria(picture):
    found, figure, model = picture
    x, y = found.x.parameter, found.y.parameter
    spans = np.array([float(a.high - a.low) for a in (found.x, found.y)])
    for axes, panel in zip(figure.axes, found.panels, strict=True):
        borders = [sp.lambdify((x.symbol, y.symbol), b.polynomial.as_expr()) for b in panel.borders]
        for line in drawn(axes, "border"):
            points = line.get_xydata()
            X, Y = points.T
            assert min(np.max(np.abs(border(X, Y) + 0 * X)) for border in borders) < 1e-6
            k = len(points) // 2
            ahead = (points[k] - points[k - 1]) / spans
            across = np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead) * spans * 1e-4
            sides = (points[k] + points[k - 1]) / 2 + np.array([across, -across])
            told = brute_force(model, panel.era, x.name, y.name, *sides.T)
            assert told[0] != told[1]


def test_labels_stand_in_their_regions(picture):
    found, figure, _ = picture
    for axes, panel in zip(figure.axes, found.panels, strict=True):
        for text in drawn(axes, "label"):
            label = locate(panel, *text.get_position())
            assert text.get_text().replace("or ", "").split("\n") == list(found.words(label))


def test_colours_are_those_of_the_regions(picture, tmp_path):
    found, figure, model = picture
    figures.save(figure, tmp_path / "map.png")
    image = mpl.image.imread(tmp_path / "map.png")[::-1, :, :3]
    scale = image.shape[1] / figure.bbox.width
    names = (found.x.parameter.name, found.y.parameter.name)
    seen = {}
    for axes, panel in zip(figure.axes, found.panels, strict=True):
        X, Y = scatter((found.x.ends, found.y.ends), 600, 3)
        pixels = axes.transData.transform(np.column_stack([X, Y])) * scale
        mark = axes.transData.transform(np.array([panel.centre], float))[0] * scale
        told = brute_force(model, panel.era, *names, X, Y)
        for at, label in zip(pixels, told, strict=True):
            column, row = at.astype(int)
            patch = image[row - 4 : row + 5, column - 4 : column + 5]
            clear = np.ptp(patch, axis=(0, 1)).max() == 0  # no line, no letter
            if clear and np.hypot(*(at - mark)) > 20:
                seen.setdefault(label, set()).add(tuple(np.round(255 * patch[0, 0]).astype(int)))
    assert len(seen) >= len(found.labels) - 1
    assert all(len(colours) == 1 for colours in seen.values())
    assert len(set.union(*seen.values())) == len(seen)
    assert (255, 255, 255) not in set.union(*seen.values())


def test_no_words_overlap_or_leave_the_sheet(picture):
    check_words(picture[1])


def test_words_keep_clear_of_borders_box_and_centre(picture):
    _, figure, _ = picture
    renderer = FigureCanvasAgg(figure).get_renderer()
    for axes in figure.axes:
        (box,), (centre,) = drawn(axes, "box"), drawn(axes, "centre")
        paths = [
            mpl.path.Path(axes.transData.transform(b.get_xydata())) for b in drawn(axes, "border")
        ]
        paths.append(mpl.path.Path(axes.transData.transform(box.get_corners()[[0, 1, 2, 3, 0]])))
        mark = axes.transData.transform(centre.get_xydata())[0]
        for text in drawn(axes, "label"):
            extent = text.get_window_extent(renderer)
            assert not extent.padded(4).contains(*mark)
            assert not any(path.intersects_bbox(extent, filled=False) for path in paths), text


def test_a_region_too_small_for_words_is_in_the_legend(abandonment):
    figure = figures.region_map(region_map(abandonment, "A_J", "m_J"))
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["the era's range", "its centre", "(weak, strong)"]
    hatched = [patch.get_hatch() for axes in figure.axes for patch in drawn(axes, "region")]
    assert sum(hatch is not None for hatch in hatched) == 1


def test_a_region_has_one_colour_in_every_map_of_the_game(pictures):
    colours = {}
    for pair in PAIRS:
        found, figure = pictures[pair]
        for axes, panel in zip(figure.axes, found.panels, strict=True):
            labels = dict.fromkeys(label for own in panel.labels for label in own)
            for label, patch in zip(labels, drawn(axes, "region"), strict=True):
                colours.setdefault(label, set()).add(patch.get_facecolor())
    assert all(len(one) == 1 for one in colours.values())
    assert len(set.union(*colours.values())) == len(colours)


def test_many_eras_stand_in_rows(curved):
    eras = {f"era{k}": curved.document["eras"]["first"] for k in range(5)}
    figure = figures.region_map(region_map(game(CURVED, eras), "a", "b"))
    tops = [round(axes.get_position().y1, 6) for axes in figure.axes]
    assert (len(tops), len(set(tops))) == (5, 2)
    assert all(one >= two for one, two in pairwise(tops))


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_the_same_map_makes_the_same_file(maps, tmp_path, suffix):
    paths = [tmp_path / f"{name}.{suffix}" for name in ("one", "two")]
    for path in paths:
        figures.save(figures.region_map(maps["E_J", "w_J"]), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_pyplot_is_never_loaded():
    script = "import dilemma.figures, sys; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)
