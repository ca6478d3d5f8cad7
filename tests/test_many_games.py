"""All equilibria of many games at once: what is listed is right and all there is, however games tie."""

import json
import warnings
from fractions import Fraction

import nashpy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dilemma
from dilemma.games.exact import regrets, solve_exactly
from dilemma.games.matrix import exact_games, whole_games

NEAR = 1e-8  # what a probability may be off in a game that is not flagged


def sizes(draw, games, low, high):
    """Return a power of ten for each game."""
    return 10.0 ** draw.integers(low, high, (games, 1, 1))


def nearly_tied(draw, shape):
    apart = draw.choice([-1, 0, 1], shape) * sizes(draw, shape[0], -17, -3)
    return draw.integers(0, 3, shape) + apart


def nearly_alike(draw, shape):
    games, m, n = shape
    rank_one = draw.standard_normal((games, m, 1)) * draw.standard_normal((games, 1, n))
    return rank_one + draw.standard_normal(shape) * sizes(draw, games, -16, -2)


KINDS = {
    "normal": lambda draw, shape: draw.standard_normal(shape),
    "few numbers": lambda draw, shape: draw.integers(0, 3, shape).astype(float),  # nearly all tie
    "whole numbers": lambda draw, shape: draw.integers(-9, 10, shape).astype(float),
    "tenths": lambda draw, shape: draw.integers(0, 10, shape) / 10,
    "nearly tied": nearly_tied,
    "nearly alike": nearly_alike,  # rows that are nearly proportional
    "all sizes": lambda draw, shape: (
        draw.standard_normal(shape) * 10.0 ** draw.integers(-9, 9, shape)
    ),
    "huge or tiny": lambda draw, shape: (
        draw.standard_normal(shape) * sizes(draw, shape[0], -300, 300)
    ),
    "next to nothing": lambda draw, shape: draw.integers(-9, 10, shape) * 5e-324,
}


def drawn(kind, games, m, n, seed=0):
    """Return the payoffs of games of a kind."""
    draw = np.random.default_rng([seed, m, n])
    row, column = (KINDS[kind](draw, (games, m, n)) for _ in "AB")
    return row, column


SHAPES = [(1, 1), (1, 4), (3, 1), (2, 2), (2, 3), (3, 3), (4, 3), (2, 6), (4, 4), (5, 5)]


def exactly(row, column):
    return solve_exactly(row.tolist(), column.tolist())


def has_all(found, truth):
    """Tell whether one game's equilibria are those of the exact path, in the same order."""
    if len(found.game) != len(truth.profiles):
        return False
    x, y = (np.array(mixes, dtype=float) for mixes in zip(*truth.profiles, strict=True))
    return np.abs(found.row - x).max() < NEAR and np.abs(found.column - y).max() < NEAR


def untold(_done):
    pass


# --- nothing is wrong and nothing is missing ------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "x".join(map(str, shape)))
@pytest.mark.parametrize("kind", KINDS)
def test_the_equilibria_are_those_of_the_exact_path(kind, shape):
    row, column = drawn(kind, 25, *shape)
    found = dilemma.solve_many(row, column)
    assert found.complete.all()
    for k in range(found.games):
        assert has_all(found.of(k), exactly(row[k], column[k])), (row[k], column[k])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_flagged_is_right_without_the_exact_path(kind):
    for shape in [(2, 2), (3, 3), (3, 4)]:
        row, column = drawn(kind, 60, *shape, seed=1)
        found = dilemma.solve_many(row, column, exact=False)
        for k in np.flatnonzero(~found.flagged):
            assert has_all(found.of(k), exactly(row[k], column[k])), (row[k], column[k])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 5), (4, 4), (5, 5)], ids=str)
def test_of_thousands_of_games_none_is_wrong(kind, shape):
    row, column = drawn(kind, 1000, *shape, seed=2)
    found = dilemma.solve_many(row, column, exact=False)
    sure = np.flatnonzero(~found.flagged)
    wrong = [k for k in sure if not has_all(found.of(k), exactly(row[k], column[k]))]
    assert wrong == []


@pytest.mark.parametrize("kind", ["normal", "whole numbers"])
def test_all_that_nashpy_finds_is_listed(kind):
    row, column = drawn(kind, 60, 3, 3, seed=3)
    found = dilemma.solve_many(row, column)
    for k in np.flatnonzero(~found.degenerate):
        own = found.of(k)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = list(nashpy.Game(row[k], column[k]).support_enumeration())
        for x, y in theirs:
            gaps = np.abs(own.row - x).max(axis=1) + np.abs(own.column - y).max(axis=1)
            assert gaps.min() < 1e-6


def test_equilibria_stand_in_the_order_of_solve():
    row, column = drawn("normal", 1, 3, 3, seed=12)
    found = dilemma.solve_many(row, column)
    truth = dilemma.solve(dilemma.matrix(row[0], column[0]))
    assert len(truth) == len(found.game) == 3
    for k, one in enumerate(truth):
        assert [float(p) for p in one.play["row"].values()] == pytest.approx(found.row[k].tolist())
        assert [float(v) for v in one.payoffs.values()] == pytest.approx(found.payoffs[k].tolist())


def test_random_games_are_hardly_ever_flagged():
    for m in (2, 3, 4, 5):
        assert dilemma.solve_many(*drawn("normal", 1000, m, m, seed=4)).flagged.mean() <= 0.001


# --- ties -----------------------------------------------------------------------------------------


def test_in_a_game_of_equal_payoffs_every_pure_profile_is_listed():
    found = dilemma.solve_many(np.zeros((1, 2, 3)), np.full((1, 2, 3), 7.0))
    assert found.count.tolist() == [6]
    assert (found.flagged, found.degenerate, found.complete) == ([True], [True], [True])
    assert (found.regret == 0).all()


def test_an_action_that_stands_there_twice_is_seen():
    chicken = np.array([[0.0, -1.0], [1.0, -9.0]])
    twice = chicken[:, [0, 0, 1]]
    found = dilemma.solve_many(twice[None], np.array([[0.0, 0, 1], [-1, -1, -9]])[None])
    assert found.degenerate.tolist() == [True]
    assert has_all(found.of(0), exactly(twice, np.array([[0, 0, 1], [-1, -1, -9]])))


def test_degenerate_is_said_of_ties_at_equilibria_and_of_no_others():
    dilemma_with_tie = np.array([[3.0, 1.0], [5.0, 1.0]])  # a row that is better, or as good
    dominant = np.array([[3.0, 5.0], [0.0, 1.0]])
    at_an_equilibrium = dilemma.solve_many([dilemma_with_tie], [dominant])
    elsewhere = dilemma.solve_many([dilemma_with_tie], [-dominant])
    assert at_an_equilibrium.degenerate.tolist() == [True]
    assert elsewhere.degenerate.tolist() == [False]
    assert exactly(dilemma_with_tie, -dominant).degenerate  # of a strategy that nobody plays


def test_a_tie_that_no_equilibrium_meets_costs_nothing():
    row = [[[3, 1], [5, 1]]]
    assert not dilemma.solve_many(row, [[[-3, -5], [0, -1]]]).flagged.any()


@pytest.mark.parametrize("step", [2.0**-52, 2.0**-30])
def test_payoffs_that_differ_in_their_last_digit_are_no_tie(step):
    row, column = [[[1 + step, 0], [1, 1]]], [[[1, 0], [0, 1]]]
    found = dilemma.solve_many(row, column, exact=False)
    assert not found.flagged.any()
    assert found.count.tolist() == [3]


def test_games_that_are_the_same_are_solved_once(monkeypatch):
    solved = []

    def counted(A, B):
        solved.append(A)
        return solve_exactly(A, B)

    monkeypatch.setattr(exact_games, "solve_exactly", counted)
    row = np.array([[0, 1], [0, 3]])
    games = [row / 10, row, 2 * row, row + np.array([5, -2]), row / 10]  # units do not matter
    found = dilemma.solve_many(games, [row.T] * 5)
    assert found.flagged.all()
    assert len(solved) == 2
    assert len({tuple(found.of(k).row.ravel()) for k in range(5)}) == 1
    assert found.of(2).payoffs.tolist() == [[2 * a, b] for a, b in found.of(1).payoffs.tolist()]


@pytest.mark.parametrize("largest", [1, 2, 9, 1000])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "x".join(map(str, shape)))
def test_whole_numbers_all_at_once_are_what_they_are_one_by_one(shape, largest, monkeypatch):
    draw = np.random.default_rng([largest, *shape])
    row, column = (draw.integers(0, largest + 1, (30, *shape)).astype(float) for _ in "AB")
    at_once = exact_games.solved(row, column, 100, untold)
    monkeypatch.setattr(exact_games, "FEW", 1000)
    one_by_one = exact_games.solved(row, column, 100, untold)
    for name in ("count", "complete", "degenerate"):
        assert (getattr(at_once, name) == getattr(one_by_one, name)).all()
    for name in ("game", "row", "column", "payoffs", "regret"):
        assert (getattr(at_once.rows, name) == getattr(one_by_one.rows, name)).all()


@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (5, 4)], ids=str)
def test_whole_numbers_are_worked_with_at_once_up_to_where_floats_are_exact(shape, monkeypatch):
    most = int(whole_games.largest_difference(*shape))
    draw = np.random.default_rng(shape)
    row, column = (draw.integers(-1, 2, (20, *shape)) * (most // 2) for _ in "AB")
    row[:, 0, 0] += draw.integers(0, 2, 20)  # not all of it can be divided by the same number
    found = exact_games.solved(row.astype(float), column.astype(float), 100, untold)
    monkeypatch.setattr(exact_games, "FEW", 1000)
    truth = exact_games.solved(row.astype(float), column.astype(float), 100, untold)
    assert (found.rows.row == truth.rows.row).all()
    assert (found.rows.column == truth.rows.column).all()


def test_without_the_exact_path_flagged_games_are_not_complete():
    row, column = drawn("few numbers", 50, 3, 3)
    floats, exact = (dilemma.solve_many(row, column, exact=e) for e in (False, True))
    assert floats.flagged.any()
    assert (floats.flagged == exact.flagged).all()
    assert (floats.complete == ~floats.flagged).all()
    for k in np.flatnonzero(~floats.flagged):
        assert (floats.of(k).row == exact.of(k).row).all()


# --- laws -----------------------------------------------------------------------------------------


laws = settings(max_examples=60, deadline=None, derandomize=True)
entries = st.integers(-3, 3) | st.integers(-1000, 1000)


@st.composite
def games(draw):
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    payoffs = st.lists(draw(st.just(entries)), min_size=m * n, max_size=m * n)
    return tuple(np.array(draw(payoffs), dtype=float).reshape(1, m, n) for _ in "AB")


def same(one, other):
    return (
        one.count.tolist() == other.count.tolist()
        and np.abs(one.row - other.row).max() < NEAR
        and np.abs(one.column - other.column).max() < NEAR
    )


@laws
@given(games(), st.integers(-40, 40), st.integers(1, 9), st.randoms(use_true_random=False))
def test_units_and_what_a_player_cannot_change_do_not_matter(game, power, times, shuffler):
    row, column = game
    along = np.array([[[shuffler.randint(-99, 99) for _ in row[0, 0]]]])
    down = np.array([[[shuffler.randint(-99, 99)] for _ in row[0]]])
    moved = dilemma.solve_many(2.0**power * row + 2.0**power * along, times * column + down)
    assert same(dilemma.solve_many(row, column), moved)


@laws
@given(games(), st.randoms(use_true_random=False))
def test_other_names_for_actions_change_nothing_else(game, shuffler):
    row, column = game
    rows, columns = list(range(row.shape[1])), list(range(row.shape[2]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    found = dilemma.solve_many(row, column)
    moved = dilemma.solve_many(*(side[:, rows][:, :, columns] for side in game))

    def listed(x, y):
        return sorted(map(tuple, np.hstack([x, y]).round(9).tolist()))

    assert listed(found.row[:, rows], found.column[:, columns]) == listed(moved.row, moved.column)


@laws
@given(games())
def test_players_that_change_places_change_their_mixes(game):
    row, column = game
    found = dilemma.solve_many(row, column)
    turned = dilemma.solve_many(column.transpose(0, 2, 1), row.transpose(0, 2, 1))
    mixes = np.hstack([turned.column, turned.row]).round(9).tolist()
    assert sorted(mixes) == sorted(np.hstack([found.row, found.column]).round(9).tolist())
    assert found.degenerate.tolist() == turned.degenerate.tolist()


@laws
@given(games())
def test_there_is_an_equilibrium_and_without_ties_an_odd_number(game):
    found = dilemma.solve_many(*game)
    assert found.count[0] >= 1
    assert found.degenerate[0] or found.count[0] % 2 == 1


# --- certificates ---------------------------------------------------------------------------------


def gain(row, column, x, y):
    """Return what a player may gain by deviating from floats, in exact numbers."""
    x, y = ([Fraction(p) for p in mix.tolist()] for mix in (x, y))
    mixes = [p / sum(x) for p in x], [p / sum(y) for p in y]
    return max(regrets(row.tolist(), column.tolist(), *mixes))


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_gains_more_than_the_regret(kind):
    row, column = drawn(kind, 40, 3, 3, seed=5)
    found = dilemma.solve_many(row, column)
    for k, x, y, regret in zip(found.game, found.row, found.column, found.regret, strict=True):
        assert gain(row[k], column[k], x, y) <= Fraction(regret)
        assert regret <= 1e-9 * max(np.ptp(row[k]), np.ptp(column[k]), 1e-300)


def test_a_mix_that_looks_pure_in_floats_is_certified_as_a_mix():
    row = np.array([[[1e-100, 0.0], [0.0, 1e-100]]] * 20)  # in which regrets are too small to help
    apart = np.random.default_rng(0).random((20, 2))
    column = np.zeros((20, 2, 2))
    column[:, 0, 1], column[:, 1, 0] = 1e-20 * apart[:, 0], apart[:, 1]
    found = dilemma.solve_many(row, column)
    assert (found.row.max(axis=1) == 1).all()
    for k, x, y, regret in zip(found.game, found.row, found.column, found.regret, strict=True):
        assert gain(row[k], column[k], x, y) <= Fraction(regret)


def test_payoffs_are_what_the_mixes_pay():
    row, column = drawn("whole numbers", 40, 3, 4, seed=6)
    found = dilemma.solve_many(row, column)
    for k, x, y, paid in zip(found.game, found.row, found.column, found.payoffs, strict=True):
        assert paid == pytest.approx([x @ row[k] @ y, x @ column[k] @ y])


def test_mixes_are_probabilities():
    for kind in KINDS:
        found = dilemma.solve_many(*drawn(kind, 50, 4, 4, seed=7))
        for mixes in (found.row, found.column):
            assert mixes.min() >= 0
            assert mixes.sum(axis=1) == pytest.approx(1)


# --- how it is asked ------------------------------------------------------------------------------


ARRAYS = (
    "game",
    "row",
    "column",
    "payoffs",
    "regret",
    "count",
    "flagged",
    "complete",
    "degenerate",
)


@pytest.mark.parametrize("chunk", [1, 7, 64, 65, 5000])
@pytest.mark.parametrize("kind", ["normal", "whole numbers", "nearly tied"])
def test_chunks_change_not_a_digit(kind, chunk):
    row, column = drawn(kind, 150, 3, 3, seed=8)
    found, by_chunks = (dilemma.solve_many(row, column, chunk=c) for c in (None, chunk))
    for name in ARRAYS:
        assert (getattr(found, name) == getattr(by_chunks, name)).all(), name


def test_many_equilibria_on_a_pair_of_supports_are_worked_out_like_few():
    row, column = drawn("normal", 9000, 2, 2, seed=9)
    found, by_chunks = (dilemma.solve_many(row, column, chunk=c) for c in (9000, 100))
    for name in ARRAYS:
        assert (getattr(found, name) == getattr(by_chunks, name)).all(), name


@pytest.mark.parametrize(
    "given",
    [
        lambda A: A.astype(np.int8),
        lambda A: A.astype(np.uint16),
        lambda A: A.astype(np.float32),
        lambda A: np.asfortranarray(A.astype(float)),
        lambda A: A.astype(float)[::-1][::-1],
        lambda A: A.tolist(),
    ],
)
def test_numbers_of_any_kind_will_do(given):
    row, column = (side + 9 for side in drawn("whole numbers", 50, 3, 2, seed=10))
    found, other = dilemma.solve_many(row, column), dilemma.solve_many(given(row), given(column))
    assert all((getattr(found, name) == getattr(other, name)).all() for name in ARRAYS)


def test_what_is_given_is_left_as_it_was():
    row, column = drawn("few numbers", 50, 3, 3)
    before = row.copy(), column.copy()
    dilemma.solve_many(row, column)
    assert (row == before[0]).all()
    assert (column == before[1]).all()


def test_the_share_that_is_done_is_told():
    told = []
    row, column = drawn("few numbers", 50, 3, 3)
    dilemma.solve_many(
        row, column, chunk=20, progress=lambda share, what: told.append((share, what))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert list(dict.fromkeys(what for _, what in told)) == [
        "support enumeration",
        "exact arithmetic",
    ]


def test_no_games_have_no_equilibria():
    found = dilemma.solve_many(np.zeros((0, 2, 3)), np.zeros((0, 2, 3)))
    assert (found.games, len(found.game), found.row.shape, found.column.shape) == (
        0,
        0,
        (0, 2),
        (0, 3),
    )
    assert "0 games" in str(found)


def test_larger_games_are_solved_where_their_supports_are_few():
    row, column = drawn("normal", 3, 2, 20, seed=11)
    found = dilemma.solve_many(row, column)
    assert all(has_all(found.of(k), exactly(row[k], column[k])) for k in range(3))


GOOD = np.zeros((2, 2, 3))
NOWHERE = np.array([[[0, 0, 0]], [[0, 0, np.nan]]])
WRONG = {
    "one game": (GOOD[0], GOOD[0], r"row has the shape \(2, 3\): .*; \[row\] is one game"),
    "no actions": (GOOD[:, :0], GOOD[:, :0], r"row has the shape \(2, 0, 3\)"),
    "fewer games": (GOOD, GOOD[:1], r"row has the shape \(2, 2, 3\) and column \(1, 2, 3\)"),
    "turned": (GOOD, GOOD.transpose(0, 2, 1), r"column.transpose\(0, 2, 1\) turns it"),
    "ragged": ([[[1, 2], [3]]], GOOD, "row has games of different shapes"),
    "nan": (GOOD, GOOD + NOWHERE, r"column\[1, 0, 2\] is nan"),
    "infinite": (GOOD + np.inf, GOOD, r"row\[0, 0, 0\] is inf: every payoff is a finite number"),
    "too large": (GOOD + 1e305, GOOD, r"row\[0, 0, 0\] is 1e\+305: .* at most 1e\+300 in size"),
    "complex": (GOOD + 1j, GOOD, "row holds complex128"),
    "text": ([[["1"]]], GOOD, "row holds <U1"),
    "fractions": (
        [[[Fraction(1, 3)]]],
        GOOD,
        r"dilemma.matrix\(A, B\) makes one game of fractions",
    ),
    "long": ([[[2**60]]], GOOD, r"row has integers beyond 2\*\*53"),
    "masked": (GOOD, np.ma.masked_equal(GOOD, 0), "column has payoffs that are masked"),
}


@pytest.mark.parametrize(("row", "column", "said"), WRONG.values(), ids=WRONG)
def test_what_is_no_batch_of_games_is_refused_in_a_sentence(row, column, said):
    with pytest.raises(dilemma.errors.CallError, match=f"^solve_many: .*{said}") as caught:
        dilemma.solve_many(row, column)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"exakt": False}, "solve_many takes no 'exakt': did you mean 'exact'?"),
        ({"chunk": 0}, "chunk is a number of games, such as 4096, not 0"),
        ({"chunk": "all"}, "chunk is a number of games, such as 4096, not 'all'"),
    ],
)
def test_options_that_there_are_not_are_refused(options, said):
    with pytest.raises(dilemma.errors.CallError) as caught:
        dilemma.solve_many(GOOD, GOOD, **options)
    assert said in str(caught.value)


def test_games_with_too_many_supports_are_refused_with_what_will_do():
    with pytest.raises(
        dilemma.errors.UnsupportedError, match=r"8 x 8 have 12,869 pairs .* dilemma.solve"
    ):
        dilemma.solve_many(np.zeros((1, 8, 8)), np.zeros((1, 8, 8)))


# --- the answer -----------------------------------------------------------------------------------


@pytest.fixture
def found():
    chicken, pennies = [[0, -1], [1, -9]], [[1, -1], [-1, 1]]
    return dilemma.solve_many(
        [chicken, pennies, [[0, 0], [0, 0]]],
        [[[0, 1], [-1, -9]], [[-1, 1], [1, -1]], [[1, 0], [0, 1]]],
    )


def test_one_game_is_a_batch_of_one(found):
    one = found.of(1)
    assert (one.games, one.count.tolist(), one.game.tolist()) == (1, [1], [0])
    assert one.row.tolist() == one.column.tolist() == [[0.5, 0.5]]
    assert found.of(-2).row.tolist() == one.row.tolist()
    for wrong in (3, -4, "pennies"):
        with pytest.raises(dilemma.DilemmaError, match="there are 3, counted from 0"):
            found.of(wrong)


def test_it_shows_how_many_games_have_how_many_equilibria(found):
    counts, each = found.tables()
    assert counts.title == "Equilibria of 3 games, 2 x 2"
    assert [row[:2] for row in counts.rows] == [("1", "1"), ("3", "1"), ("4", "1")]
    assert len(each.rows) == 8
    assert "exact arithmetic, for a tie or nearly one: 1 (33.3 %)" in str(found)
    many = dilemma.solve_many(*drawn("normal", 1000, 2, 2))
    assert len(many.tables()) == 1
    assert sum(int(row[1]) for row in many.tables()[0].rows) == 1000


def test_it_is_plain_data_as_it_is(found):
    told = json.loads(found.to_json())
    assert list(told) == list(ARRAYS)
    assert told["row"] == found.row.tolist()
    assert told["degenerate"] == [False, False, True]


def test_a_frame_has_a_row_for_each_equilibrium(found):
    frame = dilemma.to_pandas(found)
    assert frame["game"].tolist() == found.game.tolist()
    assert frame["equilibrium"].tolist() == [0, 1, 2, 0, 0, 1, 2, 3]
    assert frame["P(row row_2)"].tolist() == found.row[:, 1].tolist()
    assert frame["payoff column"].tolist() == found.payoffs[:, 1].tolist()
    assert frame.attrs["games"] == 3
    assert frame.attrs["complete"] is True


def test_labelled_data_is_filled_up_with_what_is_no_number(found):
    data = dilemma.to_xarray(found)
    assert dict(data.sizes) == {"game": 3, "equilibrium": 4, "player": 2, "action": 2}
    assert data["regret"].count("equilibrium").values.tolist() == found.count.tolist()
    one = data["probability"].sel(game=1, equilibrium=0, player="column")
    assert one.values.tolist() == [0.5, 0.5]
    assert (
        data["payoff"].sel(game=0, player="row").values[:3].tolist()
        == found.payoffs[:3, 0].tolist()
    )
    assert data["degenerate"].values.tolist() == [False, False, True]


def test_labelled_data_of_games_that_are_not_square_has_no_actions_that_are_not_there():
    data = dilemma.solve_many(*drawn("normal", 4, 2, 3)).to_xarray()
    assert np.isnan(data["probability"].sel(player="row", action=2)).all()
