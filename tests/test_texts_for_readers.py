"""Texts for readers say what is meant: they name no file, and tell at first what a game is about."""

import json
import re
import tomllib
from importlib import resources

import pytest

import dilemma
from dilemma.library import folder
from dilemma.page.page import texts

FILE = re.compile(r"\b[\w/-]+\.(?:toml|md|py|json|csv|js|html)\b")
DOCUMENTS = sorted(folder().rglob("*.toml"))


def every_text(plain):
    """Yield every text in plain data."""
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, dict):
        yield from (text for one in plain.values() for text in every_text(one))
    elif isinstance(plain, list):
        yield from (text for one in plain for text in every_text(one))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_no_text_of_a_shipped_document_names_a_file(document):
    told = list(every_text(tomllib.loads(document.read_text(encoding="utf-8"))))
    assert told
    assert [text for text in told if FILE.search(text)] == []


def test_no_word_of_the_page_names_a_file():
    words = resources.files("dilemma.page") / "assets" / "words.json"
    told = list(every_text(json.loads(words.read_text(encoding="utf-8"))))
    assert [text for text in told if FILE.search(text)] == []


@pytest.mark.parametrize("text", ["p_J of abandonment.toml", "see docs/claims.md"])
def test_a_file_would_be_seen(text):
    assert FILE.search(text)


# --- what a game is about -------------------------------------------------------------------------


def actions(model):
    """Return the names of what players may do, chance left out."""
    told = model.document
    yield from (
        action for player in told["players"].values() for action in player.get("actions", ())
    )
    for node in told.get("tree", {}).values():
        yield from node["actions"] if node.get("player") in model.players else ()
    for state in told.get("states", {}).values():
        for player in model.players:
            own = state.get(player, ())
            yield from own if isinstance(own, list) else ()


@pytest.mark.parametrize("name", dilemma.available())
def test_what_a_game_is_about_is_told_first_in_few_sentences_and_nothing_is_lost(name):
    model = dilemma.load(name)
    first, rest = texts(model)["about"]
    assert 0 < len(first) <= 420
    assert f"{first} {rest}".strip() == " ".join(model.reads.split())


@pytest.mark.parametrize("name", ["abandonment", "abandonment_hedging", "statement", "triangle"])
def test_it_says_what_every_action_is(name):
    model = dilemma.load(name)
    (first, _), named = texts(model)["about"], set(actions(model))
    assert len(named) >= 2
    assert [one for one in named if not re.search(rf"\b{one}", first)] == []


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("assets", ["keep", "leave", "found", "stay"]),
        ("consensus", ["agree", "wait"]),
        ("repeated", ["support", "shirk", "leave"]),
    ],
)
def test_it_says_what_is_done_in_a_state(name, named):
    (first, _) = texts(dilemma.load(name))["about"]
    assert [one for one in named if not re.search(rf"\b{one}", first)] == []


@pytest.mark.parametrize("name", dilemma.available())
def test_a_number_that_is_chosen_has_a_meaning_and_a_player(name):
    told = texts(dilemma.load(name))
    own = [one for one in told.get("choices", ()) if one["player"]]
    assert all(one["means"] for one in own)
    assert {one["player"] for one in own} <= {player["name"] for player in told["players"]}
