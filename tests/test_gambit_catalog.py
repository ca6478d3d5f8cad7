"""Every game of pygambit's catalog is read and answered, and pygambit finds nothing to gain."""

from pathlib import Path

import pygambit
import pytest

import dilemma
from dilemma import to_pygambit
from dilemma.games.kind import Can

CATALOG = Path(pygambit.__file__).parent / "catalog_data"
FILES = sorted(CATALOG.rglob("*.efg")) + sorted(CATALOG.rglob("*.nfg"))


def name(path):
    return path.relative_to(CATALOG).as_posix()


def forgetful(path):
    """Tell whether some player of a tree forgets something, as pygambit sees it."""
    return path.suffix == ".efg" and not pygambit.read_efg(path).is_perfect_recall


def regret(game, equilibrium):
    """Return what somebody gains by deviating, worked out by pygambit."""
    texts = {d: {a: str(c) for a, c in mix.items()} for d, mix in equilibrium.play.items()}
    if Can.MOVES not in game.game.can:
        profile = to_pygambit(game).mixed_strategy_profile(rational=True)
        titles = list(profile.game.players)
        for title, mix in zip(titles, texts.values(), strict=True):
            profile[title] = mix
    else:
        profile = to_pygambit(game).mixed_behavior_profile(rational=True)
        for decision in game.game.decisions.values():
            profile[pygambit.H.path(*decision.histories[0])] = texts[decision.name]
    found = profile.max_regret()
    return found.numerator / found.denominator


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_game_of_the_catalog_is_answered(path):
    if forgetful(path):
        with pytest.raises(dilemma.ModelError, match="would forget something here"):
            dilemma.load(path)
        return
    game = dilemma.load(path)
    found = dilemma.solve(game, seconds=5)
    assert len(found) > 0  # a finite game has one
    assert found.complete or found.reason
    for e in list(found)[:20]:
        assert regret(game, e) <= (0 if e.exact else 1e-25)


@pytest.mark.parametrize("path", FILES[::6], ids=name)
def test_the_command_line_shows_and_converts_it(path, tmp_path, typed):
    code, out, err = typed("show", path)
    if forgetful(path):
        assert code == 2
        assert "would forget something here" in err
        return
    assert code == 0
    assert out
    converted = tmp_path / f"game{path.suffix}"
    assert typed("convert", path, converted).code == 0
    assert dilemma.load(converted).game.profiles == dilemma.load(path).game.profiles
