"""Every key and value of a TOML text is found where it stands."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dilemma.reading.toml import locate

TEXT = '''\
title = "A \\"game\\""  # a comment = [1]
# [not.a.table]
[players]
japan = [ "align", # first
  'hedge' ]
"the us" = { actions = ["a", "b"], levels.x = [0, 1] }

[eras.cold_war]
years = [1951, 1991]
D = { value = 8, range = [6,
10] }

[[many]]
one = """
first
  second \\
     third"""
[[many]]
one = \'\'\'literal 'it' \'\'\'
[many.inner]
two = 1979-05-27 07:32:00
'''


def shown(path, *, key=False):
    found = locate(TEXT)
    line, column, width, text = found.spot(found.key(path) if key else found.value(path))
    return line, text[column - 1 : column - 1 + width]


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("title",), 1, '"A \\"game\\""'),
        (("players", "japan"), 4, '[ "align", # first'),
        (("players", "japan", 1), 5, "'hedge'"),
        (("players", "the us"), 6, '"the us"'),
        (("players", "the us", "actions", 1), 6, '"b"'),
        (("players", "the us", "levels", "x", 1), 6, "1"),
        (("eras",), 8, "eras.cold_war"),
        (("eras", "cold_war"), 8, "eras.cold_war"),
        (("eras", "cold_war", "D", "value"), 10, "8"),
        (("eras", "cold_war", "D", "range", 1), 11, "10"),
        (("many", 0, "one"), 14, '"""'),
        (("many", 1, "one"), 19, "'''literal 'it' '''"),
        (("many", 1, "inner", "two"), 21, "1979-05-27 07:32:00"),
        (("eras", "cold_war", "absent", "value"), 8, "eras.cold_war"),
        (("players", "japan", "actions", 1), 5, "'hedge'"),
    ],
)
def test_a_value_is_found(path, line, text):
    assert shown(path) == (line, text)


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("title",), 1, "title"),
        (("players", "the us"), 6, '"the us"'),
        (("players", "the us", "levels"), 6, "levels"),
        (("many", 1, "inner"), 20, "many.inner"),
        (("nowhere",), 1, "t"),
    ],
)
def test_a_key_is_found(path, line, text):
    assert shown(path, key=True) == (line, text)


def test_a_part_of_a_string_that_spans_lines():
    found = locate(TEXT)
    value = tomllib.loads(TEXT)["many"][0]["one"]
    assert value == "first\n  second third"
    spot = found.spot(found.within(("many", 0, "one"), value.index("second"), 6))
    assert spot == (16, 3, 6, "  second \\")
    spot = found.spot(found.within(("many", 0, "one"), value.index("third"), 5))
    assert spot == (17, 6, 5, '     third"""')


@pytest.mark.parametrize("text", ["a = ", "[", "a = {b = ", "=", 'a = "', "a = [" * 3000, "]\n="])
def test_a_broken_text_is_no_reason_to_fail(text):
    found = locate(text)
    found.spot(found.value(("a", "b")))
    found.spot(found.within(("a",), 7, 7))


NAME = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12)
LITERAL = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="'"), max_size=9
)
GAP = st.sampled_from(["", " ", "\t", "  "])
BREAK = st.sampled_from(["", " ", "\n", " # a ] } \" ' comment\n\n\t"])


def quoted(text):
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def long(text):
    return '"""\n' + quoted(text)[1:-1].replace("\\n", "\n") + '"""'


KEYS = st.one_of(NAME.map(lambda k: (k, k)), ANY.map(lambda k: (quoted(k), k)))
SCALARS = st.one_of(
    ANY.map(lambda s: (quoted(s), s)),
    ANY.map(lambda s: (long(s), s)),
    LITERAL.map(lambda s: (f"'{s}'", s)),
    LITERAL.map(lambda s: (f"'''\n{s}'''", s)),
    st.integers().map(lambda n: (str(n), n)),
    st.booleans().map(lambda b: (str(b).lower(), b)),
    st.just(("-inf", float("-inf"))),
    st.just(("1979-05-27", None)),
)


@st.composite
def arrays(draw, inner):
    items = draw(st.lists(inner, max_size=3))
    gap = draw(BREAK)
    return "[" + gap + f",{gap}".join(item[0] for item in items) + gap + "]", [i[1] for i in items]


@st.composite
def inline_tables(draw, inner):
    rows = draw(st.lists(st.tuples(KEYS, inner), max_size=3, unique_by=lambda row: row[0][1]))
    gap = draw(GAP)
    told = f",{gap}".join(f"{key[0]}{gap}={gap}{value[0]}" for key, value in rows)
    return "{" + gap + told + gap + "}", {key[1]: value[1] for key, value in rows}


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=6)


@st.composite
def documents(draw):
    texts = []
    for header in draw(st.lists(st.lists(KEYS, max_size=3), min_size=1, max_size=4)):
        if header:
            many = draw(st.booleans())
            dotted = ".".join(key[0] for key in header)
            texts.append(f"[[{dotted}]]" if many else f"[ {dotted} ]")
        for keys, value in draw(
            st.lists(st.tuples(st.lists(KEYS, min_size=1, max_size=2), VALUES))
        ):
            texts.append(f"{'.'.join(key[0] for key in keys)} = {value[0]}{draw(BREAK)}")
    return "\n".join(texts)


def paths(value, path=()):
    yield path, value
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for key, one in inside:
        yield from paths(one, (*path, key))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(documents())
def test_everything_that_tomllib_reads_has_a_place(text):
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        locate(text)
        return
    found = locate(text)
    for path, value in paths(document):
        if path:
            assert path in found.keys or path in found.values or path[:-1] in found.keys
        if isinstance(value, str):
            for column, character in enumerate(value):
                span = found.within(path, column, 1)
                written = text[span.begin : span.end]
                assert written in (character, "\\", written[:1])
                if character not in '\\"' and character.isprintable():
                    assert written == character


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab=.[]{},\"'\\#\n 1"), max_size=40))
def test_any_text_is_walked_without_harm(text):
    found = locate(text)
    found.spot(found.value(("a", "b", 0)))
    found.spot(found.within(("a",), 3, 5))
