"""A player has one colour, wherever it stands in a game: in figures and on the page."""

import re
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

import dilemma
from dilemma import figures
from dilemma.output.player_colours import BELONGS, player_colours
from dilemma.page.page import classroom, texts
from small_games import chosen_game, ranging

JAPAN, AMERICA = BELONGS["japan"], BELONGS["united states"]


def titled(**players):
    return {name: SimpleNamespace(title=title) for name, title in players.items()}


# --- whose it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", dilemma.available())
def test_a_shipped_player_has_its_own_in_every_model(name):
    colours = player_colours(dilemma.load(name).players)
    assert colours.get("japan", JAPAN) == JAPAN
    assert colours.get("us", AMERICA) == AMERICA
    assert colours.get("china", BELONGS["china"]) == BELONGS["china"]
    assert len(set(colours.values())) == len(colours)


def test_a_player_is_known_by_its_title_too():
    assert player_colours(titled(one="United States", two="Japan")) == {
        "one": AMERICA,
        "two": JAPAN,
    }


def test_others_have_what_is_free_by_their_order():
    assert player_colours(titled(a="Ann", b="Bob")) == player_colours(titled(a="Carl", b="Ann"))
    given = player_colours(titled(a="Ann", japan="Japan", b="Bob"))
    assert given["japan"] == JAPAN
    assert len(set(given.values())) == 3


# --- seen by everybody ----------------------------------------------------------------------------

# What each kind of colour blindness sees of linear light: Machado, Oliveira and Fernandes 2009, severity 1.
SEEN = {
    "all": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip


def linear(colour):
    light = np.array(to_rgb(colour))
    return np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    low, high = sorted(float(TO_XYZ[1] @ linear(c)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(light):
    ratio = TO_XYZ @ np.clip(light, 0, 1) / np.array([0.95047, 1, 1.08883])
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one, other, kind):
    seen = np.array(SEEN[kind])
    return np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other)))


@pytest.mark.parametrize("colour", BELONGS.values(), ids=BELONGS)
def test_a_colour_is_read_on_white_and_seen_on_black(colour):
    assert contrast(colour, "#ffffff") >= 4.5
    assert contrast(colour, "#1b1d22") >= 3


@pytest.mark.parametrize("kind", SEEN)
def test_the_three_of_the_triangle_are_apart_for_every_kind_of_colour_vision(kind):
    three = [BELONGS[name] for name in ("japan", "united states", "china")]
    assert min(apart(a, b, kind) for a, b in combinations(three, 2)) > 25


@pytest.mark.parametrize("kind", SEEN)
def test_those_of_the_network_differ_for_every_kind_of_colour_vision(kind):
    colours = player_colours(dilemma.load("network").players).values()
    assert min(apart(a, b, kind) for a, b in combinations(colours, 2)) > 8


# --- in figures and on the page -------------------------------------------------------------------


def reply_colours(first, second):
    payoffs = {"us": "x*(b - x - y)", "japan": "y*(b - x - y)"}
    model = chosen_game(
        {player: payoffs[player] for player in (first, second)},
        choices={"us": {"x": (0, 3)}, "japan": {"y": (0, 3)}},
        parameters={"b": ranging(1, 3)},
    )
    figure = figures.plot(dilemma.best_replies(model, {"b": 2}))
    lines = [line for axes in figure.axes for line in axes.lines]
    return {
        line.get_gid(): to_hex(line.get_color()).upper()
        for line in lines
        if str(line.get_gid()).startswith("reply")
    }


@pytest.mark.parametrize("order", [("us", "japan"), ("japan", "us")])
def test_best_replies_are_drawn_in_their_players_colours_in_either_order(order):
    assert reply_colours(*order) == {"reply us": AMERICA, "reply japan": JAPAN}


def test_what_is_told_over_the_years_has_the_colour_of_whose_it_is():
    found = dilemma.timeline(dilemma.load("abandonment"), {1960: {"m_J": 0}, 2003: {"m_J": 1}})
    figure = figures.plot(found, shows=["support_us", "support_japan"])
    colours = {
        line.get_gid(): to_hex(line.get_markeredgecolor()).upper()
        for axes in figure.axes
        for line in axes.lines
    }
    own = {gid: colour for gid, colour in colours.items() if "support" in str(gid)}
    assert own
    assert all(
        colour == (AMERICA if gid.split()[1] == "support_us" else JAPAN)
        for gid, colour in own.items()
    )


def test_the_page_has_a_class_for_each_players_colour_and_no_other():
    page = classroom(["triangle"]).html
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)[1]
    three = {BELONGS[name] for name in ("china", "japan", "united states")}
    assert dict(re.findall(r"\.hue-(\w+) \{ color: (#\w+); \}", style)) == {c[1:]: c for c in three}


def test_the_page_knows_whose_an_outcome_is():
    told = {one["name"]: one["player"] for one in texts(dilemma.load("abandonment"))["outcomes"]}
    assert (told["support_us"], told["entrapment_japan"]) == ("us", "japan")
    told = {one["name"]: one["player"] for one in texts(dilemma.load("hedging"))["outcomes"]}
    assert (told["x_J"], told["y_J"], told["feedback"]) == ("japan", "japan", "")
