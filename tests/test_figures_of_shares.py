"""What the figures of sensitivity and of what to measure first draw, against what the records say."""

from dataclasses import replace

import pytest

from dilemma import figures
from dilemma.errors import CalibrationError, UnknownKeyError
from dilemma.figures.layout import typeset
from dilemma.output.result import percent
from dilemma.robustness.measure_first import measure_first
from dilemma.study.sensitivity import Change, sensitivity
from dilemma.study.variances import Estimate, Index
from words_drawn import check_words

pytestmark = pytest.mark.slow

NEW = "post_cold_war"
WIDE = Estimate(0.3, -0.4, 0.9)
BEYOND = Estimate(0.9, -0.2 + 0.5, 1.25)


def drawn(figure, gid):
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def one(figure, gid):
    (found,) = drawn(figure, gid)
    return found


def said(figure, gid):
    return [text.get_text() for text in figure.texts if text.get_gid() == gid]


def note(figure):
    return one(figure, "notes").get_text().replace("\n", " ")


def panel(figure, label):
    (axes,) = (axes for axes in figure.axes if axes.get_label() == label)
    return axes


def middle(bar):
    return bar.get_y() + bar.get_height() / 2


def with_index(found, title, name, index):
    """Return an answer in which a parameter has other indices for a measure."""
    measures = tuple(
        replace(o, indices={**o.indices, name: index}) if o.title == title else o
        for o in found.measures
    )
    return replace(found, measures=measures)


# --- results ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hedged():
    return sensitivity("hedging", None, "x_J", n=256)


@pytest.fixture(scope="module")
def early(hedged):
    """One equilibrium everywhere along each parameter, and one value."""
    return hedged["cold_war"]


@pytest.fixture(scope="module")
def abandoned():
    return sensitivity("abandonment", n=64)


@pytest.fixture(scope="module")
def vague(early):
    """An answer in which an interval is too wide for an index, and one goes beyond the scale."""
    told = with_index(early, "x_J", "g_J", Index(WIDE, WIDE))
    return with_index(told, "x_J", "tau_J", Index(Estimate(-0.1, -0.3, 0.1), BEYOND))


@pytest.fixture(scope="module")
def first():
    return measure_first("abandonment", n=128)


@pytest.fixture(scope="module")
def rare(first):
    """Claims of which one index is not determined: its interval is wider than all there is."""

    def wide(claim):
        place = next((k for k, w in enumerate(claim.weights) if w is claim.first), None)
        if place is None:
            return claim
        weight = claim.weights[place]
        total = replace(weight.index.total, low=-0.5, high=1.5)
        told = replace(weight, index=replace(weight.index, total=total))
        return replace(claim, weights=(*claim.weights[:place], told, *claim.weights[place + 1 :]))

    return replace(first, claims=tuple(map(wide, first.claims)))


@pytest.fixture(scope="module")
def pictures(hedged, early, abandoned, vague, first, rare):
    return {
        "both eras": figures.plot(hedged),
        "one era": figures.plot(early),
        "first of several": figures.plot(abandoned),
        "without a value": figures.plot(abandoned, outcome="trust_japan"),
        "which equilibria": figures.plot(abandoned, outcome="which equilibria"),
        "vague": figures.plot(vague),
        "measure first": figures.plot(first),
        "rare": figures.plot(rare),
        "nothing fails": figures.plot(replace(first, claims=())),
    }


EVERY = (
    "both eras", "one era", "first of several", "without a value", "which equilibria", "vague",
    "measure first", "rare", "nothing fails",
)  # fmt: skip


# --- both figures -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_no_words_overlap_or_leave_the_sheet(pictures, name):
    check_words(pictures[name])


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("name", ["both eras", "measure first"])
def test_the_same_result_makes_the_same_file(hedged, first, tmp_path, name, suffix):
    files = [tmp_path / f"{k}{suffix}" for k in range(2)]
    for file in files:
        figures.save(figures.plot(hedged if name == "both eras" else first), file)
    once, again = (file.read_bytes() for file in files)
    assert once == again


# --- shares of a variance -----------------------------------------------------------------------


def test_bars_are_as_long_as_the_indices(pictures, early):
    for name, index in early["x_J"].indices.items():
        if index.total.value < 0.01:
            continue
        for what in ("first", "total"):
            bar = one(pictures["one era"], f"{what} {name}")
            assert bar.get_x() == 0
            assert bar.get_width() == pytest.approx(max(getattr(index, what).value, 0))


def test_intervals_are_lines_cut_off_at_the_ends_of_the_scale(pictures, vague):
    figure = pictures["vague"]
    for name in ("alp_J", "tau_J"):
        for what in ("first", "total"):
            estimate = getattr(vague["x_J"].indices[name], what)
            ends = [max(estimate.low, 0), min(estimate.high, 1.1)]
            line = one(figure, f"interval {what} {name}")
            assert list(line.get_xdata()) == pytest.approx(ends)
            assert line.get_ydata()[0] == pytest.approx(middle(one(figure, f"{what} {name}")))
    assert one(figure, "interval total tau_J").get_xdata()[1] == 1.1


def test_a_negative_estimate_is_a_bar_of_no_length(pictures):
    assert one(pictures["vague"], "first tau_J").get_width() == 0


def test_what_is_not_determined_is_a_question_mark_and_no_bar(pictures):
    figure = pictures["vague"]
    for what in ("first", "total"):
        assert one(figure, f"unknown {what} g_J").get_text() == "?"
        assert not drawn(figure, f"{what} g_J")
        assert not drawn(figure, f"interval {what} g_J")


def test_what_accounts_for_most_stands_on_top(pictures, early):
    indices = early["x_J"].indices
    ranked = sorted(indices, key=lambda name: -indices[name].total.value)
    bars = [drawn(pictures["one era"], f"total {name}") for name in ranked]
    heights = [middle(bar) for (bar,) in filter(None, bars)]
    assert heights == sorted(heights)
    assert len(heights) == sum(index.total.value >= 0.01 for index in indices.values())


def test_the_indices_differ_by_more_than_colour(pictures):
    for name in ("g_J", "alp_J"):
        alone, whole = (one(pictures["one era"], f"{what} {name}") for what in ("first", "total"))
        assert not alone.get_hatch()
        assert whole.get_hatch()
        assert middle(alone) < middle(whole)


def test_the_least_and_the_greatest_value_stand_side_by_side(pictures, hedged):
    figure = pictures["both eras"]
    for which in ("least", "greatest"):
        axes = panel(figure, f"{NEW} x_J, {which}")
        bars = {bar.get_gid(): bar.get_width() for bar in axes.patches}
        total = hedged[NEW][f"x_J, {which}"].indices["g_U"].total.value
        assert bars["total g_U"] == pytest.approx(total)
    assert said(figure, "one value") == ["the least and\nthe greatest value\nare one everywhere"]


def test_one_of_both_may_be_asked_for(hedged):
    figure = figures.plot(hedged, outcome="x_J, greatest")
    labels = [axes.get_label() for axes in figure.axes]
    assert labels == ["cold_war", "cold_war changes", NEW, f"{NEW} changes"]


def test_marks_stand_where_the_equilibria_change(pictures, hedged):
    axes = panel(pictures["both eras"], f"{NEW} changes")
    marks = {line.get_gid(): line for line in axes.lines}
    told = {text.get_gid(): text.get_text() for text in axes.texts}
    centres = hedged[NEW].model.eras[NEW].values
    for name, change in hedged[NEW].alone.items():
        if change is None:
            assert f"change {name}" not in marks
            continue
        assert marks[f"change {name}"].get_xdata()[0] == pytest.approx(100 * change.share)
        assert list(marks[f"way {name}"].get_xdata()) == pytest.approx([0, 100 * change.share])
        up = change.at > float(centres[name].central)
        assert told[f"at {name}"].startswith("▲" if up else "▼")


def test_without_a_change_there_is_no_panel_of_changes(pictures, early):
    assert not any(early.alone.values())
    assert [axes.get_label() for axes in pictures["one era"].axes] == ["cold_war"]


def test_a_parameter_that_only_changes_equilibria_has_a_row(early):
    told = replace(early, alone={**early.alone, "d_J": Change("d_J", 2.0, 0.5)})
    figure = figures.plot(told)
    assert early["x_J"].indices["d_J"].total.value < 0.01
    assert one(figure, "change d_J").get_xdata()[0] == 50
    assert one(figure, "change d_J").get_ydata()[0] > middle(one(figure, "total g_J"))


def test_the_first_outcome_with_indices_in_all_eras_is_drawn(pictures):
    assert "abandonment_japan" in pictures["first of several"].texts[0].get_text()
    assert "support_japan does not vary: no indices." in note(pictures["first of several"])


def test_what_has_no_indices_says_why(pictures, abandoned):
    figure = pictures["without a value"]
    assert len(drawn(figure, "none")) == 3  # twice no indices, once no change
    for found in abandoned.values():
        assert found["trust_japan"].reason in note(figure)


def test_notes_say_what_was_solved(pictures, hedged):
    words = note(pictures["both eras"])
    for told in ("256 points a sample, seed 0", f"{hedged[NEW].solved:,} calibrations"):
        assert told in words
    cut = replace(hedged[NEW], incomplete=3, why="too many")
    assert "NOT all equilibria are known at 3 points: too many." in note(figures.plot(cut))


def test_one_figure_is_of_one_model_and_of_what_was_asked(early, abandoned):
    with pytest.raises(CalibrationError, match="of one model"):
        figures.plot(early, others=[abandoned["cold_war"]])
    with pytest.raises(UnknownKeyError, match="x_J"):
        figures.plot(early, outcome="x_I")


# --- what to measure first ----------------------------------------------------------------------


def cells(found):
    """Yield the claims' titles, their assumed intervals and how the figure calls the two together."""
    for claim in found.claims:
        for weight in claim.weights:
            if weight.grade == "assumed":
                yield claim, weight, f"{claim.title} {weight.era or 'all'} {weight.parameter}"


def columns(found):
    matter = {
        (weight.era, weight.parameter)
        for _, weight, _ in cells(found)
        if weight.index.total.value >= 0.05
    }
    return [key for key in found.ranking if key in matter][:12]


@pytest.mark.parametrize("name", ["measure first", "rare"])
def test_cells_say_what_the_indices_are(pictures, first, rare, name):
    found = first if name == "measure first" else rare
    shown = columns(found)
    seen = set()
    for _, weight, gid in cells(found):
        total = weight.index.total
        told = [text.get_text() for text in drawn(pictures[name], f"index {gid}")]
        if (weight.era, weight.parameter) not in shown:
            assert told == []
        elif str(total) == "?":
            assert told == ["?"]
        else:
            assert told == ([f"{total.value:.2f}"] if total.value >= 0.05 else [])
        seen.update(told)
    assert ("?" in seen) == (name == "rare")


def test_columns_stand_in_the_order_of_the_ranking(pictures, first):
    names = [
        words.split("\n")[0] for words in said(pictures["measure first"], "column") if "_" in words
    ]
    shown = columns(first)
    assert len(shown) == 12
    assert names == [typeset(name) for _, name in shown]


def test_rows_are_the_claims_that_fail_somewhere(pictures, first):
    failing = [claim for claim in first.claims if claim.weights]
    figure = pictures["measure first"]
    told = [" ".join(words.split("\n")) for words in said(figure, "claim")]
    assert told == [claim.title for claim in failing]
    assert said(figure, "fails") == [f"fails at {percent(claim.fails)}" for claim in failing]


@pytest.mark.parametrize("name", ["measure first", "rare"])
def test_a_frame_is_around_the_first_of_each_row(pictures, first, rare, name):
    found = first if name == "measure first" else rare
    for claim, weight, gid in cells(found):
        has = bool(drawn(pictures[name], f"frame {gid}"))
        written = bool(drawn(pictures[name], f"index {gid}"))
        assert has == (weight is claim.first and written)


def test_a_larger_index_is_darker(pictures, first):
    shades = [
        (weight.index.total.value, sum(cell.get_facecolor()[:3]))
        for _, weight, gid in cells(first)
        for cell in drawn(pictures["measure first"], f"cell {gid}")
    ]
    tints = [tint for _, tint in sorted(shades)]
    assert len(tints) > 10
    assert tints == sorted(tints, reverse=True)


def test_notes_tell_what_is_not_drawn(pictures, first):
    words = note(pictures["measure first"])
    assert "128 points a sample, seed 0" in words
    for claim in first.claims:
        if claim.reason:
            assert claim.reason in words
        if claim.weights and claim.weights[0].grade != "assumed":
            assert f"{claim.title} (" in words


def test_where_no_claim_fails_that_is_said(pictures):
    assert said(pictures["nothing fails"], "none")
