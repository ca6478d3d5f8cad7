"""What waterfalls, tornados, bargains and ledgers draw, against the numbers that they are given."""

import subprocess
import sys
from dataclasses import replace
from itertools import permutations

import matplotlib as mpl
import pytest
import sympy as sp
from matplotlib.text import Text

import dilemma
from dilemma import Ledger, bargaining, figures
from dilemma.claims.sentences import carries
from dilemma.claims.verdict import Radius, Robustness, Shares
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.figures.paper import signed
from dilemma.output.result import percent
from words_drawn import check_words

pytestmark = pytest.mark.slow

HALF = sp.Rational(1, 2)


def at(figure, label):
    (axes,) = (one for one in figure.axes if one.get_label() == label)
    return axes


def drawn(figure, gid):
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def one(figure, gid):
    (found,) = drawn(figure, gid)
    return found


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def span(bar):
    return sorted((bar.get_x(), bar.get_x() + bar.get_width()))


# --- results ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changes(hedging):
    return [dilemma.attribute(hedging, name) for name in ("x_J", "net_japan")]


@pytest.fixture(scope="module")
def hedged(abandonment):
    return dilemma.attribute(abandonment, "japan", select="lowest")


@pytest.fixture(scope="module")
def swings(hedging):
    return [dilemma.tornado(hedging, "x_J", era) for era in hedging.eras]


@pytest.fixture(scope="module")
def trust(abandonment):
    return dilemma.tornado(abandonment, "trust_japan", "post_cold_war")


@pytest.fixture(scope="module")
def bargains(burden):
    return bargaining(burden, draws=400)


@pytest.fixture(scope="module")
def plain(abandonment):
    return dilemma.prove(abandonment, "C1.6", workers=1)


RADII = {
    "bracketed": Radius(sp.Rational(5, 4), sp.Rational(3, 2)),
    "endless": Radius(sp.Integer(4), None),
    "everywhere": Radius(sp.Integer(1), None, everywhere=True),
    "refuted": Radius(None, HALF),
    "unknown": Radius(None, None),
    "boxless": None,
}
PARTS = Shares(HALF, sp.Rational(1, 8), sp.Rational(1, 16), 0.7, 1000)


@pytest.fixture(scope="module")
def robust(plain):
    """A ledger in which every radius that there may be occurs, and verdicts of every kind."""
    first = plain[0]
    verdicts = [
        replace(
            first,
            claim=replace(first.claim, name=name, label=name),
            robustness=Robustness(radius=radius, shares=PARTS if name == "refuted" else None),
            status="mixed" if name == "refuted" else "proved",
        )
        for name, radius in RADII.items()
    ]
    verdicts += [
        replace(first, claim=replace(first.claim, name=status, label=status), status=status)
        for status in ("open", "vacuous", "contradictory", "disproved")
    ]
    return Ledger(plain.models, tuple(verdicts))


@pytest.fixture(scope="module")
def pictures(changes, hedged, swings, trust, bargains, plain, robust):
    return {
        "one change": figures.plot(changes[0]),
        "two changes": figures.plot(changes[0], others=changes[1:]),
        "a change of payoff": figures.plot(hedged),
        "swings": figures.plot(swings[0], others=swings[1:]),
        "undefined swings": figures.plot(trust),
        "bargains": figures.plot(bargains),
        "ledger": figures.plot(plain),
        "robust ledger": figures.plot(robust),
    }


EVERY = (
    "one change", "two changes", "a change of payoff", "swings", "undefined swings", "bargains",
    "ledger", "robust ledger",
)  # fmt: skip


# --- every figure -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_no_words_overlap_or_leave_the_sheet(pictures, name):
    check_words(pictures[name])


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("name", ["two changes", "swings", "bargains", "robust ledger"])
def test_the_same_figure_makes_the_same_file(pictures, tmp_path, name, suffix):
    starts = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    files = [tmp_path / f"{k}{suffix}" for k in range(2)]
    for file in files:
        figures.save(pictures[name], file)
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert first.startswith(starts[suffix])


def test_drawing_changes_no_global_style(changes, swings, robust):
    before = dict(mpl.rcParams)
    for found in (changes[0], swings[0], robust):
        figures.plot(found)
    assert dict(mpl.rcParams) == before


def test_pyplot_is_never_loaded():
    script = (
        "import sys, dilemma\n"
        "dilemma.plot(dilemma.attribute(dilemma.load('hedging'), 'x_J'))\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


# --- waterfall ----------------------------------------------------------------------------------


def test_bars_lead_from_the_first_era_to_the_second(pictures, changes):
    figure, found = pictures["one change"], changes[0]
    value = float(found.before)
    for share in sorted(found.shares, key=lambda s: -abs(s.share)):
        bar = one(figure, f"bar {share.group}")
        assert bar.get_x() == pytest.approx(min(value, value + float(share.share)))
        assert bar.get_width() == pytest.approx(abs(float(share.share)))
        value += float(share.share)
    assert value == pytest.approx(float(found.after))
    for gid, end in (("before", found.before), ("after", found.after)):
        assert one(figure, gid).get_xdata()[0] == pytest.approx(float(end))


def test_bars_are_joined(pictures, changes):
    joins = [line.get_xdata()[0] for line in drawn(pictures["one change"], "join")]
    value, ends = float(changes[0].before), []
    for share in sorted(changes[0].shares, key=lambda s: -abs(s.share)):
        ends.append(value)
        value += float(share.share)
    assert joins == pytest.approx([*ends, value])


def test_up_and_down_differ_by_more_than_colour(pictures, hedged):
    figure = pictures["a change of payoff"]
    signs = {share.share > 0 for share in hedged.shares if share.share}
    assert signs == {True, False}
    for share in hedged.shares:
        bar = one(figure, f"bar {share.group}")
        assert bool(bar.get_hatch()) == (share.share < 0)
        arrow = "▲ +" if share.share > 0 else "▼ −" if share.share < 0 else "0"
        assert signed(share.share).startswith(arrow)
        assert signed(share.share) in words(figure)


def test_the_line_under_a_bar_spans_what_its_group_adds_in_any_order(pictures, hedged):
    figure, found = pictures["a change of payoff"], hedged
    for share in found.shares:
        added = set()
        for order in permutations(s.group for s in found.shares):
            moved = frozenset(order[: order.index(share.group)])
            added.add(float(found.values[moved | {share.group}] - found.values[moved]))
        start = one(figure, f"bar {share.group}").get_x()
        line = one(figure, f"orders {share.group}").get_xdata()
        assert list(line) == pytest.approx([start + min(added), start + max(added)])
        assert one(figure, f"alone {share.group}").get_xdata()[0] == pytest.approx(
            start + float(share.alone)
        )


def test_each_outcome_has_a_panel(pictures, changes):
    assert [axes.get_label() for axes in pictures["two changes"].axes] == ["x_J", "net_japan"]
    for found in changes:
        axes = at(pictures["two changes"], found.outcome)
        (after,) = (line for line in axes.lines if line.get_gid() == "after")
        assert after.get_xdata()[0] == pytest.approx(float(found.after))


def test_notes_say_what_was_selected_and_what_is_the_same(pictures, hedged):
    note = one(pictures["a change of payoff"], "notes").get_text().replace("\n", " ")
    assert "Among several equilibria: lowest (japan)." in note
    note = one(pictures["one change"], "notes").get_text().replace("\n", " ")
    assert "nothing left over" in note
    assert all(group.replace("_", " ") in note for group in hedged.still)


def test_a_waterfall_has_one_change(changes, hedged):
    with pytest.raises(CalibrationError, match="one waterfall has one change"):
        figures.waterfall(changes[0], [hedged])


# --- tornado ------------------------------------------------------------------------------------


def test_bars_end_where_both_ends_of_the_interval_lead(pictures, swings):
    found = swings[0]  # the Cold War: one equilibrium everywhere
    centre = float(found.centre.least)
    for swing in found.swings:
        if swing.parameter in found.still:
            assert not drawn(pictures["swings"], f"low {swing.parameter}")[1:]
            continue
        for what, reach in (("low", swing.low), ("high", swing.high)):
            bar = drawn(pictures["swings"], f"{what} {swing.parameter}")[0]
            ends = sorted([centre, float(reach.least)])
            assert span(bar) == pytest.approx(ends)
            assert bool(bar.get_hatch()) == (what == "low")


def test_several_equilibria_are_drawn_from_the_least_to_the_greatest(pictures, swings):
    low, high = (float(v) for v in (swings[1]["g_J"].high.least, swings[1]["g_J"].high.most))
    line = drawn(pictures["swings"], "high g_J")[1]
    assert list(line.get_xdata()) == pytest.approx([low, high])


def test_rows_stand_in_the_order_of_the_swings(pictures, swings):
    figure, found = pictures["swings"], swings[0]
    shown = [s.parameter for s in found.swings if s.parameter not in found.still]
    bars = [drawn(figure, f"low {name}")[0] for name in shown]
    heights = [bar.get_y() for bar in bars]
    assert heights == sorted(heights)


def test_all_eras_have_one_scale(pictures):
    first, second = pictures["swings"].axes
    assert first.get_xlim() == second.get_xlim()


def test_values_of_the_parameter_stand_beside_the_bars(pictures, swings):
    told = [text.get_text() for text in drawn(pictures["swings"], "value")]
    for name in ("alp_J", "g_J", "tau_U"):
        assert f"{float(swings[0][name].low.value):g}" in told
        assert f"{float(swings[0][name].high.value):g}" in told


def test_what_is_undefined_is_said(pictures, trust):
    told = one(pictures["undefined swings"], "high m_J").get_text()
    assert told == "undefined at 0.5"
    assert str(trust["m_J"].high) == "undefined"


def test_an_outcome_that_nothing_moves_says_so(abandonment):
    found = dilemma.tornado(abandonment, "support_us", "cold_war")
    assert "no parameter moves it by itself" in words(figures.tornado(found))


# --- bargain ------------------------------------------------------------------------------------


def test_limits_are_those_of_the_models_own_outcomes(bargains):
    model = bargains.model
    for era, (deal,) in bargains.centres.items():
        (solved,) = dilemma.solve(model, era)
        for name, limit in (("least_us_takes", deal.least), ("most_japan_pays", deal.most)):
            assert abs(solved.outcomes[name] - limit) < sp.Rational(1, 10**9)
        assert abs(solved.outcomes["t"] - deal.agreed) < sp.Rational(1, 10**9)
    assert (bargains.takes, bargains.gives, bargains.moves) == ("us", "japan", "p")


def test_along_the_hazard_limits_stay_in_proportion(bargains):
    # Forces do not look ahead to the bargain, so both limits are p times what they are at p = 1.
    for deals in bargains.courses.values():
        whole = max(deals, key=lambda deal: deal.at)
        assert whole.at == 1
        for deal in deals:
            assert abs(deal.most - deal.at * whole.most) < sp.Rational(1, 10**9)
            assert abs(deal.least - deal.at * whole.least) < sp.Rational(1, 10**9)


def test_the_spread_holds_the_centre(bargains):
    for era, spread in bargains.spreads.items():
        low, middle, high = spread.agreed
        assert low < middle < high
        assert low <= bargains.centres[era][0].agreed <= high
        assert spread.without == 0


def test_bands_are_cut_at_the_ends_of_the_interval(pictures, bargains):
    axes = at(pictures["bargains"], "centres")
    for era, (deal,) in bargains.centres.items():
        (band,) = (bar for bar in axes.patches if bar.get_gid() == f"band {era}")
        ends = [min(max(float(v), 0), 1) for v in (deal.least, deal.most)]
        assert span(band) == pytest.approx(ends)
        (mark,) = (line for line in axes.lines if line.get_gid() == f"agreed {era}")
        assert mark.get_xdata()[0] == pytest.approx(float(deal.agreed))


def test_a_limit_outside_is_written_with_an_arrow(pictures, bargains):
    told = [text.get_text() for text in drawn(pictures["bargains"], "limit cold_war")]
    (deal,) = bargains.centres["cold_war"]
    assert told == [f"−{abs(float(deal.least)):.4g} ←", f"→ {float(deal.most):.4g}"]


def test_the_agreement_lies_between_the_limits(pictures):
    for era in ("cold_war", "post_cold_war"):
        axes = at(pictures["bargains"], era)
        lines = {
            name: [line for line in axes.lines if line.get_gid() == f"{name} {era}"]
            for name in ("least", "agreed", "most")
        }
        for least, agreed, most in zip(*lines.values(), strict=True):
            for low, middle, high in zip(
                *(line.get_ydata() for line in (least, agreed, most)), strict=True
            ):
                assert low - 1e-9 <= middle <= high + 1e-9


def test_a_game_without_a_bargain_is_told(cork):
    with pytest.raises(UnsupportedError, match="cork ends in no bargain"):
        bargaining(cork)


# --- ledger -------------------------------------------------------------------------------------


def test_every_claim_has_a_row_with_its_verdict(pictures, plain):
    figure = pictures["ledger"]
    told = [text.get_text() for text in drawn(figure, "verdict")]
    assert told == [v.status for v in plain]
    labels = [text.get_text().replace("\n", " ") for text in drawn(figure, "claim")]
    assert labels == [v.claim.label for v in plain]


def test_statuses_have_shapes_of_their_own(pictures, robust):
    looks = {}
    for verdict in robust:
        mark = one(pictures["robust ledger"], f"status {verdict.name}")
        filled = mark.get_fillstyle(), str(mark.get_markerfacecolor()) != "white"
        looks.setdefault(verdict.status, set()).add((mark.get_marker(), filled))
    assert len(looks) == 6
    assert all(len(own) == 1 for own in looks.values())
    assert len(set.union(*looks.values())) == len(looks)


def test_otherwise_than_expected_is_said(pictures, robust):
    odd = [v for v in robust if not v.as_expected]
    told = [text.get_text() for text in drawn(pictures["robust ledger"], "expected")]
    assert told == [f"expected {v.expected}" for v in odd]
    assert f"{len(odd)} otherwise than expected" in " ".join(words(pictures["robust ledger"]))


def test_radii_are_bars_with_brackets(pictures, robust):
    figure = pictures["robust ledger"]
    ends = {"bracketed": 1.25, "endless": 4, "everywhere": None}
    for name, radius in ends.items():
        bar = one(figure, f"radius {name}")
        assert bar.get_width() == pytest.approx(1 if radius is None else radius / (1 + radius))
    bracket = one(figure, "bracket bracketed").get_xdata()
    assert list(bracket) == pytest.approx([1.25 / 2.25, 1.5 / 2.5])
    assert list(one(figure, "bracket refuted").get_xdata()) == pytest.approx([0, 0.5 / 1.5])
    assert not drawn(figure, "radius refuted")
    for name in ("bracketed", "endless", "everywhere", "refuted", "unknown"):
        (verdict,) = (v for v in robust if v.name == name)
        assert one(figure, f"told {name}").get_text() == carries(verdict.robustness)


def test_shares_are_stacked_and_what_is_left_is_undecided(pictures):
    figure = pictures["robust ledger"]
    left = 0
    for part in ("holds", "fails", "silent", "undecided"):
        bar = one(figure, f"{part} refuted")
        size = float(getattr(PARTS, part))
        assert span(bar) == pytest.approx([left, left + size])
        left += size
    assert left == 1
    assert one(figure, "sampled refuted").get_xdata()[0] == pytest.approx(0.7)
    assert percent(0.5) in one(figure, "spans refuted").get_text()


def test_what_was_not_asked_is_said(pictures):
    assert one(pictures["robust ledger"], "told open").get_text() == "not asked"
    assert one(pictures["robust ledger"], "told boxless").get_text() == "speaks of no box"
    note = one(pictures["ledger"], "notes").get_text().replace("\n", " ")
    assert "(radius, share of the boxes) was not asked for" in note
    assert not drawn(pictures["ledger"], "told")


def test_a_hundred_claims_stand_on_one_sheet_or_on_several(plain):
    first = plain[0]
    many = [
        replace(first, claim=replace(first.claim, name=f"c{k}", label=f"C{k}")) for k in range(105)
    ]
    found = Ledger(plain.models, tuple(many))
    assert len(drawn(figures.ledger(found), "claim")) == 105
    pages = [figures.ledger(found, first=k, most=40) for k in range(0, 105, 40)]
    assert [len(drawn(page, "claim")) for page in pages] == [40, 40, 25]
    assert drawn(pages[1], "claim")[0].get_text() == "C40"
    assert "40 of them here" in " ".join(words(pages[1]))
